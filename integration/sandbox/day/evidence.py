"""What both sides' books say at the end of the day, read from them alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from integration.sandbox.day.afterwards import RETURN
from integration.sandbox.day.doing import Doing, People
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.proof import Evidence
from integration.sandbox.day.shelves import Stockroom, read_wms, return_of
from integration.sandbox.day.sides import add_returns, read_odoo
from integration.sandbox.day.sides import read_wms as read_orders
from integration.sandbox.day.stock_proof import STRAY, StockEvidence
from integration.sandbox.day.troubles import STRAY_SHIPMENT

Row = Mapping[str, Any]


def latest_movement(odoo: Odoo) -> int:
    """Whatever Odoo moved up to it was there when the day began."""
    return max(odoo.call("stock.move.line", "search", [], limit=1, order="id desc"), default=0)


def of_orders(
    people: People,
    orders: Sequence[PlannedOrder],
    doings: Sequence[Doing],
    cases: Sequence[Row],
    stuck: Sequence[str],
) -> Evidence:
    books = people.wms.books()
    others = {doing.name for doing in doings}
    held = [each for each in books["orders"] if each["order"] not in others]
    odoo, line_of = read_odoo(people.odoo, [order.id for order in orders], people.shop)
    releases = {each["release"]: each["order"] for each in held}
    wms = read_orders(held, line_of, odoo)
    add_returns(wms, people.wms.returns(), documents(orders), odoo)
    for order in orders:
        if order.name in wms:
            wms[order.name].proofs |= order.proofs
    return Evidence(orders, odoo, wms, books["strays"], releases, cases, stuck, doings)


def of_stock(people: People, orders: Sequence[PlannedOrder], doings: Sequence[Doing], since: int) -> StockEvidence:
    """``since``: the latest movement in Odoo before the day began."""
    numbers = {number: doing.title for doing in doings for number in doing.names}
    numbers |= {
        number: return_of(name) if number.startswith(RETURN) else name for number, name in documents(orders).items()
    }
    for held in people.wms.books()["orders"]:
        numbers |= {shipment["shipment"]: held["order"] for shipment in held["shipments"]}
    odoo = Stockroom(people.odoo, people.shop, people.trade, since).read(numbers)
    wms = read_wms(people.wms, {**numbers, STRAY_SHIPMENT: STRAY}, people.shop.sign)
    return StockEvidence(odoo, wms, orders, doings)


def documents(orders: Sequence[PlannedOrder]) -> dict[str, str]:
    return {number: order.name for order in orders for number in order.documents}
