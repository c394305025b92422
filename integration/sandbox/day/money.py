"""Is what moved in the books, at the order's price, once? Invoiced = shipped, credited = returned, billed = received.

Read from Odoo alone: what moved by its transfers, what it costs by its orders, what is owed by its invoices.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.sandbox.day.doing import Doing
from integration.sandbox.day.goods import BY_SKU, Shop
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.proof import NOTHING, Difference, Verdict, Wrong
from integration.sandbox.day.sides import Books, OrderBook
from integration.sandbox.day.trade import BY_HAND, EACH, TERMS, WHOLE

KINDS = {"out_invoice": "invoiced", "out_refund": "credited", "in_invoice": "billed"}
NONE, CENT = Decimal(0), Decimal("0.01")
Row = Mapping[str, Any]
Amounts = dict[str, Decimal]  # by kind


@dataclass(frozen=True)
class Owed:
    """What should be in the books of one order or purchase, and what is. ``loose``: drafts, and other such things."""

    wanted: Amounts
    found: Amounts
    loose: Sequence[str] = ()


@dataclass
class Entries:
    """Posted amounts without taxes by line of an order and kind. ``loose``: by line, what is not posted."""

    net: defaultdict[tuple[int, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    loose: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))


def judge(
    odoo: Odoo, shop: Shop, orders: Sequence[PlannedOrder], books: Books, doings: Sequence[Doing], verdict: Verdict
) -> None:
    """Adds to the verdict. ``books``: what Odoo's transfers moved of each order."""
    sold, bought = of_sales(odoo, shop, orders, books), of_purchases(odoo, doings)
    for order in orders:
        if order.name in sold:
            _judge_one(order.name, sold[order.name], order.scene.differs, order.scene.codes, verdict)
    for doing in doings:
        if doing.name in bought:
            _judge_one(doing.name, bought[doing.name], frozenset(), doing.scene.codes, verdict)


def _judge_one(name: str, owed: Owed, differs: frozenset[str], codes: Sequence[str], verdict: Verdict) -> None:
    verdict.wrong += [Wrong(name, f"{name}: {text}") for text in owed.loose]
    for kind in KINDS.values():
        wanted, found = owed.wanted.get(kind, NONE), owed.found.get(kind, NONE)
        verdict.money[kind] += found
        if abs(wanted - found) < CENT:
            if kind in differs:
                verdict.wrong.append(Wrong(name, f"{name}: {kind}: {money(found)} as it should not be"))
        elif kind in differs and not found:
            verdict.explained.append(Difference(name, "all lines", kind, money(wanted), NOTHING, ", ".join(codes)))
        else:
            verdict.wrong.append(Wrong(name, f"{name}: {kind}: {money(found)}, and it should be {money(wanted)}"))


def money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def of_sales(odoo: Odoo, shop: Shop, orders: Sequence[PlannedOrder], books: Books) -> dict[str, Owed]:
    ids = [order.id for order in orders]
    fields = ["order_id", "product_id", "price_unit", "discount"]
    lines = odoo.rows("sale.order.line", [["order_id", "in", ids]], fields)
    entries = _entries(odoo, "sale_line_ids", [line["id"] for line in lines])
    prices, unfinished = _prices(lines, shop), _unfinished(odoo, ids)
    of_order: defaultdict[int, list[int]] = defaultdict(list)
    for line in lines:
        of_order[line["order_id"]].append(line["id"])
    found: dict[str, Owed] = {}
    for order in orders:
        mine = of_order[order.id]
        terms = TERMS.get(order.customer, EACH)
        nothing_yet = terms == BY_HAND or (terms == WHOLE and order.id in unfinished)
        left, back = _moved(books[order.name], mine, prices)
        wanted = {"invoiced": NONE if nothing_yet else left, "credited": back}
        found[order.name] = _owed(wanted, entries, mine)
    return found


def _prices(lines: Sequence[Row], shop: Shop) -> dict[int, Decimal]:
    """Of a piece, by line."""
    skus = {product: sku for sku, product in shop.products.items()}
    return {
        line["id"]: Decimal(str(line["price_unit"]))
        * (1 - Decimal(str(line["discount"] or 0)) / 100)
        / BY_SKU[skus[line["product_id"]]].factor
        for line in lines
    }


def _unfinished(odoo: Odoo, orders: Sequence[int]) -> set[int]:
    """Orders with a transfer that is not over."""
    still_open = [["sale_id", "in", list(orders)], ["state", "not in", ["done", "cancel"]]]
    return {row["sale_id"] for row in odoo.rows("stock.picking", still_open, ["sale_id"])}


def _moved(book: OrderBook, lines: Sequence[int], prices: Mapping[int, Decimal]) -> tuple[Decimal, Decimal]:
    """What left, and what came back, at the order's prices."""
    left = sum((book.lines[line].shipped * prices[line] for line in lines), NONE)
    back = sum((sum(book.lines[line].returned.values(), NONE) * prices[line] for line in lines), NONE)
    return left, back


def of_purchases(odoo: Odoo, doings: Sequence[Doing]) -> dict[str, Owed]:
    bought = {row["name"]: row["id"] for row in odoo.rows("purchase.order", [], ["name"])}
    mine = {doing.name: bought[doing.name] for doing in doings if doing.name in bought}
    fields = ["order_id", "price_unit", "qty_received"]
    lines = odoo.rows("purchase.order.line", [["order_id", "in", list(mine.values())]], fields)
    entries = _entries(odoo, "purchase_line_id", [line["id"] for line in lines])
    found: dict[str, Owed] = {}
    for name, order in mine.items():
        due = {line["id"]: _received(line) for line in lines if line["order_id"] == order}
        found[name] = _owed({"billed": sum(due.values(), NONE)}, entries, list(due))
    return found


def _received(line: Row) -> Decimal:
    return Decimal(str(line["qty_received"])) * Decimal(str(line["price_unit"]))


def _owed(wanted: Amounts, entries: Entries, lines: Sequence[int]) -> Owed:
    found = {kind: sum((entries.net[line, kind] for line in lines), NONE) for kind in KINDS.values()}
    return Owed(wanted, found, list(dict.fromkeys(text for line in lines for text in entries.loose[line])))


def _entries(odoo: Odoo, link: str, lines: Sequence[int]) -> Entries:
    rows = odoo.rows("account.move.line", [[link, "in", list(lines)]], ["move_id", link, "price_subtotal"])
    documents = [["id", "in", sorted({row["move_id"] for row in rows})]]
    moves = {row["id"]: row for row in odoo.rows("account.move", documents, ["move_type", "state"])}
    entries = Entries()
    for row in rows:
        move, linked = moves[row["move_id"]], set(_ids(row[link])) & set(lines)
        for line in linked:
            if move["state"] == "posted" and move["move_type"] in KINDS:
                entries.net[line, KINDS[move["move_type"]]] += Decimal(str(row["price_subtotal"]))
            elif move["state"] != "cancel":
                entries.loose[line].append(f"{move['move_type']} {move['id']} is {move['state']}")
    return entries


def _ids(value: Any) -> Iterator[int]:
    yield from value if isinstance(value, list) else [value]
