"""What a receipt does to its transfer: lots, places, backorders, goods that nobody ordered."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.erp import ExtraLine, Picking, PostedReceipt, PostingDetail, PostingLine, ReceiptPosting
from integration.errors import Rejected
from tests.contract.gateway.world import World

MOST_CALLS_TO_RECEIVE = 5


def buy(world: World, lines: Mapping[int, float], **values: object) -> Picking:
    """A confirmed purchase's receipt, read by the gateway, with the count of calls started afresh."""
    return receipt_of(world, purchase(world, lines, **values))


def purchase(world: World, lines: Mapping[int, float], **values: object) -> int:
    vendor = world.customer(world.unique("Supplier"))
    wanted = [
        [0, 0, {"product_id": product, "product_qty": quantity, "price_unit": 4, "name": "line"}]
        for product, quantity in lines.items()
    ]
    return confirmed(world, {"partner_id": vendor, "order_line": wanted, **values})


def confirmed(world: World, values: Mapping[str, object]) -> int:
    """A purchase of the world's company, for its warehouse."""
    kind = world.read("stock.warehouse", world.warehouse_id, "in_type_id")["in_type_id"][0]
    whole = {"company_id": world.company_id, "picking_type_id": kind, **values}
    made = world.call.create("purchase.order", whole, companies=[world.company_id])
    world.call("purchase.order", "button_confirm", [made], companies=[world.company_id])
    return made


def receipt_of(world: World, order: int) -> Picking:
    [read] = world.gateway.purchases([order])
    [first, *_] = [each for each in read.pickings if each.state not in ("done", "cancel")]
    world.guard.take()
    return world.gateway.incoming(first.id)[0]


def receive(
    world: World, picking: Picking, *lines: tuple[int, float, list[PostingDetail]], **values: Any
) -> PostedReceipt:
    """``lines``: the place of the move, the quantity, and its shares."""
    wanted = tuple(
        PostingLine(move_id=picking.moves[at].id, quantity=Decimal(str(quantity)), details=tuple(shares))
        for at, quantity, shares in lines
    )
    number = values.pop("receipt", world.unique("R"))
    return world.gateway.receive(
        picking, ReceiptPosting(receipt=number, mark=f"north/{number}", lines=wanted, **values)
    )


def share(quantity: float, **values: Any) -> PostingDetail:
    return PostingDetail(quantity=Decimal(str(quantity)), **values)


def received(world: World, order: int) -> list[float]:
    rows = world.call.rows("purchase.order.line", [("order_id", "=", order)], ["qty_received"], order="id")
    return [row["qty_received"] for row in rows]


def place(world: World, name: str) -> int:
    values = {"name": world.unique(name), "location_id": world.stock_id, "usage": "internal"}
    return world.call.create("stock.location", values, companies=[world.company_id])


def quants(world: World, product: int) -> dict[tuple[int, str], float]:
    """What lies in stock, by place and lot."""
    domain = [("product_id", "=", product), ("location_id", "child_of", world.stock_id), ("quantity", "!=", 0)]
    rows = world.call.rows("stock.quant", domain, ["location_id", "lot_id", "quantity"])
    return {(row["location_id"][0], row["lot_id"][1] if row["lot_id"] else ""): row["quantity"] for row in rows}


def test_a_plain_receipt_takes_at_most_five_calls_with_the_reading_before_it(world: World) -> None:
    receive(world, buy(world, {world.product(): 3}), (0, 3, []))
    first, second = world.product(), world.product()
    order = purchase(world, {first: 3, second: 2})
    number = receipt_of(world, order).id
    world.guard.take()
    posted = receive(world, world.gateway.incoming(number)[0], (0, 3, []), (1, 2, []))
    assert len(calls := world.guard.take()) <= MOST_CALLS_TO_RECEIVE, calls
    assert (posted.picking.state, posted.backorders, received(world, order)) == ("done", (), [3, 2])
    assert world.stock_of(first) == 3


def test_a_part_leaves_a_backorder_and_what_did_not_come_stays_open(world: World) -> None:
    order = purchase(world, {world.product(): 10, world.product(): 4})
    posted = receive(world, receipt_of(world, order), (0, 6, []))
    [rest] = world.gateway.incoming(posted.picking.id)[1:]
    assert (rest.backorder_of, posted.backorders) == (posted.picking.id, (rest.id,))
    assert sorted(move.demand for move in rest.moves) == [4, 4]
    assert received(world, order) == [6, 0]


def test_what_did_not_come_is_cancelled_on_request(world: World) -> None:
    order = purchase(world, {world.product(): 10})
    posted = receive(world, receipt_of(world, order), (0, 6, []), keep_backorder=False)
    assert (posted.backorders, received(world, order)) == ((), [6])


def test_more_than_ordered_is_booked_as_it_came(world: World) -> None:
    order = purchase(world, {world.product(): 10})
    assert receive(world, receipt_of(world, order), (0, 13, [])).picking.moves[0].done == 13
    assert received(world, order) == [13]


