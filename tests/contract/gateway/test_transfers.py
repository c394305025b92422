"""Goods between two warehouses, and between two places of one: how they are read, received, and written off."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.erp import PostingDetail, PostingLine, PutAwayMove, ReceiptPosting, Root, Transfer
from integration.errors import Rejected
from tests.contract.gateway.test_receiving import place, quants
from tests.contract.gateway.world import World

Route = tuple[int, int, int]


@dataclass(frozen=True)
class Sent:
    out: int
    into: int


def other_warehouse(world: World) -> Route:
    """Its receipts' operation type, its stock, and a place in between."""
    address = world.customer(world.unique("South depot"))
    code = world.unique("S")[2:7].upper()
    values = {"name": world.unique("South"), "code": code, "partner_id": address, "company_id": world.company_id}
    made = world.call.create("stock.warehouse", values, companies=[world.company_id])
    row = world.read("stock.warehouse", made, "in_type_id", "lot_stock_id")
    own: dict[str, Any] = {"companies": [world.company_id]}
    transit = {"name": world.unique("Road"), "usage": "transit", "company_id": world.company_id}
    return row["in_type_id"][0], row["lot_stock_id"][0], world.call.create("stock.location", transit, **own)


def send(world: World, route: Route, product: int, quantity: float) -> Sent:
    """Both legs, linked and confirmed."""
    into, stock_b, transit = route
    own = world.read("stock.warehouse", world.warehouse_id, "out_type_id", "lot_stock_id")
    out = leg(world, own["out_type_id"][0], own["lot_stock_id"][0], transit, product, quantity, None)
    [move] = world.call("stock.move", "search", domain=[("picking_id", "=", out)])
    there = leg(world, into, transit, stock_b, product, quantity, move)
    world.call("stock.picking", "action_confirm", [out, there], companies=[world.company_id])
    world.call("stock.picking", "action_assign", [out], companies=[world.company_id])
    return Sent(out, there)


def leg(world: World, kind: int, source: int, to: int, product: int, quantity: float, after: int | None) -> int:
    linked = {"move_orig_ids": [[6, 0, [after]]], "procure_method": "make_to_order"} if after else {}
    unit = world.read("product.product", product, "uom_id")["uom_id"][0]
    goods = {"product_id": product, "product_uom_qty": quantity, "product_uom": unit, **linked}
    named = {"name": "goods"} if world.version < 19 else {}
    move = [0, 0, {**goods, **named, "location_id": source, "location_dest_id": to}]
    values = {"picking_type_id": kind, "location_id": source, "location_dest_id": to, "move_ids": [move]}
    return world.call.create("stock.picking", values, companies=[world.company_id])


def ship(world: World, picking_id: int, quantity: float, lot: str | None = None) -> None:
    picking = world.gateway.delivery(picking_id)[0]
    world.ship_details(picking, [(quantity, lot, None)])


def read(world: World, sent: Sent) -> Transfer:
    [transfer] = world.gateway.transfers([sent.out])
    return transfer


def test_two_legs_are_one_transfer_whichever_is_looked_at(world: World) -> None:
    sent = send(world, other_warehouse(world), world.product(stock=20), 10)
    root = [Root(model="transfer", id=sent.out)]
    for number in (sent.out, sent.into):
        assert list(world.gateway.roots_of("stock.picking", [number])) == root
    transfer = read(world, sent)
    assert [(leg.id, leg.ships_to_warehouse, leg.comes_in) for leg in transfer.pickings] == [
        (sent.out, True, False),
        (sent.into, False, True),
    ]
    assert transfer.pickings[0].ship_to.street == "1 Dock Street"
    assert sent.out in world.gateway.open_ids("transfer", after_id=sent.out - 1, limit=10)


def test_what_has_left_is_what_the_receive_leg_holds(world: World) -> None:
    sent = send(world, other_warehouse(world), world.product(stock=20), 10)
    assert read(world, sent).pickings[1].moves[0].reserved == 0
    ship(world, sent.out, 6)
    transfer = read(world, sent)
    held = next(leg for leg in transfer.pickings if leg.id == sent.into).moves[0]
    assert (len(transfer.pickings), held.demand, held.reserved) == (3, 10, 6)


