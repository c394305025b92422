"""Returns of deliveries and of receipts, beyond what was recorded."""

import pytest

from integration.sandbox.odoo.faults import UserError
from tests.unit.sandbox.shop import Shop


def _line(shop: Shop, picking: int, quantity: float, number: int = 0, **more: object) -> dict[str, object]:
    move = shop.moves(picking)[number]
    return {"product_id": shop.read("stock.move", move, "product_id"), "quantity": quantity, "move_id": move, **more}


def test_goods_come_back_into_their_lot_and_lower_what_is_delivered(shop: Shop) -> None:
    product = shop.product("lot")
    lot = shop.lot(product, "L1", 10)
    order, picking = shop.shipped((product, 4))
    back = shop.send_back(picking, _line(shop, picking, 3, to_refund=True))
    line = shop.lines(back)[0]
    assert shop.read("stock.move.line", line, "lot_id", "lot_name") == (lot, "L1")
    shop.validate(back)
    assert shop.on_hand(product, lot_id=lot) == 9
    assert shop.read("sale.order.line", shop.line(order), "qty_delivered") == 1


def test_each_serial_comes_back_on_a_line_of_its_own(shop: Shop) -> None:
    product = shop.product("serial")
    lots = [shop.lot(product, f"S{number}", 1) for number in (1, 2, 3)]
    _order, picking = shop.shipped((product, 3))
    back = shop.send_back(picking, _line(shop, picking, 2))
    assert [shop.read("stock.move.line", line, "lot_id") for line in shop.lines(back)] == lots[:2]
    shop.validate(back)
    assert shop.on_hand(product) == 2


def test_a_return_in_two_parts_leaves_a_backorder_that_is_no_return_of_anything(shop: Shop) -> None:
    product = shop.product(stock=10)
    order, picking = shop.shipped((product, 5))
    back = shop.send_back(picking, _line(shop, picking, 5))
    shop.set_done(shop.moves(back)[0], 2)
    shop.validate(back)
    rest = shop.search("stock.picking", ["backorder_id", "=", back])[0]
    move = shop.moves(rest)[0]
    assert shop.read("stock.move", move, "product_uom_qty", "origin_returned_move_id", "to_refund", "state") == (
        3, shop.moves(picking)[0], True, "assigned",
    )  # fmt: skip
    if shop.version >= 17:
        assert shop.read("stock.picking", back, "return_id") == picking
        assert shop.read("stock.picking", rest, "return_id") is False
    shop.validate(rest)
    assert shop.read("sale.order.line", shop.line(order), "qty_delivered") == 0


def test_what_came_back_once_can_be_asked_back_again(shop: Shop) -> None:
    product = shop.product(stock=10)
    _order, picking = shop.shipped((product, 4))
    shop.validate(shop.send_back(picking, _line(shop, picking, 4)))
    again = shop.send_back(picking, _line(shop, picking, 2))
    shop.validate(again)
    assert shop.on_hand(product) == 12


def test_17_offers_what_has_not_come_back_yet_and_18_nothing(shop: Shop) -> None:
    product = shop.product(stock=10)
    _order, picking = shop.shipped((product, 5))
    shop.validate(shop.send_back(picking, _line(shop, picking, 2)))
    wizard = shop.create("stock.return.picking", picking_id=picking)
    offered = shop.call("stock.return.picking.line", "search_read", [["wizard_id", "=", wizard]], ["quantity"])
    expected: list[float] = {16: [], 17: [3.0]}.get(shop.version, [0.0])
    assert [line["quantity"] for line in offered] == expected


def test_a_return_without_refund_leaves_the_delivered_quantity(shop: Shop) -> None:
    product = shop.product(stock=10)
    order, picking = shop.shipped((product, 5))
    shop.validate(shop.send_back(picking, _line(shop, picking, 2, to_refund=False)))
    assert shop.read("sale.order.line", shop.line(order), "qty_delivered") == 5


def test_a_return_of_a_return_goes_out_once_more_and_counts_as_delivered(shop: Shop) -> None:
    product = shop.product(stock=10)
    order, picking = shop.shipped((product, 5))
    back = shop.send_back(picking, _line(shop, picking, 2, to_refund=True))
    shop.validate(back)
    out = shop.send_back(back, _line(shop, back, 1, to_refund=True))
    assert shop.read("stock.picking", out, "picking_type_code") == ("incoming" if shop.version == 16 else "outgoing")
    shop.validate(out)
    assert shop.read("sale.order.line", shop.line(order), "qty_delivered") == 4
    assert shop.on_hand(product) == 6


def test_goods_go_back_to_the_vendor_out_of_what_the_receipt_brought(shop: Shop) -> None:
    product, vendors = shop.product("lot"), shop.search("stock.location", ["usage", "=", "supplier"])[0]
    shop.lot(product, "OLD", 50)
    receipt = shop.transfer(shop.kind("incoming"), vendors, shop.stock, {"product_id": product, "product_uom_qty": 6})
    shop.call("stock.move.line", "write", shop.lines(receipt), {"lot_name": "NEW", **shop.line_done(6)})
    shop.validate(receipt)
    back = shop.send_back(receipt, _line(shop, receipt, 4))
    assert shop.read("stock.picking", back, "picking_type_code", "location_id") == ("outgoing", shop.stock)
    move = shop.moves(back)[0]
    assert shop.read("stock.move", move, "location_dest_id") == vendors
    assert (
        shop.read("stock.move.line", shop.lines(back)[0], "lot_id") == shop.search("stock.lot", ["name", "=", "NEW"])[0]
    )
    shop.validate(back)
    assert shop.on_hand(product) == 52


def test_lines_of_a_return_follow_a_new_target_since_17(shop: Shop) -> None:
    quarantine = shop.create("stock.location", name="Quarantine", location_id=shop.search(
        "stock.location", ["name", "=", "WH"])[0])  # fmt: skip
    product = shop.product(stock=10)
    _order, picking = shop.shipped((product, 5))
    back = shop.send_back(picking, _line(shop, picking, 5))
    shop.call("stock.picking", "write", [back], {"location_dest_id": quarantine})
    assert shop.read("stock.move", shop.moves(back)[0], "location_dest_id") == quarantine
    line = shop.lines(back)[0]
    stays = shop.version == 16
    assert shop.read("stock.move.line", line, "location_dest_id") == (shop.stock if stays else quarantine)
    shop.call("stock.move.line", "write", [line], {"location_dest_id": quarantine})
    shop.validate(back)
    assert shop.on_hand(product, quarantine) == 5


def test_a_line_that_names_no_move_is_refused_until_17_and_made_a_move_since(shop: Shop) -> None:
    product = shop.product(stock=10)
    _order, picking = shop.shipped((product, 5))
    line = {"product_id": product, "quantity": 1}
    if shop.version <= 17:
        with pytest.raises(UserError, match="manually created product lines"):
            shop.send_back(picking, line)
        return
    back = shop.send_back(picking, line)
    assert shop.read("stock.move", shop.moves(back)[0], "origin_returned_move_id", "product_uom_qty") == (False, 1)


def test_only_one_transfer_is_returned_at_a_time(shop: Shop) -> None:
    context = {"active_id": 1, "active_ids": [1, 2], "active_model": "stock.picking"}
    with pytest.raises(UserError, match="only return one picking at a time"):
        shop.create("stock.return.picking", context)
