"""S13: what the recorder had sold, shipped and invoiced before the cases."""

from collections.abc import Iterable

from tests.contract.odoo.world import World

BACKORDER = {"skip_backorder": True, "skip_immediate": True}
LINE = {"name": "earlier", "quantity": 1, "price_unit": 1.0}


def start(world: World) -> None:
    """An order, and documents of this year: the first of a year has its number early."""
    world.product("002", 100)
    world.product("004", 100)
    for kind in ("out_invoice", "out_refund"):
        values = {"move_type": kind, "partner_id": world.partner, "invoice_line_ids": [[0, 0, LINE]]}
        world.call("account.move", "action_post", [world.call("account.move", "create", values)])
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
    context = {"active_model": "sale.order", "active_ids": [order]}
    wizard = world.call("sale.advance.payment.inv", "create", {}, context=context)
    world.call("sale.advance.payment.inv", "create_invoices", [wizard])
    invoices = world.call("sale.order", "read", [order], ["invoice_ids"])[0]["invoice_ids"]
    world.call("account.move", "action_post", invoices)
    documents = next(step for step in world.steps if step.name == "F documents").result
    world.bindings.bind("account.move", min(row["id"] for row in documents), invoices[0])
    _take_back(world, order, 2)
    _wizard(world, order)


def _take_back(world: World, order: int, quantity: float) -> None:
    """A return as the wizard for returns makes it. Before 18 its picking says that goods stay with the customer."""
    delivery, sent = world.pickings(order)[0], world.moves(order)[0]
    move = world.call("stock.move", "read", [sent], ["location_id", "location_dest_id", "sale_line_id"])[0]
    stock, customers = move["location_id"][0], move["location_dest_id"][0]
    field = "return_type_id" if world.version == 16 else "in_type_id"
    kind = world.call("stock.warehouse", "search_read", [["code", "=", "WH"]], [field])[0][field][0]
    values = {
        "picking_type_id": kind,
        "location_id": customers,
        "location_dest_id": customers if world.version <= 17 else stock,
        "sale_id": order,
        **({"return_id": delivery} if world.version >= 17 else {}),
    }
    picking = world.call("stock.picking", "create", values)
    back = {
        "picking_id": picking,
        "product_id": world.products["002"],
        "product_uom_qty": quantity,
        "location_id": customers,
        "location_dest_id": stock,
        "sale_line_id": move["sale_line_id"][0],
        "origin_returned_move_id": sent,
        "move_orig_ids": [[4, sent]],
        "to_refund": True,
        **({"name": "return"} if world.version <= 18 else {}),
    }
    returned_move = world.call("stock.move", "create", back)
    world.call("stock.picking", "action_confirm", [picking])
    world.done(returned_move, quantity)
    world.call("stock.picking", "button_validate", [picking], context={"skip_sms": True})
