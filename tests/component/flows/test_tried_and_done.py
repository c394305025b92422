"""The proof of trying a change: what it lists is what two real runs do otherwise, one without it and one with it.

A month of orders and messages, drawn by a seed, is lived twice, each time in a world of its own: an empty database, an
Odoo and a warehouse that know nothing. In the first one the change is tried at the end; in the second one it is made at
the beginning, by the functions that people's clicks come to. Another release has another answer, which is no message of
the first world any more: such answers are left out.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django.live_server_helper import LiveServer

from integration.flows import returning
from integration.jobs import business, mappings, tries
from integration.models import (
    BusinessRule,
    CaseJob,
    CodeMapping,
    ExceptionCase,
    InboundMessage,
    OrderRule,
    StockDifference,
    StockEvent,
    SyncJob,
)
from integration.sandbox.odoo import SandboxOdoo
from integration.sandbox.wms import SandboxWms
from integration.sandbox.wms.world import Behaviour
from tests.component.flows.conftest import SECRET, SLUG, TOKEN, fresh_yard
from tests.component.flows.returns import Dock, line
from tests.component.flows.shelves import SITE, Shelves
from tests.component.flows.test_tried_changes import mapping, rule, tried
from tests.component.flows.wms import Wms
from tests.component.flows.yard import SOMEBODY, Bought, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS, ADJUSTMENTS, PURCHASES = 30, 24, 9
TYPES = ("inventory.adjusted", "receipt.confirmed", "return.received", "shipment.confirmed")
ANSWERS = {"shipment.confirmed": "SHP", "return.received": "RT"}  # to a release
GOODS = ("CRATE-S", "CRATE-M", "ROPE-10", "GLOVE-M")
HEAVY = '"CRATE-M" in delivery.quantities && delivery.quantities["CRATE-M"] > decimal({})'
SOON = '"ROPE-10" in delivery.products'
Real = dict[tuple[str, str], Any]


@dataclass
class World:
    """What the dice say, the same in each world, and what came of it there."""

    yard: Yard
    shelves: Shelves
    dock: Dock
    sales: list[Sale] = field(default_factory=list)
    bought: list[Bought] = field(default_factory=list)

    def live(self) -> None:
        dice = random.Random(20261201)
        for _ in range(ORDERS):
            basket = [(code, dice.randint(1, 6)) for code in dice.sample(GOODS, dice.randint(1, 3))]
            self.sales.append(self.yard.sell(*basket))
        self.yard.look()
        for held in self.yard.wms.books():
            self.yard.wms.accept(held["release"])
        self.yard.run()
        for held in self.yard.wms.books():
            self.yard.wms.ship(held["release"], _mode(held["release"]), shipment=f"SHP-{held['release']}")
        self.yard.run()
        for _ in range(PURCHASES):
            self.bought.append(self.yard.expected(("CRATE-S", dice.randint(1, 9))))
        for bought in self.bought:
            self.yard.wms.receive(bought.advice, _mode(bought.advice))
        self.yard.run()
        for number in range(ADJUSTMENTS):
            sku, unit = dice.choice(("P-NAIL", "P-SCREW", "P-OLD")), dice.choice(("EA", "BOX"))
            quantity = str(dice.choice((-3, -2, -1, 1, 2, 5)))
            found = {"sku": sku, "quantity": quantity, "unit": unit, "reason": dice.choice(("BROKEN", "FOUND"))}
            self.shelves.adjust(found, adjustment=f"A-{number}")
        self.yard.run()
        for held in self.yard.wms.books():
            for back in _back(held):
                self.dock.tell(back, receipt=f"RT-{held['release']}", release=held["release"])

    def real(self) -> Real:
        """By document, what really came of it: what stopped it, or else what went."""
        books = {held["release"]: held for held in self.yard.wms.books()}
        found: Real = {("order.release", sale.release): self._order(sale, books) for sale in self.sales}
        for bought in self.bought:
            found["receipt.advice", bought.advice] = ("went", self.yard.wms.expected(bought.name))
        for message in InboundMessage.objects.filter(type__in=TYPES):
            found[message.type, message.reference] = _message(message)
        return found

    @staticmethod
    def _order(sale: Sale, books: dict[str, Any]) -> Any:
        held = books.get(sale.release)
        if held is not None:
            document = held["document"]
            lines = [(line["sku"], line["quantity"], line["unit"]) for line in document["lines"]]
            return ("went", document["carrier"], document.get("priority"), lines)
        waiting = CaseJob.objects.filter(job__document__reference=sale.name, case__state__in=ExceptionCase.UNRESOLVED)
        return ("stopped", sorted(waiting.values_list("case__code", flat=True)))


def _mode(number: str) -> str:
    """Of each document the same in both worlds, whatever others there are."""
    return "over" if int(number[-5:]) % 3 == 0 else "full"


def _back(held: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What comes back of a release that left as it was asked for: one more by another code, or half a box."""
    crates = sorted(each["sku"] for each in held["document"]["lines"] if each["sku"] in ("P-CRATE-S", "P-CRATE-M"))
    if _mode(held["release"]) == "full" and crates:
        by_code = int(held["release"][-5:]) % 2 == 0
        yield {**line("CRATE-M", 1), "sku": "OLD-CRATE"} if by_code else {
            **line("CRATE-S", 0.5), "sku": crates[0], "unit": "BOX",
        }  # fmt: skip


