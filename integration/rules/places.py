"""Which location in Odoo stands for a condition and a place of the warehouse, and which goods lie there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from integration.canonical.stock import Layout

GOOD = "good"


class Slot(NamedTuple):
    """What stock is kept apart by in Odoo. ``place``: the location that stands for it; ``lot`` may be a serial."""

    product_id: int
    place: int
    lot: str = ""

    def __str__(self) -> str:
        return f"{self.product_id}/{self.place}/{self.lot}"


@dataclass(frozen=True, slots=True)
class Places:
    """``named``: by condition and the warehouse's own place, "" for wherever it lies; Odoo's ids."""

    layout: Layout
    named: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def of(self, condition: str, location: str = "") -> int | None:
        """Good stock without a row lies at the warehouse's stock location; None: nobody has said where."""
        usual = self.layout.main if condition == GOOD else None
        return self.named.get((condition, location), self.named.get((condition, ""), usual))

    def holding(self, location: int) -> int | None:
        """The place that a location of Odoo's belongs to: the nearest one at or above it."""
        stands_for = {self.layout.main, *self.named.values()}
        at: int | None = location
        while at is not None and at not in stands_for:
            at = self.layout.parents.get(at)
        return at

    def within(self, place: int) -> Sequence[int]:
        """The locations that belong to a place, itself first."""
        return [place, *(each for each in self.layout.parents if each != place and self.holding(each) == place)]

    def condition(self, place: int) -> str:
        found = [condition for (condition, _), location in self.named.items() if location == place]
        return GOOD if place == self.layout.main else next(iter(sorted(found)), "other")

    def name(self, location: int) -> str:
        return self.layout.names.get(location, f"location {location}")
