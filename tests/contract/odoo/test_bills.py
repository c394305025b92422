"""Vendor bills, currencies, companies and rights, beyond what was recorded."""

from datetime import timedelta
from typing import Any

import pytest

from tests.contract.odoo.client import Client
from tests.contract.odoo.recording import fault_of
from tests.contract.odoo.shop import PLANNED, Shop

pytestmark = pytest.mark.contract
BILLED = ("qty_received", "qty_invoiced", "qty_to_invoice")


def test_each_receipt_is_billed_once(shop: Shop) -> None:
    order = shop.buy(10)
    (line,) = shop.lines(order)
    shop.receive(order, 7)
    first = shop.bill(order)
    assert shop.read("purchase.order.line", line, *BILLED) == (7.0, 7.0, 0.0)
    shop.receive(order, 5)
    assert shop.read("purchase.order", order, "invoice_status") == "to invoice"
    second = shop.bill(order)
    assert [shop.read("account.move", one, "amount_untaxed") for one in (first, second)] == [28.0, 20.0]
    assert sorted(shop.read("purchase.order", order, "invoice_ids")) == [first, second]
    assert shop.read("purchase.order", order, "invoice_status") == "invoiced"


def test_a_cancelled_bill_lets_its_goods_be_billed_again(shop: Shop) -> None:
    order = shop.buy(10)
    shop.receive(order, 10)
    shop.call("account.move", "button_cancel", [shop.bill(order)])
    assert shop.read("purchase.order.line", shop.lines(order)[0], *BILLED) == (10.0, 0.0, 10.0)


def test_a_refund_of_a_bill_lowers_what_is_invoiced(shop: Shop) -> None:
    order = shop.buy(10)
    shop.receive(order, 10)
    bill = shop.bill(order)
    shop.post(bill)
    refund = shop.reverse(bill)
    assert shop.read("account.move", refund, "move_type", "amount_total", "reversed_entry_id") == (
        "in_refund", 46.0, bill,
    )  # fmt: skip
    assert shop.read("purchase.order.line", shop.lines(order)[0], *BILLED) == (10.0, 0.0, 10.0)


def test_what_is_billed_on_order_waits_for_no_receipt_and_keeps_the_order_from_being_cancelled(shop: Shop) -> None:
    service = {"type": "service", "is_storable": False} if shop.version >= 18 else {"detailed_type": "service"}
    order = shop.buy(3, product=shop.goods("S1", **service))
    assert shop.read("purchase.order", order, "picking_ids", "receipt_status") == ([], False)
    shop.post(shop.bill(order))
    kind, text = shop.fault("purchase.order", "button_cancel", [order])
    assert kind == "odoo.exceptions.UserError"
    assert "vendor bills" in text
    shop.call("purchase.order.line", "write", shop.lines(order), {"qty_received": 2})
    assert shop.read("purchase.order.line", shop.lines(order)[0], "qty_received") == 2.0


def test_a_bill_is_in_the_orders_currency_which_must_be_in_use(shop: Shop) -> None:
    (euro,) = shop.call("res.currency", "search", [["name", "=", "EUR"]], context={"active_test": False})
    order = shop.buy(10, currency_id=euro)
    shop.receive(order, 10)
    bill = shop.bill(order)
    assert shop.read("account.move", bill, "currency_id", "amount_total") == (euro, 46.0)
    shop.call("account.move", "write", [bill], {"invoice_date": "2026-11-01"})
    assert "inactive currency: EUR" in shop.fault("account.move", "action_post", [bill])[1]
    shop.call("res.currency", "write", [euro], {"active": True})
    shop.call("account.move", "action_post", [bill])


