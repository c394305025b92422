"""The load: sells and works on the floor at a steady pace while everything else goes wrong, until all is at rest."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.floor import Floor
from integration.sandbox.day.http import NoAnswer
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.wms import Wms
from tests.drills.asked import Asked
from tests.drills.person import Person
from tests.drills.plan import one_more
from tests.drills.troubles import Troubles
from tests.drills.victims import Victims

TICK, LOOK_EVERY, TELL_EVERY = 0.15, 1.0, 10.0
LONGER = 90.0  # seconds after the selling in which failpoints that were hit too seldom may still be hit
MOMENT = 3.0  # seconds until a worker is replaced whose failpoint had its hits
OUTAGE = "CD-1"  # codes of cases that close themselves when the other side answers again
PATIENCE = 90.0  # so long without a change, and the drill is over as it is


@dataclass
class Pace:
    """When what was done last, by the monotonic clock."""

    started: float
    killed: float
    changed: float
    looked: float = 0.0
    told: float = 0.0


@dataclass(frozen=True)
class Load:
    """Everything that a drill moves."""

    asked: Asked
    orders: list[PlannedOrder]
    odoo: Odoo
    wms: Wms
    sales: Sales
    crossdock: Crossdock
    person: Person
    victims: Victims
    troubles: Troubles
    patience: float = PATIENCE
    longer: float = LONGER

    def run(self, tell: Callable[[str], None]) -> float:
        """Returns the seconds that it took to come to rest, or to where nothing changes any more."""
        now = time.monotonic()
        pace, floor = Pace(now, now, now), Floor(self.wms, self.sales)
        standing = None
        while time.monotonic() - pace.changed < self.patience:
            self._sell_and_ship(pace, floor)
            self.victims.look()
            self._kill(pace)
            if time.monotonic() - pace.looked > LOOK_EVERY:
                pace.looked = time.monotonic()
                booked = self._booked()
                for name in self.troubles.look(self._share(pace), booked):
                    tell(name)
                self.person.look()
                if self._at_rest():
                    break
                seen = self._seen(booked)
                pace.changed = pace.changed if seen == standing else pace.looked
                standing = seen
                self._tell(pace, booked, tell)
            time.sleep(TICK)
        return time.monotonic() - pace.started

    def _sell_and_ship(self, pace: Pace, floor: Floor) -> None:
        """While Odoo is down, both wait."""
        elapsed = time.monotonic() - pace.started
        due = int(elapsed / self.asked.seconds * self.asked.orders) + 1
        if self._idle() and not self.victims.enough and elapsed < self._killing_seconds:
            self.orders.append(one_more(len(self.orders) + 1))  # a failpoint needs work to be hit
        try:
            for order in self.orders[:due]:
                if not order.name:
                    self.sales.sell(order)
            floor.work([order for order in self.orders if order.name], self.wms.books()["orders"])
        except NoAnswer:
            return

    def _kill(self, pace: Pace) -> None:
        """One worker now and then while orders are sold, and until every failpoint was hit often enough."""
        elapsed = time.monotonic() - pace.started
        needed = self._share(pace) < 1 or not self.victims.enough
        every = MOMENT if self.victims.spent else self.asked.kill_every
        if needed and elapsed < self._killing_seconds and time.monotonic() - pace.killed > every:
            self.victims.kill_one()
            pace.killed = time.monotonic()

    @property
    def _killing_seconds(self) -> float:
        return self.asked.seconds + self.longer

    def _share(self, pace: Pace) -> float:
        """How much of the time in which things go wrong is over."""
        return (time.monotonic() - pace.started) / self.asked.seconds

    def _idle(self) -> bool:
        return self._all_played()

    def _all_played(self) -> bool:
        return all(order.is_over for order in self.orders)

    def _at_rest(self) -> bool:
        if not (self._all_played() and self.troubles.over) or self.wms.deliveries()["pending"]:
            return False
        return not self.crossdock.moving() and not self._out_of_reach()

    def _out_of_reach(self) -> bool:
        """An outage has a case until Crossdock's next probe, also when only polls met it."""
        return any(case["code"].startswith(OUTAGE) for case in self.crossdock.cases())

    def _seen(self, booked: int | None) -> tuple[int | None, ...]:
        """What changes as long as anything goes on."""
        return booked, sum(order.played for order in self.orders), self.victims.hits.total()

    def _booked(self) -> int | None:
        """Deliveries of our orders; None: Odoo does not say."""
        ids = [order.id for order in self.orders if order.id]
        done = [["state", "=", "done"], ["sale_id", "in", ids]]
        try:
            return int(self.odoo.call("stock.picking", "search_count", done))
        except NoAnswer:
            return None

    def _tell(self, pace: Pace, booked: int | None, tell: Callable[[str], None]) -> None:
        if pace.looked - pace.told < TELL_EVERY:
            return
        pace.told = pace.looked
        sold = sum(bool(order.name) for order in self.orders)
        kills, hits = self.victims.kills, self.victims.hits.total()
        tell(f"{sold} sold, {booked or 0} shipments booked, {kills} workers killed, {hits} hits of failpoints")
