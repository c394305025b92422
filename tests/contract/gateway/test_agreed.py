"""Lines of orders as Odoo counts them: what left or came in, what is billed, and the movements behind it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integration.canonical.agreed import AgreedLine, LineMove
from integration.canonical.books import Ordering
from tests.contract.gateway.ledger import Ledger
from tests.contract.gateway.test_master_kits import kit_of_two, maker
from tests.contract.gateway.world import SILENT, World

__all__ = ["maker"]
D = Decimal


def ids(world: World, order: int, model: Ordering = "sale.order") -> list[int]:
    return list(world.call(f"{model}.line", "search", domain=[("order_id", "=", order)], order="id"))


def lines(world: World, order: int, model: Ordering = "sale.order") -> Sequence[AgreedLine]:
    return world.gateway.agreed.lines(model, ids(world, order, model))


def moved(world: World, order: int, model: Ordering = "sale.order") -> list[tuple[Decimal, bool]]:
    """Quantity of each movement, and whether Odoo's figure has it."""
    return [(move.quantity, move.counts) for move in moves(world, order, model)]


def moves(world: World, order: int, model: Ordering = "sale.order") -> Sequence[LineMove]:
    return world.gateway.agreed.moves(model, ids(world, order, model))


def send_back(world: World, order: int, quantity: float, *, refund: bool) -> int:
    """The latest delivery comes back in part, by Odoo's wizard."""
    domain = [("sale_id", "=", order), ("state", "=", "done")]
    [done] = world.call("stock.picking", "search", domain=domain, limit=1, order="id desc")
    [move] = world.call.rows("stock.move", [("picking_id", "=", done)], ["product_id"], limit=1, order="id")
    line = {"product_id": move["product_id"][0], "quantity": quantity, "move_id": move["id"], "to_refund": refund}
    context = {"active_id": done, "active_ids": [done], "active_model": "stock.picking"}
    values = {"picking_id": done, "product_return_moves": [[5, 0, 0], [0, 0, line]]}
    wizard = world.call.create("stock.return.picking", values, context=context)
    method = "action_create_returns" if world.version >= 18 else "create_returns"
    answer: dict[str, Any] = world.call("stock.return.picking", method, [wizard], context=context)
    [back] = world.call("stock.move", "search", domain=[("picking_id", "=", answer["res_id"])], limit=1)
    values = {world.call.version.move_done: quantity, **({"picked": True} if world.version > 16 else {})}
    world.call("stock.move", "write", [back], vals=values)
    world.call("stock.picking", "button_validate", [answer["res_id"]], context=SILENT)
    return int(answer["res_id"])


def test_what_left_in_parts_is_summed_and_each_movement_names_its_transfer(world: World) -> None:
    order = Ledger(world).sale((10, "10.00", "0", False), (4, "2.50", "0", False))
    first = world.ship(world.delivery_of(order), [6, 0]).picking.id
    found = lines(world, order)
    rest = world.delivery_of(order)
    wanted = {found[0].id: 3, found[1].id: 4}
    second = world.ship(rest, [wanted[move.sale_line_id or 0] for move in rest.moves]).picking.id
    found = lines(world, order)
    assert [(line.moved, line.invoiced, line.open, line.by_moves) for line in found] == [
        (D(9), D(0), D(9), True),
        (D(4), D(0), D(4), True),
    ]
    assert {line.order_id for line in found} == {order}
    each = [(move.line_id, move.picking_id, move.quantity) for move in moves(world, order)]
    one, other = found[0].id, found[1].id
    assert sorted(each) == sorted([(one, first, D(6)), (one, second, D(3)), (other, second, D(4))])


def test_one_call_answers_many_and_leaves_out_what_is_gone(world: World) -> None:
    order = Ledger(world).sale((1, "1.00", "0", False), (1, "1.00", "0", False))
    known = ids(world, order)
    world.gateway.agreed.lines("sale.order", known)
    world.guard.take()
    found = world.gateway.agreed.lines("sale.order", [2**31 - 2, *reversed(known)])
    assert [line.id for line in found] == sorted(known)
    assert len(world.guard.take()) <= (1 if world.version > 16 else 3)
    assert world.gateway.agreed.lines("sale.order", []) == []


def test_what_comes_back_counts_with_a_refund_alone(world: World) -> None:
    order = Ledger(world).sale((10, "1.00", "0", False))
    world.ship(world.delivery_of(order), [10])
    send_back(world, order, 2, refund=True)
    assert (lines(world, order)[0].moved, moved(world, order)) == (D(8), [(D(10), True), (D(-2), True)])


