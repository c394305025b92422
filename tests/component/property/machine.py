"""What may happen, in any order: sales, changes, answers, shipments, messages, mappings, deaths, faults, people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar, TypeVar
from xmlrpc.client import Fault

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from integration.jobs import acts, decisions, differences, mappings, sweep
from integration.jobs.acts import NotAllowed
from integration.models import Effect, ExceptionCase, InboundMessage
from integration.rules.choices import CHOICES, SUBSTITUTE
from integration.sandbox.wms.orders import HeldOrder
from tests.component.flows.yard import SOMEBODY, Sale
from tests.component.property import books, goods
from tests.component.property.conftest import Builder
from tests.component.property.depot import Depot, mapping_of
from tests.component.property.proof import about, prove

Got = TypeVar("Got")
CODES = ("CRATE-S", "CRATE-M", "ROPE-10", "PAINT-W", "DRILL", "HOOK")  # HOOK is not mapped at first
PIECES = st.tuples(st.sampled_from(CODES), st.integers(1, 4).map(float))
OTHERS = st.sampled_from(
    [
        (goods.CABLE, 0.25), (goods.CABLE, 3.33), (goods.CABLE, 12.5), (goods.CABLE, 750.0, "g"),
        (goods.EGGS, 1.0), (goods.EGGS, 2.5), ("CRATE-S", 1.0, "Dozens"),
    ]
)  # fmt: skip
BASKETS = st.lists(st.one_of(PIECES, PIECES, OTHERS), min_size=1, max_size=3, unique_by=lambda item: item[0])
VERSIONS = st.sampled_from(["18", "16", "17", "19"])
SHARES = st.sampled_from(["0.37", "0.5", "0.9", "1", "1.02", "1.5"])  # of what is open, by the scales
PLACES = st.sampled_from(["0.01", "0.01", "0.001"])
LATE = st.sampled_from([10.0, 60.0, 140.0])  # seconds; Odoo ends a call after two minutes
WHICH = st.integers(0, 20)  # of however many there are
DEATHS = st.one_of(st.none(), st.integers(0, 25), st.integers(0, 200))  # after so many statements, commits and calls
STOPS = st.sampled_from([0, 0, 0, 100, 200, 400])  # seconds; it does not die there but stands still
FAULTS = st.sampled_from(["cut_before", "cut_after_commit", "garbage", "truncate", "error500", "error503"])
MODES = ("full", "full", "partial", "partial", "short", "over")
MODE, FINAL = st.sampled_from(MODES), st.sampled_from([None, None, True, False])
# What a shipment for an order may meet that was changed, ended or shipped meanwhile.
CHANGED = ("CD-4004", "CD-4005", "CD-4012", "CD-4013", "CD-5002", "CD-5003", "CD-5004", "CD-5007", "CD-8107")


def pick(those: Sequence[Got], which: int) -> Got:
    return those[which % len(those)]


def _first_line(depot: Depot, sale: Sale) -> dict[str, Any]:
    return depot.odoo.rows("sale.order.line", [["order_id", "=", sale.id]], "product_uom_qty", "qty_delivered")[0]


def _write_line(by: float, depot: Depot, sale: Sale) -> None:
    line = _first_line(depot, sale)
    if by < 0:
        depot.uneven.add(sale.name)
    wanted = line["product_uom_qty"] + by * (10 if line["product_uom_qty"] > 100 else 1)  # grams by the ten
    depot.odoo.call("sale.order.line", "write", [line["id"]], {"product_uom_qty": wanted})


def _cancel(depot: Depot, sale: Sale) -> None:
    depot.uneven.add(sale.name)
    depot.odoo.cancel(sale.id)


def _validate_by_hand(depot: Depot, sale: Sale) -> None:
    depot.by_hand.add(sale.name)
    depot.odoo.validate_by_hand(sale.id)


_CHANGES = {
    "more": partial(_write_line, 1),
    "less": partial(_write_line, -1),
    "added": lambda depot, sale: depot.odoo.add_line(sale.id, "GLOVE-M", 2),
    "cancelled": _cancel,
    "by hand": _validate_by_hand,
}
_ACTS: dict[str, Any] = {
    "retry": lambda case: acts.retry_case(case, SOMEBODY),
    "resolve": lambda case: acts.resolve_case(case, SOMEBODY, "mended"),
    "ignore": lambda case: acts.ignore_case(case, SOMEBODY, "never mind"),
    "done by hand": lambda case: acts.done_by_hand(case, SOMEBODY, "posted in Odoo"),
}
_LEFT_OUT = ("refuse", "leave_out")
_ENDING = ("ignore", "done by hand")
_VERDICTS: dict[str, Any] = {"approve": differences.approve, "refuse": differences.refuse}


def _end(depot: Depot, code: str) -> None:
    row = mapping_of(code)
    if row is not None:
        mappings.end(row.pk, SOMEBODY, "no longer")
        depot.excuse("", "CD-3002")  # what is said of it now, by whoever has no order


def _anew(depot: Depot, code: str) -> None:
    row = mapping_of(code)
    depot.map("product", code, f"P-{code}/{(row.version if row else 0) + 1}")


_MAPPINGS: dict[str, Any] = {
    "add HOOK": lambda depot: depot.map("product", "HOOK", "P-HOOK"),
    "CRATE-M anew": lambda depot: _anew(depot, "CRATE-M"),
    "end ROPE-10": lambda depot: _end(depot, "ROPE-10"),
    "add ROPE-10": lambda depot: depot.map("product", "ROPE-10", "P-ROPE-10"),
}


def _replay(depot: Depot, *, what: str, which: int) -> None:
    messages = list(InboundMessage.objects.order_by("pk"))
    if messages:
        acts.replay_message(pick(messages, which).pk, SOMEBODY, "again")


def _on_case(depot: Depot, *, what: str, which: int) -> None:
    cases = list(ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED).order_by("pk"))
    if not cases:
        return
    case = pick(cases, which)
    if what in _ENDING:
        depot.given_up |= set(case.waiting.values_list("job__inbound__reference", flat=True)) - {None}
        for name in about(case):
            depot.ended.add(name)
            depot.excuse(name, "CD-5016", "CD-7014")  # that message may have been one of several
    if what == "choose":
        choose(depot, case, which)
    elif what in _VERDICTS and case.code in differences.APPROVAL:
        _VERDICTS[what](case.pk, SOMEBODY, "looked at")
    elif what in _ACTS:
        _ACTS[what](case.pk)


def choose(depot: Depot, case: ExceptionCase, which: int) -> None:
    """One of what the case offers, if it offers anything."""
    offered = CHOICES.get(case.code, ())
    if not offered:
        return
    choice = pick(offered, which).name
    if choice in _LEFT_OUT:
        depot.parted |= {str(case.context.get("receipt") or case.context.get("shipment"))}
    if case.code == SUBSTITUTE and choice == "refuse":  # nothing of it is posted, and it has to be confirmed anew
        depot.ended |= about(case)
    orders = [*about(case) - {""}, depot.sales[0].name]
    decisions.decide(case.pk, choice, SOMEBODY, orders[0] if choice == "named" else "as agreed")


PEOPLE_DO = [*_MAPPINGS, "replay", "replay", *_ACTS, *_ACTS, "choose", "choose", *_VERDICTS]


class Machine(RuleBasedStateMachine):
    """A rule that finds nothing to do does nothing: what can be drawn depends on nothing but what was drawn."""

    builder: ClassVar[Builder]
    tally: ClassVar[Counter[str]] = Counter()

    @initialize(
        version=VERSIONS,
        point=st.sampled_from(["confirmed", "reserved", "reserved_part"]),
        remainder=st.sampled_from(["backorder", "cancel"]),
        answers=st.sampled_from([True, True, False]),
        baskets=st.lists(BASKETS, min_size=1, max_size=3),
    )
    def open(self, version: str, point: str, remainder: str, answers: bool, baskets: list[list[goods.Item]]) -> None:
        """``answers``: the warehouse says yes to whatever it gets."""
        self.depot: Depot = type(self).builder(version, release_point=point, remainder=remainder)
        self._furnish()
        self.depot.wms.server.world.behaviour.acknowledge_after = 0.0 if answers else None
        self.depot.look()  # what is sold from now on is seen
        for basket in baskets:
            self.depot.sold(*basket)
        self.depot.look()
        self.depot.all_arrive()
        self.depot.run()

    def _furnish(self) -> None:
        """For machines in which more happens."""

    def teardown(self) -> None:
        if hasattr(self, "depot"):
            self._drain()
            self._count()

    def check_invariants(self, *given: Any, **named: Any) -> None:
        super().check_invariants(*given, **named)
        self.tally["steps"] += 1

    # Odoo

    @rule(basket=BASKETS, dies=DEATHS, ships=st.sampled_from([*MODES, None]))
    def sell(self, basket: list[goods.Item], dies: int | None, ships: str | None) -> None:
        """Perhaps something of it leaves at once."""
        sale = self.depot.sold(*basket)
        self._work("odoo_poll", dies if not ships else None, 0)
        held = [each for each in self.depot.held_orders() if ships and each.release.release == sale.release]
        if ships and held:
            self._ship(held[0], ships)
            self.depot.all_arrive()
            self._work("", dies, 0)

    @rule(which=WHICH, how=st.sampled_from(["more", "less", "added", "cancelled", "by hand"]))
    def change(self, which: int, how: str) -> None:
        sale = pick(self.depot.sales, which)
        self.depot.excuse(sale.name, *CHANGED, *(("CD-7011", "CD-7003") if how == "by hand" else ()))
        if self.depot.warehouse.release_point == "reserved_part":  # told again, though some of it may have left
            self.depot.excuse(sale.name, "CD-4006")
        with suppress(Fault):  # Odoo refuses what was delivered, cancelled or locked
            _CHANGES[how](self.depot, sale)

    # Crossdock

    @rule(poll=st.sampled_from(["odoo_poll", "odoo_sweep", ""]), dies=DEATHS, stops=STOPS)
    def work(self, poll: str, dies: int | None, stops: int) -> None:
        self.depot.all_arrive()
        self._work(poll, dies, stops)

    @rule(seconds=st.sampled_from([30, 100, 200, 400, 0]))
    def time_passes(self, seconds: int) -> None:
        """0: until nothing is due any more."""
        if not seconds:
            self._drain()
        self.depot.pass_time(seconds)
        sweep.probe_breakers()

    # the warehouse

    def _orders(self, status: Sequence[str]) -> list[HeldOrder]:
        open_ones = [held for held in self.depot.held_orders() if held.status in status and not held.closed]
        return [held for held in open_ones if self.depot.is_sale(held.release.order)]

    @rule(which=WHICH, yes=st.sampled_from([True, True, False]))
    def answer(self, which: int, yes: bool) -> None:
        waiting = self._orders(["received"])
        if not waiting:
            return
        release = pick(waiting, which).release
        if yes:
            self.depot.wms.accept(release.release)
        elif not self.depot.wms.server.world.orders.shipped(release.release):
            self.depot.excuse(release.order, "CD-4006")
            self.depot.wms.reject(release.release, "no room")

    @rule(which=WHICH, mode=MODE, final=FINAL, arrives=st.sampled_from([True, True, False]), dies=DEATHS, stops=STOPS)
    def ship(self, which: int, mode: str, final: bool | None, arrives: bool, dies: int | None, stops: int) -> None:
        wanted = self._orders(["received", "accepted"])
        if wanted:
            self._ship(pick(wanted, which), mode, final)
        if arrives:
            self.depot.all_arrive()
            self._work("", dies, stops)

    @rule(modes=st.lists(MODE, min_size=1, max_size=3), dies=DEATHS, stops=STOPS)
    def ship_some(self, modes: list[str], dies: int | None, stops: int) -> None:
        """Several orders at once."""
        for held, mode in zip(self._orders(["received", "accepted"]), modes, strict=False):
            self._ship(held, mode)
        self.depot.all_arrive()
        self._work("", dies, stops)

    def _ship(self, held: HeldOrder, mode: str, final: bool | None = None) -> None:
        release, packages = held.release, len(held.release.lines) % 3
        if mode == "over":
            self.depot.excuse(release.order, *CHANGED)
        if mode == "short":  # of a single piece nothing leaves
            self.depot.excuse(release.order, "CD-5011")
        with suppress(httpx.HTTPStatusError):  # nothing is left, or no serial number
            self._left(held, self.depot.wms.ship(release.release, mode, final=final, packages=packages))

    def _left(self, held: HeldOrder, shipment: dict[str, Any]) -> None:
        """Eggs whose number is no part of a dozen that Odoo can hold are a person's."""
        eggs = [line for line in shipment["lines"] if books.code_of(line["sku"]) == goods.EGGS]
        if any(Decimal(line["quantity"]) % 3 for line in eggs):
            self.depot.excuse(held.release.order, "CD-5015")

    @rule(share=SHARES, places=PLACES, final=st.booleans(), dies=DEATHS, stops=STOPS)
    def weigh(self, share: str, places: str, final: bool, dies: int | None, stops: int) -> None:
        """Cable leaves by what the scales say."""
        for held in self._orders(["received", "accepted"]):
            weighed = self._weighed(held, Decimal(share), Decimal(places))
            if weighed:
                self.depot.excuse(held.release.order, *CHANGED, "CD-5015")
                self.depot.wms.ship(held.release.release, lines=weighed, final=final)
        self.depot.all_arrive()
        self._work("", dies, stops)

    def _weighed(self, held: HeldOrder, share: Decimal, places: Decimal) -> list[dict[str, str]]:
        orders, release = self.depot.wms.server.world.orders, held.release
        cable = [line for line in release.lines if books.code_of(line.sku) == goods.CABLE]
        left = [(line, (orders.open_quantity(release.release, line) * share).quantize(places)) for line in cable]
        return [
            {"line": line.line, "sku": line.sku, "unit": line.unit, "quantity": str(quantity)}
            for line, quantity in left
            if quantity > 0
        ]

    @rule(which=WHICH, final=st.booleans(), dies=DEATHS)
    def ship_another(self, which: int, final: bool, dies: int | None) -> None:
        """Something else leaves for a line than was ordered. No rule permits that: a person decides."""
        wanted = self._orders(["received", "accepted"])
        if not wanted:
            return
        held = pick(wanted, which)
        line = held.release.lines[0]
        other = "P-GLOVE-M" if line.sku.startswith("P-CRATE-S") else "P-CRATE-S"
        self.depot.excuse(held.release.order, "CD-5002")
        lines = [{"line": line.line, "sku": other, "unit": "EA", "quantity": "1"}]
        shipment = self.depot.wms.ship(held.release.release, lines=lines, final=final)
        self.depot.refused.add(shipment["shipment"])
        self.depot.all_arrive()
        self._work("", dies, 0)

    # the network

    # A yes or no may be overtaken by a shipment. A shipment that is overtaken by another one is as good as before it.
    @rule(which=WHICH, renumbered=st.booleans(), again=st.booleans(), dies=st.one_of(st.none(), st.integers(0, 3)))
    def arrive(self, which: int, renumbered: bool, again: bool, dies: int | None) -> None:
        if not self.depot.post.letters:
            return
        letter = pick(self.depot.post.letters, which)
        held = self.depot.wms.server.world.orders.held.get(letter.release)
        if held is not None and self.depot.post.overtakes(letter):
            self.depot.excuse(held.release.order, "CD-4006")
        if again:
            self.depot.arrive(letter, self.depot.post.new_number() if renumbered else letter.number)
        with self.depot.death.after(dies):
            self.depot.arrive(letter)

    @rule(
        who=st.sampled_from(["stock.picking", "stock.picking", "sale.order", "*", "warehouse"]),
        fault=FAULTS,
        method=st.sampled_from(["button_validate", "button_validate", "write", "web_search_read", "*"]),
        skip=st.integers(0, 2),
    )
    def fails(self, who: str, method: str, fault: str, skip: int) -> None:
        """One of its next calls does."""
        if who == "warehouse":
            self.depot.wms.fault(fault)
        else:
            protocol = "json2" if self.depot.odoo.version >= 19 else "jsonrpc"
            match = {"model": who, "method": method, "protocol": protocol}
            self.depot.odoo.control("faults", {"match": match, "fault": fault, "times": 1, "skip": skip})

    @rule(method=st.sampled_from(["button_validate", "button_validate", "write"]), seconds=LATE)
    def lands_late(self, method: str, seconds: float) -> None:
        """One of the next postings' calls is carried out when nobody waits for it any more."""
        self.depot.late.arm(method, seconds)

    # people

    @rule(what=st.sampled_from(PEOPLE_DO), which=WHICH, dies=DEATHS)
    def people(self, what: str, which: int, dies: int | None) -> None:
        """Change a mapping, have a message worked on again, or clear a case."""
        act = _MAPPINGS.get(what) or partial(_replay if what == "replay" else _on_case, what=what, which=which)
        with self.depot.death.after(dies), suppress(NotAllowed):
            act(self.depot)

    def _work(self, poll: str, dies: int | None, stops: int) -> None:
        meanwhile = partial(self._meanwhile, stops) if stops else None
        with self.depot.death.after(dies, meanwhile):
            if poll:
                sweep.start_polls(poll)
            self.depot.run()

    def _meanwhile(self, seconds: int) -> None:
        """Another worker comes by."""
        self.depot.pass_time(seconds)
        sweep.probe_breakers()
        self.depot.run()

    def _count(self) -> None:
        depot, shipments = self.depot, self.depot.wms.server.world.orders.shipments
        self.tally.update(
            examples=1,
            deaths=depot.death.kills,
            stops=depot.death.stops,
            sales=len(depot.sales),
            shipments=len(shipments),
            late=depot.late.landed,
            refused=len(depot.refused),
            **{f"Odoo {depot.odoo.version}": 1},
        )
        self.tally.update(posted=Effect.objects.filter(verb="ship", state="landed").count())
        self.tally.update(set(ExceptionCase.objects.values_list("code", flat=True)))
        depot.death.kills = depot.death.stops = 0

    def _drain(self) -> None:
        self.depot.drain()
        prove(self.depot, self._also_wrong())

    def _also_wrong(self) -> Iterator[str]:
        yield from ()
