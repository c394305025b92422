"""Customers' invoices and credit notes, beyond what was recorded."""

import pytest

from tests.contract.odoo.shop import Shop

pytestmark = pytest.mark.contract
INVOICED = ("qty_delivered", "qty_invoiced", "qty_to_invoice", "invoice_status")


@pytest.fixture(autouse=True)
def _stock(shop: Shop) -> None:
    shop.stock(shop.product, 100)


def _line(shop: Shop, order: int) -> int:
    (line,) = shop.read("sale.order", order, "order_line")
    return int(line)


def test_orders_of_one_customer_come_in_one_invoice_unless_told_otherwise(shop: Shop) -> None:
    orders = [shop.sell(2, client_order_ref="A"), shop.sell(3, client_order_ref="B")]
    (invoice,) = shop.invoice(*orders)
    origin, ref, amount = shop.read("account.move", invoice, "invoice_origin", "ref", "amount_untaxed")
    assert (origin, ref, amount) == ("S00001, S00002", "A, B", 50.0)
    if shop.version >= 17:
        more = [shop.sell(1), shop.sell(1)]
        assert len(shop.invoice(*more, consolidated_billing=False)) == 2


def test_the_first_draft_of_a_year_has_its_number_until_18(shop: Shop) -> None:
    (first,) = shop.invoice(shop.sell(1))
    (second,) = shop.invoice(shop.sell(1))
    names = [shop.read("account.move", one, "name") for one in (first, second)]
    assert [bool(name and name != "/") for name in names] == [shop.version <= 18, False]
    shop.post(second)
    shop.post(first)
    numbers = [shop.read("account.move", one, "name").rpartition("/")[2] for one in (first, second)]
    assert numbers == (["00001", "00002"] if shop.version <= 18 else ["00002", "00001"])


def test_a_posted_reversal_settles_the_invoice_since_17_and_the_order_is_to_invoice_again(shop: Shop) -> None:
    order = shop.sell(5)
    (invoice,) = shop.invoice(order)
    shop.post(invoice)
    refund = shop.reverse(invoice)
    assert shop.read("account.move", refund, "ref", "state") == (
        f"Reversal of: {shop.read('account.move', invoice, 'name')}, RMA 1", "draft",
    )  # fmt: skip
    shop.post(refund)
    settled = shop.version >= 17
    assert shop.read("account.move", invoice, "payment_state", "amount_residual") == (
        ("reversed", 0.0) if settled else ("not_paid", 57.5)
    )
    assert shop.read("account.move", refund, "payment_state") == ("paid" if settled else "not_paid")
    assert shop.read("sale.order.line", _line(shop, order), *INVOICED) == (5.0, 0.0, 5.0, "to invoice")


def test_a_reversal_back_in_draft_settles_nothing(shop: Shop) -> None:
    (invoice,) = shop.invoice(shop.sell(5))
    shop.post(invoice)
    refund = shop.reverse(invoice)
    shop.post(refund)
    shop.call("account.move", "button_draft", [refund])
    assert shop.read("account.move", invoice, "payment_state", "amount_residual") == ("not_paid", 57.5)


def test_only_what_is_posted_is_reversed(shop: Shop) -> None:
    (invoice,) = shop.invoice(shop.sell(5))
    context = {"active_model": "account.move", "active_ids": [invoice]}
    _kind, text = shop.fault("account.move.reversal", "create", {"reason": "x"}, context=context)
    assert text == "You can only reverse posted moves."


def test_a_modified_invoice_is_settled_by_its_reversal_and_comes_again_as_a_draft(shop: Shop) -> None:
    order = shop.sell(5)
    (invoice,) = shop.invoice(order)
    shop.post(invoice)
    context = {"active_model": "account.move", "active_ids": [invoice]}
    method = {"refund_method": "modify"} if shop.version == 16 else {}
    wizard = shop.call("account.move.reversal", "create", {"reason": "x", **method}, context=context)
    name = "reverse_moves" if shop.version == 16 else "modify_moves"
    draft = shop.call("account.move.reversal", name, [wizard])["res_id"]
    assert shop.read("account.move", draft, "state", "move_type", "amount_total") == ("draft", "out_invoice", 57.5)
    assert shop.read("account.move", invoice, "payment_state") == "reversed"
    assert shop.read("sale.order.line", _line(shop, order), "qty_invoiced") == 5.0


def test_a_cancelled_draft_is_not_invoiced_and_a_deleted_one_neither(shop: Shop) -> None:
    order = shop.sell(5)
    (invoice,) = shop.invoice(order)
    shop.call("account.move", "button_cancel", [invoice])
    assert shop.read("sale.order.line", _line(shop, order), *INVOICED) == (5.0, 0.0, 5.0, "to invoice")
    (again,) = shop.invoice(order)
    shop.call("account.move", "unlink", [again])
    assert shop.read("sale.order", order, "invoice_ids") == [invoice]


