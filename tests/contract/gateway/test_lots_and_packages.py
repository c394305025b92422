"""Exact lots, serial numbers and packages."""

import pytest

from integration.errors import Causes, InvalidDocument, Rejected
from tests.contract.gateway.world import World


def test_other_lots_ship_than_odoo_had_reserved(world: World) -> None:
    product = world.product("lot")
    world.lot(product, "A", 10), world.lot(product, "B", 10)
    order = world.order({product: 6})
    picking = world.delivery_of(order)
    assert [line.lot for line in picking.moves[0].lines] == ["A"]
    posted = world.ship_details(picking, [(2, "A", None), (4, "B", None)])
    assert sorted((line.lot, line.quantity) for line in posted.picking.moves[0].lines) == [("A", 2), ("B", 4)]
    assert _stock_by_lot(world, product) == {"A": 8, "B": 6}
    assert world.delivered(order) == [6]


def test_a_lot_replaces_the_reserved_one_whole_and_the_rest_is_a_backorder(world: World) -> None:
    product = world.product("lot")
    world.lot(product, "A", 10), world.lot(product, "B", 10)
    order = world.order({product: 6})
    posted = world.ship_details(world.delivery_of(order), [(5, "B", None)])
    assert len(posted.backorders) == 1
    assert _stock_by_lot(world, product) == {"A": 10, "B": 5}


def test_a_delivery_whose_lot_another_one_took_reserves_what_else_is_there(world: World) -> None:
    product = world.product("lot")
    world.lot(product, "A", 6), world.lot(product, "B", 6)
    first, second = (world.delivery_of(world.order({product: 6})) for _ in range(2))
    assert [line.lot for line in second.moves[0].lines] == ["B"]
    world.ship_details(first, [(6, "B", None)])
    [move] = world.gateway.delivery(second.id)[0].moves
    left = ("confirmed", 0, []) if world.version == 16 else ("assigned", 6, ["A"])
    assert (move.state, move.reserved, [line.lot for line in move.lines]) == left


def test_the_same_lot_named_twice_is_one_line(world: World) -> None:
    product = world.product("lot")
    world.lot(product, "A", 10)
    posted = world.ship_details(world.delivery_of(world.order({product: 6})), [(2, "A", None), (4, "A", None)])
    assert [(line.lot, line.quantity) for line in posted.picking.moves[0].lines] == [("A", 6)]


def test_serial_numbers_ship_one_by_one(world: World) -> None:
    product = world.product("serial")
    names = [world.unique("SN") for _ in range(4)]
    for name in names:
        world.lot(product, name, 1)
    order = world.order({product: 3})
    posted = world.ship_details(world.delivery_of(order), [(1, name, None) for name in names[1:]])
    assert sorted(str(line.lot) for line in posted.picking.moves[0].lines) == sorted(names[1:])
    assert _stock_by_lot(world, product) == {names[0]: 1}


def test_an_unknown_lot_is_refused_before_anything_is_written(world: World) -> None:
    product = world.product("lot")
    world.lot(product, "A", 10)
    picking = world.delivery_of(world.order({product: 6}))
    world.guard.take()
    name = world.unique("NOWHERE")
    with pytest.raises(InvalidDocument) as caught:
        world.ship_details(picking, [(6, name, None)])
    assert (caught.value.code, caught.value.context["lot"]) == ("CD-5005", name)
    assert [call for call in world.guard.take() if "write" in call or "validate" in call] == []
    assert world.gateway.delivery(picking.id)[0] == picking


def test_all_unknown_lots_are_told_at_once(world: World) -> None:
    product = world.product("lot", stock=0)
    world.lot(product, "A", 10)
    picking = world.delivery_of(world.order({product: 6}))
    with pytest.raises(Causes) as caught:
        world.ship_details(picking, [(3, world.unique("X"), None), (3, world.unique("Y"), None)])
    assert [cause.code for cause in caught.value.causes] == ["CD-5005", "CD-5005"]


