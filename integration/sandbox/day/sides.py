"""What each side says about each order line, in the same words: pieces, lots, packages, tracking numbers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.sandbox.day.afterwards import known_as
from integration.sandbox.day.goods import BY_PARTNER_SKU, BY_SKU, Shop
from integration.sandbox.day.odoo import Odoo

Amounts = Counter[str]
Row = Mapping[str, Any]


@dataclass
class LineBook:
    """One line by one side's books; quantities in pieces, ``lots`` with serial numbers among them.

    ``returned``: by lot or serial number, those without one together.
    """

    ordered: Decimal = Decimal(0)
    shipped: Decimal = Decimal(0)
    lots: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    returned: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    packages: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


@dataclass
class OrderBook:
    """``lines`` by Odoo's id of the order line. ``delivered``: what the order itself says, beside its transfers.

    ``freight``: of all its shipments. ``proofs``: files, by name and what they are known by.
    """

    name: str
    lines: defaultdict[int, LineBook] = field(default_factory=lambda: defaultdict(LineBook))
    delivered: dict[int, Decimal] = field(default_factory=dict)
    skus: dict[int, str] = field(default_factory=dict)
    tracking: set[str] = field(default_factory=set)
    freight: Decimal = Decimal(0)
    proofs: set[str] = field(default_factory=set)

    def line_of(self, sku: str) -> int | None:
        """The line that asks for it, if one does."""
        return next((line for line, known in self.skus.items() if known == sku), None)


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
        if row["state"] == "done" and not row["origin_returned_move_id"]:
            sku = where[row["sale_line_id"]].skus[row["sale_line_id"]]
            where[row["sale_line_id"]].lines[row["sale_line_id"]].shipped += _pieces(row["done"], sku)
    _details(odoo, moves, where, shop.version)
    _deliveries(odoo, list(names), names, books)
    return books, {str(row["id"]): row["sale_line_id"] for row in moves}


def read_wms(orders: Iterable[Row], line_of: Mapping[str, int], odoo: Mapping[str, OrderBook] | None = None) -> Books:
    """The warehouse's side. A release of a backorder asks again for what the first one asked: it counts once.

    ``odoo``: which line of an order asks for a product that went in the place of another one.
    """
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
            book.freight += sum((Decimal(each["freight"]["amount"]) for each in _with_freight(shipment)), Decimal(0))
            for part in shipment["lines"]:
                if part.get("substitute") and odoo is not None:
                    _instead(book, part, line_of[part["line"]], odoo[held["order"]])
    return books


def add_returns(books: Books, returns: Iterable[Row], whose: Mapping[str, str], odoo: Mapping[str, OrderBook]) -> None:
    """What came back, by the warehouse. ``whose``: the order of each return."""
    for told in returns:
        if (name := whose.get(told["receipt"])) is None:
            continue
        for part in told["lines"]:
            goods = BY_PARTNER_SKU[part["sku"]]
            line = books[name].lines[odoo[name].line_of(goods.sku) or 0]
            numbers = dict.fromkeys(part.get("serials", ()), goods.factor)
            numbers |= {each["lot"]: Decimal(each["quantity"]) for each in part.get("lots", ())}
            for number, quantity in (numbers or {"": Decimal(part["quantity"])}).items():
                line.returned[number] += quantity


def _with_freight(shipment: Row) -> list[Row]:
    """Its parcels that say what they cost; else all of it, if it does."""
    parcels = [each for each in shipment.get("packages", ()) if each.get("freight")]
    return parcels or ([shipment] if shipment.get("freight") else [])


def _instead(book: OrderBook, part: Row, line: int, odoo: OrderBook) -> None:
    """Odoo's order has a line of its own for it, and asks for so much less of the other product."""
    other = odoo.line_of(BY_PARTNER_SKU[part["sku"]].sku)
    if other is not None and other != line:
        quantity = Decimal(part["quantity"])
        for told, sign in ((book.lines[line], -1), (book.lines[other], 1)):
            told.ordered += sign * quantity
            told.shipped += sign * quantity


def _moves(odoo: Odoo, line_ids: list[int], version: int) -> list[dict[str, Any]]:
    done = "quantity" if version >= 17 else "quantity_done"
    fields = ["sale_line_id", "picking_id", "state", "origin_returned_move_id", done]
    rows = odoo.rows("stock.move", [["sale_line_id", "in", line_ids]], fields)
    return [{**row, "done": row[done]} for row in rows]


def _details(odoo: Odoo, moves: Sequence[Row], where: Mapping[int, OrderBook], version: int) -> None:
    done = "quantity" if version >= 17 else "qty_done"
    line_of = {row["id"]: row["sale_line_id"] for row in moves if row["state"] == "done"}
    back = {row["id"] for row in moves if row["origin_returned_move_id"]}
    fields = ["move_id", "lot_id", "result_package_id", done]
    rows = odoo.rows("stock.move.line", [["move_id", "in", list(line_of)]], fields)
    lots = _names(odoo, "stock.lot", {row["lot_id"] for row in rows})
    packages = _names(
        odoo, "stock.quant.package" if version < 19 else "stock.package", {row["result_package_id"] for row in rows}
    )
    for row in rows:
        line_id = line_of[row["move_id"]]
        line, sku = where[line_id].lines[line_id], where[line_id].skus[line_id]
        if row["move_id"] in back:
            line.returned[lots.get(row["lot_id"], "")] += _pieces(row[done], sku)
            continue
        if row["lot_id"]:
            line.lots[lots[row["lot_id"]]] += _pieces(row[done], sku)
        if row["result_package_id"]:
            line.packages[packages[row["result_package_id"]]] += _pieces(row[done], sku)


def _deliveries(odoo: Odoo, ids: Sequence[int], names: Mapping[int, str], books: Books) -> None:
    """What stands on the transfers themselves."""
    fields = ["sale_id", "carrier_tracking_ref", "carrier_price"]
    done = odoo.rows("stock.picking", [["sale_id", "in", list(ids)], ["state", "=", "done"]], fields)
    whose = {row["id"]: books[names[row["sale_id"]]] for row in done}
    for row in done:
        whose[row["id"]].tracking |= set(filter(None, (row["carrier_tracking_ref"] or "").split(", ")))
        whose[row["id"]].freight += Decimal(str(row["carrier_price"] or 0))
    attached = [["res_model", "=", "stock.picking"], ["res_id", "in", list(whose)]]
    for row in odoo.rows("ir.attachment", attached, ["res_id", "name", "datas"]):
        whose[row["res_id"]].proofs.add(known_as(row["name"], row["datas"]))


def _names(odoo: Odoo, model: str, ids: Iterable[Any]) -> dict[int, str]:
    wanted = sorted(filter(None, ids))
    return {row["id"]: row["name"] for row in odoo.rows(model, [["id", "in", wanted]], ["name"])} if wanted else {}


def _pieces(quantity: float, sku: str) -> Decimal:
    return Decimal(str(quantity)) * BY_SKU[sku].factor
