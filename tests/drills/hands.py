"""The people: sell orders and ship them, no faster than all that follows is done.

What they look at grows with what is open, never with what was sold since the drill began.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from integration.sandbox.day.acts import Ship
from integration.sandbox.day.floor import Floor
from integration.sandbox.day.http import NoAnswer
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.wms import Wms
from tests.drills.plan import one_more

SOLD_AT_ONCE = 4
EXTRA = 8  # orders that are open when all that was planned is done, and a failpoint still needs work


class Hands:
    """``backlog``: orders and shipments that may be on their way at once. ``sold_at``: by this machine's clock.

    ``another``: an order beside those that were planned, by its number.
    """

    def __init__(
        self,
        orders: list[PlannedOrder],
        wms: Wms,
        sales: Sales,
        backlog: int,
        another: Callable[[int], PlannedOrder] = one_more,
    ) -> None:
        self.orders, self.sold, self.sold_at = orders, 0, dict[str, float]()
        self._planned = len(orders)
        self._wms, self._sales, self._backlog, self._another = wms, sales, backlog, another
        self._floor = Floor(wms, sales)
        self._open: dict[str, PlannedOrder] = {}
        self._held: dict[str, dict[str, dict[str, object]]] = {}  # by order, then by release
        self._changes = self._shipped_before = 0
        for order in orders:
            if order.name:
                self._take(order)

    @property
    def over(self) -> bool:
        """All was sold and played."""
        return self.sold == len(self.orders) and not self._open

    @property
    def planned_is_over(self) -> bool:
        """Whatever was added since."""
        return self.sold >= self._planned and all(order.number > self._planned for order in self._open.values())

    @property
    def shipped(self) -> int:
        return self._shipped_before + sum(map(_shipments, self._open.values()))

    @property
    def held(self) -> int:
        """How many of the open orders the warehouse has."""
        return len(self._held)

    @property
    def played(self) -> tuple[int, int]:
        """Changes with every act, and counts nothing in particular."""
        return self.sold, self._shipped_before + sum(order.played for order in self._open.values())

    def sell(self, booked: int) -> None:
        """As much as there is room for. Odoo may be down: then it waits."""
        room = self._backlog - len(self._open) - max(self.shipped - booked, 0)
        for order in self.orders[self.sold : self.sold + max(min(room, SOLD_AT_ONCE), 0)]:
            try:
                self._sales.sell(order)
            except NoAnswer:
                return
            self._take(order)

    def sell_more(self) -> None:
        """An order that nobody planned, if little is open."""
        if self.sold == len(self.orders) and len(self._open) < EXTRA:
            self.orders.append(self._another(len(self.orders) + 1))

    def ship(self) -> None:
        """Whatever can be played now, on the warehouse's floor and in Odoo."""
        self.follow()
        held = [each for releases in self._held.values() for each in releases.values()]
        with suppress(NoAnswer):  # Odoo is down: what is left waits
            self._floor.work(list(self._open.values()), held)
        for order in [order for order in self._open.values() if order.is_over]:
            del self._open[order.name]
            self._held.pop(order.name, None)
            self._shipped_before += _shipments(order)

    def follow(self) -> None:
        """Learns what changed in the warehouse's books."""
        before = -1
        while before != self._changes:
            before = self._changes
            page, self._changes = self._wms.changes(before)
            for each in page:
                if each["order"] in self._open:
                    self._held.setdefault(each["order"], {})[each["release"]] = each

    def _take(self, order: PlannedOrder) -> None:
        self.sold += 1
        self._open[order.name] = order
        self.sold_at[order.name] = time.time()


def _shipments(order: PlannedOrder) -> int:
    return sum(isinstance(act, Ship) for act in order.scene.acts[: order.played])
