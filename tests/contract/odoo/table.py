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
        if version not in self.versions or scenario.split(".")[0] != self.scenario:
            return False
        return not self.steps or any(step.name.startswith(head) for head in self.steps)


NOT_REPLAYED: tuple[LeftOut, ...] = ()

@dataclass(frozen=True)
class Ignored:
    """A field whose value is not compared in a scenario."""

    field: str
    reason: str
    scenario: str
    versions: tuple[str, ...] = ("16", "17", "18", "19")


TAXES = "the recorder's second warehouse had other taxes"
IGNORED_FIELDS: tuple[Ignored, ...] = (
    Ignored("sale.order.amount_tax", TAXES, "S04_sale_order", ("19",)),
    Ignored("sale.order.amount_total", TAXES, "S04_sale_order", ("19",)),
    Ignored("sale.order.line.tax_ids", TAXES, "S04_sale_order", ("19",)),
)
# Lists whose order hangs on the second in which something happened.
UNORDERED = {"sale.order.picking_ids"}


def not_replayed(version: str, scenario: str, step: Step) -> LeftOut | None:
    return next((entry for entry in NOT_REPLAYED if entry.covers(version, scenario, step)), None)


def ignored(version: str, scenario: str) -> dict[str, Ignored]:
    """The entries that count for one recording, by field."""
    head = scenario.split(".")[0]
    return {entry.field: entry for entry in IGNORED_FIELDS if version in entry.versions and entry.scenario == head}
