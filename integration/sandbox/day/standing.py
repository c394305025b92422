"""How far the day is, and what it took."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Standing:
    """Counts of orders, but for ``booked``, which counts deliveries.

    ``played`` and ``errands`` are shares of what there is to do about orders, and beside them.
    """

    sold: int
    released: int
    played: float
    errands: float
    booked: int
    cases: int


class Listener(Protocol):
    """Who is told how the day goes."""

    def at(self, progress: Standing) -> None: ...

    def happened(self, what: str) -> None: ...


@dataclass(frozen=True)
class Figures:
    """What the day took. ``repeats``: messages that came twice and were recognised by their number.

    ``struck``: calls of Crossdock's that were cut, refused or slowed on purpose, outages not counted.
    """

    seconds: float
    releases: int
    events: int
    repeats: int
    odoo_calls: int
    bookings: int
    struck: int
    forged: int