def test_lots_come_in_as_they_left_and_no_others(world: World) -> None:
    product, name, route = world.product("lot"), world.unique("LOT"), other_warehouse(world)
    world.lot(product, name, stock=6)
    sent = send(world, route, product, 6)
    ship(world, sent.out, 6, name)
    picking = world.gateway.incoming(sent.into)[0]
    assert [(line.lot, line.quantity) for line in picking.moves[0].lines] == [(name, 6)]
    line = PostingLine(move_id=picking.moves[0].id, quantity=Decimal(6))
    stranger = PostingDetail(quantity=Decimal(6), lot=world.unique("LOT"))
    with pytest.raises(Rejected) as refused:
        world.gateway.receive(picking, posting(line.model_copy(update={"details": (stranger,)})))
    assert refused.value.code == "CD-7008"
    own = PostingDetail(quantity=Decimal(6), lot=name)
    world.gateway.receive(picking, posting(line.model_copy(update={"details": (own,)})))
    assert lies(world, product, route[1]) == 6


def test_a_loss_is_received_where_scrap_goes(world: World) -> None:
    product, route = world.product(stock=20), other_warehouse(world)
    sent = send(world, route, product, 10)
    ship(world, sent.out, 10)
    picking = world.gateway.incoming(sent.into)[0]
    lost = PostingDetail(quantity=Decimal(10), location_id=world.gateway.loss_place(world.company_id))
    done = world.gateway.receive(
        picking, posting(PostingLine(move_id=picking.moves[0].id, quantity=Decimal(10), details=(lost,)))
    )
    assert (done.picking.state, done.backorders) == ("done", ())
    assert (lies(world, product, route[1]), lies(world, product, route[2]), world.stock_of(product)) == (0, 0, 10)


def test_what_moves_inside_a_warehouse_or_leaves_for_a_customer_is_no_transfer(world: World) -> None:
    product, shelf = world.product(stock=20), place(world, "Shelf")
    own = world.read("stock.warehouse", world.warehouse_id, "int_type_id", "lot_stock_id")
    inside = leg(world, own["int_type_id"][0], own["lot_stock_id"][0], shelf, product, 2, None)
    assert list(world.gateway.roots_of("stock.picking", [inside])) == []


def test_goods_move_to_a_bin_once(world: World) -> None:
    product, shelf, mark = world.product(stock=20), place(world, "Bin"), world.unique("Crossdock put_away")
    unit = world.read("product.product", product, "uom_id")["uom_id"][1]
    part = PutAwayMove(product_id=product, unit=unit, quantity=Decimal(4), to_id=shelf)
    assert world.gateway.moved(mark) is None
    name = world.gateway.put_away(world.warehouse_id, mark, [part])
    assert (world.gateway.moved(mark), world.gateway.put_away(world.warehouse_id, mark, [part])) == (name, name)
    assert quants(world, product) == {(world.stock_id, ""): 16, (shelf, ""): 4}


def test_a_lot_moves_to_a_bin(world: World) -> None:
    product, name, shelf = world.product("lot"), world.unique("LOT"), place(world, "Bin")
    world.lot(product, name, stock=6)
    unit = world.read("product.product", product, "uom_id")["uom_id"][1]
    part = PutAwayMove(product_id=product, unit=unit, quantity=Decimal(2), lot=name, to_id=shelf)
    world.gateway.put_away(world.warehouse_id, world.unique("Crossdock put_away"), [part])
    assert quants(world, product) == {(world.stock_id, name): 4, (shelf, name): 2}


def lies(world: World, product: int, location: int) -> float:
    domain = [("product_id", "=", product), ("location_id", "=", location)]
    return sum(row["quantity"] for row in world.call.rows("stock.quant", domain, ["quantity"]))


def posting(line: PostingLine) -> ReceiptPosting:
    return ReceiptPosting(receipt="T-1", mark="north/T-1", lines=(line,))
