"""Which database answers: its own number, where our user may read it, and when our user was made in it."""

from integration.adapters.base import Identity
from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.rights import Rights

PARAMETERS, NUMBER = "ir.config_parameter", "database.uuid"
NEUTRALIZED = "database.is_neutralized"  # what `odoo-bin neutralize` sets in a copy; it leaves the number as it is


def identity(call: Caller) -> Identity:
    """Parameters are for administrators only, in every version: it is asked for the right first."""
    [user] = call.rows("res.users", [("id", "=", call.uid())], ["login", "create_date"])
    return Identity(_number(call), f"{user['login']} since {user['create_date']}")


def _number(call: Caller) -> str:
    if not Rights(call).may(PARAMETERS, "read"):
        return ""
    rows = call.rows(PARAMETERS, [("key", "in", [NUMBER, NEUTRALIZED])], ["key", "value"])
    held = {str(row["key"]): str(row["value"] or "") for row in rows}
    mark = " (neutralized)" if held.get(NEUTRALIZED, "").lower() in ("true", "1") else ""
    return held[NUMBER] + mark if held.get(NUMBER) else ""
