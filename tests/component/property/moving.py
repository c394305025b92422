"""What may happen between two warehouses: goods leave the one, are on their way, come in at the other or get lost."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xmlrpc.client import Fault

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import rule

from integration.models import ExceptionCase, InTransit
from integration.sandbox.wms.advices import HeldAdvice
from integration.sandbox.wms.orders import HeldOrder
from tests.component.property.books import exact
from tests.component.property.furnish import NORTH, SOUTH, Town
from tests.component.property.machine import DEATHS, STOPS, WHICH, Machine, pick
from tests.component.property.proof import about

SENT = st.lists(
    st.sampled_from([("CRATE-S", 6), ("CRATE-M", 3), ("PAINT-W", 4)]),
    min_size=1, max_size=2, unique_by=lambda item: item[0],
)  # fmt: skip
LEAVES = st.sampled_from(["full", "full", "partial", "short"])
COMES = st.sampled_from(["full", "full", "partial", "short", "over"])


@dataclass(frozen=True)
class Transfer:
    """Its two legs in Odoo, by name; the first one is what everybody calls it by."""

    name: str
    into: str
    ids: tuple[int, int]


class Moving(Machine):
    town: Town

    @property
    def sent(self) -> list[Transfer]:
        return self.depot.transfers

    @rule(basket=SENT, dies=DEATHS, leaves=st.one_of(st.none(), LEAVES))
    def send(self, basket: list[tuple[str, float]], dies: int | None, leaves: str | None) -> None:
        """Perhaps something of it leaves at once."""
        transfer = send(self.town, basket)
        self.sent.append(transfer)
        self._work("odoo_poll", None if leaves else dies, 0)
        held = self.depot.wms.server.world.orders.held.get(transfer.name)
        if leaves and held:
            self._leave(held, leaves)
            self.depot.all_arrive()
            self._work("", dies, 0)

    @rule(which=WHICH, mode=LEAVES, dies=DEATHS, stops=STOPS)
    def leave(self, which: int, mode: str, dies: int | None, stops: int) -> None:
        if not self._to_leave():
            self._send()
        wanted = self._to_leave()
        if wanted:
            self._leave(pick(wanted, which), mode)
        self.depot.all_arrive()
        self._work("", dies, stops)

    @rule(which=WHICH, mode=COMES, dies=DEATHS, stops=STOPS)
    def come_in(self, which: int, mode: str, dies: int | None, stops: int) -> None:
        if not self._on_their_way():
            self._send_and_leave()
        expected = self._on_their_way()
        if expected:
            held = pick(expected, which)
            self.depot.excuse(held.advice.order, *(("CD-7005",) if mode == "over" else ("CD-7020",)))
            with suppress(httpx.HTTPStatusError):  # nothing is left to come
                self.depot.wms.receive(held.advice.advice, mode)
        self.depot.all_arrive()
        self._work("", dies, stops)

    @rule(which=WHICH)
    def cancel_transfer(self, which: int) -> None:
        """Both legs, by somebody in Odoo."""
        if not self.sent:
            self._send()
        transfer = pick(self.sent, which)
        self.depot.excuse(transfer.name, "CD-4005", "CD-4013", "CD-5003", "CD-7003", "CD-7015")
        with suppress(Fault):  # one of them is done
            self.depot.odoo.call("stock.picking", "action_cancel", list(transfer.ids))

    def _send(self) -> None:
        self.sent.append(send(self.town, [("CRATE-S", 6)]))
        self._work("odoo_poll", None, 0)

    def _leave(self, held: HeldOrder, mode: str) -> None:
        if mode == "short":  # of a single piece nothing leaves
            self.depot.excuse(held.release.order, "CD-5011")
        with suppress(httpx.HTTPStatusError):  # nothing is left to leave
            self.depot.wms.ship(held.release.release, mode)

    def _send_and_leave(self) -> None:
        self._send()
        for held in self._to_leave():
            self._leave(held, "full")
        self.depot.all_arrive()
        self._work("", None, 0)

    def _to_leave(self) -> list[HeldOrder]:
        return [held for held in self.depot.held_orders() if self._is_ours(held.release.order) and not held.closed]

    def _is_ours(self, order: str) -> bool:
        return any(transfer.name == order for transfer in self.sent)

    def _on_their_way(self) -> list[HeldAdvice]:
        held = self.depot.wms.server.world.orders.advices.held.values()
        return [each for each in held if each.advice.kind == "transfer" and not each.closed and not each.cancelled]

    def _wrong_transfers(self) -> Iterator[str]:
        """What is on its way is what left and has not come in: by Odoo's stock, and by our rows."""
        odoo = self.depot.odoo
        codes = {row["id"]: row["default_code"] for row in odoo.rows("product.product", [], "default_code")}
        lots = {row["id"]: row["name"] for row in odoo.rows("stock.lot", [], "name")}
        theirs: Counter[tuple[str, str]] = Counter()
        domain = [["location_id", "=", self.town.transit]]
        for row in odoo.rows("stock.quant", domain, "product_id", "lot_id", "quantity"):
            theirs[codes[row["product_id"]], lots.get(row["lot_id"], "")] += exact(row["quantity"])
        ours: Counter[tuple[str, str]] = Counter()
        for one in InTransit.objects.all():
            ours[one.sku, one.lot] += one.quantity
        apart = {key: (theirs[key], ours[key]) for key in theirs.keys() | ours.keys() if theirs[key] != ours[key]}
        if apart:
            yield f"on the way, as Odoo says and as we say: {apart}"
        yield from self._wrong_legs()

    def _wrong_legs(self) -> Iterator[str]:
        """Everything that came to rest has come in, is told as missing, or is still expected."""
        open_cases = ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED)
        explained = {name for case in open_cases for name in about(case)} | self.depot.ended
        expected = {each.advice.order for each in self._on_their_way()}
        for transfer in self.sent:
            # Below zero: more came in than left, which a person has let through.
            rows = InTransit.objects.filter(transfer__reference=transfer.name, quantity__gt=0)
            left = sum((row.quantity for row in rows), Decimal(0))
            if left and transfer.name not in explained | expected:
                yield f"{transfer.name}: {left} are on the way, and nobody waits for them"


