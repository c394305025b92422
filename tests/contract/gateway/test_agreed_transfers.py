"""Transfers as Odoo has moved them, what lies in between, and what Odoo has confirmed at a warehouse."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from integration.canonical.agreed import Confirmed, LegMove
from integration.canonical.erp import PostingDetail, PostingLine, ReceiptPosting, Root
from tests.contract.gateway.ledger import Ledger
from tests.contract.gateway.test_transfers import Route, Sent, leg, other_warehouse, send, ship
from tests.contract.gateway.world import World

D = Decimal
LONG_AGO = datetime.now(UTC) - timedelta(days=1)


def legs(world: World, *ids: int) -> Sequence[LegMove]:
    return world.gateway.agreed.legs(ids)


def moved(world: World, *ids: int) -> list[tuple[int, Decimal, bool]]:
    return [(move.picking_id, move.quantity, move.leaves) for move in legs(world, *ids)]


def held(world: World, place: int, product: int) -> list[tuple[str, Decimal]]:
    return [(each.lot, each.quantity) for each in world.gateway.agreed.held([place], [product])]


def receive(world: World, sent: Sent, quantity: int, *details: PostingDetail) -> None:
    picking = world.gateway.incoming(sent.into)[0]
    line = PostingLine(move_id=picking.moves[0].id, quantity=D(quantity), details=details)
    world.gateway.receive(picking, ReceiptPosting(receipt="T-1", mark="north/T-1", lines=(line,)))


def there(world: World, since: datetime, *, after: int) -> list[Confirmed]:
    return list(world.gateway.agreed.confirmed(world.warehouse_id, since, after_id=after, limit=50))


def on_the_road(world: World, quantity: float = 10, left: float = 10) -> tuple[Sent, Route, int]:
    product, route = world.product(stock=20), other_warehouse(world)
    sent = send(world, route, product, quantity)
    ship(world, sent.out, left)
    return sent, route, product


def test_what_left_and_came_in_names_its_transfer_its_place_and_its_mark(world: World) -> None:
    sent, route, product = on_the_road(world)
    receive(world, sent, 4)
    out, into = legs(world, sent.out, sent.into)
    assert [(out.quantity, out.leaves, out.place), (into.quantity, into.leaves, into.place)] == [
        (D(10), True, route[2]),
        (D(4), False, route[2]),
    ]
    assert (into.picking_id, into.product_id, into.mark, into.lots) == (sent.into, product, "north/T-1", {})
    assert (out.mark[:19], out.unit == out.own, out.written_at > LONG_AGO) == ("crossdock/wms-main/", True, True)
    assert held(world, route[2], product) == [("", D(6))]


def test_one_call_answers_many_and_a_backorder_goes_with_its_transfer(world: World) -> None:
    sent, _, _ = on_the_road(world, left=6)
    [rest] = world.call("stock.picking", "search", domain=[("backorder_id", "=", sent.out)])
    ship(world, rest, 4)
    world.guard.take()
    assert moved(world, sent.out, 2**31 - 2) == [(sent.out, D(6), True), (rest, D(4), True)]
    asked = [call for call in world.guard.take() if not call.endswith(".fields_get")]
    assert len(asked) <= (1 if world.version > 16 else 2)
    assert [move.backorder_of for move in legs(world, sent.out)] == [None, sent.out]
    assert moved(world) == []


def test_lots_are_told_apart_on_the_way(world: World) -> None:
    product, route = world.product("lot"), other_warehouse(world)
    names = [world.unique("LOT"), world.unique("LOT")]
    for name in names:
        world.lot(product, name, stock=6)
    sent = send(world, route, product, 10)
    picking = world.gateway.delivery(sent.out)[0]
    world.ship_details(picking, [(6, names[0], None), (4, names[1], None)])
    receive(world, sent, 4, PostingDetail(quantity=D(4), lot=names[1]))
    assert [move.lots for move in legs(world, sent.out, sent.into)] == [
        {names[0]: D(6), names[1]: D(4)},
        {names[1]: D(4)},
    ]
    assert [each for each in held(world, route[2], product) if each[1]] == [(names[0], D(6))]


def test_dozens_are_lots_of_pieces_in_the_movement_s_unit(world: World) -> None:
    [dozen] = world.call("uom.uom", "search", domain=[("name", "in", ["Dozens", "Dozen"])], limit=1, order="id")
    product, name, route = world.product("lot"), world.unique("LOT"), other_warehouse(world)
    world.lot(product, name, stock=24)
    own = world.read("stock.warehouse", world.warehouse_id, "out_type_id", "lot_stock_id")
    out = leg(world, own["out_type_id"][0], own["lot_stock_id"][0], route[2], product, 2, None)
    [move] = world.call("stock.move", "search", domain=[("picking_id", "=", out)])
    world.call("stock.move", "write", [move], vals={"product_uom": dozen})
    world.call("stock.picking", "action_confirm", [out], companies=[world.company_id])
    world.call("stock.picking", "action_assign", [out], companies=[world.company_id])
    ship(world, out, 2, name)
    [found] = legs(world, out)
    assert (found.quantity, found.unit.size, found.own.size, found.lots) == (D(2), D(12), D(1), {name: D(2)})
    assert held(world, route[2], product) == [(name, D(24))]


def test_what_comes_from_a_supplier_passes_no_place_in_between(world: World) -> None:
    own = world.read("stock.warehouse", world.warehouse_id, "in_type_id", "lot_stock_id")
    [outside] = world.call("stock.location", "search", domain=[("usage", "=", "supplier")], limit=1, order="id")
    product = world.product()
    loose = leg(world, own["in_type_id"][0], outside, own["lot_stock_id"][0], product, 3, None)
    world.call("stock.picking", "action_confirm", [loose])
    world.validate_by_hand(world.gateway.incoming(loose)[0])
    assert [(move.quantity, move.leaves, move.place) for move in legs(world, loose)] == [(D(3), False, 0)]


def test_what_somebody_takes_out_of_the_place_in_between_is_gone_from_it(world: World) -> None:
    sent, route, product = on_the_road(world)
    world.put(product, 7, location_id=route[2])
    assert (moved(world, sent.out), held(world, route[2], product)) == ([(sent.out, D(10), True)], [("", D(7))])


def test_what_is_confirmed_at_a_warehouse_names_what_it_belongs_to(world: World) -> None:
    ledger = Ledger(world)
    sale = ledger.sale((1, "1.00", "0", False))
    before = world.delivery_of(sale).id - 1
    purchase = ledger.purchase((1, "4.00"))
    sent = send(world, other_warehouse(world), world.product(stock=5), 5)
    there(world, LONG_AGO, after=before)
    world.guard.take()
    found = {each.root: each for each in there(world, LONG_AGO, after=before)}
    asked = [call for call in world.guard.take() if not call.endswith(".fields_get")]
    assert len(asked) == (1 if world.version > 16 else 2)
    roots = [Root(model="sale.order", id=sale), Root(model="purchase.order", id=purchase)]
    assert [found[root].order for root in roots] == [
        world.read(model, number, "name")["name"]
        for model, number in (("sale.order", sale), ("purchase.order", purchase))
    ]
    leaves = found[Root(model="stock.picking", id=sent.out)]
    assert (leaves.order, leaves.id) == (leaves.name, sent.out)
    assert sent.into not in {each.id for each in found.values()}, "it comes in at another warehouse"


def test_what_is_over_counts_from_then_on_and_what_is_cancelled_never(world: World) -> None:
    product = world.product(stock=20)
    done, open_, gone = (world.order({product: 1}) for _ in range(3))
    first = world.delivery_of(done)
    world.ship(first, [1])
    [row] = world.call.rows("stock.picking", [("sale_id", "=", gone)], ["name"])
    world.call("stock.picking", "action_cancel", [row["id"]])
    roots = {Root(model="sale.order", id=number) for number in (done, open_, gone)}
    later = datetime.now(UTC) + timedelta(hours=1)
    found = [{each.root for each in there(world, since, after=first.id - 1)} & roots for since in (LONG_AGO, later)]
    assert [sorted(root.id for root in each if root) for each in found] == [sorted([done, open_]), [open_]]
    named = world.gateway.agreed.confirmed(world.warehouse_id, LONG_AGO, after_id=0, limit=2, ids=[first.id, row["id"]])
    assert [each.id for each in named] == [first.id]


def test_what_leaves_for_a_customer_without_an_order_is_nobody_s(world: World) -> None:
    own = world.read("stock.warehouse", world.warehouse_id, "out_type_id", "lot_stock_id")
    [customers] = world.call("stock.location", "search", domain=[("usage", "=", "customer")], limit=1, order="id")
    loose = leg(world, own["out_type_id"][0], own["lot_stock_id"][0], customers, world.product(stock=5), 3, None)
    world.call("stock.picking", "action_confirm", [loose])
    found = there(world, LONG_AGO, after=loose - 1)[0]
    assert (found.id, found.root, found.order) == (loose, None, found.name)
