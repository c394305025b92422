"""What people do with one order: on the warehouse's floor, and in Odoo behind its back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Accept:
    """The warehouse says yes."""


@dataclass(frozen=True)
class AcceptEach:
    """The order came in so many parts, of different warehouses: yes to each of them."""

    parts: int


@dataclass(frozen=True)
class Reject:
    reason: str


@dataclass(frozen=True)
class Ship:
    """``mode`` says how much leaves of what is open. ``instead`` replaces fields of each line, as a slip would.

    ``faults`` befall the message on its way, or it is late by ``delay`` seconds. ``final`` None: as the mode says.
    ``freight``: what each parcel costs. ``proof``: of the hand-over to the carrier.
    """

    mode: str = "full"
    faults: tuple[str, ...] = ()
    delay: float = 0.0
    packages: int = 0
    freight: str = ""
    proof: bool = False
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


@dataclass(frozen=True)
class Tell:
    """The warehouse says how far it is. ``short``: so much of the first line is not there."""

    stage: str
    short: str = ""


@dataclass(frozen=True)
class SeeNote:
    """In Odoo: somebody reads on the delivery what the warehouse said."""

    text: str


@dataclass(frozen=True)
class Track:
    """News of the first parcel, once it has left."""

    status: str
    signed_by: str = ""
    proof: bool = False


@dataclass(frozen=True)
class CountFirst:
    """What lies there of the first line's product is counted."""


@dataclass(frozen=True)
class SeeBooked:
    """In Odoo: somebody waits until what has left is booked, and invoiced."""


@dataclass(frozen=True)
class Back:
    """So much of the first line comes back. ``disposition`` empty: nobody has looked at it yet."""

    quantity: str
    disposition: str = ""
    condition: str = "good"


@dataclass(frozen=True)
class AnnounceReturn:
    """In Odoo: so many of the first line are to come back."""

    quantity: float


@dataclass(frozen=True)
class ExpectReturn:
    """The warehouse was told, and says yes."""


@dataclass(frozen=True)
class ComeBack:
    """A parcel comes back. Played again it is its inspection: the same goods, with what becomes of them."""

    goods: tuple[Back, ...]


Act = (
    Accept
    | AcceptEach
    | Reject
    | Ship
    | ShipAgainUnderTheSameNumber
    | CancelFirstLine
    | CancelOrder
    | OrderMore
    | Pack
    | HearOfChange
    | ValidateByHand
    | Tell
    | SeeNote
    | Track
    | CountFirst
    | SeeBooked
    | AnnounceReturn
    | ExpectReturn
    | ComeBack
)
