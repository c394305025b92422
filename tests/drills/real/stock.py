"""What is left in Odoo's stock of the goods of this run: what was there, less what the warehouse shipped."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.sandbox.day import goods
from integration.sandbox.day.goods import Shop
from integration.sandbox.day.odoo import Odoo

Stock = Mapping[tuple[str, str], Decimal]  # pieces by SKU and lot or serial number; without one: empty
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Compared:
    """``rows``: products, lots and serial numbers; ``wrong``: those that differ, for people."""

    rows: int
    wrong: list[str]


def compare(odoo: Odoo, shop: Shop, orders: int, held: Iterable[Mapping[str, Any]]) -> Compared:
    """``held``: the warehouse's books. ``orders``: how many the shop was stocked for."""
    should, found = left(stocked(shop, orders), held), _in_odoo(odoo, shop)
    keys = sorted(should.keys() | found.keys())
    wrong = [
        f"stock of {' '.join(filter(None, key))}: {_plain(should.get(key, NOTHING))} should be left, "
        f"Odoo has {_plain(found.get(key, NOTHING))}"
        for key in keys
        if should.get(key, NOTHING) != found.get(key, NOTHING)
    ]
    return Compared(len(keys), wrong)


def stocked(shop: Shop, orders: int) -> dict[tuple[str, str], Decimal]:
    """What the shop opened with."""
    numbered: dict[str, Mapping[str, int]] = {
        goods.PAINT.sku: goods.lots(orders, shop.sign),
        goods.DRILL.sku: dict.fromkeys(goods.serials(orders, shop.sign), 1),
    }
    plain = {(each.sku, ""): goods.plenty(orders) * each.factor for each in goods.ALL if each.sku not in numbered}
    return plain | {(sku, name): Decimal(count) for sku, names in numbered.items() for name, count in names.items()}


def left(stock: Stock, held: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Decimal]:
    remaining = defaultdict(Decimal, stock)
    for order in held:
        for line in order["lines"]:
            each = goods.BY_PARTNER_SKU[line["sku"]]
            named = {**line["lots"], **dict.fromkeys(line["serials"], each.factor)} or {"": line["shipped"]}
            for name, quantity in named.items():
                remaining[each.sku, name] -= Decimal(quantity)
    return dict(remaining)


def _in_odoo(odoo: Odoo, shop: Shop) -> dict[tuple[str, str], Decimal]:
    skus = {product: sku for sku, product in shop.products.items()}
    ours = [["product_id", "in", sorted(skus)], ["location_id", "child_of", shop.place]]
    rows = odoo.rows("stock.quant", ours, ["product_id", "lot_id", "quantity"])
    lots = odoo.rows("stock.lot", [["product_id", "in", sorted(skus)]], ["name"])
    names = {False: "", **{row["id"]: row["name"] for row in lots}}
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        sku = skus[row["product_id"]]
        found[sku, names[row["lot_id"]]] += Decimal(str(row["quantity"])) * goods.BY_SKU[sku].factor
    return dict(found)


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
