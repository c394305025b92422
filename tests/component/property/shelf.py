"""One warehouse's stock, played with at random: what both sides must hold afterwards is known by a model of its own."""

import random
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from integration.jobs import acts, differences, sweep
from integration.jobs.acts import NotAllowed
from integration.models import ExceptionCase, StockDifference, SyncJob
from integration.sandbox.wms.stock import Slot
from tests.component.flows.shelves import SITE, Held, Shelves
from tests.component.flows.yard import SOMEBODY, Sale
from tests.component.property.depot import HOUR, STOPPED, Depot
from tests.component.property.post import Letter

D = Decimal
Spot = tuple[str, str, str]  # product code, lot, condition
SPOTS: tuple[Spot, ...] = (
    ("PLAIN", "", "good"),
    ("PLAIN", "", "damaged"),
    ("GLUE", "L1", "good"),
    ("GLUE", "L2", "good"),
    ("GLUE", "L1", "damaged"),
)
FAULTS = ("cut_after_commit", "cut_before", "error_html", "garbage")
CALLS = (
    ("stock.quant", "action_apply_inventory"),
    ("stock.quant", "write"),
    ("stock.quant", "create"),
    ("stock.quant", "search_read"),
    ("stock.picking", "button_validate"),
    ("stock.picking", "load"),
    ("stock.picking", "write"),
    ("stock.move", "search_read"),
)
ROUNDS = 12
SOLD = 400.0


