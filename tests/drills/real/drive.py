"""The load on a real Odoo: all orders are there when Crossdock starts, and the floor ships once it has them all."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from integration.sandbox.day.acts import Ship
from integration.sandbox.day.floor import Floor
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.sales import Sales
from tests.drills.drive import Load, Pace

AT_ONCE = 20  # orders are confirmed by one call
SETTLED = 12.0  # seconds; a write that is younger is looked at again and again, in case that another one comes late


class Seller(Sales):
    """Sells many with two calls, and lets Odoo's books settle."""

    def sell_all(self, orders: Sequence[PlannedOrder]) -> None:
        for start in range(0, len(orders), AT_ONCE):
            some = orders[start : start + AT_ONCE]
            ids = self._odoo.call("sale.order", "create", [self._values(order) for order in some])
            self._odoo.call("sale.order", "action_confirm", ids)
            names = {row["id"]: row["name"] for row in self._odoo.rows("sale.order", [["id", "in", ids]], ["name"])}
            for order, number in zip(some, ids, strict=True):
                order.id, order.name = number, names[number]
        time.sleep(SETTLED)


@dataclass
class Marks:
    """When, by the monotonic clock; 0: not yet. ``held``: orders that the warehouse has."""

    began: float = 0.0
    released: float = 0.0
    posted: float = 0.0
    held: int = 0

    @property
    def seconds_to_release(self) -> float:
        return self.released - self.began

    @property
    def seconds_to_post(self) -> float:
        return self.posted - self.released


@dataclass(frozen=True)
class AtOnce(Load):
    marks: Marks = field(default_factory=Marks)

    def _sell_and_ship(self, pace: Pace, floor: Floor) -> None:
        if self._all_released(pace):
            super()._sell_and_ship(pace, floor)

    def _all_released(self, pace: Pace) -> bool:
        marks = self.marks
        if not marks.released:
            marks.began = pace.started
            held = {each["order"] for each in self.wms.books()["orders"]}
            marks.held = len(held)
            if held.issuperset(order.name for order in self.orders):
                marks.released = time.monotonic()
                self.victims.once_more()  # the release had its kills: now the postings get theirs
        return bool(marks.released)

    def _share(self, pace: Pace) -> float:
        """Outages come while shipments are posted; workers are killed all the time."""
        return (time.monotonic() - self.marks.released) / self.asked.seconds if self.marks.released else 0.0

    def _idle(self) -> bool:
        """More work for a failpoint comes when all that was planned is booked, and so is not measured."""
        return bool(self.marks.posted) and super()._idle()

    def _seen(self, booked: int | None) -> tuple[int | None, ...]:
        return *super()._seen(booked), self.marks.held

    def _booked(self) -> int | None:
        booked = super()._booked()
        if not self.marks.posted and booked is not None and booked >= self._shipments():
            self.marks.posted = time.monotonic()
        return booked

    def _shipments(self) -> int:
        return sum(isinstance(act, Ship) for order in self.orders for act in order.scene.acts)
