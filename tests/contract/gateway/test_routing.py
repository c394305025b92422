"""A delivery leaves from another warehouse, or from two: once, with its order, nothing reserved in the old place."""

from decimal import Decimal
from typing import Any

import pytest

from integration.adapters.odoo import routing
from integration.canonical.erp import Picking
from integration.canonical.routing import Routed, RouteGoal
from integration.errors import Locked, Rejected
from tests.contract.gateway.world import World


def other(world: World) -> dict[str, Any]:
    """A second warehouse of the same company."""
    fields = ["lot_stock_id", "out_type_id", "delivery_steps"]
    domain = [("code", "=", "RT2"), ("company_id", "=", world.company_id)]
    found = world.call.rows("stock.warehouse", domain, fields)
    if not found:
        world.call.create("stock.warehouse", {"name": "Route two", "code": "RT2", "company_id": world.company_id})
        found = world.call.rows("stock.warehouse", domain, fields)
    return dict(found[0])


def stocked(world: World, here: float, there: float) -> int:
    product = world.product(stock=here)
    if there:
        world.put(product, there, location_id=other(world)["lot_stock_id"][0])
    return product


def sold(world: World, *lines: tuple[int, float], **values: object) -> tuple[int, Picking]:
    order = world.order(dict(lines), **values)
    return order, world.delivery_of(order)


def goal(world: World, picking: Picking, *products: int) -> RouteGoal:
    moves = tuple(move.id for move in picking.moves if move.product_id in products)
    return RouteGoal(warehouse_id=other(world)["id"], moves=moves)


def routed(world: World, picking: Picking, *products: int) -> list[Routed]:
    made = world.gateway.routing.move(picking, [goal(world, picking, *products)])
    world.gateway.routing.settle(picking, made)
    return list(made)


def read(world: World, order: int) -> dict[str, Picking]:
    [seen] = world.gateway.orders([order])
    return {picking.name: picking for picking in seen.pickings}


def held(world: World, product: int) -> dict[int, tuple[float, float]]:
    domain = [("product_id", "=", product), ("location_id.usage", "=", "internal")]
    rows = world.call.rows("stock.quant", domain, ["location_id", "quantity", "reserved_quantity"])
    return {row["location_id"][0]: (row["quantity"], row["reserved_quantity"]) for row in rows}


def test_both_warehouses_are_seen_with_what_they_hold_of_the_goods(world: World) -> None:
    product = stocked(world, 10, 7)
    _, picking = sold(world, (product, 4))
    two = other(world)["id"]
    seen = world.gateway.routing.look(picking.id, [world.warehouse_id, two, 999999], stock=True)
    [move] = seen.moves
    assert (seen.state, seen.warehouse_id, seen.begun) == ("assigned", world.warehouse_id, False)
    assert (move.id, move.product_id, move.quantity, move.reserved) == (picking.moves[0].id, product, 4, 4)
    assert (move.line, move.stocked) == (picking.moves[0].sale_line_id, True)
    by_id = {place.warehouse_id: place for place in seen.places}
    assert set(by_id) == {world.warehouse_id, two}
    assert (by_id[two].one_step, by_id[two].held, by_id[two].free) == (True, {product: 7}, {product: 7})
    assert (by_id[world.warehouse_id].held, by_id[world.warehouse_id].free) == ({product: 10}, {product: 6})
    bare = world.gateway.routing.look(picking.id, [two], stock=False)
    assert [place.free for place in bare.places] == [{}]


def test_goods_without_stock_are_told_apart_and_what_is_begun_is_seen(world: World) -> None:
    kind = {"type": "consu", "is_storable": False} if world.version >= 18 else {"detailed_type": "consu"}
    loose = world.product(**kind)
    _, picking = sold(world, (loose, 2))
    two = other(world)["id"]
    seen = world.gateway.routing.look(picking.id, [two], stock=True)
    assert [(move.product_id, move.stocked) for move in seen.moves] == [(loose, False)]
    product = stocked(world, 5, 0)
    _, picking = sold(world, (product, 2))
    world.mark_done_by_hand(picking)
    assert world.gateway.routing.look(picking.id, [two], stock=False).begun
    assert world.gateway.routing.look(99999999, [two], stock=True).state == ""


def test_a_whole_delivery_goes_to_the_other_warehouse_and_the_order_has_it_once(world: World) -> None:
    product = stocked(world, 10, 7)
    order, picking = sold(world, (product, 4), commitment_date="2031-05-05 10:00:00")
    before = read(world, order)[picking.name]
    [made] = routed(world, picking, product)
    pickings = read(world, order)
    assert list(pickings) == [made.name]
    now = pickings[made.name]
    assert (now.id, now.routed_from, now.warehouse_id) == (made.picking_id, picking.id, made.warehouse_id)
    assert (now.state, now.code, now.order_id, now.backorder_of) == ("assigned", "outgoing", order, None)
    assert [(move.id, move.demand, move.reserved) for move in now.moves] == [(picking.moves[0].id, 4, 4)]
    assert (now.ship_to, now.carrier, now.scheduled_at) == (before.ship_to, before.carrier, before.scheduled_at)
    two = other(world)["lot_stock_id"][0]
    assert held(world, product) == {world.stock_id: (10, 0), two: (7, 4)}
    assert (now.scheduled_at is not None and now.scheduled_at.year) == 2031
    old = world.read("stock.picking", picking.id, "state", "note", "move_ids")
    assert (old["state"], old["move_ids"], made.name in old["note"]) == ("cancel", [], True)


