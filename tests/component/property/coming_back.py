"""What may come back: announced or blind, in any condition, judged at once or later, more than left, something else."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any
from xmlrpc.client import Fault

from hypothesis import strategies as st
from hypothesis.stateful import rule

from integration.canonical.receipts import ReturnReceived
from integration.canonical.shipments import ShipmentConfirmed
from integration.models import StockEvent
from tests.component.property.books import code_of
from tests.component.property.furnish import NORTH
from tests.component.property.incoming import Incoming
from tests.component.property.machine import DEATHS, STOPS, WHICH, pick

FOUND = st.sampled_from(
    [
        ("resell", "good"), ("resell", "good"), ("resell", "damaged"), ("quarantine", "good"), ("scrap", "damaged"),
        (None, "good"), (None, "good"),
    ]
)  # fmt: skip
NAMED = st.sampled_from(["release", "shipment", "order", "nothing"])
ODD = ("CD-7030", "CD-7031", "CD-7032", "CD-7033", "CD-7042", "CD-8106")
Line = dict[str, Any]


class ComingBack(Incoming):
    @rule(which=WHICH, found=FOUND, named=NAMED, more=st.sampled_from([0, 0, 0, 5]), dies=DEATHS, stops=STOPS)
    def come_back(
        self, which: int, found: tuple[str | None, str], named: str, more: int, dies: int | None, stops: int
    ) -> None:
        """``more`` than left with that shipment."""
        shipments = self._left_or_sold()
        if shipments:
            shipment = pick(shipments, which)
            release = self.depot.wms.server.world.orders.held[shipment.release].release
            says = {"release": release.release, "shipment": shipment.shipment, "order": release.order}
            self.depot.excuse(release.order, *ODD)
            self.depot.excuse("", *ODD)  # whose it is, nobody knows before a person has named it
            lines = [back for line in shipment.lines if (back := _back(line, found, more))]
            about = {named: says[named]} if named in says else {}
            if lines:
                self.depot.wms.control("return", site=NORTH, lines=lines, **about)
        self.depot.all_arrive()
        self._work("", dies, stops)

    @rule(which=WHICH, quantity=st.integers(1, 2))
    def announce_return(self, which: int, quantity: int) -> None:
        """By Odoo's wizard, on a delivery with one line."""
        shipments = [each for each in self._left_to_customers() if len(each.lines) == 1]
        if shipments:
            with suppress(Fault, ValueError):  # it has not left by Odoo's books, or in several lines
                self.depot.odoo.send_back(pick(shipments, which).release, quantity)

    @rule(which=WHICH, found=FOUND, share=st.sampled_from(["1", "1", "0.5"]), dies=DEATHS)
    def take_announced(self, which: int, found: tuple[str | None, str], share: str, dies: int | None) -> None:
        """All of what was announced, or a part and no more."""
        expected = self._expected("return")
        if expected:
            held = pick(expected, which)
            self.depot.excuse(held.advice.order, *ODD)
            lines = [
                {**_judged(found), "sku": line.sku, "unit": line.unit, "quantity": str(_whole(line.quantity, share))}
                for line in held.advice.lines
                if line.tracking == "none"
            ]
            if lines:
                self.depot.wms.control("return", site=NORTH, advice=held.advice.advice, lines=lines)
                held.closed = True
        self.depot.all_arrive()
        self._work("", dies, 0)

    @rule(which=WHICH, found=FOUND, half=st.booleans(), dies=DEATHS, stops=STOPS)
    def inspect(self, which: int, found: tuple[str | None, str], half: bool, dies: int | None, stops: int) -> None:
        """What nobody had judged is judged, or ``half`` of it; the message says all of the return again."""
        if not self._to_judge():
            self.come_back(which, (None, "good"), "release", 0, None, 0)
        waiting = self._to_judge()
        if waiting and found[0]:
            told = pick(waiting, which)
            lines = [part for line in told.lines for part in _inspected(line.model_dump(mode="json"), found, half)]
            named = told.model_dump(include={"receipt", "site", "advice", "release", "shipment", "order"})
            self.depot.wms.control("return", lines=lines, **named)
        self.depot.all_arrive()
        self._work("", dies, stops)

    def _left_or_sold(self) -> list[ShipmentConfirmed]:
        if not self._left_to_customers():
            self.sell([("CRATE-S", 4.0)], None, "full")
        return self._left_to_customers()

    def _left_to_customers(self) -> list[ShipmentConfirmed]:
        orders = self.depot.wms.server.world.orders
        sales = {name for name, held in orders.held.items() if self.depot.is_sale(held.release.order)}
        return [each for each in orders.shipments if each.release in sales]

    def _to_judge(self) -> list[ReturnReceived]:
        return [told for told in self._told() if any(line.disposition is None for line in told.lines)]

    def _told(self) -> list[ReturnReceived]:
        return list(self.depot.wms.server.world.orders.returns.told.values())

    def _unjudged(self) -> set[str]:
        """Orders of which something came back that nobody has judged: it is credited with the rest, later."""
        told = [one.receipt for one in self._told() if any(line.disposition is None for line in one.lines)]
        came = StockEvent.objects.filter(kind="returned", document__parent__isnull=False)
        rows = came.values_list("source", "document__parent__reference")
        return {order for source, order in rows if source.rpartition("/")[2] in told}

    def _wrong_returns(self) -> Iterator[str]:
        """Stock and order lines are proven elsewhere: here, that no transfer of ours was left behind."""
        domain = [["picking_type_code", "=", "incoming"], ["sale_id", "!=", False]]
        rows = self.depot.odoo.rows("stock.picking", domain, "name", "state", "sale_id")
        names = {sale.id: sale.name for sale in self.depot.sales}
        expected = {held.advice.advice for held in self._held_advices()}
        for row in rows:
            stopped = names.get(row["sale_id"]) in self._stopped()
            if row["state"] not in ("done", "cancel") and row["name"] not in expected and not stopped:
                yield f"{row['name']} of {names.get(row['sale_id'])} was made for goods that came back, and is open"


def _judged(found: tuple[str | None, str]) -> Line:
    disposition, condition = found
    return {"condition": condition, **({"disposition": disposition} if disposition else {})}


def _whole(quantity: Decimal, share: str) -> Decimal:
    return max(Decimal(1), (quantity * Decimal(share)).to_integral_value())


def _back(line: Any, found: tuple[str | None, str], more: int) -> Line | None:
    """One line of a shipment, as it comes back. Cable and eggs stay with the customer."""
    if not line.quantity or code_of(line.sku) in ("CABLE", "EGGS"):
        return None
    back: Line = {**_judged(found), "line": line.line, "sku": line.sku, "unit": line.unit}
    if line.serials:
        return {**back, "quantity": "1", "serials": [line.serials[0]]}
    if line.lots:
        return {**back, "quantity": "1", "lots": [{"lot": line.lots[0].lot, "quantity": "1"}]}
    return {**back, "quantity": str(max(Decimal(1), line.quantity // 2) + more)}


def _inspected(line: Line, found: tuple[str | None, str], half: bool) -> Iterator[Line]:
    plain = {key: value for key, value in line.items() if value not in (None, [], "")}
    if "disposition" in plain:
        yield plain
        return
    quantity = Decimal(str(plain["quantity"]))
    if half and quantity >= 2 and "lots" not in plain and "serials" not in plain:
        yield {**plain, **_judged(found), "quantity": "1"}
        yield {**plain, "quantity": str(quantity - 1)}
    else:
        yield {**plain, **_judged(found)}
