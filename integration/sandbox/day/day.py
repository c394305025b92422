"""The day itself: sells, works, breaks and mends until everything is at rest, then looks at both sides."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from integration.sandbox.day import goods, troubles
from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.floor import Floor
from integration.sandbox.day.http import NoAnswer
from integration.sandbox.day.ledger import plan
from integration.sandbox.day.odoo import Odoo, OdooAddress
from integration.sandbox.day.proof import Evidence, Verdict, judge
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.scenes import STRAY_CODE
from integration.sandbox.day.sides import read_odoo, read_wms
from integration.sandbox.day.wms import Wms

SOLD_AT_ONCE = 4
PAUSE, LOOK_EVERY = 0.15, 1.5
RESTS = 3  # looks in a row: what was just booked is read back from Odoo, and decided on, a moment later
PATIENCE = 90.0  # so long without any change, and the day is over as it is
SHIPS_AFTER = 5  # seconds, once nobody plays the floor any more
UNMAPPED = "CD-3001"


@dataclass(frozen=True)
class Standing:
    """Counts of orders, but for ``booked``, which counts deliveries."""

    sold: int
    released: int
    played: float
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


class Day:
    def __init__(self, odoo: OdooAddress, wms_url: str, orders: int) -> None:
        self.orders = plan(orders)
        self._odoo, self._wms = Odoo(odoo), Wms(wms_url)
        self._progress = Standing(0, 0, 0.0, 0, 0)
        self._forged = self._seconds = 0.0
        self._mapped = False

    @property
    def expected(self) -> Standing:
        """What a good day ends with."""
        scenes = [order.scene for order in self.orders]
        return Standing(
            sold=len(scenes),
            released=sum(scene.is_released for scene in scenes),
            played=1.0,
            booked=sum(scene.bookings for scene in scenes),
            cases=len(self._planned_cases()),
        )

    def open(self) -> None:
        """Fills both systems with goods."""
        self._shop = goods.open_shop(self._odoo, len(self.orders))
        goods.stock_warehouse(self._wms, len(self.orders))
        self._wms.answer_on_request()

    def play(self, crossdock: Crossdock, listener: Listener) -> None:
        """Returns when everything is at rest, or when nothing has changed for long."""
        started = changed = time.monotonic()
        sales = Sales(self._odoo, self._shop)
        floor, fate = Floor(self._wms, sales), troubles.Fate(self._odoo, self._wms)
        looked, rests = 0.0, 0
        self._begin(listener)
        while time.monotonic() - changed < PATIENCE:
            before = self._progress
            self._tick(sales, floor, before)
            for what in fate.strike(self._progress.played):
                listener.happened(what)
            if time.monotonic() - looked > LOOK_EVERY:
                looked = time.monotonic()
                self._look(crossdock, listener)
                listener.at(self._progress)
                rests = rests + 1 if self._at_rest(crossdock) else 0
                if rests == RESTS:
                    break
            changed = changed if self._progress == before else time.monotonic()
            time.sleep(PAUSE)
        self._seconds = time.monotonic() - started

    def prove(self, crossdock: Crossdock) -> Verdict:
        """Compares both sides by their own books."""
        books = self._wms.books()
        odoo, line_of = read_odoo(self._odoo, [order.id for order in self.orders], self._shop)
        return judge(
            Evidence(
                orders=self.orders,
                odoo=odoo,
                wms=read_wms(books["orders"], line_of),
                strays=books["strays"],
                releases={held["release"]: held["order"] for held in books["orders"]},
                cases=crossdock.cases(),
                stuck=self._stuck(crossdock),
            )
        )

    def leave(self) -> None:
        """The people go home; from now on the warehouse works by itself, for whoever clears the cases that are left."""
        self._wms.work_by_itself(answer_after=1, ship_after=SHIPS_AFTER)

    def figures(self) -> Figures:
        sent = self._wms.deliveries()["deliveries"]
        answers = Counter(answer for each in sent for answer in each["answers"])
        return Figures(
            seconds=self._seconds,
            releases=len(self._wms.books()["orders"]),
            events=len(sent),
            repeats=answers["200"],
            odoo_calls=self._odoo.calls_of_others(),
            bookings=self._bookings(),
            struck=sum(rule["hit"] for rule in [*self._odoo.faults(), *self._wms.faults()]),
            forged=int(self._forged),
        )

    def _begin(self, listener: Listener) -> None:
        troubles.ship_a_stray(self._wms)
        self._forged = troubles.forge(self._wms)
        listener.happened(f"A shipment arrives with a forged signature, and is refused ({int(self._forged)})")
        listener.happened("A shipment arrives for an order that nobody has released")

    def _tick(self, sales: Sales, floor: Floor, before: Standing) -> None:
        """Sells a few orders and lets the floor work; while Odoo is down, both wait."""
        held: Sequence[dict[str, Any]] = ()
        try:
            for order in [order for order in self.orders if not order.name][:SOLD_AT_ONCE]:
                sales.sell(order)
            held = self._wms.books()["orders"]
            floor.work([order for order in self.orders if order.name], held)
        except NoAnswer:
            time.sleep(PAUSE)
        acts = sum(len(order.scene.acts) for order in self.orders)
        self._progress = Standing(
            sold=sum(bool(order.name) for order in self.orders),
            released=len({each["order"] for each in held}) or before.released,
            played=sum(order.played for order in self.orders) / acts,
            booked=before.booked,
            cases=before.cases,
        )

    def _look(self, crossdock: Crossdock, listener: Listener) -> None:
        now = self._progress
        try:
            booked = self._bookings()
        except NoAnswer:
            booked = now.booked
        self._progress = Standing(now.sold, now.released, now.played, booked, len(crossdock.cases()))
        waiting = [order for order in self.orders if goods.KETTLE.sku in dict(order.basket)]
        if not self._mapped and all(order.name for order in self.orders):
            self._mapped = crossdock.jobs_blocked_by(UNMAPPED) == len(waiting)
            if self._mapped:
                crossdock.map_product(goods.KETTLE.sku, goods.KETTLE.partner_sku)
                listener.happened(f"Somebody maps {goods.KETTLE.sku}: the {len(waiting)} orders that waited go out")

    def _at_rest(self, crossdock: Crossdock) -> bool:
        if not all(order.is_over for order in self.orders) or self._wms.deliveries()["pending"]:
            return False
        planned = Counter(self._planned_cases())
        return Counter(case["code"] for case in crossdock.cases()) == planned and not crossdock.moving()

    def _planned_cases(self) -> list[str]:
        return [*(code for order in self.orders for code in order.scene.codes), STRAY_CODE]

    def _stuck(self, crossdock: Crossdock) -> list[str]:
        """Work that waits without a case that says why, and acts that could not be played."""
        told = {case["code"] for case in crossdock.cases()}
        jobs = [*crossdock.moving(), *(job for job in crossdock.waiting() if job["failure_code"] not in told)]
        stuck = [f"{job['subject']} is {job['state']}: {job['failure_text'] or 'not done'}" for job in jobs]
        idle = [order for order in self.orders if not order.is_over]
        return stuck + [f"{order.name or order.reference} ({order.scene.name}) got stuck half-way" for order in idle]

    def _bookings(self) -> int:
        return int(self._odoo.call("stock.picking", "search_count", [["state", "=", "done"]]))
