"""Returns: the transfer that takes goods back is made once, found again, and posted where each condition goes."""

from decimal import Decimal

import pytest

from integration.canonical.erp import (
    LooseLine,
    LooseReturn,
    Picking,
    PostingDetail,
    PostingLine,
    ReceiptPosting,
    Takeback,
)
from integration.errors import Rejected
from tests.contract.gateway.world import World

D = Decimal
MARK = "crossdock/wms-main/RT-1"


def shipped(world: World, quantity: float = 10) -> tuple[int, Picking]:
    """An order of a new product, and its delivery, done."""
    order = world.order({world.product(stock=50): quantity})
    picking = world.ship(world.delivery_of(order), [quantity]).picking
    [delivery] = world.gateway.returns.left([picking.id])
    return order, delivery


def taken_back(world: World, delivery: Picking, quantity: str) -> Picking:
    """The transfer that the wizard makes."""
    stock = world.gateway.returns.stock_place(world.warehouse_id)
    quantities = {delivery.moves[0].id: D(quantity)}
    takeback = Takeback(receipt="RT-1", delivery=delivery, quantities=quantities, stock_id=stock)
    made = world.gateway.returns.take_back(takeback)
    [picking] = world.gateway.incoming(made)
    return picking


def posting(picking: Picking, *parts: tuple[str, int], mark: str = MARK, lot: str | None = None) -> ReceiptPosting:
    details = tuple(PostingDetail(quantity=D(quantity), lot=lot, location_id=place) for quantity, place in parts)
    total = sum((detail.quantity for detail in details), D(0))
    line = PostingLine(move_id=picking.moves[0].id, quantity=total, details=details)
    return ReceiptPosting(receipt="RT-1", mark=mark, lines=(line,), keep_backorder=False)


def place(world: World, name: str) -> int:
    where = {"name": world.unique(name), "usage": "internal", "location_id": world.stock_id}
    own = {**where, "company_id": world.company_id}
    return world.call.create("stock.location", own, companies=[world.company_id])


def lies(world: World, product: int, location: int) -> float:
    rows = world.call.rows("stock.quant", [("product_id", "=", product), ("location_id", "=", location)], ["quantity"])
    return float(sum(row["quantity"] for row in rows))


def test_what_left_comes_back_and_lowers_what_is_delivered(world: World) -> None:
    order, delivery = shipped(world)
    picking = taken_back(world, delivery, "4")
    move = picking.moves[0]
    assert (picking.return_of, picking.order_id, picking.state) == (delivery.id, order, "assigned")
    assert (move.takes_back, move.demand, world.delivered(order)) == (delivery.moves[0].id, D(4), [10])
    stock = world.gateway.returns.stock_place(world.warehouse_id)
    posted = world.gateway.receive(picking, posting(picking, ("4", stock))).picking
    assert (posted.state, posted.mark, world.delivered(order)) == ("done", MARK, [6])
    assert world.stock_of(delivery.moves[0].product_id) == 44


def test_each_part_goes_to_its_place_and_scrap_out_of_the_stock(world: World) -> None:
    order, delivery = shipped(world)
    product, damaged = delivery.moves[0].product_id, place(world, "Damaged")
    picking = taken_back(world, delivery, "6")
    stock = world.gateway.returns.stock_place(world.warehouse_id)
    scrap = world.gateway.returns.scrap_place(world.company_id)
    assert scrap is not None
    world.gateway.receive(picking, posting(picking, ("1", stock), ("2", damaged), ("3", scrap)))
    assert (lies(world, product, stock), lies(world, product, damaged)) == (41, 2)
    assert (world.stock_of(product), world.delivered(order)) == (43, [4])


def test_what_came_back_before_is_seen_with_its_state(world: World) -> None:
    _, delivery = shipped(world)
    assert world.gateway.returns.back([delivery.id]) == ()
    first = taken_back(world, delivery, "3")
    world.gateway.receive(first, posting(first, ("3", world.stock_id)))
    second = taken_back(world, delivery, "2")
    back = world.gateway.returns.back([delivery.id])
    assert [(one.id, one.state, one.moves[0].done) for one in back] == [
        (first.id, "done", D(3)),
        (second.id, "assigned", D(0)),
    ]


def test_the_lot_that_came_is_taken_in_not_the_one_that_odoo_proposes(world: World) -> None:
    product = world.product("lot")
    names = [world.unique("LOT") for _ in range(2)]
    for name in names:
        world.lot(product, name, stock=5)
    delivery = world.delivery_of(world.order({product: 8}))
    done = world.ship_details(delivery, [(5, names[0], None), (3, names[1], None)]).picking
    [left] = world.gateway.returns.left([done.id])
    assert {line.lot: line.done for line in left.moves[0].lines} == {names[0]: D(5), names[1]: D(3)}
    picking = taken_back(world, left, "2")
    posted = world.gateway.receive(picking, posting(picking, ("2", world.stock_id), lot=names[1])).picking
    assert [(line.lot, line.done) for line in posted.moves[0].lines if line.done] == [(names[1], D(2))]


def test_a_serial_number_that_is_in_stock_cannot_come_back(world: World) -> None:
    product, name = world.product("serial"), world.unique("SN")
    world.lot(product, name, stock=1)
    delivery = world.delivery_of(world.order({product: 1}))
    [left] = world.gateway.returns.left([world.ship_details(delivery, [(1, name, None)]).picking.id])
    first = taken_back(world, left, "1")
    world.gateway.receive(first, posting(first, ("1", world.stock_id), lot=name))
    again = taken_back(world, left, "1")
    with pytest.raises(Rejected) as caught:
        world.gateway.receive(again, posting(again, ("1", world.stock_id), mark=f"{MARK}-2", lot=name))
    assert caught.value.code == "CD-7008"


def test_goods_without_an_order_are_taken_in_once(world: World) -> None:
    product, mark = world.product(), world.unique("Crossdock return")
    [row] = world.call.rows("product.product", [("id", "=", product)], ["uom_id"])
    [unit] = world.call.rows("uom.uom", [("id", "=", row["uom_id"][0])], ["name"])
    stock = world.gateway.returns.stock_place(world.warehouse_id)
    wanted = LooseReturn(
        receipt="RT-1",
        mark=mark,
        company_id=world.company_id,
        warehouse_id=world.warehouse_id,
        stock_id=stock,
        lines=(LooseLine(product_id=product, unit=unit["name"], quantity=D(2)),),
    )
    assert world.gateway.returns.loose_made(mark, world.company_id) is None
    made = world.gateway.returns.loose(wanted)
    assert world.gateway.returns.loose_made(mark, world.company_id) == made
    [picking] = world.gateway.incoming(made)
    posted = world.gateway.receive(picking, posting(picking, ("2", stock))).picking
    assert (posted.state, posted.order_id, world.stock_of(product)) == ("done", None, 2)
