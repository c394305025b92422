"""Transfers: with lots and packages, in two legs through a transit place, in parts, between companies' places."""

from typing import Any

import pytest

from tests.unit.sandbox.shop import Shop

TRANSIT = "Inter-warehouse transit"


def _child(shop: Shop, name: str) -> int:
    """A place beside the stock, as a warehouse has for damaged goods."""
    view = shop.search("stock.location", ["usage", "=", "view"], ["name", "=", "WH"])[0]
    return shop.create("stock.location", name=name, location_id=view, usage="internal")


def _two_warehouses(shop: Shop) -> tuple[int, int]:
    """Another warehouse's stock, and the place between both, which is archived until somebody wants it."""
    shop.create("stock.warehouse", name="Second", code="W2")
    transit = shop.search("stock.location", ["name", "=", TRANSIT], context={"active_test": False})[0]
    assert shop.read("stock.location", transit, "active") is False
    shop.call("stock.location", "write", [transit], {"active": True})
    return shop.place("W2/Stock"), transit


def _legs(shop: Shop, product: int, quantity: float) -> tuple[int, int]:
    """Out of the first warehouse into transit, and from there into the second one, waiting for the first leg."""
    target, transit = _two_warehouses(shop)
    goods = {"product_id": product, "product_uom_qty": quantity}
    ship = shop.transfer(shop.kind("outgoing"), shop.stock, transit, goods)
    after = {"move_orig_ids": [[4, shop.moves(ship)[0]]], "procure_method": "make_to_order"}
    where = {"location_id": transit, "location_dest_id": target, "product_uom": 1}
    named = {} if shop.version >= 19 else {"name": "leg 2"}
    values: dict[str, Any] = {"picking_type_id": shop.kind("incoming", "W2"), "location_id": transit}
    values |= {"location_dest_id": target, "move_ids": [[0, 0, {**named, **where, **goods, **after}]]}
    receive = shop.create("stock.picking", **values)
    shop.call("stock.picking", "action_confirm", [receive])
    return ship, receive


@pytest.mark.parametrize("name", ["Quarantine", "Damaged", "On hold"])
def test_goods_of_a_lot_move_to_a_place_of_their_own(shop: Shop, name: str) -> None:
    product, place = shop.product("lot"), _child(shop, name)
    good, bad = shop.lot(product, "GOOD", 5), shop.lot(product, "BAD", 5)
    moved = shop.transfer(shop.kind("internal"), shop.stock, place, {"product_id": product, "product_uom_qty": 3})
    shop.call("stock.move.line", "write", shop.lines(moved), {"lot_id": bad, **shop.line_done(3)})
    shop.validate(moved)
    assert [shop.on_hand(product, where, lot_id=bad) for where in (shop.stock, place)] == [2, 3]
    assert shop.on_hand(product, lot_id=good) == 5
    assert shop.read("stock.location", place, "complete_name") == f"WH/{name}"


def test_all_that_is_in_a_package_stays_in_it(shop: Shop) -> None:
    model = "stock.package" if shop.version >= 19 else "stock.quant.package"
    product, place = shop.product(), _child(shop, "Rack")
    package = shop.create(model, name="PALLET-1")
    shop.count(product, 6, package_id=package)
    moved = shop.transfer(shop.kind("internal"), shop.stock, place, {"product_id": product, "product_uom_qty": 6})
    line = shop.lines(moved)[0]
    assert shop.read("stock.move.line", line, "package_id", "result_package_id") == (package, package)
    shop.validate(moved)
    assert shop.on_hand(product, place, package_id=package) == 6
    assert shop.read(model, package, "location_id") == place


def test_a_part_of_a_package_leaves_it(shop: Shop) -> None:
    model = "stock.package" if shop.version >= 19 else "stock.quant.package"
    product, place = shop.product(), _child(shop, "Rack")
    package = shop.create(model, name="PALLET-1")
    shop.count(product, 6, package_id=package)
    moved = shop.transfer(shop.kind("internal"), shop.stock, place, {"product_id": product, "product_uom_qty": 2})
    shop.validate(moved)
    assert shop.on_hand(product, package_id=package) == 4
    assert shop.call("stock.quant", "search_count", [["location_id", "=", place], ["package_id", "=", False]]) == 1


def test_the_second_leg_takes_the_very_lots_that_the_first_one_brought(shop: Shop) -> None:
    product = shop.product("lot")
    lots = [shop.lot(product, name, 3) for name in ("A", "B")]
    ship, receive = _legs(shop, product, 5)
    assert shop.read("stock.picking", receive, "state") == "waiting"
    left_over = shop.lot(product, "LEFT OVER")
    shop.count(product, 9, lot_id=left_over, location_id=shop.read("stock.picking", receive, "location_id"))
    shop.validate(ship)
    assert [shop.read("stock.move.line", line, "lot_id") for line in shop.lines(receive)] == lots
    shop.validate(receive)
    assert [shop.on_hand(product, shop.place("W2/Stock"), lot_id=lot) for lot in lots] == [3, 2]


def test_each_leg_in_parts_and_the_second_one_follows_what_the_first_one_sent(shop: Shop) -> None:
    product = shop.product(stock=10)
    ship, receive = _legs(shop, product, 8)
    shop.set_done(shop.moves(ship)[0], 5)
    shop.validate(ship)
    move = shop.moves(receive)[0]
    assert (shop.reserved(move), shop.read("stock.move", move, "state")) == (5, "partially_available")
    shop.set_done(move, 4)
    shop.validate(receive)
    rest = shop.search("stock.picking", ["backorder_id", "=", receive])[0]
    assert shop.reserved(shop.moves(rest)[0]) == 1
    shop.validate(shop.search("stock.picking", ["backorder_id", "=", ship])[0])
    assert shop.reserved(shop.moves(rest)[0]) == 4
    shop.validate(rest)
    assert shop.on_hand(product, shop.place("W2/Stock")) == 8


def test_what_is_cancelled_before_it_left_is_not_waited_for(shop: Shop) -> None:
    ship, receive = _legs(shop, shop.product(stock=10), 5)
    shop.call("stock.picking", "action_cancel", [ship])
    assert shop.read("stock.picking", receive, "state") == "cancel"


def test_nothing_is_reserved_in_the_place_between_companies(shop: Shop) -> None:
    between = shop.search("stock.location", ["name", "=", "Inter-company transit"], context={"active_test": False})[0]
    assert shop.read("stock.location", between, "company_id") is False
    shop.call("stock.location", "write", [between], {"active": True})
    product = shop.product()
    goods = {"product_id": product, "product_uom_qty": 3}
    arrival = shop.transfer(shop.kind("incoming"), between, shop.stock, goods)
    assert shop.read("stock.picking", arrival, "state") == "assigned"
    shop.validate(arrival)
    assert (shop.on_hand(product), shop.on_hand(product, between)) == (3, -3)


def test_since_18_a_new_source_takes_the_goods_from_there(shop: Shop) -> None:
    product, place = shop.product(stock=5), _child(shop, "Rack")
    shop.count(product, 5, location_id=place)
    moved = shop.transfer(
        shop.kind("internal"), shop.stock, _child(shop, "Damaged"), {"product_id": product, "product_uom_qty": 2}
    )
    shop.call("stock.picking", "write", [moved], {"location_id": place})
    assert shop.read("stock.move.line", shop.lines(moved)[0], "location_id") == (
        place if shop.version >= 18 else shop.stock
    )