def test_new_lots_are_made_with_their_expiry_and_known_ones_are_used(world: World) -> None:
    product = world.product("lot", use_expiration_date=True)
    known = world.unique("LOT")
    lot = world.lot(product, known)
    fresh = world.unique("LOT")
    order = purchase(world, {product: 6})
    posted = receive(
        world, receipt_of(world, order), (0, 6, [share(4, lot=fresh, expires_on=date(2031, 5, 6)), share(2, lot=known)])
    )
    assert {line.lot: line.done for line in posted.picking.moves[0].lines} == {fresh: 4, known: 2}
    rows = world.call.rows("stock.lot", [("product_id", "=", product)], ["name", "expiration_date"])
    assert {row["name"]: str(row["expiration_date"])[:10] for row in rows if row["name"] == fresh} == {
        fresh: "2031-05-06"
    }
    assert lot in {row["id"] for row in rows}
    assert quants(world, product) == {(world.stock_id, fresh): 4, (world.stock_id, known): 2}


def test_serial_numbers_come_in_one_by_one_and_in_parts(world: World) -> None:
    product = world.product("serial")
    numbers = [world.unique("SN") for _ in range(3)]
    order = purchase(world, {product: 3})
    first = receive(world, receipt_of(world, order), (0, 2, [share(1, lot=number) for number in numbers[:2]]))
    receive(world, world.gateway.incoming(first.picking.id)[1], (0, 1, [share(1, lot=numbers[2])]))
    assert quants(world, product) == {(world.stock_id, number): 1 for number in numbers}


def test_a_serial_number_that_is_in_stock_is_refused_before_anything_is_written(world: World) -> None:
    product = world.product("serial")
    there = world.unique("SN")
    world.lot(product, there, stock=1)
    picking = buy(world, {product: 1})
    with pytest.raises(Rejected) as refused:
        receive(world, picking, (0, 1, [share(1, lot=there)]))
    assert (refused.value.code, refused.value.context["lot"]) == ("CD-7008", there)
    assert not [call for call in world.guard.take() if "write" in call or "validate" in call]


def test_damaged_goods_go_to_their_own_place(world: World) -> None:
    product, damaged = world.product(), place(world, "Damaged")
    order = purchase(world, {product: 10})
    receive(world, receipt_of(world, order), (0, 10, [share(8), share(2, location_id=damaged)]))
    assert quants(world, product) == {(world.stock_id, ""): 8, (damaged, ""): 2}
    assert received(world, order) == [10]


def test_one_lot_may_lie_in_two_places(world: World) -> None:
    product, held, lot = world.product("lot"), place(world, "Hold"), world.unique("LOT")
    order = purchase(world, {product: 6})
    receive(world, receipt_of(world, order), (0, 6, [share(5, lot=lot), share(1, lot=lot, location_id=held)]))
    assert quants(world, product) == {(world.stock_id, lot): 5, (held, lot): 1}


def test_goods_that_nobody_ordered_become_a_line_of_their_own_once(world: World) -> None:
    ordered, stray = world.product(), world.product()
    sku = world.read("product.product", stray, "default_code")["default_code"]
    unit = world.call.rows("uom.uom", [("id", "=", picking_unit(world, ordered))], ["name"])[0]["name"]
    order = purchase(world, {ordered: 2})
    picking, number = receipt_of(world, order), world.unique("R")
    extra = ExtraLine(sku=sku, unit=unit, quantity=Decimal(4))
    posted = receive(world, picking, (0, 2, []), extras=(extra,), receipt=number)
    assert (posted.picking.state, list(posted.extras)) == ("done", [sku])
    again = receive(world, world.gateway.incoming(picking.id)[0], (0, 2, []), extras=(extra,), receipt=number)
    assert (again.extras, again.picking.mark) == (posted.extras, f"north/{number}")
    assert (world.stock_of(stray), world.stock_of(ordered), received(world, order)) == (4, 2, [2])


def picking_unit(world: World, product: int) -> int:
    return int(world.read("product.product", product, "uom_id")["uom_id"][0])


def test_a_receipt_in_dozens_of_a_line_in_pieces_keeps_the_move_s_unit(world: World) -> None:
    product = world.product()
    [dozen] = world.call.rows("uom.uom", [("name", "=", "Dozens")], ["name"], limit=1)
    name = "product_uom_id" if world.version >= 19 else "product_uom"
    vendor = world.customer(world.unique("Supplier"))
    line = {"product_id": product, "product_qty": 2, "price_unit": 4, "name": "line", name: dozen["id"]}
    order = confirmed(world, {"partner_id": vendor, "order_line": [[0, 0, line]]})
    picking = receipt_of(world, order)
    per_piece = 12 if picking.moves[0].unit != "Dozens" else 1
    receive(world, picking, (0, float(2 * per_piece), []))
    assert (received(world, order), world.stock_of(product)) == ([2], 24)


def test_the_mark_tells_our_receipt_from_one_by_hand(world: World) -> None:
    picking = buy(world, {world.product(): 5})
    posted = receive(world, picking, (0, 5, []), receipt="R-1")
    assert world.gateway.incoming(picking.id)[0].mark == "north/R-1"
    assert receive(world, posted.picking, (0, 5, []), receipt="R-1").picking.id == picking.id
    by_hand = buy(world, {world.product(): 5})
    world.validate_by_hand(by_hand)
    with pytest.raises(Rejected) as refused:
        receive(world, world.gateway.incoming(by_hand.id)[0], (0, 5, []), receipt="R-2")
    assert refused.value.code == "CD-7011"


def test_what_will_not_come_is_given_up_once(world: World) -> None:
    picking = buy(world, {world.product(): 5})
    assert world.gateway.give_up(picking).state == "cancel"
    assert world.gateway.give_up(world.gateway.incoming(picking.id)[0]).state == "cancel"
