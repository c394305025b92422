"""What each of the three sides has written down about an order, read from that side alone."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from integration.canonical.shipments import ShipmentConfirmed
from integration.models import Document, DocumentLine, StockEvent
from tests.component.flows.odoo import Odoo
from tests.component.flows.yard import Sale
from tests.component.property import goods
from tests.component.property.depot import Depot

MARK = re.compile(r"Crossdock shipment: \S+?/(\S+) on transfer (\d+), seal")
CLOSED = ("done", "cancel")
Goods = Counter[tuple[str, str]]  # Odoo's code and lot: quantity
NOTHING = Decimal(0)


@dataclass
class Line:
    """One line of an order, in Odoo's unit. ``asked`` is its quantity as Odoo has it now. ``instead``: what left as
    another product, by our book alone: in Odoo that is a line of its own. ``awaited``: what has not come back yet.
    """

    asked: Decimal = NOTHING
    over: Decimal = NOTHING
    shipped: Decimal = NOTHING
    cancelled: Decimal = NOTHING
    open: Decimal = NOTHING
    returned: Decimal = NOTHING
    instead: Decimal = NOTHING
    awaited: Decimal = NOTHING

    @property
    def balanced(self) -> bool:
        """What came back, or is announced to, Odoo asks for once more when the line is raised afterwards."""
        again = self.shipped + self.cancelled + self.open - self.asked - self.over
        return 0 <= again <= self.returned + self.awaited and self.open >= 0


@dataclass
class OdooBook:
    """``residue``: what Odoo may have rounded in ``delivered``, which it keeps in the order line's unit: 11 pieces are
    0.92 of a dozen. ``marked``: what the done transfers that bear a shipment's mark moved, once for each of them.
    """

    lines: dict[int, Line] = field(default_factory=lambda: defaultdict(Line))
    delivered: dict[int, Decimal] = field(default_factory=dict)
    residue: dict[int, Decimal] = field(default_factory=dict)
    marked: defaultdict[str, list[Goods]] = field(default_factory=lambda: defaultdict(list))
    substitutes: set[int] = field(default_factory=set)
    open_names: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)


def exact(quantity: float) -> Decimal:
    return Decimal(str(round(quantity, 6)))


def of_odoo(odoo: Odoo, sale: Sale) -> OdooBook:
    book = OdooBook()
    _read_lines(odoo, sale, book)
    held = "quantity" if odoo.version >= 17 else "quantity_done"
    wanted = ("state", "sale_line_id", "picking_id", "product_uom_qty", "picking_code", held)
    for move in odoo.rows("stock.move", [["picking_id.sale_id", "=", sale.id]], *wanted):
        if move["picking_code"] == "incoming":
            if move["sale_line_id"]:
                back = book.lines[move["sale_line_id"]]
                if move["state"] == "done":
                    back.returned += exact(move[held])
                else:
                    back.awaited += exact(move["product_uom_qty"])
            continue
        line, demand = book.lines[move["sale_line_id"]], exact(move["product_uom_qty"])
        if move["state"] == "done":
            done = exact(move[held])
            line.shipped += done
            line.over += max(NOTHING, done - demand)
            line.cancelled += max(NOTHING, demand - done)  # without a backorder the rest stays in the demand
        elif move["state"] == "cancel":
            line.cancelled += demand
        else:
            line.open += demand
    if odoo.version < 17:  # its demand grows with what is done; what was cancelled, a raise asks for once more
        for line in book.lines.values():
            more = max(NOTHING, line.shipped + line.cancelled + line.open - line.asked)
            again = min(more, line.cancelled) if line.open else NOTHING
            line.asked, line.over = line.asked + again, more - again
    _read_transfers(odoo, sale, book)
    return book


def _read_lines(odoo: Odoo, sale: Sale, book: OdooBook) -> None:
    """In the product's unit, as transfers are."""
    of_unit = goods.unit_field(odoo)
    names = {row["id"]: row["name"] for row in odoo.rows("uom.uom", [], "name")}
    wanted = ("product_id", of_unit, "product_uom_qty", "qty_delivered", "name")
    rows = odoo.rows("sale.order.line", [["order_id", "=", sale.id]], *wanted)
    codes = odoo._codes([row["product_id"] for row in rows])
    for row in rows:
        code, unit = codes[row["product_id"]], names[row[of_unit]]
        book.substitutes |= {row["id"]} if " in place of " in row["name"] else set()
        book.lines[row["id"]].asked = goods.in_product_unit(exact(row["product_uom_qty"]), unit, code)
        book.delivered[row["id"]] = goods.in_product_unit(exact(row["qty_delivered"]), unit, code)
        book.residue[row["id"]] = goods.in_product_unit(goods.HALF_A_STEP, unit, code)


