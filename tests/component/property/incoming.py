"""What may happen to purchases: bought, changed, received in parts, over, short, damaged, with goods nobody ordered."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from xmlrpc.client import Fault

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import rule

from integration.models import Document, DocumentLine, ExceptionCase
from integration.sandbox.wms.advices import HeldAdvice
from tests.component.flows.yard import Bought
from tests.component.property import goods
from tests.component.property.machine import DEATHS, STOPS, WHICH, Machine, pick
from tests.component.property.proof import UNANSWERED, about

BOUGHT = st.lists(
    st.sampled_from(
        [
            ("CRATE-S", 4), ("CRATE-S", 1), ("CRATE-M", 3), ("ROPE-10", 6), ("PAINT-W", 4), ("DRILL", 2),
            (goods.CABLE, 12.5), (goods.EGGS, 2),
        ]
    ),
    min_size=1, max_size=3, unique_by=lambda item: item[0],
)  # fmt: skip
COMES = st.sampled_from(["full", "full", "partial", "short", "over", "nothing"])
LATE = ("CD-7003", "CD-7011", "CD-7015", "CD-7005", "CD-8107")


class Incoming(Machine):
    """Its advices are those of purchases; transfers and returns have rules of their own."""

    @property
    def bought(self) -> list[Bought]:
        return self.depot.purchases

    @rule(basket=BOUGHT, dies=DEATHS, comes=st.one_of(st.none(), COMES))
    def buy(self, basket: list[tuple[str, float]], dies: int | None, comes: str | None) -> None:
        """Perhaps something of it comes in at once."""
        bought = self.depot.buy(*basket)
        self.bought.append(bought)
        self._work("odoo_poll", None if comes else dies, 0)
        if comes and bought.advice in self.depot.wms.server.world.orders.advices.held:
            self._receive(bought.advice, comes)
            self.depot.all_arrive()
            self._work("", dies, 0)

    @rule(which=WHICH, how=st.sampled_from(["more", "cancelled", "by hand"]))
    def change_purchase(self, which: int, how: str) -> None:
        if not self.bought:
            self._expected_or_bought()
        bought = pick(self.bought, which)
        self.depot.excuse(bought.name, *LATE)
        with suppress(Fault):  # Odoo refuses what has come in, or is cancelled
            self._change_purchase(bought, how)

    def _change_purchase(self, bought: Bought, how: str) -> None:
        odoo = self.depot.odoo
        if how == "more":
            [line, *_] = odoo.rows("purchase.order.line", [["order_id", "=", bought.id]], "product_qty")
            odoo.call("purchase.order.line", "write", [line["id"]], {"product_qty": line["product_qty"] + 2})
        elif how == "cancelled":
            odoo.call("purchase.order", "button_cancel", [bought.id])
        else:
            self.depot.by_hand.add(bought.name)
            odoo.receive_by_hand(self.depot.receipts(bought.id)[-1][0])

    @rule(
        which=WHICH,
        mode=COMES,
        damaged=st.booleans(),
        arrives=st.sampled_from([True, True, False]),
        dies=DEATHS,
        stops=STOPS,
    )
    def receive(self, which: int, mode: str, damaged: bool, arrives: bool, dies: int | None, stops: int) -> None:
        expected = self._expected_or_bought()
        if expected:
            self._receive(pick(expected, which).advice.advice, mode, damaged="1" if damaged else "0")
        if arrives:
            self.depot.all_arrive()
            self._work("", dies, stops)

    @rule(which=WHICH, dies=DEATHS)
    def receive_stray(self, which: int, dies: int | None) -> None:
        """Something comes along that nobody ordered: a person decides."""
        expected = self._expected_or_bought()
        if not expected:
            return
        held = pick(expected, which)
        self.depot.excuse(held.advice.order, "CD-7006", "CD-7005")
        stray = {"sku": "P-GLOVE-M", "quantity": "3", "unit": "EA"}
        self.depot.wms.receive(held.advice.advice, lines=[stray], final=False)
        self.depot.all_arrive()
        self._work("", dies, 0)

    @rule(which=WHICH, yes=st.sampled_from([True, True, False]))
    def answer_advice(self, which: int, yes: bool) -> None:
        waiting = [held for held in self._held_advices() if held.status == "received" and not held.cancelled]
        if not waiting:
            return
        held = pick(waiting, which)
        if yes:
            self.depot.wms.accept("", advice=held.advice.advice)
        else:
            self.depot.excuse(held.advice.order, "CD-7001")
            self.depot.wms.control("reject", advice=held.advice.advice, reason="the gate is closed")

    @rule(which=WHICH, bin_=st.sampled_from(["A-1", "A-2"]))
    def put_away(self, which: int, bin_: str) -> None:
        receipts = [each for each in self.depot.wms.server.world.orders.advices.receipts if each.lines]
        if not receipts:
            return
        receipt = pick(receipts, which)
        line = receipt.lines[0]
        lot = next(iter([*(share.lot for share in line.lots), *line.serials]), None)
        quantity = next(iter(share.quantity for share in line.lots), Decimal(1) if line.serials else line.quantity)
        moved = {"sku": line.sku, "quantity": str(quantity), "unit": line.unit, "lot": lot, "to_location": bin_}
        site = self.depot.wms.server.world.orders.advices.held[receipt.advice].advice.site
        number = f"PUT-{len(self.depot.wms.server.world.orders.stock.movements):06d}"
        self.depot.excuse("", "CD-7017")
        self.depot.wms.control("put-away", put_away=number, receipt=receipt.receipt, site=site, lines=[moved])

    def _expected_or_bought(self) -> list[HeldAdvice]:
        if not self._expected("purchase"):
            self.bought.append(self.depot.buy(("CRATE-S", 4), ("PAINT-W", 3)))
            self._work("odoo_poll", None, 0)
        return self._expected("purchase")

    def _receive(self, advice: str, mode: str, **script: object) -> None:
        held = self.depot.wms.server.world.orders.advices.held[advice]
        if mode == "over":
            self.depot.excuse(held.advice.order, "CD-7005")
        with suppress(httpx.HTTPStatusError):  # nothing is left to come
            self.depot.wms.receive(advice, mode, **script)

    def _held_advices(self) -> list[HeldAdvice]:
        return list(self.depot.wms.server.world.orders.advices.held.values())

    def _expected(self, kind: str) -> list[HeldAdvice]:
        open_ones = [held for held in self._held_advices() if not held.closed and not held.cancelled]
        return [held for held in open_ones if held.advice.kind == kind and held.status != "rejected"]

    def _stopped(self) -> set[str]:
        """Orders of which a case is open, or a person has taken something on himself."""
        open_cases = ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED).exclude(code__in=UNANSWERED)
        return {name for case in open_cases for name in about(case)} | self.depot.ended | self.depot.by_hand

    def _wrong_purchases(self) -> Iterator[str]:
        stopped = self._stopped()
        for bought in self.bought:
            apart = {bought.name} & stopped
            yield from self._wrong_purchase(bought, apart=bool(apart))

    def _wrong_purchase(self, bought: Bought, *, apart: bool) -> Iterator[str]:
        """Line by line: ordered, received and billed, on both sides."""
        fields = ("product_qty", "qty_received", "qty_invoiced")
        rows = self.depot.odoo.rows("purchase.order.line", [["order_id", "=", bought.id]], *fields)
        for row in rows:
            name = f"{bought.name} line {row['id']}"
            mine = DocumentLine.objects.filter(document__kind="receipt", purchase_line_id=row["id"])
            received = sum((line.received for line in mine), Decimal(0))
            if not apart and received != Decimal(str(row["qty_received"])):
                yield f"{name}: Odoo received {row['qty_received']}, we say {received}"
            if not apart and row["qty_invoiced"] != row["qty_received"]:
                yield f"{name}: Odoo received {row['qty_received']} and was billed {row['qty_invoiced']}"
            for line in mine:
                if line.received < line.damaged or line.over != max(Decimal(0), line.received - line.ordered):
                    yield f"{line}: {line.ordered=} {line.received=} {line.over=} {line.damaged=}"
        if not apart:
            yield from self._still_expected(bought)

    def _still_expected(self, bought: Bought) -> Iterator[str]:
        """What we think is still to come is what the warehouse still waits for."""
        over = [Document.State.RECEIVED, Document.State.CANCELLED]
        mine = Document.objects.filter(kind="receipt", parent__reference=bought.name, version__gt=0)
        ours = set(mine.exclude(state__in=over).values_list("reference", flat=True))
        held = [each for each in self._held_advices() if each.advice.order == bought.name]
        theirs = {each.advice.advice for each in held if not each.closed and not each.cancelled}
        if ours != theirs:
            yield f"{bought.name}: the warehouse expects {sorted(theirs)}, we say {sorted(ours)}"
