"""What is read for the release and for the poll."""

import threading
import time
from datetime import UTC, timedelta

import pytest

from integration.canonical.base import Address
from integration.canonical.erp import Change, Root
from tests.contract.gateway.world import World

MOST_CALLS_TO_READ_ORDERS = 8


@pytest.fixture(scope="module")
def hundred(shared_world: World) -> list[int]:
    products = [shared_world.product(stock=1000) for _ in range(3)]
    return shared_world.orders([dict.fromkeys(products, 2)] * 100)


def test_a_hundred_orders_take_at_most_eight_calls(world: World, hundred: list[int]) -> None:
    world.gateway.orders(hundred[:1])
    world.guard.take()
    orders = world.gateway.orders(hundred)
    calls = world.guard.take()
    assert len(calls) <= MOST_CALLS_TO_READ_ORDERS, calls
    assert [order.id for order in orders] == hundred
    assert {len(order.pickings[0].moves) for order in orders} == {3}
    assert {move.demand for order in orders for move in order.pickings[0].moves} == {2}


def test_an_order_is_read_as_odoo_will_ship_it(world: World) -> None:
    product = world.product(stock=4, barcode=world.unique("B").replace(" ", ""))
    order_id = world.order({product: 10}, client_order_ref="PO 4711", commitment_date="2030-01-31 10:00:00")
    [order] = world.gateway.orders([order_id])
    [picking] = order.pickings
    [move] = picking.moves
    assert (order.state, order.customer_reference, order.customer_id) == ("sale", "PO 4711", world.customer_id)
    assert order.commitment_at is not None
    assert order.commitment_at.isoformat() == "2030-01-31T10:00:00+00:00"
    assert (picking.code, picking.warehouse_id, picking.company_id) == (
        "outgoing",
        world.warehouse_id,
        world.company_id,
    )
    assert (move.demand, move.reserved, move.done, move.state) == (10, 4, 0, "partially_available")
    assert (move.product_id, move.tracking) == (product, "none")


def test_the_address_is_the_delivery_s(world: World) -> None:
    [country] = world.call.rows("res.country", [("code", "=", "US")], ["code"], limit=1)
    states = world.call.rows("res.country.state", [("code", "=", "CA"), ("country_id", "=", country["id"])], ["code"])
    place = {"country_id": country["id"], "state_id": states[0]["id"], "street2": "Gate 4", "phone": "+1 555 0100"}
    customer = world.customer("Dock Ltd", **place)
    order_id = world.order({world.product(stock=4): 1}, partner_id=customer)
    [order] = world.gateway.orders([order_id])
    assert order.pickings[0].ship_to == Address(
        name="Dock Ltd",
        company=order.pickings[0].ship_to.company,
        street="1 Dock Street",
        street2="Gate 4",
        city="Fairfield",
        state="CA",
        postcode="94534",
        country="US",
        phone="+1 555 0100",
        email="dock@example.com",
    )


def test_what_rules_go_by_is_read_as_odoo_names_it(world: World) -> None:
    [country] = world.call.rows("res.country", [("code", "=", "US")], ["code"], limit=1)
    [category] = world.call.rows("product.category", [], ["complete_name"], limit=1, order="id")
    marked = [world.call.create("res.partner.category", {"name": world.unique(name)}) for name in ("Risky", "Key")]
    tagged = world.call.create("crm.tag", {"name": world.unique("Fraud check")})
    terms = world.call.rows("account.payment.term", [], ["name"], limit=1, order="id")
    traits = {"category_id": [[6, 0, marked]], "country_id": country["id"], "is_company": True}
    customer = world.customer(world.unique("Marked"), **traits)
    product = world.product(stock=4, categ_id=category["id"])
    more = {"payment_term_id": terms[0]["id"]} if terms else {}
    order_id = world.order({product: 1}, partner_id=customer, tag_ids=[[6, 0, [tagged]]], **more)
    [order] = world.gateway.orders([order_id])
    names = {row["name"] for row in world.call.rows("res.partner.category", [("id", "in", marked)], ["name"])}
    assert (set(order.customer.tags), order.customer.country, order.customer.is_company) == (names, "US", True)
    assert [name.startswith("Fraud check") for name in order.tags] == [True]
    assert order.payment_terms == (terms[0]["name"] if terms else "")
    assert order.pickings[0].moves[0].category == category["complete_name"]
    assert order.ordered_at is not None
    assert abs(world.gateway.now() - order.ordered_at) < timedelta(hours=1)