def send(town: Town, basket: list[tuple[str, float]]) -> Transfer:
    """A transfer with both its legs confirmed."""
    odoo = town.depot.odoo
    first = _leg(town, town.types[NORTH][0], (town.places[NORTH, "good"], town.transit), basket, {})
    moves = odoo.rows("stock.move", [["picking_id", "=", first]], "product_id")
    origins = {row["product_id"]: row["id"] for row in moves}
    second = _leg(town, town.types[SOUTH][1], (town.transit, town.places[SOUTH, "good"]), basket, origins)
    odoo.call("stock.picking", "action_confirm", [first, second])
    odoo.call("stock.picking", "action_assign", [first])
    rows = odoo.rows("stock.picking", [["id", "in", [first, second]]], "name")
    return Transfer(rows[0]["name"], rows[1]["name"], (first, second))


def _leg(town: Town, kind: int, way: tuple[int, int], basket: list[tuple[str, float]], origins: dict[int, int]) -> int:
    odoo, moves = town.depot.odoo, []
    for code, quantity in basket:
        [product] = odoo.rows("product.product", [["default_code", "=", code]], "uom_id")
        goods: dict[str, Any] = {"product_id": product["id"], "product_uom": product["uom_id"], "name": code}
        if origins:
            goods |= {"move_orig_ids": [[6, 0, [origins[product["id"]]]]], "procure_method": "make_to_order"}
        moves.append([0, 0, {**goods, "product_uom_qty": quantity, "location_id": way[0], "location_dest_id": way[1]}])
    values = {"picking_type_id": kind, "location_id": way[0], "location_dest_id": way[1], "move_ids": moves}
    return int(odoo.call("stock.picking", "create", values))
