"""What a shipment does to its delivery."""

from decimal import Decimal

import pytest

from integration.canonical.erp import PostingLine
from integration.errors import InvalidDocument, Rejected
from tests.contract.gateway.world import World, posting

MOST_CALLS_TO_SHIP = 5


def test_a_plain_shipment_takes_at_most_five_calls_with_the_reading_before_it(world: World) -> None:
    order = world.order({world.product(stock=50): 3, world.product(stock=50): 2})
    world.ship(world.delivery_of(order), [3, 2])
    world.guard.take()
    picking = world.delivery_of(world.order({world.product(stock=50): 3, world.product(stock=50): 2}))
    posted = world.ship(picking, [3, 2], tracking_reference="1Z999")
    calls = world.guard.take()
    assert len(calls) <= MOST_CALLS_TO_SHIP, calls
    assert (posted.picking.state, posted.backorders) == ("done", ())
    assert [move.done for move in posted.picking.moves] == [3, 2]
    assert posted.picking.tracking_reference == "1Z999"


def test_what_left_is_delivered_on_the_order_and_gone_from_stock(world: World) -> None:
    product = world.product(stock=50)
    order = world.order({product: 3})
    world.ship(world.delivery_of(order), [3])
    assert world.delivered(order) == [3]
    assert world.stock_of(product) == 47


def test_less_than_ordered_leaves_a_backorder_for_the_rest(world: World) -> None:
    product, other = world.product(stock=50), world.product(stock=50)
    order = world.order({product: 10, other: 4})
    posted = world.ship(world.delivery_of(order), [6, 4])
    [backorder] = posted.backorders
    chain = world.gateway.delivery(posted.picking.id)
    assert [(p.state, [(m.demand, m.done) for m in p.moves]) for p in chain[1:]] == [("assigned", [(4, 0)])]
    assert chain[1].id == backorder
    assert chain[1].backorder_of == posted.picking.id
    assert world.delivered(order) == [6, 4]


def test_the_rest_is_cancelled_when_no_backorder_is_wanted(world: World) -> None:
    order = world.order({world.product(stock=50): 10})
    posted = world.ship(world.delivery_of(order), [6], keep_backorder=False)
    assert (posted.picking.state, posted.backorders) == ("done", ())
    assert len(world.gateway.delivery(posted.picking.id)) == 1
    assert world.delivered(order) == [6]


def test_a_line_that_did_not_ship_goes_to_the_backorder_whole(world: World) -> None:
    order = world.order({world.product(stock=50): 3, world.product(stock=50): 5})
    posted = world.ship(world.delivery_of(order), [3, 0])
    backorder = world.gateway.delivery(posted.picking.id)[1]
    assert [(move.demand, move.reserved) for move in backorder.moves] == [(5, 5)]
    assert world.delivered(order) == [3, 0]


def test_a_move_that_no_line_names_ships_nothing(world: World) -> None:
    order = world.order({world.product(stock=50): 3, world.product(stock=50): 5})
    picking = world.delivery_of(order)
    posted = world.gateway.ship(picking, posting((PostingLine(move_id=picking.moves[1].id, quantity=Decimal(5)),)))
    assert posted.picking.state == "done"
    assert world.delivered(order) == [0, 5]


def test_what_people_had_marked_as_done_ships_only_if_the_shipment_says_so(world: World) -> None:
    order = world.order({world.product(stock=50): 3, world.product(stock=50): 5})
    world.mark_done_by_hand(world.delivery_of(order))
    posted = world.ship(world.delivery_of(order), [3, 0])
    assert len(posted.backorders) == 1
    assert world.delivered(order) == [3, 0]


def test_more_than_ordered_ships_when_asked_to(world: World) -> None:
    product = world.product(stock=50)
    order = world.order({product: 10})
    posted = world.ship(world.delivery_of(order), [12])
    assert posted.picking.state == "done"
    assert world.delivered(order) == [12]
    assert world.stock_of(product) == 38


def test_goods_that_odoo_has_not_reserved_ship_all_the_same(world: World) -> None:
    order = world.order({world.product(stock=4): 10})
    posted = world.ship(world.delivery_of(order), [10])
    assert posted.backorders == ()
    assert world.delivered(order) == [10]


def test_two_shipments_close_a_delivery_and_each_keeps_its_own_mark(world: World) -> None:
    order = world.order({world.product(stock=50): 10})
    first = world.ship(world.delivery_of(order), [6], shipment="S-1")
    assert [p.mark for p in world.gateway.delivery(first.picking.id)] == ["crossdock/wms-main/S-1", None]
    second = world.ship(world.delivery_of(order), [4], shipment="S-2")
    chain = world.gateway.delivery(first.picking.id)
    assert [p.mark for p in chain] == ["crossdock/wms-main/S-1", "crossdock/wms-main/S-2"]
    assert [p.state for p in chain] == ["done", "done"]
    assert second.picking.id == chain[1].id
    assert world.delivered(order) == [10]


