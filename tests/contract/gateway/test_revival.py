"""Goods that left although Odoo had cancelled them are booked on something open, once."""

from decimal import Decimal

from integration.canonical.erp import Picking, PostingDetail, PostingLine, RevivedLine, Takeback
from tests.contract.gateway.world import World, posting

MARK = "wms-main/S-88"


def cancel(world: World, order: int) -> None:
    world.call("sale.order", "action_cancel", [order], context={"disable_cancel_warning": True})


def want(world: World, order: int, number: int, quantity: float) -> None:
    [line] = world.call("sale.order.line", "search", domain=[("order_id", "=", order)], order="id")[number:][:1]
    world.call("sale.order.line", "write", [line], vals={"product_uom_qty": quantity})


def ship_open(world: World, picking: Picking, quantity: str = "3", lot: str | None = None) -> Picking:
    [move] = [move for move in picking.moves if move.state not in ("done", "cancel")]
    detail = PostingDetail(quantity=Decimal(quantity), lot=lot)
    line = PostingLine(move_id=move.id, quantity=Decimal(quantity), details=(detail,) if lot else ())
    return world.gateway.ship(picking, posting((line,), mark=MARK)).picking


def revived(move_id: int, quantity: str = "3") -> list[RevivedLine]:
    return [RevivedLine(move_id=move_id, quantity=Decimal(quantity))]


def test_a_cancelled_delivery_gets_another_one_of_the_same_order(world: World) -> None:
    product = world.product(stock=50)
    order = world.order({product: 3})
    before = world.delivery_of(order)
    cancel(world, order)
    [cancelled] = world.gateway.delivery(before.id)
    assert (cancelled.state, world.gateway.revived(cancelled, MARK)) == ("cancel", ())
    made = world.gateway.revive(cancelled, revived(cancelled.moves[0].id), MARK)
    assert (made.made_for, made.order_id, made.state) == (MARK, order, "assigned")
    assert [(move.product_id, move.demand) for move in made.moves] == [(product, 3)]
    posted = ship_open(world, made)
    assert (posted.state, posted.mark, posted.made_for) == ("done", MARK, MARK)
    assert (world.delivered(order), world.stock_of(product)) == ([3], 47)
    assert [one.id for one in world.gateway.revived(cancelled, MARK)] == [made.id]


def test_it_is_made_once_for_a_shipment_and_anew_for_another_one(world: World) -> None:
    order = world.order({world.product(stock=50): 3})
    before = world.delivery_of(order)
    cancel(world, order)
    [cancelled] = world.gateway.delivery(before.id)
    lines = revived(cancelled.moves[0].id, "1")
    made = [world.gateway.revive(cancelled, lines, mark).id for mark in (MARK, MARK, f"{MARK}9")]
    assert made[0] == made[1] != made[2]
    assert [one.id for one in world.gateway.revived(cancelled, MARK)] == made[:1]


def test_a_cancelled_line_gets_another_move_on_its_delivery(world: World) -> None:
    goes, gone = world.product(stock=50), world.product(stock=50)
    order = world.order({goes: 2, gone: 3})
    before = world.delivery_of(order)
    want(world, order, 1, 0)
    [picking] = world.gateway.delivery(before.id)
    cancelled = next(move for move in picking.moves if move.product_id == gone)
    assert cancelled.state == "cancel"
    now = world.gateway.revive(picking, revived(cancelled.id), MARK)
    assert now.id == picking.id
    lines = tuple(
        PostingLine(move_id=move.id, quantity=Decimal(quantity))
        for product, quantity in ((goes, 2), (gone, 3))
        for move in now.moves
        if move.product_id == product and move.state != "cancel"
    )
    posted = world.gateway.ship(now, posting(lines, mark=MARK)).picking
    assert (posted.state, world.delivered(order)) == ("done", [2, 3])
    assert (world.stock_of(goes), world.stock_of(gone)) == (48, 47)


def test_a_lot_leaves_by_it_as_by_any_other(world: World) -> None:
    product = world.product("lot")
    world.lot(product, "L1", 5)
    order = world.order({product: 3})
    before = world.delivery_of(order)
    cancel(world, order)
    [cancelled] = world.gateway.delivery(before.id)
    made = world.gateway.revive(cancelled, revived(cancelled.moves[0].id), MARK)
    posted = ship_open(world, made, lot="L1")
    assert [(line.lot, line.done) for move in posted.moves for line in move.lines] == [("L1", 3)]
    assert world.stock_of(product) == 2


def test_more_than_odoo_asks_for_leaves_as_it_left(world: World) -> None:
    """A line that was made smaller, too late."""
    product = world.product(stock=50)
    order = world.order({product: 10})
    before = world.delivery_of(order)
    want(world, order, 0, 6)
    picking = world.gateway.delivery(before.id)[0]
    posted = world.ship(picking, [10])
    assert (posted.picking.state, posted.backorders) == ("done", ())
    assert (world.delivered(order), world.stock_of(product)) == ([10], 40)


def test_what_left_in_the_place_of_something_cancelled_can_be_taken_back(world: World) -> None:
    product = world.product(stock=50)
    order = world.order({product: 3})
    before = world.delivery_of(order)
    cancel(world, order)
    [cancelled] = world.gateway.delivery(before.id)
    made = world.gateway.revive(cancelled, revived(cancelled.moves[0].id), MARK)
    [left] = world.gateway.returns.left([ship_open(world, made).id])
    stock = world.gateway.returns.stock_place(world.warehouse_id)
    wanted = Takeback(receipt="S-88", delivery=left, quantities={left.moves[0].id: Decimal(3)}, stock_id=stock)
    number = world.gateway.returns.take_back(wanted)
    [back] = world.gateway.returns.back([left.id])
    assert (back.id, back.state, back.order_id) == (number, "assigned", order)
    assert [(move.takes_back, move.demand) for move in back.moves] == [(left.moves[0].id, 3)]


def test_lines_are_raised_to_what_left_at_their_price_and_move_nothing(world: World) -> None:
    order = world.order({world.product(stock=50): 10, world.product(stock=50): 2})
    first, second = world.call("sale.order.line", "search", domain=[("order_id", "=", order)], order="id")
    world.call("sale.order.line", "write", [first], vals={"product_uom_qty": 6, "price_unit": 77.5, "discount": 10})
    picking = world.delivery_of(order)
    world.ship(picking, [10, 2])
    assert world.gateway.below_delivered([first, second], world.company_id) == [first]
    world.gateway.raise_to_delivered([first, second], world.company_id)
    assert world.gateway.below_delivered([first, second], world.company_id) == []
    fields = ("product_uom_qty", "qty_delivered", "price_unit", "discount")
    assert world.read("sale.order.line", first, *fields) == {
        "id": first,
        **dict(zip(fields, (10, 10, 77.5, 10), strict=True)),
    }
    assert [one.state for one in world.gateway.delivery(picking.id)] == ["done"]
