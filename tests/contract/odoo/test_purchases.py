"""Purchase orders and their receipts, beyond what was recorded."""

from typing import Any

import pytest

from tests.contract.odoo.shop import PLANNED, Shop

pytestmark = pytest.mark.contract
UNDER_A_KEY = [
    "id", "partner_id/.id", "order_line/id", "order_line/product_id/.id", "order_line/product_qty",
    "order_line/price_unit", "order_line/name", "order_line/date_planned",
]  # fmt: skip


def _load(shop: Shop, quantity: float) -> list[int]:
    row = ["__wms__.po_1", shop.vendor, "__wms__.po_1_1", shop.product, quantity, 4.0, "line", PLANNED]
    found: dict[str, Any] = shop.call("purchase.order", "load", UNDER_A_KEY, [[str(cell) for cell in row]])
    assert found["messages"] == []
    return list(found["ids"])


def test_an_external_id_makes_one_order_and_changes_its_receipt_afterwards(shop: Shop) -> None:
    (order,) = _load(shop, 10)
    assert _load(shop, 8) == [order]
    shop.call("purchase.order", "button_confirm", [order])
    _load(shop, 12)
    (line,) = shop.lines(order)
    assert shop.moves(line) == [(12.0, "assigned")]
    assert shop.call("purchase.order", "search_count", []) == 1


def test_a_changed_quantity_with_its_date_changes_the_move(shop: Shop) -> None:
    order = shop.buy(10)
    (line,) = shop.lines(order)
    shop.call("purchase.order.line", "write", [line], {"product_qty": 15, "date_planned": PLANNED})
    assert shop.moves(line) == [(15.0, "assigned")]
    shop.call("purchase.order.line", "write", [line], {"product_qty": 4, "date_planned": PLANNED})
    assert shop.moves(line) == [(4.0, "assigned")]
    assert len(shop.read("purchase.order", order, "picking_ids")) == 1


def test_the_vendors_terms_fill_what_a_line_leaves_out(shop: Shop) -> None:
    template = shop.read("product.product", shop.product, "product_tmpl_id")
    for quantity, price in ((1, 3.5), (100, 3.0)):
        values = {
            "partner_id": shop.vendor,
            "product_tmpl_id": template,
            "min_qty": quantity,
            "price": price,
            "delay": 3,
        }
        shop.call("product.supplierinfo", "create", values)
    lines = [[0, 0, {"product_id": shop.product, "product_qty": quantity}] for quantity in (10, 100)]
    order = shop.call(
        "purchase.order",
        "create",
        {"partner_id": shop.vendor, "date_order": "2030-01-01 08:00:00", "order_line": lines},
    )
    rows = [shop.read("purchase.order.line", one, "price_unit", "date_planned", "name") for one in shop.lines(order)]
    assert rows == [(3.5, "2030-01-04 08:00:00", "[P1] P1"), (3.0, "2030-01-04 08:00:00", "[P1] P1")]
    assert shop.read("purchase.order", order, "date_planned") == "2030-01-04 08:00:00"


def test_a_quantity_below_the_vendors_least_costs_what_the_product_costs(shop: Shop) -> None:
    shop.call("product.product", "write", [shop.product], {"standard_price": 2.5})
    template = shop.read("product.product", shop.product, "product_tmpl_id")
    terms = {"partner_id": shop.vendor, "product_tmpl_id": template, "min_qty": 10, "price": 3.0}
    terms |= {"discount": 50.0} if shop.version >= 17 else {}
    shop.call("product.supplierinfo", "create", terms)
    line = {"product_id": shop.product, "product_qty": 10, "date_planned": PLANNED}
    order = shop.call("purchase.order", "create", {"partner_id": shop.vendor, "order_line": [[0, 0, line]]})
    assert shop.read("purchase.order", order, "amount_untaxed") == (15.0 if shop.version >= 17 else 30.0)
    shop.call("purchase.order.line", "write", shop.lines(order), {"product_qty": 4})
    assert shop.read("purchase.order", order, "amount_untaxed") == 10.0


