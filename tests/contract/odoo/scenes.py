"""What the recorder had made before a scenario and before each of its cases: the start of the replay."""

from collections.abc import Callable

from tests.contract.odoo import hooks, invoice_scenes, purchase_scenes
from tests.contract.odoo.world import World

Scene = Callable[[World], object]
BACKORDER = {"skip_backorder": True, "skip_immediate": True}


# --- S04: an order becomes pickings


def s04_start(world: World) -> None:
    world.product("002", 50)
    world.product("004", 2)
    world.service("006")
    world.product("009")


def s04_three_steps(world: World) -> None:
    values = {"name": "Rec warehouse 3 steps", "code": "RC3", "delivery_steps": "pick_pack_ship"}
    warehouse = world.call("stock.warehouse", "create", values)
    world.product("016")
    place = world.call("stock.warehouse", "read", [warehouse], ["lot_stock_id"])[0]["lot_stock_id"][0]
    world.count("016", 50, place=place)
    world.extra["warehouse"] = warehouse


def s04_carrier(world: World) -> None:
    product = world.service("090")
    name = "Free delivery charges" if world.version == 16 else "Standard delivery"
    world.call("delivery.carrier", "create", {"name": name, "product_id": product, "delivery_type": "fixed"})


def s04_dock(world: World) -> None:
    values = {"parent_id": world.partner, "type": "delivery", "name": "Dock 9", "email": "dock@example.com"}
    world.extra["dock"] = world.call("res.partner", "create", values)


def _dock_order(world: World) -> None:
    s04_dock(world)
    world.order(("002", 1), ref=world.ref("012"), partner_shipping_id=world.extra["dock"])


def _three_step_order(number: str) -> Scene:
    def play(world: World) -> None:
        extra = {"partner_shipping_id": world.extra["dock"], "warehouse_id": world.extra["warehouse"]}
        world.order(("016", 6), ref=world.ref(number), **extra)

    return play


def write_done(world: World) -> None:
    """16 ships what is written as done: the recorder wrote it just before."""
    if world.version == 16:
        for picking in world.pickings(world.orders[-1]):
            for move in world.call(
                "stock.move", "search_read", [["picking_id", "=", picking]], ["state", "product_uom_qty"]
            ):
                if move["state"] == "assigned":
                    world.done(move["id"], move["product_uom_qty"])


def orders(*wanted: tuple[tuple[str, float], ...], confirm: bool = True) -> Scene:
    """One order for each tuple of lines."""

    def play(world: World) -> None:
        for lines in wanted:
            world.order(*lines, confirm=confirm, ref=world.ref())

    return play


def s05_start(world: World) -> None:
    world.product("002", 100)
    recorded = world.first.result[0]
    world.call(
        "res.company", "write", [1], {key: recorded[key] for key in ("has_received_warning_stock_sms", world.sms_field)}
    )


def sms(world: World) -> None:
    """Two deliveries of a company that has not said whether customers get a text message."""
    world.call("res.company", "write", [1], {"has_received_warning_stock_sms": False})
    world.call("res.partner", "write", [world.partner], {"phone": "+1 555 0100"})
    for _ in range(2):
        order = world.order(("002", 3), ref=world.ref())
        if world.version == 16:
            world.done(world.moves(order)[0], 3)


def two_moves(world: World) -> None:
    """16 has one move only in this case."""
    if world.version == 16:
        world.order(("002", 3), ref=world.ref())
        return
    world.product("011", 20)
    world.order(("002", 3), ("011", 2), ref=world.ref())


def no_stock(world: World) -> None:
    world.product(world.keys[0])
    world.order((world.keys[0], 2), ref=world.ref())


def two_pickings(world: World) -> None:
    for _ in range(2):
        order = world.order(("002", 3), ref=world.ref())
        if world.version == 16:
            world.done(world.moves(order)[0], 3)


def policy(value: str) -> Scene:
    """An order under a backorder policy of the operation type."""

    def play(world: World) -> None:
        kind = world.call("stock.picking.type", "search", [["code", "=", "outgoing"], ["warehouse_id.code", "=", "WH"]])
        world.call("stock.picking.type", "write", kind, {"create_backorder": value})
        world.order(("002", 10), ref=world.ref())

    return play


def nothing(_world: World) -> None:
    """What the case speaks of was made by the steps before."""


def after(*scenes: Scene) -> Scene:
    """One after the other."""

    def play(world: World) -> None:
        for scene in scenes:
            scene(world)

    return play


