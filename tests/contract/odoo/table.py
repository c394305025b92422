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

# model.field -> why its value is not compared.
IGNORED_FIELDS: dict[str, str] = {}


def not_replayed(version: str, scenario: str, step: Step) -> LeftOut | None:
    return next((entry for entry in NOT_REPLAYED if entry.covers(version, scenario, step)), None)
