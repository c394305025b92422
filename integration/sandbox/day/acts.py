"""What people do with one order: on the warehouse's floor, and in Odoo behind its back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Accept:
    """The warehouse says yes."""


@dataclass(frozen=True)
class Reject:
    reason: str


@dataclass(frozen=True)
class Ship:
    """``mode`` says how much leaves of what is open. ``instead`` replaces fields of each line, as a slip would.

    ``faults`` befall the message on its way. ``final`` None: as the mode says.
    """

    mode: str = "full"
    faults: tuple[str, ...] = ()
    packages: int = 0
    carrier: str | None = None
    final: bool | None = None
    instead: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ShipAgainUnderTheSameNumber:
    """Another content under a number that was used before."""


@dataclass(frozen=True)
class CancelFirstLine:
    """In Odoo: the customer does not want the first line any more."""


@dataclass(frozen=True)
class CancelOrder:
    """In Odoo, after the warehouse got the order."""


@dataclass(frozen=True)
class OrderMore:
    """In Odoo: the customer wants one more of the first line."""


@dataclass(frozen=True)
class Pack:
    """The warehouse has packed the order: nothing can be changed any more."""


@dataclass(frozen=True)
class HearOfChange:
    """The warehouse is asked for the change, and answers."""


@dataclass(frozen=True)
class ValidateByHand:
    """In Odoo: somebody books the delivery without waiting for the warehouse."""


Act = (
    Accept
    | Reject
    | Ship
    | ShipAgainUnderTheSameNumber
    | CancelFirstLine
    | CancelOrder
    | OrderMore
    | Pack
    | HearOfChange
    | ValidateByHand
)