def test_a_bill_of_a_past_month_counts_at_its_end(shop: Shop) -> None:
    end = shop.odoo.service.database.now().date().replace(day=1) - timedelta(days=1)
    bills = []
    for day in (end.replace(day=3), end + timedelta(days=1)):
        order = shop.buy(1)
        shop.receive(order, 1)
        bills.append(shop.bill(order))
        shop.call("account.move", "write", bills[-1:], {"invoice_date": str(day)})
        shop.call("account.move", "action_post", bills[-1:])
    (past, past_name), (now, now_name) = (shop.read("account.move", bill, "date", "name") for bill in bills)
    assert (past, past_name) == (str(end), f"BILL/{end:%Y/%m}/0001")
    assert now > past
    assert now_name == f"BILL/{now[:4]}/{now[5:7]}/0001"


def _company(shop: Shop) -> int:
    """A second company with a warehouse."""
    company: int = shop.call("res.company", "create", {"name": "Second"})
    shop.call("res.users", "write", [2], {"company_ids": [[4, company]]})
    shop.call("stock.warehouse", "create", {"name": "Second", "code": "W2", "company_id": company})
    return company


def test_a_company_receives_in_its_own_warehouse_and_bills_in_its_own_journal(shop: Shop) -> None:
    company = _company(shop)
    order = shop.buy(10, company_id=company)
    (picking,) = shop.read("purchase.order", order, "picking_ids")
    assert shop.read("stock.picking", picking, "name", "company_id") == ("W2/IN/00001", company)
    shop.receive(order, 10)
    _kind, text = shop.fault("purchase.order", "action_create_invoice", [order])
    assert text == "No journal could be found in company Second for any of those types: purchase"
    values = {"name": "Bills 2", "code": "B2", "type": "purchase", "company_id": company}
    journal = shop.call("account.journal", "create", values)
    bill = shop.bill(order)
    shop.post(bill)
    assert shop.read("account.move", bill, "journal_id", "company_id", "amount_tax") == (journal, company, 0.0)
    assert shop.read("account.move", bill, "name").startswith("B2/")


def _refused(client: Client, model: str, method: str, *args: Any) -> str:
    result, fault = client.jsonrpc(model, method, list(args), {})
    assert fault is not None, result
    kind, text = fault_of(fault)
    assert kind == "odoo.exceptions.AccessError"
    return text


def test_a_buyer_orders_and_bills_but_does_not_post(shop: Shop) -> None:
    buyer = shop.user("purchase_user")
    line = {"product_id": shop.product, "product_qty": 2, "price_unit": 4.0, "date_planned": PLANNED}
    order = buyer.call("purchase.order", "create", {"partner_id": shop.vendor, "order_line": [[0, 0, line]]})
    buyer.call("purchase.order", "button_confirm", [order])
    shop.receive(order, 2)
    bill = buyer.call("purchase.order", "action_create_invoice", [order])["res_id"]
    buyer.call("account.move", "write", [bill], {"invoice_date": "2026-11-01"})
    assert _refused(buyer, "account.move", "action_post", [bill]) == (
        "You don't have the access rights to post an invoice."
    )
    shop.user("invoice").call("account.move", "action_post", [bill])


def test_who_only_stores_reads_orders_and_changes_none(shop: Shop) -> None:
    order = shop.buy(2, confirm=False)
    storekeeper = shop.user("stock_user")
    assert storekeeper.call("purchase.order", "read", [order], ["state"])[0]["state"] == "draft"
    assert "Purchase/User" in _refused(storekeeper, "purchase.order", "button_confirm", [order])
    assert "Journal Entry" in _refused(storekeeper, "account.move", "search", [])
    assert "account.move.reversal" in _refused(storekeeper, "account.move.reversal", "create", {})


def test_a_large_order_waits_for_a_manager_where_the_company_says_so(shop: Shop) -> None:
    rule = {"po_double_validation": "two_step", "po_double_validation_amount": 100.0}
    shop.call("res.company", "write", [1], rule)
    small, large = shop.buy(2, confirm=False), shop.buy(50, confirm=False)
    buyer = shop.user("purchase_user")
    buyer.call("purchase.order", "button_confirm", [small, large])
    assert [shop.read("purchase.order", order, "state") for order in (small, large)] == ["purchase", "to approve"]
    shop.call("purchase.order", "button_approve", [large])
    assert shop.read("purchase.order", large, "state", "receipt_status") == ("purchase", "pending")
