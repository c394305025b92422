"""Purchases and their receipts as documents, and how they are found."""

from datetime import timedelta

from integration.canonical.erp import Root
from tests.contract.gateway.test_receiving import purchase, receipt_of, receive
from tests.contract.gateway.world import World


def test_a_purchase_is_read_in_one_call_with_its_receipt(world: World) -> None:
    product = world.product()
    order = purchase(world, {product: 10}, partner_ref="QUOTE-7")
    world.gateway.purchases([order])
    world.guard.take()
    [read] = world.gateway.purchases([order])
    assert len(world.guard.take()) == 1
    [receipt] = read.pickings
    assert (read.partner_ref, read.state, read.warehouse_id) == ("QUOTE-7", "purchase", world.warehouse_id)
    assert (receipt.source, receipt.destination, receipt.comes_in, receipt.code) == (
        "supplier",
        "internal",
        True,
        "incoming",
    )
    [move] = receipt.moves
    assert (move.demand, move.product_id, move.purchase_line_id is not None) == (10, product, True)


def test_a_hundred_purchases_take_one_call(world: World) -> None:
    product = world.product()
    orders = [purchase(world, {product: 1}) for _ in range(3)]
    world.gateway.purchases(orders[:1])
    world.guard.take()
    assert [read.id for read in world.gateway.purchases(orders)] == orders
    assert len(world.guard.take()) == 1


def test_a_change_of_a_receipt_names_its_purchase(world: World) -> None:
    order = purchase(world, {world.product(): 1})
    picking = receipt_of(world, order)
    since = world.gateway.now() - timedelta(minutes=5)
    assert "purchase.order" in world.gateway.captured_models()
    numbers = {"purchase.order": order, "stock.picking": picking.id, "stock.move": picking.moves[0].id}
    for model, number in numbers.items():
        [change] = world.gateway.changes(model, since, after_id=number - 1, limit=1)
        assert change.root == Root(model="purchase.order", id=order)
        assert list(world.gateway.roots_of(model, [number])) == [Root(model="purchase.order", id=order)]


def test_the_sweep_finds_what_is_still_to_come(world: World) -> None:
    first, second = (purchase(world, {world.product(): 2}) for _ in range(2))
    receive(world, receipt_of(world, first), (0, 2, []))
    assert list(world.gateway.open_ids("purchase.order", after_id=first - 1, limit=10)) == [second]


def test_a_draft_purchase_is_not_read(world: World) -> None:
    vendor = world.customer(world.unique("Supplier"))
    draft = world.call.create("purchase.order", {"partner_id": vendor})
    assert world.gateway.purchases([draft, 2_000_000_000]) == []
