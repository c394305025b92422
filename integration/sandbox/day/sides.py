"""What each side says about each order line, in the same words: pieces, lots, packages, tracking numbers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.sandbox.day.goods import BY_PARTNER_SKU, BY_SKU, Shop
from integration.sandbox.day.odoo import Odoo

Amounts = Counter[str]
Row = Mapping[str, Any]


@dataclass
class LineBook:
    """One line by one side's books; quantities in pieces, ``lots`` with serial numbers among them."""

    ordered: Decimal = Decimal(0)
    shipped: Decimal = Decimal(0)
    lots: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    packages: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


@dataclass
class OrderBook:
    """``lines`` by Odoo's id of the order line. ``delivered``: what the order itself says, beside its transfers."""

    name: str
    lines: defaultdict[int, LineBook] = field(default_factory=lambda: defaultdict(LineBook))
    delivered: dict[int, Decimal] = field(default_factory=dict)
    skus: dict[int, str] = field(default_factory=dict)
    tracking: set[str] = field(default_factory=set)


Books = dict[str, OrderBook]


def read_odoo(odoo: Odoo, ids: Sequence[int], shop: Shop) -> tuple[Books, dict[str, int]]:
    """Odoo's side, from its orders and its done transfers; and which order line each move belongs to."""
    orders = odoo.rows("sale.order", [["id", "in", list(ids)]], ["name"])
    names = {row["id"]: row["name"] for row in orders}
    books = {name: OrderBook(name) for name in names.values()}
    skus = {product: sku for sku, product in shop.products.items()}
    lines = odoo.rows(
        "sale.order.line",
        [["order_id", "in", list(ids)]],
        ["order_id", "product_id", "product_uom_qty", "qty_delivered"],
    )
    where = {row["id"]: books[names[row["order_id"]]] for row in lines}
    for row in lines:
        book, sku = where[row["id"]], skus[row["product_id"]]
        book.skus[row["id"]] = sku
        book.lines[row["id"]].ordered = _pieces(row["product_uom_qty"], sku)
        book.delivered[row["id"]] = _pieces(row["qty_delivered"], sku)
    moves = _moves(odoo, list(where), shop.version)
    for row in moves:
        if row["state"] == "done":
            sku = where[row["sale_line_id"]].skus[row["sale_line_id"]]
            where[row["sale_line_id"]].lines[row["sale_line_id"]].shipped += _pieces(row["done"], sku)
    _details(odoo, moves, where, shop.version)
    _tracking(odoo, ids, names, books)
    return books, {str(row["id"]): row["sale_line_id"] for row in moves}


def read_wms(orders: Iterable[Row], line_of: Mapping[str, int]) -> Books:
    """The warehouse's side. A release of a backorder asks again for what the first one asked: it counts once."""
    books: Books = {}
    for held in orders:
        book = books.setdefault(held["order"], OrderBook(held["order"]))
        for row in held["lines"]:
            factor = BY_PARTNER_SKU[row["sku"]].factor
            line = book.lines[line_of[row["line"]]]
            line.ordered = max(line.ordered, Decimal(row["ordered"]))
            line.shipped += Decimal(row["shipped"])
            for lot, quantity in row["lots"].items():
                line.lots[lot] += Decimal(quantity)
            for serial in row["serials"]:
                line.lots[serial] += factor
            for package, quantity in row["packages"].items():
                line.packages[package] += Decimal(quantity)
        for shipment in held["shipments"]:
            book.tracking |= set(shipment.get("tracking_numbers", ()))
    return books


def _moves(odoo: Odoo, line_ids: list[int], version: int) -> list[dict[str, Any]]:
    done = "quantity" if version >= 17 else "quantity_done"
    fields = ["sale_line_id", "picking_id", "state", done]
    rows = odoo.rows("stock.move", [["sale_line_id", "in", line_ids]], fields)
    return [{**row, "done": row[done]} for row in rows]


def _details(odoo: Odoo, moves: Sequence[Row], where: Mapping[int, OrderBook], version: int) -> None:
    done = "quantity" if version >= 17 else "qty_done"
    line_of = {row["id"]: row["sale_line_id"] for row in moves if row["state"] == "done"}
    fields = ["move_id", "lot_id", "result_package_id", done]
    rows = odoo.rows("stock.move.line", [["move_id", "in", list(line_of)]], fields)
    lots = _names(odoo, "stock.lot", {row["lot_id"] for row in rows})
    packages = _names(
        odoo, "stock.quant.package" if version < 19 else "stock.package", {row["result_package_id"] for row in rows}
    )
    for row in rows:
        line_id = line_of[row["move_id"]]
        line, sku = where[line_id].lines[line_id], where[line_id].skus[line_id]
        if row["lot_id"]:
            line.lots[lots[row["lot_id"]]] += _pieces(row[done], sku)
        if row["result_package_id"]:
            line.packages[packages[row["result_package_id"]]] += _pieces(row[done], sku)


def _tracking(odoo: Odoo, ids: Sequence[int], names: Mapping[int, str], books: Books) -> None:
    fields = ["sale_id", "carrier_tracking_ref"]
    for row in odoo.rows("stock.picking", [["sale_id", "in", list(ids)], ["state", "=", "done"]], fields):
        books[names[row["sale_id"]]].tracking |= set(filter(None, (row["carrier_tracking_ref"] or "").split(", ")))


def _names(odoo: Odoo, model: str, ids: Iterable[Any]) -> dict[int, str]:
    wanted = sorted(filter(None, ids))
    return {row["id"]: row["name"] for row in odoo.rows(model, [["id", "in", wanted]], ["name"])} if wanted else {}


def _pieces(quantity: float, sku: str) -> Decimal:
    return Decimal(str(quantity)) * BY_SKU[sku].factor