def _message(message: InboundMessage) -> Any:
    """Of an adjustment that no rule lets through, how much waits is no part of why it does."""
    job = SyncJob.objects.filter(inbound=message).latest("pk")
    if job.state != SyncJob.State.SUCCEEDED:
        return ("stopped", sorted(job.waits_on.values_list("case__code", flat=True)))
    rows: Any = StockDifference.objects.filter(message=message.pk).order_by("line")
    if message.type == "return.received":
        rows = StockEvent.objects.filter(kind=StockEvent.Kind.RETURNED, source=_source(message)).order_by("line")
    return ("went", [(row.sku, row.quantity.normalize()) for row in rows])


def _source(message: InboundMessage) -> str:
    return returning.read(message).source


@contextmanager
def world(odoo_server: SandboxOdoo, live_server: LiveServer) -> Iterator[World]:
    call_command("flush", interactive=False, verbosity=0)
    target = f"{live_server.url}/api/v1/webhooks/{SLUG}"
    with SandboxWms(SECRET, TOKEN, target, behaviour=Behaviour(acknowledge_after=None)) as server:
        yard = fresh_yard(odoo_server, Wms(server))
        shelves = Shelves(yard)
        for code in ("NAIL", "SCREW"):
            shelves.stock(code, 500)
        old = [{"sku": "P-OLD", "lot": "", "quantity": "500"}]
        yard.wms.control("stock", site=SITE, lines=old)
        mapping(yard, "unit", "Units", "BOX", alias=True, per=10).save()
        mapping(yard, "product", "CRATE-M", "OLD-CRATE", alias=True).save()
        shelves.allow(value="20")
        shelves.allow("receive_over_units", "1")
        yard.set(receipt_mode="live")
        with transaction.atomic():
            business.keep(rule(HEAVY.format(4), name="Heavy"), SOMEBODY)
            business.keep(rule(SOON, "priority", name="Ropes"), SOMEBODY)
        yield World(yard, shelves, Dock(yard))


def changes(yard: Yard) -> list[Any]:
    """Rows as they are to be: an edited rule, one that is switched off, a new one, a unit that holds more, a code of
    another product, a new code, and limits of stock, of what comes in and of what leaves."""
    heavy, ropes = OrderRule.objects.get(name="Heavy"), OrderRule.objects.get(name="Ropes")
    heavy.condition = HEAVY.format(2)
    ropes.enabled = False
    box = CodeMapping.objects.get(partner_code="BOX")
    box.per = Decimal(12)
    old = tries.ended(CodeMapping.objects.get(partner_code="OLD-CRATE").pk)
    crate = mapping(yard, "product", "CRATE-S", "OLD-CRATE", alias=True)
    limit, surplus = BusinessRule.objects.order_by("pk")
    limit.value, surplus.active = Decimal(24), False
    excess = BusinessRule(kind="over_units", warehouse=yard.warehouse, value=1)
    gloves = rule('"GLOVE-M" in delivery.products', "ship", name="Gloves")
    return [
        heavy,
        ropes,
        gloves,
        box,
        *old,
        crate,
        mapping(yard, "product", "NAIL", "P-OLD", alias=True),
        limit,
        surplus,
        excess,
    ]


def make_them(yard: Yard, wanted: list[Any]) -> None:
    for row in wanted:
        with transaction.atomic():
            if isinstance(row, tries.Step):
                mappings.end(CodeMapping.objects.get(partner_code=row.before["partner_code"]).pk, SOMEBODY, "moved")
            elif isinstance(row, OrderRule):
                business.keep(row, SOMEBODY)
            elif isinstance(row, BusinessRule):
                row.save()
            else:
                more = {"factor": row.factor, "per": row.per, "alias": row.alias}
                mappings.add(row.partner, row.kind, row.odoo_code, row.partner_code, **more, actor=SOMEBODY)


def _without(left_out: set[tuple[str, str]], found: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    return {key: said for key, said in found.items() if key not in left_out}


def verdict(before: Any, after: Any) -> str:
    if before[0] != after[0]:
        return "stops" if after[0] == "stopped" else "goes"
    return "otherwise" if after[0] == "went" else "stopped"


def test_the_list_is_what_two_real_runs_do_otherwise(odoo_server: SandboxOdoo, live_server: LiveServer) -> None:
    with world(odoo_server, live_server) as first:
        first.live()
        before = first.real()
        made = tried(first.yard, *changes(first.yard))
        listed = {(row.kind, row.reference): row.verdict for row in made.documents.all()}
        assert first.real() == before
    with world(odoo_server, live_server) as second:
        make_them(second.yard, changes(second.yard))
        second.live()
        after = second.real()
    really = {key: verdict(was, after[key]) for key, was in before.items() if key in after and was != after[key]}
    moved = [number for kind, number in really if kind == "order.release"]
    answers = {(kind, f"{sign}-{number}") for number in moved for kind, sign in ANSWERS.items()}
    assert _without(answers, listed) == _without(answers, really)
    assert made.untold == 0
    assert made.decided == len(before)
    assert {*really.values()} == {"stops", "goes", "otherwise", "stopped"}