def test_confirming_makes_the_vendor_a_seller_and_a_new_quantity_takes_his_date(shop: Shop) -> None:
    (line,) = shop.lines(shop.buy(10))
    template = shop.read("product.product", shop.product, "product_tmpl_id")
    (seller,) = shop.call("product.supplierinfo", "search_read", [["product_tmpl_id", "=", template]], [])
    assert (seller["partner_id"][0], seller["price"], seller["delay"]) == (shop.vendor, 4.0, 0)
    shop.call("purchase.order.line", "write", [line], {"product_qty": 11})
    assert shop.read("purchase.order.line", line, "date_planned") < PLANNED
    assert shop.moves(line) == [(1.0, "assigned"), (10.0, "assigned")]


def test_less_at_a_new_price_goes_back_to_the_vendor(shop: Shop) -> None:
    order = shop.buy(10)
    (line,) = shop.lines(order)
    template = shop.read("product.product", shop.product, "product_tmpl_id")
    terms = shop.call("product.supplierinfo", "search", [["product_tmpl_id", "=", template]])
    shop.call("product.supplierinfo", "write", terms, {"price": 5.0})
    shop.call("purchase.order.line", "write", [line], {"product_qty": 4, "date_planned": PLANNED})
    assert [quantity for quantity, _state in shop.moves(line)] == [6.0, 10.0]
    codes = [
        shop.read("stock.picking", one, "picking_type_code")
        for one in shop.read("purchase.order", order, "picking_ids")
    ]
    assert sorted(codes) == ["incoming", "outgoing"]


def test_a_billed_line_keeps_its_price_and_date(shop: Shop) -> None:
    order = shop.buy(10)
    (line,) = shop.lines(order)
    shop.receive(order, 6)
    shop.bill(order)
    shop.call("purchase.order.line", "write", [line], {"product_qty": 12})
    assert shop.read("purchase.order.line", line, "date_planned") == PLANNED
    assert shop.moves(line) == [(6.0, "assigned"), (6.0, "done")]


def test_a_line_added_later_joins_the_open_receipt(shop: Shop) -> None:
    order, other = shop.buy(10), shop.goods("P2")
    new = {"product_id": other, "product_qty": 3, "price_unit": 4.0, "date_planned": PLANNED}
    shop.call("purchase.order", "write", [order], {"order_line": [[0, 0, new]]})
    (picking,) = shop.read("purchase.order", order, "picking_ids")
    assert len(shop.read("stock.picking", picking, "move_ids")) == 2


def test_more_of_what_was_received_comes_with_a_new_receipt_and_less_is_refused(shop: Shop) -> None:
    order = shop.buy(10)
    (line,) = shop.lines(order)
    shop.receive(order, 10)
    kind, text = shop.fault("purchase.order.line", "write", [line], {"product_qty": 9})
    assert kind == "odoo.exceptions.UserError"
    assert text.startswith("You cannot decrease the ordered quantity below the received quantity.")
    shop.call("purchase.order.line", "write", [line], {"product_qty": 12})
    assert shop.moves(line) == [(2.0, "assigned"), (10.0, "done")]
    assert shop.read("purchase.order", order, "receipt_status") == "partial"


def test_a_receipt_in_parts_leaves_a_backorder_of_the_same_order(shop: Shop) -> None:
    order = shop.buy(10, 5)
    shop.receive(order, 6, 0)
    first, second = shop.lines(order)
    assert (shop.moves(first), shop.moves(second)) == ([(4.0, "assigned"), (6.0, "done")], [(5.0, "assigned")])
    shop.receive(order, 5, 4)
    assert [shop.read("purchase.order.line", line, "qty_received") for line in (first, second)] == [10.0, 5.0]
    assert shop.read("purchase.order", order, "receipt_status") == "full"