def test_the_same_shipment_again_changes_nothing(world: World) -> None:
    order = world.order({world.product(stock=50): 10})
    picking = world.delivery_of(order)
    posted = world.ship(picking, [6], shipment="S-7")
    again = world.ship(world.gateway.delivery(picking.id)[0], [6], shipment="S-7")
    assert again.picking.id == posted.picking.id
    assert again.backorders == posted.backorders
    assert world.delivered(order) == [6]


def test_a_delivery_done_by_hand_carries_no_mark_and_is_refused(world: World) -> None:
    order = world.order({world.product(stock=50): 3})
    picking = world.delivery_of(order)
    world.validate_by_hand(picking)
    done = world.gateway.delivery(picking.id)[0]
    assert (done.state, done.mark) == ("done", None)
    with pytest.raises(Rejected) as caught:
        world.ship(done, [3])
    assert caught.value.code == "CD-5007"


def test_a_backorder_done_by_hand_is_not_taken_for_ours(world: World) -> None:
    order = world.order({world.product(stock=50): 10})
    world.ship(world.delivery_of(order), [6])
    backorder = world.delivery_of(order)
    world.validate_by_hand(backorder)
    done = world.gateway.delivery(backorder.id)[0]
    assert (done.state, done.mark) == ("done", None)


def test_other_quantities_validated_by_hand_after_our_write_are_not_taken_for_ours(world: World) -> None:
    order = world.order({world.product(stock=50): 10})
    posted = world.ship(world.delivery_of(order), [6], shipment="S-9")
    ours = world.read("stock.picking", posted.picking.id, "note")["note"]
    other = world.delivery_of(world.order({world.product(stock=50): 10}))
    copied = ours.replace(f"transfer {posted.picking.id},", f"transfer {other.id},")
    world.call("stock.picking", "write", [other.id], vals={"note": copied})
    assert world.gateway.delivery(other.id)[0].mark == "crossdock/wms-main/S-9"
    world.validate_by_hand(other)
    assert world.gateway.delivery(other.id)[0].mark is None


def test_the_note_of_people_is_kept(world: World) -> None:
    order = world.order({world.product(stock=50): 3})
    picking = world.delivery_of(order)
    world.call("stock.picking", "write", [picking.id], vals={"note": "<p>Ring the bell &amp; wait</p>"})
    world.ship(world.delivery_of(order), [3], shipment="S-8")
    note = world.read("stock.picking", picking.id, "note")["note"]
    assert "Ring the bell &amp; wait" in note
    assert note.count("crossdock/wms-main/S-8") == 1


def test_a_cancelled_delivery_is_refused_and_nothing_is_written(world: World) -> None:
    order = world.order({world.product(stock=50): 3})
    picking = world.delivery_of(order)
    world.call("stock.picking", "action_cancel", [picking.id])
    cancelled = world.gateway.delivery(picking.id)[0]
    world.guard.take()
    with pytest.raises(Rejected) as caught:
        world.ship(cancelled, [3])
    assert caught.value.code == "CD-5009"
    assert world.guard.take() == []


def test_nothing_to_ship_is_refused_before_any_call(world: World) -> None:
    picking = world.delivery_of(world.order({world.product(stock=50): 3}))
    world.guard.take()
    with pytest.raises(InvalidDocument) as caught:
        world.ship(picking, [0])
    assert caught.value.code == "CD-5011"
    assert world.guard.take() == []


def test_dozens_on_the_order_ship_in_pieces(world: World) -> None:
    [dozen] = world.call.rows("uom.uom", [("name", "=", "Dozens")], ["name"], limit=1) or [None]
    if dozen is None:
        [dozen] = world.call.rows("uom.uom", [("name", "ilike", "Dozen")], ["name"], limit=1)
    product, unit = world.product(stock=50), "product_uom_id" if world.version >= 19 else "product_uom"
    lines = [[0, 0, {"product_id": product, "product_uom_qty": 2, unit: dozen["id"], "price_unit": 1}]]
    order = world.order({}, order_line=lines)
    picking = world.delivery_of(order)
    assert [(move.demand, move.rounding > 0) for move in picking.moves] == [(Decimal(24), True)]
    world.ship(picking, [18])
    assert world.delivered(order) == [1.5]


def test_a_price_of_the_warehouse_and_its_carrier_are_kept(world: World) -> None:
    service = world.product(type="service") if world.version >= 18 else world.product(detailed_type="service")
    name = world.unique("Parcel")
    world.call.create("delivery.carrier", {"name": name, "product_id": service, "fixed_price": 5.0})
    picking = world.delivery_of(world.order({world.product(stock=50): 3}))
    freight = {"amount": "7.25", "currency": picking.currency}
    posted = world.ship(picking, [3], carrier=name, freight=freight)
    assert posted.picking.carrier is not None
    assert posted.picking.carrier.name == name
    assert posted.picking.freight == Decimal("7.25")
    assert world.read("stock.picking", picking.id, "carrier_price")["carrier_price"] == 7.25