def one_go(world: World) -> None:
    kind = world.call("stock.picking.type", "search", [["code", "=", "outgoing"], ["warehouse_id.code", "=", "WH"]])
    world.call("stock.picking.type", "write", kind, {"create_backorder": "ask"})
    world.order(("002", 3), ("023", 4), ref=world.ref(), picking_policy="one")


def products(**stock: float) -> Scene:
    """Products by code (`p002=50`) with their stock."""

    def play(world: World) -> None:
        for key, quantity in stock.items():
            world.product(key.removeprefix("p"), quantity)

    return play


def s07_start(world: World) -> None:
    world.product("002", tracking="lot")


def s07_lots(world: World) -> None:
    world.product("004", tracking="lot")
    world.lot("004", "L1", 10)
    world.lot("004", "L2", 10)


def s07_other_lot(world: World) -> None:
    world.product("012", tracking="lot")
    world.lot("012", "OTHER", 5)
    world.order(("004", 1), ref=world.ref())


def s07_serials(world: World) -> None:
    world.product("018", tracking="serial")
    for number in range(1, 6):
        world.lot("018", f"S{number}", 1)
    world.order(("018", 3), ref=world.ref())


def s07_expiry(world: World) -> None:
    world.product("025", tracking="lot", use_expiration_date=True)
    world.lot("025", "OLD-1", 10, expiration_date="2020-01-01 00:00:00")
    world.lot("025", "NEW-1", 10, expiration_date="2035-01-01 00:00:00")
    world.order(("025", 2), ref=world.ref())


# --- S08: changing and cancelling


def s08_start(world: World) -> None:
    world.product("002", 500)
    world.product("004", 500)
    world.extra["other"] = world.call("res.partner", "create", {"name": "Other address", "parent_id": world.partner})
    world.extra["warehouse"] = world.call("stock.warehouse", "create", {"name": "Rec warehouse 2", "code": "RC2"})
    world.order(("002", 5), ("004", 5), ref=world.ref())


def partly_shipped(ordered: float, shipped: float) -> Scene:
    """An order of which a part has left."""

    def play(world: World) -> None:
        order = world.order(("002", ordered), ref=world.ref())
        world.done(world.moves(order)[0], shipped)
        world.ship(order, **BACKORDER)

    return play


def shipped(quantity: float) -> Scene:
    def play(world: World) -> None:
        world.ship(world.order(("002", quantity), ref=world.ref()))

    return play


def written(ordered: float, quantity: float) -> Scene:
    """An order whose quantities are written but not validated."""

    def play(world: World) -> None:
        order = world.order(("002", ordered), ref=world.ref())
        world.done(world.moves(order)[0], quantity)

    return play


def draft(world: World) -> None:
    world.order(("002", 5), ref=world.ref(), confirm=False)


def s08_lock(world: World) -> None:
    order = world.order(("002", 5), ref=world.ref())
    world.extra["locked"] = order


def s08_ship_locked(world: World) -> None:
    if world.version == 16:
        for move in world.moves(world.extra["locked"]):
            quantity = world.call("stock.move", "read", [move], ["product_uom_qty"])[0]["product_uom_qty"]
            world.done(move, quantity)


def s08_locked(world: World) -> None:
    order = world.order(("002", 5), ref=world.ref())
    world.call("sale.order", "action_done" if world.version == 16 else "action_lock", [order])


# --- S14: repeated calls


def s14_orders(world: World) -> None:
    world.product("002", 50)
    world.product("004", 50)


def s14_draft(world: World) -> None:
    world.order(("002", 2), ref=world.ref(), confirm=False)


def s14_validate(world: World) -> None:
    """16 ships what is written as done: the recorder wrote it just before."""
    if world.version == 16:
        order = world.call("sale.order", "search", [["state", "=", "sale"]], order="id desc", limit=1)[0]
        world.done(world.moves(order)[0], 2)


def s14_lots(world: World) -> None:
    world.product("011", tracking="lot")
    if world.version != 18:
        world.lot("011", "dup lot")


