"""S09: what the recorder had ordered and received before the cases."""

from tests.contract.odoo.world import World

PLANNED = "2026-12-01 12:00:00"


def start(world: World) -> None:
    """Products of each kind, their vendor, and a bill of this month: the first of a month has its number early."""
    world.product("002")
    world.product("004", tracking="lot", use_expiration_date=True, expiration_time=30)
    world.product("006", tracking="serial")
    values = {"name": f"Rec vendor {world.tag}", "email": "vendor@example.com"}
    world.extra["vendor"] = world.call("res.partner", "create", values)
    _post_bill(world)


def _post_bill(world: World) -> None:
    today = world.odoo.service.database.now().strftime("%Y-%m-%d")
    line = {"name": "earlier", "quantity": 1, "price_unit": 1.0}
    values = {"move_type": "in_invoice", "partner_id": world.partner, "invoice_date": today}
    bill = world.call("account.move", "create", {**values, "invoice_line_ids": [[0, 0, line]]})
    world.call("account.move", "action_post", [bill])


def purchase(world: World, *lines: tuple[str, float], ref: str = "") -> int:
    """A confirmed order with the vendor."""
    rows = [
        {"product_id": world.products[key], "product_qty": quantity, "price_unit": 4.0, "name": "line"}
        for key, quantity in lines
    ]
    commands = [[0, 0, {**row, "date_planned": PLANNED}] for row in rows]
    values = {"partner_id": world.extra["vendor"], "partner_ref": ref, "order_line": commands}
    order: int = world.call("purchase.order", "create", values)
    world.call("purchase.order", "button_confirm", [order])
    return order


def ordered(world: World) -> None:
    purchase(world, ("002", 10))


def received(world: World) -> None:
    order = purchase(world, ("002", 2), ref=f"VREF-{world.tag}-009")
    for move in world.call("stock.move", "search", [["purchase_line_id.order_id", "=", order]]):
        world.done(move, 2)
    pickings = world.call("stock.picking", "search", [["purchase_id", "=", order]])
    world.call("stock.picking", "button_validate", pickings)


def tracked(world: World) -> None:
    purchase(world, ("004", 3), ("006", 1))