def test_the_lot_of_another_product_is_refused(world: World) -> None:
    product, other = world.product("lot"), world.product("lot")
    name = world.unique("LOT")
    world.lot(product, "A", 10), world.lot(other, name, 10)
    with pytest.raises(Rejected) as caught:
        world.ship_details(world.delivery_of(world.order({product: 6})), [(6, name, None)])
    assert (caught.value.code, caught.value.context["detail"]) == ("CD-5013", "it belongs to another product")


def test_a_serial_number_that_is_not_in_stock_is_refused(world: World) -> None:
    product = world.product("serial")
    gone = world.unique("SN")
    world.lot(product, world.unique("SN"), 1), world.lot(product, gone)
    with pytest.raises(Rejected) as caught:
        world.ship_details(world.delivery_of(world.order({product: 1})), [(1, gone, None)])
    assert caught.value.code == "CD-5013"


def test_two_pieces_of_one_serial_number_are_refused(world: World) -> None:
    product, name = world.product("serial"), world.unique("SN")
    world.lot(product, name, 1)
    with pytest.raises(Rejected) as caught:
        world.ship_details(world.delivery_of(world.order({product: 2})), [(2, name, None)])
    assert caught.value.code == "CD-5013"


def test_two_parcels_become_two_packages_in_odoo(world: World) -> None:
    order = world.order({world.product(stock=50): 10})
    one, two = world.unique("SSCC"), world.unique("SSCC")
    packages = ({"name": one, "weight_kg": "2.5"}, {"name": two})
    posted = world.ship_details(world.delivery_of(order), [(6, None, one), (4, None, two)], packages=packages)
    lines = posted.picking.moves[0].lines
    assert sorted((line.package, line.quantity) for line in lines) == sorted([(one, 6), (two, 4)])
    assert world.delivered(order) == [10]


def test_lots_and_packages_together(world: World) -> None:
    product, parcel = world.product("lot"), world.unique("SSCC")
    world.lot(product, "A", 10), world.lot(product, "B", 10)
    details = [(2, "A", parcel), (1, "A", None), (3, "B", parcel)]
    posted = world.ship_details(world.delivery_of(world.order({product: 6})), details)
    lines = {(line.lot, line.package, line.quantity) for line in posted.picking.moves[0].lines}
    assert lines == {("A", parcel, 2), ("A", None, 1), ("B", parcel, 3)}


def test_a_lot_on_another_shelf_is_taken_from_that_shelf(world: World) -> None:
    product = world.product("lot")
    place = {"name": world.unique("Shelf"), "location_id": world.stock_id, "company_id": world.company_id}
    shelf = world.call.create("stock.location", place)
    world.lot(product, "A", 10)
    world.put(product, 10, world.lot(product, "B"), shelf)
    world.ship_details(world.delivery_of(world.order({product: 6})), [(6, "B", None)])
    domain = [("product_id", "=", product), ("location_id", "=", shelf)]
    assert [row["quantity"] for row in world.call.rows("stock.quant", domain, ["quantity"])] == [4]


def test_an_expired_lot_stops_at_a_person(world: World) -> None:
    product = world.product("lot", use_expiration_date=True)
    lot = world.lot(product, world.unique("OLD"), 10)
    world.call("stock.lot", "write", [lot], vals={"expiration_date": "2020-01-01 00:00:00"})
    picking = world.delivery_of(world.order({product: 6}))
    name = world.read("stock.lot", lot, "name")["name"]
    with pytest.raises(Rejected) as caught:
        world.ship_details(picking, [(6, name, None)])
    assert (caught.value.code, caught.value.context["lot"]) == ("CD-5013", name)
    assert world.gateway.delivery(picking.id)[0].state != "done"


def _stock_by_lot(world: World, product: int) -> dict[str, float]:
    domain = [("product_id", "=", product), ("location_id", "child_of", world.stock_id), ("quantity", "!=", 0)]
    rows = world.call.rows("stock.quant", domain, ["lot_id", "quantity"])
    return {row["lot_id"][1]: row["quantity"] for row in rows}