# Scenario -> first step of a case (its letter, or its whole name) -> what is made before it.
SCENES: dict[str, dict[str, Scene]] = {
    "S03_master_data": {
        "order line in dozens": lambda world: world.order(confirm=False),
    },
    "S04_sale_order": {
        "create (stocked line, short line, service line, note)": s04_start,
        "order without any stock: order": orders((("009", 3),)),
        "create with carrier_id": s04_carrier,
        "picking goes to partner_shipping_id": _dock_order,
        "confirm an order without lines": orders((), confirm=False),
        "order of services only: no picking": orders((("006", 1),)),
        "three-step warehouse": s04_three_steps,
        "three steps: confirmed: order": _three_step_order("017"),
        "three steps: validate RC3/PICK/00001": write_done,
        "three steps: validate RC3/PACK/00001": write_done,
        "three steps: validate RC3/OUT/00001": write_done,
        "three steps partial: pick 4 of 6": _three_step_order("018"),
    },
    "S05_full_shipment": {
        "0": s05_start,
        "0 button_validate while the company has not yet confirmed SMS: wizard": sms,
        "A": orders((("002", 3),)),
        "B": orders((("002", 3),)),
        "C": orders((("002", 3),)),
        "D": orders((("002", 3),)),
        "E": orders((("002", 3),)),
        "E2": orders((("002", 3),)),
        "F": two_moves,
        "G": no_stock,
        "H": two_pickings,
        "I": orders((("002", 3),)),
    },
    "S06_partial_backorder": {
        "A": after(products(p002=500, p004=500), orders((("002", 10), ("004", 4)))),
        "B": orders((("002", 10),)),
        "C": orders((("002", 10),)),
        "D": orders((("002", 10), ("004", 5))),
        "E": orders((("002", 10),)),
        "E2": after(products(p011=10), orders((("011", 10),))),
        "F": orders((("002", 10), ("004", 5))),
        "F2": orders((("002", 10),)),
        "F3": orders((("002", 10),)),
        "G": after(products(p018=50), orders((("002", 10), ("004", 5)))),
        "H": orders((("002", 10),)),
        "I create_backorder=always: done 6 of 10": policy("always"),
        "I create_backorder=never: done 6 of 10": policy("never"),
        "J": after(products(p023=1), one_go),
    },
    "S08_amend_cancel": {
        "A": s08_start,
        "G": orders((("002", 10),)),
        "H": partly_shipped(10, 6),
        "I": shipped(4),
        "J": orders((("002", 5),)),
        "K": orders((("002", 5),)),
        "L": partly_shipped(10, 6),
        "M": shipped(4),
        "N": written(5, 2),
        "O": draft,
        "P": s08_lock,
        "P ship a locked order": s08_ship_locked,
        "P cancel a locked order": s08_locked,
        "Q": orders((("002", 5),)),
    },
    "S09_purchase_receipt": {
        "create": purchase_scenes.start,
        "B": nothing,
        "D": purchase_scenes.ordered,
        "E": purchase_scenes.received,
        "F": purchase_scenes.tracked,
    },
    "S13_invoicing": {
        "A": invoice_scenes.start,
        "B": invoice_scenes.partly_shipped,
        "B draft invoice": nothing,
        "C": invoice_scenes.rest_shipped,
        "C order: order": nothing,
        "D": invoice_scenes.shipped,
        "E": invoice_scenes.by_order,
        "F": invoice_scenes.returned,
        "F documents": nothing,
    },
    "S16_webhooks": {
        "trigger values of base.automation": hooks.start,
        "action_confirm": hooks.order(looking=True),
        "button_validate": lambda world: None,
        "action_confirm (receiver slow)": hooks.order(seconds=3.0),
        "action_confirm (receiver 500)": hooks.order(status=500),
        "action_confirm with the receiver's port closed": hooks.order(closed=True),
        "action_confirm that fails": hooks.nowhere,
        "action_confirm of 5": hooks.five,
        "button_validate partial": hooks.partial,
    },
    "S14_idempotency": {
        "B": s14_orders,
        "D": s14_draft,
        "E button_validate": s14_validate,
        "F": lambda world: world.order(("002", 2)),
        "J": s14_lots,
    },
    "S07_lots_serials": {
        "0": s07_start,
        "lots": s07_lots,
        "A": orders((("004", 4),)),
        "B": orders((("004", 4),)),
        "C": orders((("004", 5),)),
        "D": orders((("004", 3),)),
        "E": orders((("004", 1),)),
        "E2": orders((("004", 1),)),
        "F": orders((("004", 1),)),
        "G": s07_other_lot,
        "H": orders((("004", 1),)),
        "I": orders((("004", 1),)),
        "K": s07_serials,
        "L": orders((("018", 1),)),
        "M": orders((("018", 1),)),
        "N": orders((("018", 2),)),
        "O": orders((("018", 1),)),
        "P lots with dates": s07_expiry,
        "Q": orders((("025", 2),)),
    },
}
