"""Two companies in one database, as recorded in S21: what a call sees, what is refused, what each has of its own."""

from typing import Any

import pytest

from integration.sandbox.odoo.faults import AccessError, UserError
from tests.unit.sandbox.shop import Shop

FIRST = 1


class Europe:
    """A second company with a warehouse, whose code the first one's has, too."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        euro = shop.search("res.currency", ["name", "=", "EUR"], context={"active_test": False})[0]
        self.id = shop.create("res.company", name="Europe", currency_id=euro)
        shop.call("res.users", "write", [shop.uid], {"company_ids": [[4, self.id, 0]]})
        self.warehouse = shop.create("stock.warehouse", self.alone, name="Europe", code="WH", company_id=self.id)
        self.stock = shop.read("stock.warehouse", self.warehouse, "lot_stock_id")
        for name, code, kind in (("Customer Invoices", "INV", "sale"), ("Vendor Bills", "BILL", "purchase")):
            shop.create("account.journal", name=name, code=code, type=kind, company_id=self.id, active=True)

    @property
    def alone(self) -> dict[str, Any]:
        return {"allowed_company_ids": [self.id]}

    def put(self, product: int, quantity: float) -> None:
        values = {"product_id": product, "location_id": self.stock, "inventory_quantity": quantity}
        quant = self.shop.create("stock.quant", {"inventory_mode": True, **self.alone}, **values)
        self.shop.call("stock.quant", "action_apply_inventory", [quant], context=self.alone)


@pytest.fixture
def europe(shop: Shop) -> Europe:
    return Europe(shop)


def test_a_search_leaves_out_what_the_call_is_not_about(shop: Shop, europe: Europe) -> None:
    here, there = shop.order(), shop.order(company_id=europe.id)
    both = ["id", "in", [here, there]]
    assert shop.search("sale.order", both, order="id") == [here, there]
    assert shop.search("sale.order", both, context={"allowed_company_ids": [FIRST]}) == [here]
    assert shop.search("sale.order", both, context=europe.alone) == [there]


def test_a_record_of_another_company_is_refused_by_id(shop: Shop, europe: Europe) -> None:
    there = shop.order(company_id=europe.id)
    with pytest.raises(AccessError, match=r"not allowed to access|top-secret records") as refused:
        shop.call("sale.order", "read", [there], ["name"], context={"allowed_company_ids": [FIRST]})
    assert ("switching to the company: Europe." in str(refused.value)) == (shop.version >= 18)


def test_a_company_that_is_not_the_user_s_is_refused(shop: Shop, europe: Europe) -> None:
    with pytest.raises(AccessError, match="Access to unauthorized or invalid companies"):
        shop.search("sale.order", context={"allowed_company_ids": [europe.id, 99]})


def test_a_product_without_a_company_is_everybody_s_and_costs_what_each_pays(shop: Shop, europe: Europe) -> None:
    shared, theirs = shop.product(standard_price=4), shop.product(company_id=europe.id)
    first = {"allowed_company_ids": [FIRST]}
    shop.call("product.product", "write", [shared], {"standard_price": 7}, context=europe.alone)
    assert shop.search("product.product", ["id", "in", [shared, theirs]], context=first) == [shared]
    for context, cost in ((first, 4), (europe.alone, 7)):
        assert shop.call("product.product", "read", [shared], ["standard_price"], context=context)[0][
            "standard_price"
        ] == pytest.approx(cost)


def test_deliveries_of_two_companies_may_have_one_name(shop: Shop, europe: Europe) -> None:
    product = shop.product(stock=5)
    europe.put(product, 5)
    orders = shop.order((product, 1)), shop.order((product, 1), company_id=europe.id)
    names = [shop.read("stock.picking", shop.pickings(order)[0], "name") for order in orders]
    assert names == ["WH/OUT/00001", "WH/OUT/00001"]
    moved = [shop.moves(shop.pickings(order)[0])[0] for order in orders]
    assert [shop.read("stock.move", move, "company_id") for move in moved] == [FIRST, europe.id]


def test_differences_go_to_the_company_s_own_place(shop: Shop, europe: Europe) -> None:
    europe.put(shop.product(), 5)
    [move] = shop.call("stock.move", "search_read", [["company_id", "=", europe.id]], ["location_id"], load="")
    assert shop.read("stock.location", move["location_id"], "usage", "company_id") == ("inventory", europe.id)


def test_an_invoice_takes_the_order_s_company_journal_and_currency(shop: Shop, europe: Europe) -> None:
    product = shop.product()
    europe.put(product, 5)
    order = shop.order((product, 2), company_id=europe.id)
    shop.validate(shop.pickings(order)[0])
    with pytest.raises((UserError, AccessError), match=r"deliver|sale_order_ids"):  # 19 refuses the order itself
        _invoice(shop, order, {"allowed_company_ids": [FIRST]})
    _invoice(shop, order, europe.alone)
    [invoice] = shop.read("sale.order", order, "invoice_ids")
    company, journal, currency = shop.read("account.move", invoice, "company_id", "journal_id", "currency_id")
    assert company == europe.id
    assert shop.read("account.journal", journal, "company_id") == europe.id
    assert currency == shop.read("res.company", europe.id, "currency_id")


def _invoice(shop: Shop, order: int, context: dict[str, Any]) -> None:
    wanted = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [order]]]}
    wizard = shop.create("sale.advance.payment.inv", context, **wanted)
    shop.call("sale.advance.payment.inv", "create_invoices", [wizard], context=context)