def test_a_line_goes_and_the_other_one_stays_reserved(world: World) -> None:
    stays, goes = stocked(world, 10, 0), stocked(world, 1, 9)
    order, picking = sold(world, (stays, 3), (goes, 5))
    [made] = routed(world, picking, goes)
    pickings = read(world, order)
    assert {name: [(move.product_id, move.demand, move.reserved) for move in each.moves] for name, each in
            pickings.items()} == {picking.name: [(stays, 3, 3)], made.name: [(goes, 5, 5)]}  # fmt: skip
    assert (pickings[picking.name].routed_from, pickings[picking.name].state) == (None, "assigned")
    assert held(world, goes)[world.stock_id] == (1, 0)


def test_what_leaves_of_both_counts_as_delivered_on_the_order(world: World) -> None:
    stays, goes = stocked(world, 10, 0), stocked(world, 0, 9)
    order, picking = sold(world, (stays, 3), (goes, 5))
    [made] = routed(world, picking, goes)
    [there] = world.gateway.delivery(made.picking_id)
    world.ship(there, [5])
    assert world.delivered(order) == [0, 5]
    [here] = world.gateway.delivery(picking.id)
    world.ship(here, [3])
    assert world.delivered(order) == [3, 5]
    status = world.read("sale.order", order, "invoice_status", "delivery_status")
    assert status["delivery_status"] == "full"
    two = other(world)["lot_stock_id"][0]
    assert (held(world, goes)[two], held(world, stays)[world.stock_id]) == ((4, 0), (7, 0))


def test_a_short_shipment_leaves_its_backorder_at_the_other_warehouse(world: World) -> None:
    product = stocked(world, 10, 7)
    order, picking = sold(world, (product, 5))
    [made] = routed(world, picking, product)
    [there] = world.gateway.delivery(made.picking_id)
    posted = world.ship(there, [2])
    [rest] = [each for each in world.gateway.delivery(made.picking_id) if each.id in posted.backorders]
    assert (rest.warehouse_id, rest.moves[0].demand, rest.backorder_of) == (made.warehouse_id, 3, made.picking_id)
    assert [each.picking_id for each in world.gateway.routing.moved(picking)] == [made.picking_id]
    assert world.delivered(order) == [2]


def test_it_is_moved_once_whoever_asks_again(world: World) -> None:
    product = stocked(world, 10, 7)
    order, picking = sold(world, (product, 4))
    assert world.gateway.routing.moved(picking) == []
    wanted = [goal(world, picking, product)]
    made = [world.gateway.routing.move(picking, wanted) for _ in range(2)]
    assert made[0] == made[1] == world.gateway.routing.moved(picking)
    for _ in range(2):
        world.gateway.routing.settle(picking, made[0])
    assert list(read(world, order)) == [made[0][0].name]
    old = world.read("stock.picking", picking.id, "note")
    assert old["note"].count("Crossdock route") == 1


def test_what_was_shipped_by_hand_meanwhile_is_not_moved(world: World) -> None:
    product = stocked(world, 10, 7)
    order, picking = sold(world, (product, 4))
    world.validate_by_hand(picking)
    with pytest.raises(Locked) as refused:
        world.gateway.routing.move(picking, [goal(world, picking, product)])
    assert refused.value.code == "CD-1004"
    assert world.gateway.routing.moved(picking) == []
    assert [(each.id, each.state) for each in read(world, order).values()] == [(picking.id, "done")]


def test_what_is_shipped_while_it_is_moved_makes_odoo_refuse_and_nothing_is_moved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes, too = stocked(world, 10, 7), stocked(world, 10, 7)
    order, picking = sold(world, (goes, 4), (too, 1))
    monkeypatch.setattr(routing, "CLOSED", ())
    monkeypatch.setattr(routing, "_is_begun", lambda _move: False)
    world.validate_by_hand(picking)
    with pytest.raises(Rejected) as refused:
        world.gateway.routing.move(picking, [goal(world, picking, goes, too)])
    assert refused.value.code == "CD-4031"
    assert world.gateway.routing.moved(picking) == []
    assert [(each.id, each.state) for each in read(world, order).values()] == [(picking.id, "done")]
    assert (held(world, goes)[world.stock_id], world.delivered(order)) == ((6, 0), [4, 1])


def test_lots_are_let_go_in_the_old_place_and_taken_in_the_new_one(world: World) -> None:
    product = world.product("lot")
    world.lot(product, "L1", 5)
    two = other(world)["lot_stock_id"][0]
    world.put(product, 6, world.lot(product, "L2"), two)
    order, picking = sold(world, (product, 3))
    assert [line.lot for line in picking.moves[0].lines] == ["L1"]
    [made] = routed(world, picking, product)
    [now] = world.gateway.delivery(made.picking_id)
    assert [(line.lot, line.quantity) for line in now.moves[0].lines] == [("L2", 3)]
    assert world.delivered(order) == [0]


def test_more_of_the_order_later_is_a_move_of_the_order_s_own_warehouse(world: World) -> None:
    product = stocked(world, 10, 7)
    order, picking = sold(world, (product, 4))
    [made] = routed(world, picking, product)
    [line] = world.call("sale.order.line", "search", domain=[("order_id", "=", order)])
    world.call("sale.order.line", "write", [line], vals={"product_uom_qty": 6})
    found = {each.warehouse_id: sum((move.demand for move in each.moves), Decimal(0)) for each in
             read(world, order).values()}  # fmt: skip
    assert found == {world.warehouse_id: 2, made.warehouse_id: 4}
