"""What is not replayed or not compared, and why. A test fails when an entry is no longer needed."""

from dataclasses import dataclass

from tests.contract.odoo.recording import Step


@dataclass(frozen=True)
class LeftOut:
    """Steps of a scenario that are not replayed. `steps` are words that the names begin with; none: all steps."""

    scenario: str
    reason: str
    steps: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("16", "17", "18", "19")

    def covers(self, version: str, scenario: str, step: Step) -> bool:
        if version not in self.versions or scenario.split(".", maxsplit=1)[0] != self.scenario:
            return False
        return not self.steps or any(step.name.startswith(head) for head in self.steps)


# Scenarios that have tests of their own, for they are no plain sequence of calls.
OWN_TESTS = {
    "S01": "test_recordings: raw HTTP on every protocol",
    "S02": "test_models: which models and fields exist",
    "S15": "test_concurrency: parallel clients",
    "S17": "test_permissions: what limited users may do",
    "S18": "test_bulk: timings are the recorder's machine's; counts and headers are tested",
    **dict.fromkeys(
        ("S20", "S21", "S22", "S23", "S24", "S25", "S26", "S27", "S28", "S29"),
        "recorded for the gateway; the stand-in is held against it next",
    ),
}
DEMO = "lists the demo database's own records; the sandbox's are others"
NOT_REPLAYED: tuple[LeftOut, ...] = (
    LeftOut("S11_inventory_scrap", DEMO, ("R count", "R read", "R the same", "R product")),
    LeftOut("S11_inventory_scrap", DEMO, ("R formatted_read_group",), ("19",)),
    LeftOut("S12_returns_credit", "a remark of the recorder's, no call", ("the refund of a return",)),
    LeftOut("S03_master_data", DEMO, ("unit categories", "carriers"), ("16", "17", "18")),
    LeftOut("S03_master_data", DEMO, ("carriers",), ("19",)),
    LeftOut(
        "S16_webhooks",
        "how often a confirmation writes its picking is the server's own matter",
        ("on_create_or_write without filter",),
        ("17", "18", "19"),
    ),
    LeftOut("S14_idempotency", "the recorder's own set-up: the scene does it", ("J a lot exists",), ("16", "17", "19")),
)


@dataclass(frozen=True)
class Ignored:
    """A field whose value is not compared in a scenario."""

    field: str
    reason: str
    scenario: str
    versions: tuple[str, ...] = ("16", "17", "18", "19")


TAXES = "the recorder's second warehouse had other taxes"
IGNORED_FIELDS: tuple[Ignored, ...] = (
    Ignored("res.partner.property_delivery_carrier_id", "a default of the demo database", "S03_master_data"),
    Ignored("stock.picking.type.show_operations", "a default of the demo database", "S03_master_data", ("16",)),
    Ignored("uom.uom.parent_path", "a text made of ids", "S03_master_data", ("19",)),
    Ignored("ir.actions.server.webhook_sample_payload", "shows the newest record of the database", "S16_webhooks"),
    Ignored("sale.order.amount_tax", TAXES, "S04_sale_order", ("19",)),
    Ignored("sale.order.amount_total", TAXES, "S04_sale_order", ("19",)),
    Ignored("sale.order.line.tax_ids", TAXES, "S04_sale_order", ("19",)),
)
# Lists of the demo database: only the rows that both databases have are compared.
COMMON_ROWS = {
    "units of measure", "warehouses", "picking types", "locations", "operation types that are internal",
}  # fmt: skip
# Window actions of which the recorder kept some keys only: the others are not compared.
CUT_ANSWERS = {
    "create_invoices", "action_create_invoice", "refund_moves", "reverse_moves", "create_returns",
    "action_create_returns", "action_create_exchanges",
}  # fmt: skip
# Lists whose order hangs on the second in which something happened.
UNORDERED = {"sale.order.picking_ids"}


def not_replayed(version: str, scenario: str, step: Step) -> LeftOut | None:
    return next((entry for entry in NOT_REPLAYED if entry.covers(version, scenario, step)), None)


def ignored(version: str, scenario: str) -> dict[str, Ignored]:
    """The entries that count for one recording, by field."""
    head = scenario.split(".", maxsplit=1)[0]
    return {entry.field: entry for entry in IGNORED_FIELDS if version in entry.versions and entry.scenario == head}


# Actions of S17 that are not played, and why.
UNPLAYED_ACTIONS = {
    "search_count sale.order (how many are seen)": "counts the demo database's orders",
}
# Methods that the sandbox refuses as a real server refuses one that it never had.
UNKNOWN_METHODS = {
    "S10_transfers": ("stock.picking", "action_put_in_pack"),
    "sending by mail, which no recording has": ("purchase.order", "action_rfq_send"),
}