def test_what_comes_back_without_a_refund_stays_delivered(world: World) -> None:
    order = Ledger(world).sale((10, "1.00", "0", False))
    world.ship(world.delivery_of(order), [10])
    send_back(world, order, 3, refund=False)
    assert (lines(world, order)[0].moved, moved(world, order)) == (D(10), [(D(10), True), (D(-3), False)])


def test_what_is_sent_again_counts_as_its_return_did(world: World) -> None:
    order = Ledger(world).sale((5, "1.00", "0", False))
    world.ship(world.delivery_of(order), [5])
    send_back(world, order, 5, refund=True)
    send_back(world, order, 4, refund=True)
    assert (lines(world, order)[0].moved, [each for each, _ in moved(world, order)]) == (D(4), [D(5), D(-5), D(4)])


def test_a_line_in_dozens_says_so_and_moves_in_pieces(world: World) -> None:
    [dozen] = world.call("uom.uom", "search", domain=[("name", "in", ["Dozens", "Dozen"])], limit=1, order="id")
    product = world.product(stock=50)
    unit = "product_uom_id" if world.version >= 19 else "product_uom"
    line = {"product_id": product, "product_uom_qty": 2, unit: dozen, "price_unit": 10}
    order = world.order({}, order_line=[[0, 0, line]])
    world.ship(world.delivery_of(order), [24])
    [found] = lines(world, order)
    [move] = moves(world, order)
    assert (found.moved, found.unit.size / found.own.size, found.own.size) == (D(2), D(12), D(1))
    assert (move.quantity, move.unit.name, move.unit.size) == (D(24), found.own.name, D(1))


def test_services_and_sections_are_counted_by_nobody(world: World) -> None:
    service = world.call.create("product.product", {"name": world.unique("Help"), "type": "service"})
    section = [0, 0, {"display_type": "line_section", "name": "Goods"}]
    goods = [0, 0, {"product_id": world.product(stock=5), "product_uom_qty": 2, "price_unit": 1}]
    order = world.order({}, order_line=[section, [0, 0, {"product_id": service, "product_uom_qty": 1}], goods])
    assert [line.by_moves for line in lines(world, order)] == [False, True]


def test_a_transfer_by_hand_is_seen_with_what_was_changed_on_it(world: World) -> None:
    order = Ledger(world).sale((10, "1.00", "0", False))
    picking = world.delivery_of(order)
    world.validate_by_hand(picking)
    assert [(move.picking_id, move.quantity, move.mark) for move in moves(world, order)] == [(picking.id, D(10), "")]
    world.call("stock.move", "write", [picking.moves[0].id], vals={world.call.version.move_done: 7})
    assert (lines(world, order)[0].moved, moved(world, order)) == (D(7), [(D(7), True)])


def test_a_transfer_that_we_posted_names_its_shipment_even_if_it_was_changed_since(world: World) -> None:
    order = Ledger(world).sale((10, "1.00", "0", False))
    picking = world.ship(world.delivery_of(order), [10], shipment="S-1", mark="north/S-1").picking
    world.call("stock.move", "write", [picking.moves[0].id], vals={world.call.version.move_done: 9})
    assert [(move.quantity, move.mark) for move in moves(world, order)] == [(D(9), "north/S-1")]


def test_what_is_invoiced_is_open_no_more(world: World) -> None:
    order = Ledger(world).sale((4, "3.00", "0", False))
    world.ship(world.delivery_of(order), [4])
    books = world.gateway.books("sale.order", order)
    assert books is not None
    world.gateway.draft(books)
    [line] = lines(world, order)
    assert (line.moved, line.invoiced, line.open) == (D(4), D(4), D(0))


def test_a_purchase_counts_what_came_in(world: World) -> None:
    ledger = Ledger(world)
    order = ledger.purchase((10, "4.00"), (3, "1.00"))
    ledger.receive(order, 6)
    found = lines(world, order, "purchase.order")
    assert [(line.moved, line.invoiced, line.open) for line in found] == [(D(6), D(0), D(6)), (D(0), D(0), D(0))]
    [move] = moves(world, order, "purchase.order")
    assert (move.line_id, move.quantity, move.counts) == (found[0].id, D(6), True)
    assert found[0].by_moves


def test_a_kit_moves_by_its_components(maker: World) -> None:
    product, parts = kit_of_two(maker)
    order = maker.order({product: 5})
    maker.ship(maker.delivery_of(order), [3, 2])
    [line] = lines(maker, order)
    assert (line.product_id, line.moved) == (product, D(2))
    assert sorted((move.product_id, move.quantity) for move in moves(maker, order)) == [
        (parts[0], D(3)),
        (parts[1], D(2)),
    ]