@dataclass
class Shelf:
    """``losses`` and ``errors`` are what only a count brings to light, or brings in: by spot and moment."""

    depot: Depot
    chance: random.Random
    shelves: Shelves = field(init=False)
    clock: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(minutes=1))
    losses: defaultdict[Spot, list[tuple[datetime, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    counts: defaultdict[Spot, list[tuple[datetime, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    sale: Sale | None = None
    sent: list[Letter] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shelves = Shelves(self.depot)
        self.shelves.place("damaged")
        self.shelves.allow(value="100000", order=100)
        self.shelves.allow(value="0", order=1, reason="ASK")
        self.shelves.stock("PLAIN", 5000)
        self.shelves.stock("GLUE", lots={"L1": 2000, "L2": 2000})
        for code, lot, condition in SPOTS:
            if condition == "damaged":
                self.shelves.fill(code, 500, lot, condition)
        self.depot.wms.server.world.behaviour.acknowledge_after = 0.0
        self.depot.look()

    def sell(self) -> None:
        """Something to ship from."""
        self.sale = self.depot.sold(("PLAIN", SOLD), ("GLUE", SOLD))
        self.depot.look()
        self.depot.all_arrive()
        self.depot.run()

    def step(self) -> None:
        self.clock += timedelta(seconds=1)
        kind = self.chance.choices(
            ("ship", "adjust", "move", "count", "lose", "arrive", "again", "work", "fault", "time"),
            (3, 3, 2, 5, 2, 8, 1, 5, 2, 1),
        )[0]
        self.done.append(kind)
        getattr(self, f"_{kind}")()

    def _ship(self) -> None:
        held = next(each for each in self.depot.held_orders() if self.sale and each.release.order == self.sale.name)
        lines = []
        for line in held.release.lines:
            quantity = self.chance.randint(0, 3)
            share: dict[str, Any] = {"line": line.line, "sku": line.sku, "unit": "EA", "quantity": str(quantity)}
            if line.sku == "P-GLUE" and quantity:
                share["lots"] = [{"lot": self.chance.choice(["L1", "L2"]), "quantity": str(quantity)}]
            if quantity:
                lines.append(share)
        if lines:
            self.depot.wms.ship(held.release.release, lines=lines, final=False, shipped_at=self.clock.isoformat())

    def _adjust(self) -> None:
        code, lot, condition = self.chance.choice(SPOTS)
        quantity = self.chance.choice([-5, -2, -1, 1, 3, 8])
        self._say({"sku": f"P-{code}", "lot": lot or None, "condition": condition, "quantity": str(quantity)})

    def _move(self) -> None:
        code, lot, condition = self.chance.choice(SPOTS)
        other = "good" if condition == "damaged" else "damaged"
        line = {"sku": f"P-{code}", "lot": lot or None, "condition": condition, "to_condition": other}
        self._say({**line, "quantity": str(self.chance.randint(1, 4))})

    def _say(self, line: dict[str, Any]) -> None:
        reason = self.chance.choice(["FOUND", "FOUND", "ASK"])
        self.shelves.adjust({**line, "reason": reason}, adjusted_at=self.clock.isoformat())

    def _count(self) -> None:
        spots = self.chance.sample(SPOTS, self.chance.randint(1, len(SPOTS)))
        lines = []
        for code, lot, condition in spots:
            line = {"sku": f"P-{code}", "lot": lot, "condition": condition}
            error = D(self.chance.choice([0, 0, 0, 0, 1, -1]))
            if error:
                stock = self.depot.wms.server.world.orders.stock
                line["quantity"] = str(stock.as_of(_slot((code, lot, condition)), self.clock) + error)
            self.counts[code, lot, condition].append((self.clock, error))
            lines.append(line)
        reason = self.chance.choice(["CYCLE", "CYCLE", "ASK"])
        self.shelves.count(*lines, counted_at=self.clock.isoformat(), reason=reason)

    def _lose(self) -> None:
        spot = self.chance.choice(SPOTS)
        lost = D(self.chance.randint(1, 3))
        self.losses[spot].append((self.clock, lost))
        self.depot.wms.server.world.orders.stock.move(_slot(spot), -lost, "lost", "", self.clock)

    def _arrive(self) -> None:
        if self.depot.post.letters:
            letter = self.chance.choice(self.depot.post.letters)
            self.sent.append(letter)
            self.depot.arrive(letter)

    def _again(self) -> None:
        """A repeat: the same message, or the same document in another one."""
        if self.sent:
            letter = self.chance.choice(self.sent)
            self.depot.arrive(letter, self.chance.choice([letter.number, self.depot.post.new_number()]))

    def _work(self) -> None:
        """Workers run, and may die after so many statements and calls."""
        with self.depot.death.after(self.chance.choice([None, None, None, 3, 10, 25, 60, 120])):
            self.depot.run()

    def _fault(self) -> None:
        model, method = self.chance.choice(CALLS)
        self.depot.odoo.fault(method, self.chance.choice(FAULTS), model=model, skip=self.chance.randint(0, 2))

    def _time(self) -> None:
        self.depot.pass_time(self.chance.choice([10, 60, 300]))

    def rest(self) -> None:
        """Everything works again, arrives, is approved and done."""
        self.depot.mend()
        for _ in range(ROUNDS):
            self.depot.all_arrive()
            self.depot.run()
            self._people()
            self.depot.run()
            if not self._left():
                return
            self.depot.pass_time(HOUR)
            sweep.probe_breakers()
        raise AssertionError(f"it never comes to rest: {self._left()}")

    def _left(self) -> list[Any]:
        jobs = SyncJob.objects.filter(state__in=SyncJob.ACTIVE).order_by("pk")
        return list(jobs.values_list("flow", "subject", "state", "failure_code", "failure_text"))

    def _people(self) -> None:
        """What a job has in hand, maybe a dead worker's, is left for the next round."""
        for case in ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED).order_by("pk"):
            with suppress(NotAllowed):
                if case.code in differences.APPROVAL:
                    differences.approve(case.pk, SOMEBODY, "right")
                elif case.code in STOPPED:
                    acts.retry_case(case.pk, SOMEBODY)

    def expected(self) -> Held:
        """What the warehouse holds, but for what nobody has noticed yet, and as wrong as the last count was."""
        held = defaultdict(Decimal, self.shelves.wms())
        for spot in SPOTS:
            at, error = max(self.counts[spot], default=(datetime.min.replace(tzinfo=UTC), D(0)))
            held[spot] += error + sum((lost for moment, lost in self.losses[spot] if moment > at), D(0))
        return {spot: quantity for spot, quantity in held.items() if quantity}

    def prove(self) -> None:
        odoo, expected = self.shelves.odoo(), self.expected()
        apart = {spot: (odoo.get(spot), expected.get(spot)) for spot in SPOTS if odoo.get(spot) != expected.get(spot)}
        assert not apart, f"{apart} after {self.done}"
        assert self.depot.cases() == []
        open_ones = (StockDifference.State.NEW, StockDifference.State.WAITING, StockDifference.State.APPROVED)
        assert not StockDifference.objects.filter(state__in=open_ones).exists()


def _slot(spot: Spot) -> Slot:
    code, lot, condition = spot
    return Slot(SITE, f"P-{code}", lot, "", condition)
