"""What the recorder had made before its counts and scraps (S11)."""

from tests.contract.odoo.scenes import Scene
from tests.contract.odoo.world import World

MANY = 20


def _counted_thirty(world: World) -> None:
    world.product("004", 30)


def _stock_moved(world: World) -> None:
    """Four leave for a customer between a count and its application."""
    world.ship(world.order(("002", 4)))


def _reserved(world: World) -> None:
    world.product("007", 10)
    world.order(("007", 8))


def _lot(world: World) -> None:
    world.product("010", tracking="lot")
    world.lot("010", "INV-1")


def _serial(world: World) -> None:
    world.product("012", tracking="serial")
    world.lot("012", f"SN-{world.tag}")


def _unstorable(world: World) -> None:
    """A service and a consumable; and the warehouse's view, which no answer names."""
    world.service("014")
    world.product("015", **({"is_storable": False} if world.version >= 18 else {"detailed_type": "consu"}))
    view = world.call("stock.location", "search", [["usage", "=", "view"], ["name", "=", "WH"]])[0]
    recorded = next(step for step in world.steps if step.name == "M count at a view location")
    world.bindings.bind("stock.location", recorded.named["vals_list"]["location_id"], view)


def _many(world: World) -> None:
    for number in range(MANY):
        world.product(f"{20 + number:03d}")


def _to_scrap(world: World) -> None:
    world.product("058", 10)


def _lot_to_scrap(world: World) -> None:
    world.product("061", tracking="lot")
    world.lot("061", "SCRAP-1", 5)


S11: dict[str, Scene] = {
    "A": lambda world: world.product("002"),
    "E": _counted_thirty,
    "F stock moved meanwhile: is_outdated": _stock_moved,
    "I": _reserved,
    "J": _lot,
    "L": _serial,
    "M": _unstorable,
    "N": _many,
    "R": lambda _world: None,
    "S": _to_scrap,
    "V": _lot_to_scrap,
}
