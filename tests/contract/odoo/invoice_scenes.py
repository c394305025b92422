"""S13: what the recorder had sold, shipped and invoiced before the cases."""

from collections.abc import Iterable

from tests.contract.odoo.world import World

BACKORDER = {"skip_backorder": True, "skip_immediate": True}
LINE = {"name": "earlier", "quantity": 1, "price_unit": 1.0}


def start(world: World) -> None:
    """An order, and documents of this year: the first of a year has its number early."""
    world.product("002", 100)
    world.product("004", 100)
    _earlier(world, "out_invoice", "out_refund")
    world.order(("002", 10), ("004", 3), ref=world.ref("005"))


def partly_shipped(world: World) -> None:
    """6 of 10 of the first line; the records are those of the case before."""
    order = world.orders[-1]
    world.done(world.moves(order)[0], 6)
    world.ship(order, **BACKORDER)
    _bind(world, "stock.picking", "B 6 of 10 delivered: pickings", world.pickings(order))
    _bind(world, "stock.move", "B 6 of 10 delivered: moves", world.moves(order))


def _bind(world: World, model: str, name: str, made: Iterable[int]) -> None:
    step = next(step for step in world.steps if step.name == name)
    for row, one in zip(step.result, sorted(made), strict=True):
        world.bindings.bind(model, row["id"], one)


def rest_shipped(world: World) -> None:
    _ship_open(world, world.orders[-1])
    _wizard(world, world.orders[-1])


def _ship_open(world: World, order: int) -> None:
    pickings = world.call("stock.picking", "search", [["sale_id", "=", order], ["state", "=", "assigned"]])
    if world.version == 16:
        for move in world.call("stock.move", "search_read", [["picking_id", "in", pickings]], ["product_uom_qty"]):
            world.done(move["id"], move["product_uom_qty"])
    world.call("stock.picking", "button_validate", pickings, context={"skip_sms": True})


def _wizard(world: World, order: int) -> int:
    """A wizard that the recorder made without noting the call: the first step of the case names it, or a later one."""
    context = {"active_model": "sale.order", "active_ids": [order], "active_id": order}
    wizard: int = world.call("sale.advance.payment.inv", "create", {}, context=context)
    step = next(one for one in world.steps[world.first.number :] if one.method == "create_invoices")  # type: ignore[union-attr]
    world.bindings.bind("sale.advance.payment.inv", step.named["ids"][0], wizard)
    return wizard


def shipped(world: World) -> None:
    world.ship(world.order(("002", 2), ref=world.ref()))


def by_order(world: World) -> None:
    world.product("008", 5, invoice_policy="order")
    world.order(("008", 2), ref=world.ref())


def returned(world: World) -> None:
    """5 shipped and invoiced, of which 2 came back for a refund."""
    order = world.order(("002", 5), ref=world.ref("010"))
    world.ship(order)
    invoices = _invoice(world, order)
    world.call("account.move", "action_post", invoices)
    documents = next(step for step in world.steps if step.name == "F documents").result
    world.bindings.bind("account.move", min(row["id"] for row in documents), invoices[0])
    _take_back(world, order, 2)
    _wizard(world, order)


def _take_back(world: World, order: int, quantity: float) -> None:
    """The wizard for returns, and the return received."""
    delivery, move = world.pickings(order)[0], world.moves(order)[0]
    line = {"product_id": world.products["002"], "quantity": quantity, "move_id": move, "to_refund": True}
    values = {"picking_id": delivery, "product_return_moves": [[5, 0, 0], [0, 0, line]]}
    context = {"active_model": "stock.picking", "active_id": delivery, "active_ids": [delivery]}
    wizard = world.call("stock.return.picking", "create", values, context=context)
    method = "action_create_returns" if world.version >= 18 else "create_returns"
    picking = world.call("stock.return.picking", method, [wizard])["res_id"]
    for returned_move in world.call("stock.move", "search", [["picking_id", "=", picking]]):
        world.done(returned_move, quantity)
    world.call("stock.picking", "button_validate", [picking], context={"skip_sms": True})


def invoiced(world: World) -> None:
    """S12: the first order of the scenario is invoiced. The first credit note of a year has its number early: in 16 it
    is the recorded one."""
    _earlier(world, "out_invoice", *([] if world.version == 16 else ["out_refund"]))
    world.forget()
    (invoice,) = _invoice(world, world.orders[0])
    world.call("account.move", "action_post", [invoice])


def _earlier(world: World, *kinds: str) -> None:
    for kind in kinds:
        values = {"move_type": kind, "partner_id": world.partner, "invoice_line_ids": [[0, 0, LINE]]}
        world.call("account.move", "action_post", [world.call("account.move", "create", values)])


def _invoice(world: World, order: int) -> list[int]:
    """The order's invoices after the wizard ran."""
    context = {"active_model": "sale.order", "active_ids": [order]}
    wizard = world.call("sale.advance.payment.inv", "create", {}, context=context)
    world.call("sale.advance.payment.inv", "create_invoices", [wizard])
    found: list[int] = world.call("sale.order", "read", [order], ["invoice_ids"])[0]["invoice_ids"]
    return found
