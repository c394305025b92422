"""The load on a real Odoo: all orders are there when Crossdock starts, and the floor ships once it has them all."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from integration.sandbox.day.acts import Ship
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
    """When, by the monotonic clock; 0: not yet. ``held``: orders that the warehouse has; ``booked``: shipments."""

    began: float = 0.0
    released: float = 0.0
    posted: float = 0.0
    held: int = 0
    booked: int = 0

    @property
    def seconds_to_release(self) -> float:
        return self.released - self.began

    @property
    def seconds_to_post(self) -> float:
        return self.posted - self.released


@dataclass(frozen=True)
class AtOnce(Load):
    marks: Marks = field(default_factory=Marks)

    def _work(self, pace: Pace) -> None:
        if self._all_released(pace):
            super()._work(pace)

    def _all_released(self, pace: Pace) -> bool:
        marks = self.marks
        if not marks.released:
            marks.began = pace.started
            self.hands.follow()
            marks.held = self.hands.held
            if marks.held == self.hands.sold:
                marks.released = time.monotonic()
                self.failpoints.once_more()  # the release had its kills: now the postings get theirs
        return bool(marks.released)

    def _share(self) -> float:
        """Outages come while shipments are posted; workers are killed all the time."""
        if self.marks.posted:
            return 1.0
        return self.marks.booked / self._shipments() if self.marks.released else 0.0

    def _done(self, pace: Pace) -> float:
        """Half of the deaths come before anything is booked."""
        return 1.0

    def _wants_more(self) -> bool:
        """More work for a failpoint comes when all that was planned is booked, and so is not measured."""
        return bool(self.marks.posted) and super()._wants_more()

    def _seen(self, pace: Pace) -> tuple[object, ...]:
        return *super()._seen(pace), self.marks.held

    def _booked(self) -> int | None:
        booked = super()._booked()
        if booked is not None:
            self.marks.booked = booked
            if not self.marks.posted and booked >= self._shipments():
                self.marks.posted = time.monotonic()
        return booked

    def _ours(self) -> list[list[object]]:
        return [["sale_id", "in", [order.id for order in self.hands.orders if order.id]]]

    def _shipments(self) -> int:
        planned = self.hands.orders[: self.asked.orders]
        return sum(isinstance(act, Ship) for order in planned for act in order.scene.acts)