def _read_transfers(odoo: Odoo, sale: Sale, book: OdooBook) -> None:
    for row in odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "name", "state", "note"):
        book.names.add(row["name"])
        if row["state"] not in CLOSED:
            book.open_names.add(row["name"])
        mark = [name for name, owner in MARK.findall(row["note"] or "") if int(owner) == row["id"]]
        if row["state"] == "done" and mark:
            book.marked[mark[-1]].append(_moved(odoo, row["id"]))


def _moved(odoo: Odoo, picking: int) -> Goods:
    held = "quantity" if odoo.version >= 17 else "qty_done"
    rows = odoo.rows("stock.move.line", [["picking_id", "=", picking]], "product_id", "lot_id", held, "state")
    codes = odoo._codes([row["product_id"] for row in rows])
    lots = {row["id"]: row["name"] for row in odoo.rows("stock.lot", [], "name")}
    moved: Goods = Counter()
    for row in rows:
        if row["state"] == "done" and row[held]:
            moved[codes[row["product_id"]], lots.get(row["lot_id"], "")] += exact(row[held])
    return moved


def of_warehouse(shipment: ShipmentConfirmed) -> Goods:
    """By our code: the warehouse's is P-CODE, perhaps with a number after a slash."""
    left: Goods = Counter()
    for line in shipment.lines:
        code = code_of(line.sku)
        parts: list[tuple[str, Any]] = [(serial, Decimal(1)) for serial in line.serials]
        parts += [(lot.lot, lot.quantity) for lot in line.lots]
        for lot, quantity in parts or [("", line.quantity)]:
            left[code, lot] += goods.in_odoo_unit(quantity, code)
    return +left


def code_of(sku: str) -> str:
    return sku.removeprefix("P-").partition("/")[0]


def of_ours(source: str) -> Goods:
    left: Goods = Counter()
    for event in StockEvent.objects.filter(source=source):
        left[event.sku, event.lot] -= event.quantity
    return left


def deliveries_of(sale: Sale) -> QuerySet[DocumentLine]:
    order = {"document__parent__kind": Document.Kind.ORDER, "document__parent__erp_id": sale.id}
    return DocumentLine.objects.filter(document__kind=Document.Kind.DELIVERY, **order)


def open_of(row: DocumentLine) -> Decimal:
    return row.ordered + row.over - row.gone - row.cancelled


def lines_of_ours(sale: Sale) -> dict[int, Line]:
    """What a final shipment left over was asked for again by another delivery: it is open there."""
    book: dict[int, Line] = defaultdict(Line)
    for row in deliveries_of(sale).select_related("document"):
        line, left = book[row.sale_line_id or 0], open_of(row)
        line.over += row.over
        line.shipped += row.shipped
        line.instead += row.substituted
        line.returned += row.returned
        line.cancelled += row.cancelled
        if row.document.state == Document.State.CANCELLED:
            line.cancelled += left
        elif row.document.state != Document.State.SHIPPED:
            line.open += left
    return book


def open_at_warehouse(depot: Depot, sale: Sale) -> dict[str, Decimal]:
    """By our line's name: what the warehouse still means to ship, in Odoo's unit."""
    orders = depot.wms.server.world.orders
    found: dict[str, Decimal] = {}
    for held in orders.held.values():
        if held.release.order == sale.name and not held.closed and held.status != "rejected":
            for line in held.release.lines:
                left = orders.open_quantity(held.release.release, line)
                found[line.line] = goods.in_odoo_unit(left, code_of(line.sku))
    return found
