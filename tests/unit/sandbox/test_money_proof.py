"""The day's proof of money finds what was invoiced, credited or billed otherwise than it moved."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox.day import goods, money
from integration.sandbox.day.doing import Doing, Errand
from integration.sandbox.day.goods import Shop
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo, OdooAddress
from integration.sandbox.day.proof import Verdict
from integration.sandbox.day.sales import Sales
from integration.sandbox.day.scenes import SCENES
from integration.sandbox.day.sides import read_odoo
from integration.sandbox.day.trade import Trade, open_trade
from integration.sandbox.odoo.server import SandboxOdoo

BASKET = (("CHAIR-OAK", Decimal(5)), ("GLOVES-L", Decimal(2)))


@pytest.fixture
def odoo() -> Iterator[Odoo]:
    with SandboxOdoo(version="18", seed="empty") as server:
        yield Odoo(OdooAddress(server.url, server.db, server.login, server.api_key))


@pytest.fixture
def shop(odoo: Odoo) -> Shop:
    return goods.open_shop(odoo, 1)


@pytest.fixture
def trade(odoo: Odoo, shop: Shop) -> Trade:
    return open_trade(odoo, shop, 1)


def shipped(odoo: Odoo, shop: Shop, customer: str = "Alder Interiors") -> PlannedOrder:
    """Five chairs at 89 and two dozen gloves at 41: 527 in all."""
    order, sales = PlannedOrder(1, SCENES[0], customer, BASKET), Sales(odoo, shop)
    sales.sell(order)
    sales.validate_by_hand(order)
    return order


def invoice(odoo: Odoo, order: PlannedOrder) -> int:
    wanted = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order.id]]]}
    odoo.call("sale.advance.payment.inv", "create_invoices", [odoo.create("sale.advance.payment.inv", wanted)])
    return int(odoo.rows("account.move", [["invoice_origin", "=", order.name]], ["name"])[-1]["id"])


def said(odoo: Odoo, shop: Shop, order: PlannedOrder, *doings: Doing) -> tuple[list[str], dict[str, Any]]:
    books, _ = read_odoo(odoo, [order.id], shop)
    verdict = Verdict()
    money.judge(odoo, shop, [order], books, doings, verdict)
    return [wrong.text for wrong in verdict.wrong], {kind: f"{sum_:.2f}" for kind, sum_ in verdict.money.items()}


def test_what_left_is_invoiced_at_the_order_s_price(odoo: Odoo, shop: Shop) -> None:
    order = shipped(odoo, shop)
    odoo.call("account.move", "action_post", [invoice(odoo, order)])
    assert said(odoo, shop, order) == ([], {"invoiced": "527.00", "credited": "0.00", "billed": "0.00"})


def test_what_left_and_is_not_invoiced(odoo: Odoo, shop: Shop) -> None:
    order = shipped(odoo, shop)
    assert said(odoo, shop, order)[0] == [f"{order.name}: invoiced: 0.00, and it should be 527.00"]


def test_an_invoice_at_another_price_and_a_draft(odoo: Odoo, shop: Shop) -> None:
    order = shipped(odoo, shop)
    made = invoice(odoo, order)
    [line, *_] = odoo.rows("account.move.line", [["move_id", "=", made], ["product_id", "!=", False]], ["quantity"])
    odoo.call("account.move.line", "write", [line["id"]], {"price_unit": 80.0})
    missing = f"{order.name}: invoiced: 0.00, and it should be 527.00"
    assert said(odoo, shop, order)[0] == [f"{order.name}: out_invoice {made} is draft", missing]
    odoo.call("account.move", "action_post", [made])
    assert said(odoo, shop, order)[0] == [f"{order.name}: invoiced: 482.00, and it should be 527.00"]


def test_who_is_invoiced_by_hand_has_no_invoice(odoo: Odoo, shop: Shop) -> None:
    order = shipped(odoo, shop, "Cedar Market")
    assert said(odoo, shop, order)[0] == []
    odoo.call("account.move", "action_post", [invoice(odoo, order)])
    assert said(odoo, shop, order)[0] == [f"{order.name}: invoiced: 527.00, and it should be 0.00"]


def test_a_purchase_that_came_and_was_not_billed(odoo: Odoo, shop: Shop, trade: Trade) -> None:
    order = shipped(odoo, shop)
    odoo.call("account.move", "action_post", [invoice(odoo, order)])
    line = {"product_id": shop.products["LAMP-LED"], "product_qty": 4, "price_unit": 20, "name": "lamps"}
    made = odoo.create("purchase.order", {"partner_id": trade.supplier, "order_line": [[0, 0, line]]})
    odoo.call("purchase.order", "button_confirm", [made])
    [bought] = odoo.rows("purchase.order", [["id", "=", made]], ["name", "picking_ids"])
    [move] = odoo.rows("stock.move", [["picking_id", "in", bought["picking_ids"]]], ["product_id"])
    odoo.call("stock.move", "write", [move["id"]], {"quantity": 4, "picked": True})
    odoo.call("stock.picking", "button_validate", bought["picking_ids"])
    doing = Doing(1, Errand("bought", (), "billed"), id=made, name=bought["name"])
    assert said(odoo, shop, order, doing)[0] == [f"{bought['name']}: billed: 0.00, and it should be 80.00"]
