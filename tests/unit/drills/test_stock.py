"""What should be left in Odoo's stock, and what is."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox.day import goods
from integration.sandbox.day.goods import Shop
from integration.sandbox.day.odoo import Odoo, OdooAddress
from integration.sandbox.odoo.server import SandboxOdoo
from tests.drills.real import stock

ORDERS = 4
SIGN = "-ab12cd"


@pytest.fixture(scope="module")
def odoo() -> Iterator[Odoo]:
    with SandboxOdoo(version="18") as server:
        yield Odoo(OdooAddress(server.url, server.db, server.login, server.api_key))


@pytest.fixture(scope="module")
def shop(odoo: Odoo) -> Shop:
    return goods.open_shop(odoo, ORDERS, sign=SIGN)


def shipped(goods_: goods.Goods, quantity: str, **named: Any) -> list[dict[str, Any]]:
    line = {"sku": goods_.partner_sku, "shipped": quantity, "lots": {}, "serials": [], **named}
    return [{"lines": [line]}]


def test_nothing_shipped_leaves_all(odoo: Odoo, shop: Shop) -> None:
    found = stock.compare(odoo, shop, ORDERS, [])
    assert (found.rows, found.wrong) == (8 + 20 + 40, [])


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (
            shipped(goods.CHAIR, "2"),
            "stock of CHAIR-OAK: 4998 should be left, Odoo has 5000",
        ),
        (
            shipped(goods.GLOVES, "24"),
            "stock of GLOVES-L: 59976 should be left, Odoo has 60000",
        ),
        (
            shipped(goods.PAINT, "3", lots={f"LOT-002{SIGN}": "3"}),
            f"stock of PAINT-5L LOT-002{SIGN}: 2 should be left, Odoo has 5",
        ),
        (
            shipped(goods.DRILL, "1", serials=[f"DR-0007{SIGN}"]),
            f"stock of DRILL-18V DR-0007{SIGN}: 0 should be left, Odoo has 1",
        ),
    ],
)
def test_what_one_side_did_not_book_is_named(odoo: Odoo, shop: Shop, held: Any, said: str) -> None:
    found = stock.compare(odoo, shop, ORDERS, held)
    assert found.wrong == [said]


def test_a_lot_that_nobody_stocked_goes_below_nothing(shop: Shop) -> None:
    after = stock.left(stock.stocked(shop, ORDERS), shipped(goods.PAINT, "1", lots={"LOT-GHOST": "1"}))
    assert after["PAINT-5L", "LOT-GHOST"] == Decimal(-1)


def test_what_a_shop_makes_is_told_by_its_sign(odoo: Odoo, shop: Shop) -> None:
    made = odoo.rows("product.product", [["id", "in", list(shop.products.values())]], ["default_code"])
    carriers = odoo.rows("delivery.carrier", [["id", "in", list(shop.carriers.values())]], ["name"])
    lots = odoo.rows("stock.lot", [["product_id", "=", shop.products["PAINT-5L"]]], ["name"])
    names = [row["default_code"] for row in made] + [row["name"] for row in (*carriers, *lots)]
    assert (len(names), all(name.endswith(SIGN) for name in names)) == (10 + 2 + 20, True)