def test_a_cancelled_order_is_read_and_a_draft_or_missing_one_is_not(world: World) -> None:
    product = world.product(stock=4)
    cancelled = world.order({product: 1})
    context = {"disable_cancel_warning": True}
    world.call("sale.order", "action_cancel", [cancelled], context=context)
    draft = world.call.create("sale.order", {"partner_id": world.customer_id})
    orders = world.gateway.orders([draft, cancelled, 2_000_000_000])
    assert [(order.id, order.state) for order in orders] == [(cancelled, "cancel")]
    assert {picking.state for picking in orders[0].pickings} == {"cancel"}


def test_a_blocked_customer_is_a_hold(world: World) -> None:
    if not world.call.fields("res.partner", ["sale_warn"]):
        blocked: dict[str, object] = {}
    else:
        blocked = {"sale_warn": "block", "sale_warn_msg": "Pays late"}
    customer = world.customer(world.unique("Blocked"), **blocked)
    [order] = world.gateway.orders([world.order({world.product(stock=4): 1}, partner_id=customer)])
    assert [hold.kind for hold in order.holds] == (["customer"] if blocked else [])
    assert "Pays late" not in str(order.holds), "people write names and phone numbers into such texts"


def test_the_sweep_finds_what_is_not_fully_delivered(world: World) -> None:
    first, second, third = world.orders([{world.product(stock=50): 2}] * 3)
    world.ship(world.delivery_of(second), [2])
    assert world.gateway.order_ids(after_id=first - 1, limit=10) == [first, third]
    assert world.gateway.order_ids(after_id=first - 1, limit=1) == [first]
    assert world.gateway.order_ids(after_id=third, limit=10) == []


def test_a_change_of_a_picking_or_move_names_its_order(world: World) -> None:
    order = world.order({world.product(stock=4): 1})
    picking = world.delivery_of(order)
    since = world.gateway.now() - timedelta(minutes=5)
    expected = {"sale.order": order, "stock.picking": picking.id, "stock.move": picking.moves[0].id}
    for model, number in expected.items():
        world.guard.take()
        [change] = world.gateway.changes(model, since, after_id=number - 1, limit=1)
        assert (change.id, change.root, change.written_at.tzinfo) == (number, Root(model="sale.order", id=order), UTC)
        assert len([call for call in world.guard.take() if "fields_get" not in call]) <= 2
        assert world.gateway.roots_of(model, [number]) == [Root(model="sale.order", id=order)]


def test_five_hundred_rows_of_one_second_and_one_committed_in_the_past_are_all_seen(world: World) -> None:
    start = world.gateway.now()
    late: list[int] = []
    wanted = [{"partner_id": world.customer_id}] * 500

    def write_slowly() -> None:
        late.extend(world.call("sale.order", "create", vals_list=wanted))

    writer = threading.Thread(target=write_slowly)
    writer.start()
    early = [world.call.create("sale.order", {"partner_id": world.customer_id}) for _ in range(2)]
    seen = {change.id for change in _walk(world, start)}
    writer.join()
    seen |= {change.id for change in _walk(world, start)}
    assert {*early, *late} <= seen
    assert len(late) == 500


def test_now_is_odoo_s_clock(world: World) -> None:
    world.gateway.order_ids(after_id=0, limit=1)
    assert abs(world.gateway.now().timestamp() - time.time()) < 5


def _walk(world: World, since: object) -> list[Change]:
    """As the poll does: pages by id, to the end of the window."""
    found: list[Change] = []
    while True:
        after = found[-1].id if found else 0
        page = world.gateway.changes("sale.order", since, after_id=after, limit=100)
        found += page
        if len(page) < 100:
            return found
