"""What may happen, in any order: sales, changes, answers, shipments, messages, mappings, deaths, faults, people."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, TypeVar
from xmlrpc.client import Fault

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from integration.jobs import acts, mappings, sweep
from integration.jobs.acts import NotAllowed
from integration.models import ExceptionCase, InboundMessage
from integration.sandbox.wms.orders import HeldOrder
from tests.component.flows.yard import SOMEBODY, Sale
from tests.component.property.conftest import Builder
from tests.component.property.depot import Depot, mapping_of
from tests.component.property.proof import prove

Got = TypeVar("Got")
CODES = ("CRATE-S", "CRATE-M", "ROPE-10", "PAINT-W", "DRILL", "HOOK")  # HOOK is not mapped at first
BASKETS = st.lists(
    st.tuples(st.sampled_from(CODES), st.integers(1, 4).map(float)), min_size=1, max_size=3, unique_by=lambda x: x[0]
)
WHICH = st.integers(0, 20)  # of however many there are
DEATHS = st.one_of(st.none(), st.integers(0, 25), st.integers(0, 200))  # after so many statements, commits and calls
FAULTS = st.sampled_from(["cut_before", "cut_after_commit", "garbage", "truncate", "error500", "error503"])
# What a shipment for an order may meet that was changed, ended or shipped meanwhile.
CHANGED = ("CD-4004", "CD-4005", "CD-5002", "CD-5003", "CD-5004", "CD-5007", "CD-5008")


def pick(those: Sequence[Got], which: int) -> Got:
    return those[which % len(those)]


class Machine(RuleBasedStateMachine):
    builder: ClassVar[Builder]
    tally: ClassVar[Counter[str]] = Counter()

    @initialize(
        point=st.sampled_from(["confirmed", "reserved", "reserved_part"]),
        remainder=st.sampled_from(["backorder", "cancel"]),
        basket=BASKETS,
    )
    def open(self, point: str, remainder: str, basket: list[tuple[str, float]]) -> None:
        self.depot: Depot = type(self).builder(release_point=point, remainder=remainder)
        self.depot.look()  # what is sold from now on is seen
        self._sell(basket)
        self.depot.look()

    def teardown(self) -> None:
        if hasattr(self, "depot"):
            self._drain()
            self.tally.update(examples=1, deaths=self.depot.death.kills)
            self.depot.death.kills = 0

    def check_invariants(self, *given: Any, **named: Any) -> None:
        super().check_invariants(*given, **named)
        self.tally["steps"] += 1

    # Odoo

    @rule(basket=BASKETS)
    def sell(self, basket: list[tuple[str, float]]) -> None:
        self._sell(basket)

    @rule(which=WHICH, how=st.sampled_from(["more", "less", "added"]))
    def change(self, which: int, how: str) -> None:
        sale = pick(self.depot.sales, which)
        self.depot.excuse(sale, *CHANGED)
        with suppress(Fault):  # Odoo refuses what was delivered, cancelled or locked
            _CHANGES[how](self.depot, sale)

    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        sale = pick(self.depot.sales, which)
        self.depot.excuse(sale, *CHANGED)
        self.depot.uneven.add(sale.id)
        with suppress(Fault):
            self.depot.odoo.cancel(sale.id)

    @rule(which=WHICH)
    def validate_by_hand(self, which: int) -> None:
        sale = pick(self.depot.sales, which)
        self.depot.excuse(sale, *CHANGED)
        self.depot.by_hand.add(sale.id)
        with suppress(Fault):
            self.depot.odoo.validate_by_hand(sale.id)

    # Crossdock

    @rule(poll=st.sampled_from(["odoo_poll", "odoo_sweep"]), dies=DEATHS)
    def look(self, poll: str, dies: int | None) -> None:
        self._work(poll, dies)

    @rule(dies=DEATHS)
    def work(self, dies: int | None) -> None:
        self._work("", dies)

    @rule(seconds=st.sampled_from([30, 100, 200, 400]))
    def time_passes(self, seconds: int) -> None:
        self.depot.pass_time(seconds)
        sweep.probe_breakers()

    @rule()
    def drain(self) -> None:
        self._drain()

    # the warehouse

    def _orders(self, status: Sequence[str]) -> list[HeldOrder]:
        return [held for held in self.depot.held_orders() if held.status in status and not held.closed]

    @precondition(lambda self: self._orders(["received"]))
    @rule(which=WHICH, yes=st.sampled_from([True, True, False]))
    def answer(self, which: int, yes: bool) -> None:
        release = pick(self._orders(["received"]), which).release
        if yes:
            self.depot.wms.accept(release.release)
        elif not self.depot.wms.server.world.orders.shipped(release.release):
            self.depot.excuse(self.depot.sale_of(release.order), "CD-4006")
            self.depot.wms.reject(release.release, "no room")

    @precondition(lambda self: self._orders(["received", "accepted"]))
    @rule(
        which=WHICH,
        mode=st.sampled_from(["full", "full", "partial", "partial", "short", "over"]),
        final=st.sampled_from([None, None, True, False]),
        packages=st.sampled_from([0, 0, 2]),
    )
    def ship(self, which: int, mode: str, final: bool | None, packages: int) -> None:
        release = pick(self._orders(["received", "accepted"]), which).release
        if mode == "over":
            self.depot.excuse(self.depot.sale_of(release.order), *CHANGED)
        if mode == "short" and all(line.quantity == 1 for line in release.lines):
            mode = "full"  # nothing would be left
        with suppress(httpx.HTTPStatusError):  # nothing is left, or no serial number
            self.depot.wms.ship(release.release, mode, final=final, packages=packages)

    # the network

    @precondition(lambda self: self.depot.post.letters)
    @rule(which=WHICH, renumbered=st.booleans(), again=st.booleans(), dies=st.one_of(st.none(), st.integers(0, 3)))
    def arrive(self, which: int, renumbered: bool, again: bool, dies: int | None) -> None:
        letter = pick(self.depot.post.letters, which)
        if self.depot.post.overtakes(letter):
            order = self.depot.wms.server.world.orders.held[letter.release].release.order
            self.depot.excuse(self.depot.sale_of(order), *CHANGED, "CD-4006")
        if again:
            self.depot.arrive(letter, self.depot.post.new_number() if renumbered else letter.number)
        with self.depot.death.after(dies):
            self.depot.arrive(letter)

    @rule(dies=DEATHS)
    def all_arrive(self, dies: int | None) -> None:
        self.depot.all_arrive()
        self._work("", dies)

    @rule(
        model=st.sampled_from(["stock.picking", "stock.picking", "sale.order", "*"]),
        method=st.sampled_from(["button_validate", "write", "web_search_read", "*"]),
        fault=FAULTS,
        skip=st.integers(0, 2),
    )
    def odoo_fails(self, model: str, method: str, fault: str, skip: int) -> None:
        match = {"model": model, "method": method, "protocol": "jsonrpc"}
        self.depot.odoo.control("faults", {"match": match, "fault": fault, "times": 1, "skip": skip})

    @rule(fault=FAULTS)
    def warehouse_fails(self, fault: str) -> None:
        self.depot.wms.fault(fault)

    # people

    @rule(what=st.sampled_from(["add HOOK", "CRATE-M anew", "end ROPE-10", "add ROPE-10"]), dies=DEATHS)
    def map(self, what: str, dies: int | None) -> None:
        with self.depot.death.after(dies), suppress(NotAllowed):
            _MAPPINGS[what](self.depot)

    @precondition(lambda self: InboundMessage.objects.exists())
    @rule(which=WHICH)
    def replay(self, which: int) -> None:
        message = pick(list(InboundMessage.objects.order_by("pk")), which)
        with suppress(NotAllowed):
            acts.replay_message(message.pk, SOMEBODY, "again")

    @precondition(lambda self: self.depot.cases())
    @rule(which=WHICH, act=st.sampled_from(["retry", "retry", "resolve", "ignore"]), dies=DEATHS)
    def act(self, which: int, act: str, dies: int | None) -> None:
        case = pick(list(ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED).order_by("pk")), which)
        if act == "ignore":
            jobs = case.waiting.select_related("job__document__parent")
            documents = [case.document, *(each.job.document for each in jobs)]
            names = {(each.parent or each).reference for each in documents if each is not None}
            self.depot.ended |= {sale.id for sale in self.depot.sales if sale.name in names}
        with self.depot.death.after(dies), suppress(NotAllowed):
            _ACTS[act](case.pk)

    def _sell(self, basket: list[tuple[str, float]]) -> None:
        self.depot.sold(*basket)

    def _work(self, poll: str, dies: int | None) -> None:
        with self.depot.death.after(dies):
            if poll:
                sweep.start_polls(poll)
            self.depot.run()

    def _drain(self) -> None:
        self.depot.drain()
        prove(self.depot)


def _first_line(depot: Depot, sale: Sale) -> dict[str, Any]:
    return depot.odoo.rows("sale.order.line", [["order_id", "=", sale.id]], "product_uom_qty", "qty_delivered")[0]


def _write_line(by: float, depot: Depot, sale: Sale) -> None:
    line = _first_line(depot, sale)
    if by < 0:
        depot.uneven.add(sale.id)
    depot.odoo.call("sale.order.line", "write", [line["id"]], {"product_uom_qty": line["product_uom_qty"] + by})


_CHANGES = {
    "more": partial(_write_line, 1),
    "less": partial(_write_line, -1),
    "added": lambda depot, sale: depot.odoo.add_line(sale.id, "GLOVE-M", 2),
}
_ACTS: dict[str, Any] = {
    "retry": lambda case: acts.retry_case(case, SOMEBODY),
    "resolve": lambda case: acts.resolve_case(case, SOMEBODY, "mended"),
    "ignore": lambda case: acts.ignore_case(case, SOMEBODY, "never mind"),
}


def _end(depot: Depot, code: str) -> None:
    row = mapping_of(code)
    if row is not None:
        mappings.end(row.pk, SOMEBODY, "no longer")


def _anew(depot: Depot, code: str) -> None:
    row = mapping_of(code)
    depot.map("product", code, f"P-{code}/{(row.version if row else 0) + 1}")


_MAPPINGS: dict[str, Any] = {
    "add HOOK": lambda depot: depot.map("product", "HOOK", "P-HOOK"),
    "CRATE-M anew": lambda depot: _anew(depot, "CRATE-M"),
    "end ROPE-10": lambda depot: _end(depot, "ROPE-10"),
    "add ROPE-10": lambda depot: depot.map("product", "ROPE-10", "P-ROPE-10"),
}
