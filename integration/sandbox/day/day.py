"""The day itself: sells, works, breaks and mends until everything is at rest, then looks at both sides."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from integration.sandbox.day import branch_proof, doing, evidence, going_live, goods, troubles
from integration.sandbox.day.branch import Branch, open_branch
from integration.sandbox.day.by_hand import Sell
from integration.sandbox.day.crossdock import Crossdock
from integration.sandbox.day.doing import Doing
from integration.sandbox.day.errands import ERRANDS
from integration.sandbox.day.floor import Floor
from integration.sandbox.day.http import NoAnswer
from integration.sandbox.day.ledger import PlannedOrder, plan
from integration.sandbox.day.odoo import Odoo, OdooAddress
from integration.sandbox.day.opening import open_business
from integration.sandbox.day.proof import Verdict
from integration.sandbox.day.proving import prove
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.scenes import STRAY_CODE
from integration.sandbox.day.standing import Figures, Listener, Standing
from integration.sandbox.day.trade import Trade
from integration.sandbox.day.wms import Wms

SOLD_AT_ONCE = 4
PAUSE, LOOK_EVERY = 0.15, 1.5
RESTS = 3  # looks in a row: what was just booked is read back from Odoo, and decided on, a moment later
PATIENCE = 90.0  # so long without any change, and the day is over as it is
SHIPS_AFTER = 5  # seconds, once nobody plays the floor any more
UNMAPPED = "CD-3001"


class Day:
    def __init__(self, odoo: OdooAddress, wms_url: str, branch: Branch, orders: int) -> None:
        self.orders, self.doings = plan(orders), doing.plan((*ERRANDS, *going_live.errands(branch)))
        self._odoo, self._wms, self._branch = Odoo(odoo), Wms(wms_url), branch
        self._progress = Standing(0, 0, 0.0, 0.0, 0, 0)
        self._forged = self._seconds = 0.0
        self._moving = 0
        self._mapped = False

    @property
    def expected(self) -> Standing:
        """What a good day ends with."""
        scenes = [order.scene for order in self.orders]
        return Standing(
            sold=len(scenes),
            released=sum(scene.is_released for scene in scenes),
            played=1.0,
            errands=1.0,
            booked=sum(scene.bookings for scene in scenes) + self._sold_by_the_branch,
            cases=len(self._planned_cases()),
        )

    def open(self) -> Trade:
        """Fills both systems with goods; what Odoo was given beside them."""
        self._people = open_business(self._odoo, self._wms, len(self.orders))
        open_branch(self._people, self._branch)
        self._since = evidence.latest_movement(self._odoo)
        return self._people.trade

    def play(self, crossdock: Crossdock, listener: Listener) -> None:
        """Returns when everything is at rest, or when nothing has changed for long."""
        started = changed = time.monotonic()
        sales = Sales(self._odoo, self._people.shop)
        floor, fate = Floor(self._wms, sales), troubles.Fate(self._odoo, self._wms)
        looked, rests = 0.0, 0
        self._begin(listener)
        while time.monotonic() - changed < PATIENCE:
            before = self._progress, self._moving
            self._tick(sales, floor, self._progress)
            for what in fate.strike(self._progress.played):
                listener.happened(what)
            if time.monotonic() - looked > LOOK_EVERY:
                looked = time.monotonic()
                self._look(crossdock, listener)
                listener.at(self._progress)
                rests = rests + 1 if self._at_rest(crossdock) else 0
                if rests == RESTS:
                    break
            changed = changed if (self._progress, self._moving) == before else time.monotonic()
            time.sleep(PAUSE)
        self._seconds = time.monotonic() - started

    def prove(self, crossdock: Crossdock) -> Verdict:
        """Compares both sides by their own books."""
        stuck = self._stuck(crossdock)
        verdict = prove(self._people, self.orders, self.doings, crossdock, since=self._since, stuck=stuck)
        branch_proof.judge(self._people, self._branch, self.doings, verdict)
        return verdict

    def leave(self) -> None:
        """The people go home; from now on the warehouse works by itself, for whoever clears the cases that are left."""
        for wms in (self._wms, self._branch.wms):
            wms.work_by_itself(answer_after=1, ship_after=SHIPS_AFTER)

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
            doing.play(self._people, self.doings)
        except NoAnswer:
            time.sleep(PAUSE)
        acts = sum(len(order.scene.acts) for order in self.orders)
        self._progress = Standing(
            sold=sum(bool(order.name) for order in self.orders),
            released=len(self._sold_here(held)) or before.released,
            played=sum(order.played for order in self.orders) / acts,
            errands=self._errands_played(),
            booked=before.booked,
            cases=before.cases,
        )

    def _look(self, crossdock: Crossdock, listener: Listener) -> None:
        now = self._progress
        try:
            booked = self._bookings()
        except NoAnswer:
            booked = now.booked
        self._progress = replace(now, booked=booked, cases=len(crossdock.cases()))
        waiting = [order for order in self.orders if goods.KETTLE.sku in dict(order.basket)]
        if not self._mapped and all(order.name for order in self.orders):
            self._mapped = crossdock.jobs_blocked_by(UNMAPPED) == len(waiting)
            if self._mapped:
                crossdock.map_product(goods.KETTLE.sku, goods.KETTLE.partner_sku)
                listener.happened(f"Somebody maps {goods.KETTLE.sku}: the {len(waiting)} orders that waited go out")

    def _at_rest(self, crossdock: Crossdock) -> bool:
        if not all(each.is_over for each in self._all) or self._wms.pending() or self._branch.wms.pending():
            return False
        planned, self._moving = Counter(self._planned_cases()), len(crossdock.moving())
        return Counter(case["code"] for case in crossdock.cases()) == planned and not self._moving

    @property
    def _sold_by_the_branch(self) -> int:
        return sum(isinstance(deed, Sell) for each in self.doings for deed in each.scene.deeds)

    def _planned_cases(self) -> list[str]:
        return [*(code for each in self._all for code in each.scene.codes), STRAY_CODE]

    @property
    def _all(self) -> list[PlannedOrder | Doing]:
        return [*self.orders, *self.doings]

    def _sold_here(self, held: Sequence[dict[str, Any]]) -> set[str]:
        return {each["order"] for each in held} & {order.name for order in self.orders}

    def _errands_played(self) -> float:
        deeds = sum(len(each.scene.deeds) for each in self.doings)
        return sum(each.played for each in self.doings) / deeds

    def _stuck(self, crossdock: Crossdock) -> list[str]:
        """Work that waits without a case that says why, and acts that could not be played."""
        told = {case["code"] for case in crossdock.cases()}
        jobs = [*crossdock.moving(), *(job for job in crossdock.waiting() if job["failure_code"] not in told)]
        stuck = [f"{job['subject']} is {job['state']}: {job['failure_text'] or 'not done'}" for job in jobs]
        idle = [each for each in self._all if not each.is_over]
        return stuck + [f"{each.name or each.reference} ({each.scene.name}) got stuck half-way" for each in idle]

    def _bookings(self) -> int:
        """Deliveries of sales that are done."""
        sold = [["sale_id", "!=", False], ["picking_type_code", "=", "outgoing"], ["state", "=", "done"]]
        return int(self._odoo.call("stock.picking", "search_count", sold))
