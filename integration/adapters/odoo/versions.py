"""What differs between the Odoo versions that we speak to, in one table. Missing fields are learnt from the server."""

from dataclasses import dataclass

from integration.errors import ConfigurationError

OLDEST, NEWEST_KNOWN = 16, 19


@dataclass(frozen=True, slots=True)
class Version:
    """``move_done`` and ``line_done`` name the done quantity; ``picked`` tells it from a reservation (17+).

    ``joined_lines``: a line that is made with its move is in the move's transfer; 16 leaves it in none.
    ``counts_between``: what is on the way to another company is delivered.
    """

    major: int
    move_done: str = "quantity"
    line_done: str = "quantity"
    picked: bool = True
    joined_lines: bool = True
    nested_read: bool = True
    json2: bool = False
    package_model: str = "stock.quant.package"
    groups_field: str = "groups_id"
    sms_setting: str = "stock_move_sms_validation"
    rights_method: str = "check_access_rights"
    hints: bool = True
    return_method: str = "action_create_returns"
    named_moves: bool = True
    forget_count: str = "action_clear_inventory_quantity"
    counts_between: bool = True
    makes_keys: bool = False


VERSIONS = {
    16: Version(
        16,
        move_done="quantity_done",
        line_done="qty_done",
        picked=False,
        joined_lines=False,
        nested_read=False,
        hints=False,
        return_method="create_returns",
        forget_count="action_set_inventory_quantity_to_zero",
        counts_between=False,
    ),
    17: Version(17, return_method="create_returns", counts_between=False),
    18: Version(18, rights_method="has_access"),
    19: Version(
        19,
        json2=True,
        makes_keys=True,
        named_moves=False,
        package_model="stock.package",
        groups_field="group_ids",
        sms_setting="stock_text_confirmation",
        rights_method="has_access",
    ),
}


def version(text: str, *, connection: str) -> Version:
    """``text`` as Odoo says it: 18.0, 17.0+e, saas~18.2. Raises ConfigurationError for a version before 16."""
    major = int("".join(c for c in text.removeprefix("saas~").partition(".")[0] if c.isdigit()) or 0)
    if major < OLDEST:
        detail = f"Odoo {text or 'of an unknown version'} is older than {OLDEST}.0"
        raise ConfigurationError("CD-2005", connection=connection, verb="the connection", detail=detail)
    return VERSIONS[min(major, NEWEST_KNOWN)]
