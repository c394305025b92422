"""What a failure is for the people who meet it."""

from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    """Whose desk a case lands on."""

    OPERATIONS = "operations"
    WAREHOUSE = "warehouse"
    MASTER_DATA = "master data"
    ADMINISTRATOR = "administrator"


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Problem:
    """``cause`` and ``fix`` are templates over an error's context; ``subject``: the keys that tell causes apart.

    ``heals``: the cause may go away outside of our sight (in Odoo, in the warehouse), so the engine looks again itself.
    """

    title: str
    cause: str
    fix: str
    subject: tuple[str, ...] = ()
    owner: Owner = Owner.OPERATIONS
    severity: Severity = Severity.MEDIUM
    heals: bool = False
