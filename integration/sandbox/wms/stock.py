"""What lies where in the stand-in warehouse, and every movement that made it so."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Slot:
    """``lot`` holds a serial number as well; ``location`` empty: wherever it lies."""

    site: str
    sku: str
    lot: str = ""
    location: str = ""
    condition: str = "good"

    def elsewhere(self, *, location: str | None = None, condition: str | None = None) -> "Slot":
        there = self.location if location is None else location
        return replace(self, location=there, condition=condition or self.condition)


@dataclass(frozen=True, slots=True)
class Movement:
    """``quantity`` in the warehouse's unit of the SKU, negative for what left. ``why``: shipped, received, ..."""

    at: datetime
    slot: Slot
    quantity: Decimal
    why: str
    document: str


class Stock:
    """Not thread-safe: hold the orders' lock. May go below zero: nobody is made to fill the shelves first."""

    def __init__(self) -> None:
        self.movements: list[Movement] = []
        self._held: defaultdict[Slot, Decimal] = defaultdict(Decimal)

    def move(self, slot: Slot, quantity: Decimal, why: str, document: str, at: datetime | None = None) -> None:
        self.movements.append(Movement(at or datetime.now(UTC), slot, quantity, why, document))
        self._held[slot] += quantity

    def held(self, slot: Slot) -> Decimal:
        return self._held.get(slot, NOTHING)

    def lines(self, site: str = "") -> Iterator[tuple[Slot, Decimal]]:
        """What is there, of one site or of all."""
        for slot, quantity in self._held.items():
            if quantity and site in ("", slot.site):
                yield slot, quantity

    def known(self, site: str) -> list[Slot]:
        """Every slot of a site that ever held something."""
        return [slot for slot in self._held if slot.site == site]

    def as_of(self, slot: Slot, at: datetime) -> Decimal:
        """What was there at that moment."""
        later = (each.quantity for each in self.movements if each.slot == slot and each.at > at)
        return self.held(slot) - sum(later, NOTHING)
