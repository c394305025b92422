"""What the recorder had made before its returns (S12), and what it validated between their steps."""

from tests.contract.odoo import invoice_scenes
from tests.contract.odoo.scenes import Scene
from tests.contract.odoo.world import World

LOT = "RT1"


def _start(world: World) -> None:
    """An order of ten and, by lot, of five that has left."""
    world.product("002", 100)
    world.product("004", tracking="lot")
    world.lot("004", LOT, 20)
    world.ship(_order(world, "005"))


def _order(world: World, ref: str) -> int:
    """What the steps before made is none of what this case speaks of."""
    world.forget()
    return world.order(("002", 10), ("004", 5), ref=world.ref(ref))


def _by_hand(world: World) -> None:
    """A receipt of the warehouse, whose operation type no answer names."""
    kind = world.call("stock.picking.type", "search", [["code", "=", "incoming"]], order="id")[0]
    recorded = next(step for step in world.steps if step.name.startswith("H receipt"))
    world.bindings.bind("stock.picking.type", recorded.named["vals_list"]["picking_type_id"], kind)
    world.forget()


def _write_done(world: World) -> None:
    """16 moves what is written as done: the recorder wrote it just before."""
    if world.version == 16:
        picking = _newest(world)
        world.call("stock.picking", "action_set_quantities_to_reservation", [picking])


def _validate(world: World) -> None:
    """The recorder validated the newest transfer."""
    _write_done(world)
    world.call("stock.picking", "button_validate", [_newest(world)], context={"skip_backorder": True})


def _newest(world: World) -> int:
    found: list[int] = world.call("stock.picking", "search", [["state", "=", "assigned"]], order="id desc", limit=1)
    return found[0]


S12: dict[str, Scene] = {
    "shipped: order": _start,
    "A": lambda world: world.forget(),
    "C": lambda world: world.ship(_order(world, "006")),
    "F": lambda world: _order(world, "007"),
    "G": lambda world: world.ship(_order(world, "008")),
    "H": _by_hand,
    "I": invoice_scenes.invoiced,
}
BETWEEN: dict[str, Scene] = {
    "B validate the return": _write_done,
    "C after: order": _validate,
    "H done: picking": _validate,
}