def test_goods_that_nobody_ordered_come_in_and_are_not_billed(shop: Shop) -> None:
    order, other = shop.buy(2), shop.goods("P2")
    (picking,) = shop.read("purchase.order", order, "picking_ids")
    source, target = shop.read("stock.picking", picking, "location_id", "location_dest_id")
    extra = {"picking_id": picking, "product_id": other, "product_uom_qty": 3, "location_id": source}
    extra |= {"location_dest_id": target} | ({"name": "extra"} if shop.version <= 18 else {})
    shop.call("stock.move", "create", extra)
    shop.call("stock.picking", "action_confirm", [picking])
    shop.receive(order, 2, 3)
    assert shop.read("product.product", other, "qty_available") == 3.0
    assert len(shop.lines(order)) == 1
    assert shop.read("account.move", shop.bill(order), "amount_untaxed") == 8.0


def test_goods_sent_back_for_a_refund_are_not_received(shop: Shop) -> None:
    order = shop.buy(10)
    (line,) = shop.lines(order)
    shop.receive(order, 10)
    (picking,) = shop.read("purchase.order", order, "picking_ids")
    vendors, stock = shop.read("stock.picking", picking, "location_id", "location_dest_id")
    (received,) = shop.read("stock.picking", picking, "move_ids")
    kind = shop.call("stock.warehouse", "search_read", [], ["out_type_id"])[0]["out_type_id"][0]
    back = {
        "product_id": shop.product, "product_uom_qty": 3, "location_id": stock, "location_dest_id": vendors,
        "purchase_line_id": line, "origin_returned_move_id": received, "to_refund": True,
        **({"name": "back"} if shop.version <= 18 else {}),
    }  # fmt: skip
    values = {"picking_type_id": kind, "location_id": stock, "location_dest_id": vendors, "move_ids": [[0, 0, back]]}
    returned = shop.call("stock.picking", "create", values)
    shop.call("stock.picking", "action_confirm", [returned])
    shop.call("stock.picking", "action_assign", [returned])
    shop.receive(order, 3)
    assert sorted(shop.read("purchase.order", order, "picking_ids")) == [picking, returned]
    assert shop.read("purchase.order.line", line, "qty_received", "qty_to_invoice") == (7.0, 7.0)


def test_a_line_of_a_confirmed_order_is_not_deleted(shop: Shop) -> None:
    (line,) = shop.lines(shop.buy(10))
    _kind, text = shop.fault("purchase.order.line", "unlink", [line])
    assert "Purchase Order" in text
    (draft,) = shop.lines(shop.buy(10, confirm=False))
    shop.call("purchase.order.line", "unlink", [draft])


def test_a_locked_order_is_a_state_until_18_and_a_flag_since(shop: Shop) -> None:
    order = shop.buy(10)
    shop.call("purchase.order", "button_done" if shop.version <= 18 else "button_lock", [order])
    if shop.version <= 18:
        assert shop.read("purchase.order", order, "state") == "done"
        shop.fault("purchase.order", "button_lock", [order])
    else:
        assert shop.read("purchase.order", order, "state", "locked") == ("purchase", True)
        assert "unlock" in shop.fault("purchase.order", "button_cancel", [order])[1]
    shop.call("purchase.order", "button_unlock", [order])
    shop.call("purchase.order", "button_cancel", [order])
    assert shop.read("purchase.order", order, "state") == "cancel"


def test_a_dozen_is_received_as_twelve(shop: Shop) -> None:
    (dozen,) = shop.call("uom.uom", "search", [["name", "=", "Dozens"]])
    unit = "product_uom_id" if shop.version >= 19 else "product_uom"
    line = {"product_id": shop.product, "product_qty": 2, "price_unit": 48.0, "date_planned": PLANNED, unit: dozen}
    order = shop.call("purchase.order", "create", {"partner_id": shop.vendor, "order_line": [[0, 0, line]]})
    shop.call("purchase.order", "button_confirm", [order])
    (found,) = shop.lines(order)
    assert shop.moves(found) == [(24.0, "assigned")]
    shop.receive(order, 24)
    assert shop.read("purchase.order.line", found, "qty_received", "product_uom_qty") == (2.0, 24.0)