def test_a_posted_invoice_is_not_deleted(shop: Shop) -> None:
    (invoice,) = shop.invoice(shop.sell(5))
    shop.post(invoice)
    assert "posted" in shop.fault("account.move", "unlink", [invoice])[1]


def test_the_lines_of_an_invoice_come_to_nothing(shop: Shop) -> None:
    (invoice,) = shop.invoice(shop.sell(5))
    rows = shop.call("account.move.line", "search_read", [["move_id", "=", invoice]], ["display_type", "balance"])
    assert {row["display_type"]: row["balance"] for row in rows} == {
        "product": -50.0,
        "tax": -7.5,
        "payment_term": 57.5,
    }
    shop.call("account.move", "write", [invoice], {"invoice_line_ids": [[0, 0, {"name": "fee", "price_unit": 8.0}]]})
    assert shop.read("account.move", invoice, "amount_untaxed", "amount_tax", "amount_total") == (58.0, 7.5, 65.5)
    assert len(shop.read("account.move", invoice, "invoice_line_ids")) == 2


def test_sections_and_notes_go_with_the_lines_they_head(shop: Shop) -> None:
    lines = [
        {"display_type": "line_section", "name": "Part 1"},
        {"product_id": shop.product, "product_uom_qty": 4, "price_unit": 10.0},
        {"display_type": "line_section", "name": "Part 2"},
        {"product_id": shop.goods("P2"), "product_uom_qty": 4, "price_unit": 10.0},
        {"display_type": "line_note", "name": "Thanks"},
    ]
    order = shop.sell(0, ship=False, order_line=[[0, 0, line] for line in lines])
    (picking,) = shop.read("sale.order", order, "picking_ids")
    move = shop.call("stock.move", "search", [["picking_id", "=", picking], ["product_id", "=", shop.product]])
    shop.done(move[0], 4)
    context = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}
    shop.call("stock.picking", "button_validate", [picking], context=context)
    (invoice,) = shop.invoice(order)
    rows = shop.read("account.move", invoice, "invoice_line_ids")
    shown = [shop.read("account.move.line", row, "name") for row in rows]
    assert shown == ["Part 1", "[P1] P1", "Part 2", "Thanks"]


def test_a_second_company_sells_and_invoices_under_its_own_name(shop: Shop) -> None:
    company = shop.call("res.company", "create", {"name": "Second"})
    shop.call("res.users", "write", [2], {"company_ids": [[4, company]]})
    shop.call("stock.warehouse", "create", {"name": "Second", "code": "W2", "company_id": company})
    service = {"type": "service", "is_storable": False} if shop.version >= 18 else {"detailed_type": "service"}
    product = shop.goods("S1", invoice_policy="order", **service)
    order = shop.sell(2, product=product, ship=False, company_id=company)
    values = {"name": "Sales 2", "code": "S2", "type": "sale", "company_id": company}
    journal = shop.call("account.journal", "create", values)
    (invoice,) = shop.invoice(order)
    assert shop.read("account.move", invoice, "company_id", "journal_id") == (company, journal)


def test_an_invoice_is_in_the_currency_of_the_orders_pricelist(shop: Shop) -> None:
    (euro,) = shop.call("res.currency", "search", [["name", "=", "EUR"]], context={"active_test": False})
    pricelist = shop.call("product.pricelist", "create", {"name": "Euro", "currency_id": euro})
    order = shop.sell(5, pricelist_id=pricelist)
    (invoice,) = shop.invoice(order)
    assert (shop.read("sale.order", order, "currency_id"), shop.read("account.move", invoice, "currency_id")) == (
        euro, euro,
    )  # fmt: skip


def test_only_what_is_posted_counts_as_invoiced_money(shop: Shop) -> None:
    order = shop.sell(4, ship=False)
    shop.ship(order, 3)
    (invoice,) = shop.invoice(order)
    line = _line(shop, order)
    assert shop.read("sale.order.line", line, "untaxed_amount_invoiced", "untaxed_amount_to_invoice") == (0.0, 30.0)
    shop.post(invoice)
    assert shop.read("sale.order.line", line, "untaxed_amount_invoiced", "untaxed_amount_to_invoice") == (30.0, 0.0)
    if shop.version >= 17:
        rest = 11.5 if shop.version == 17 else 0.0
        assert shop.read("sale.order", order, "amount_invoiced", "amount_to_invoice") == (34.5, rest)


def test_down_payments_are_refused_and_never_pretended(shop: Shop) -> None:
    order = shop.sell(5)
    values = {"advance_payment_method": "fixed", "fixed_amount": 5.0, "sale_order_ids": [[6, 0, [order]]]}
    wizard = shop.call("sale.advance.payment.inv", "create", values)
    kind, _text = shop.fault("sale.advance.payment.inv", "create_invoices", [wizard])
    assert kind == "builtins.NotImplementedError"
