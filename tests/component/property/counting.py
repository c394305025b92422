"""What may happen to stock beside goods that come and go: adjusted, moved apart, counted, lost; approved or refused."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from integration.models import StockDifference
from integration.sandbox.wms.stock import Slot
from tests.component.property import stocks
from tests.component.property.books import code_of
from tests.component.property.furnish import ASKED, NORTH, Spot, Town
from tests.component.property.machine import DEATHS, STOPS, Machine

D = Decimal
PLACES = st.sampled_from(
    [
        ("CRATE-S", "", "good"), ("CRATE-S", "", "damaged"), ("CRATE-M", "", "good"), ("ROPE-10", "", "good"),
        ("PAINT-W", "PAINT-W-001", "good"), ("PAINT-W", "PAINT-W-001", "damaged"), ("PAINT-W", "PAINT-W-002", "good"),
    ]
)  # fmt: skip
APPROVALS = ("CD-8001", "CD-8002")
UNSURE = ("CD-8011",)  # what a count waits for has a case of its own
Place = tuple[str, str, str]


class Counting(Machine):
    town: Town

    @rule(
        place=PLACES,
        by=st.sampled_from([-2, -1, 3, 8]),
        reason=st.sampled_from(["FOUND", "FOUND", ASKED]),
        dies=DEATHS,
        stops=STOPS,
    )
    def adjust(self, place: Place, by: int, reason: str, dies: int | None, stops: int) -> None:
        self._adjust(place, {"quantity": str(by), "reason": reason}, dies, stops)

    @rule(place=PLACES, by=st.integers(1, 3), dies=DEATHS)
    def set_apart(self, place: Place, by: int, dies: int | None) -> None:
        other = "good" if place[2] == "damaged" else "damaged"
        self._adjust(place, {"quantity": str(by), "to_condition": other, "reason": "FOUND"}, dies, 0)

    def _adjust(self, place: Place, says: dict[str, str], dies: int | None, stops: int) -> None:
        code, lot, condition = place
        line = {"sku": f"P-{code}", "lot": lot or None, "condition": condition, **says}
        self.depot.excuse("", *APPROVALS)
        self.depot.wms.control("adjust", site=NORTH, lines=[line])
        self.depot.all_arrive()
        self._work("", dies, stops)

    @rule(
        places=st.lists(PLACES, min_size=1, max_size=4, unique=True),
        error=st.sampled_from([0, 0, 0, 1]),
        reason=st.sampled_from(["CYCLE", "CYCLE", ASKED]),
        arrives=st.booleans(),
        dies=DEATHS,
        stops=STOPS,
    )
    def count(self, places: list[Place], error: int, reason: str, arrives: bool, dies: int | None, stops: int) -> None:
        """What lies there; with an ``error`` one piece more is seen at the first place."""
        at, lines = datetime.now(UTC), []
        for number, (code, lot, condition) in enumerate(places):
            line: dict[str, Any] = {"sku": f"P-{code}", "lot": lot, "condition": condition}
            slot, seen = Slot(NORTH, f"P-{code}", lot, "", condition), D(error if number == 0 else 0)
            there = self._stock().as_of(slot, at)
            if there < 0:
                return
            lines.append({**line, "quantity": str(there + seen)})
            self.town.errors[NORTH, code, lot, condition].append((at, seen))
        self.depot.excuse("", *APPROVALS, *UNSURE)
        self.depot.wms.control("count", site=NORTH, lines=lines, counted_at=at.isoformat(), reason=reason)
        if arrives:
            self.depot.all_arrive()
        self._work("", dies, stops)

    @rule(place=PLACES, by=st.integers(1, 2))
    def lose(self, place: Place, by: int) -> None:
        """Nobody notices before the next count."""
        code, lot, condition = place
        at = datetime.now(UTC)
        self.town.losses[NORTH, code, lot, condition].append((at, D(by)))
        self._stock().move(Slot(NORTH, f"P-{code}", lot, "", condition), D(-by), "lost", "", at)

    def _stock(self) -> Any:
        return self.depot.wms.server.world.orders.stock

    def _wrong_counts(self) -> Iterator[str]:
        """Where a count was posted last, Odoo holds what lies there, but for what is in hand or came to light since."""
        lies: defaultdict[Spot, Decimal] = defaultdict(Decimal)
        for slot, quantity in self._stock().lines(NORTH):
            lies[NORTH, code_of(slot.sku), slot.lot, slot.condition] += quantity
        now, soiled = self.town.held(), stocks.soiled(self.town)
        for spot, counts in self.town.errors.items():
            if spot[1] in soiled or not _stands(spot):
                continue
            at, error = max(counts)
            lost = sum((by for moment, by in self.town.losses[spot] if moment > at), D(0))
            expected = lies[spot] + error + lost
            if now[spot] != expected:
                yield f"{spot}: Odoo holds {now[spot]} after a count, the warehouse {lies[spot]} {error=} {lost=}"


def _stands(spot: Spot) -> bool:
    """Whether the latest count of it is through."""
    _, code, lot, condition = spot
    rows = StockDifference.objects.filter(kind="counted", sku=code, lot=lot, condition=condition)
    latest = rows.order_by("-happened_at", "-pk").first()
    return latest is not None and latest.state in ("posted", "equal")
