"""What the recorder had made before its transfers, counts, scrap and returns."""

from typing import Any

from tests.contract.odoo.scenes import Scene
from tests.contract.odoo.scenes_counts import S11
from tests.contract.odoo.scenes_returns import BETWEEN as S12_BETWEEN
from tests.contract.odoo.scenes_returns import S12
from tests.contract.odoo.world import World


def transfer(world: World, key: str, quantity: float) -> int:
    """A draft transfer from the first warehouse's stock to the second one's."""
    source, target = world.stock, _place(world, "RC2/Stock")
    move = {"product_id": world.products[key], "product_uom_qty": quantity, "product_uom": 1}
    move |= {"location_id": source, "location_dest_id": target, "name": "transfer"}
    if world.version >= 19:
        del move["name"]
    kind = _kind(world, "WH", "internal")
    values = {"picking_type_id": kind, "location_id": source, "location_dest_id": target, "move_ids": [[0, 0, move]]}
    made: int = world.call("stock.picking", "create", values)
    return made


def _place(world: World, name: str) -> int:
    found: list[int] = world.call("stock.location", "search", [["complete_name", "=", name]])
    return found[0]


def _kind(world: World, warehouse: str, code: str) -> int:
    """The warehouse's last operation type of a kind that is in use."""
    domain: list[Any] = [["warehouse_id.code", "=", warehouse], ["code", "=", code]]
    found: list[int] = world.call("stock.picking.type", "search", domain, order="id")
    return found[-1] if code == "internal" else found[0]


def nothing(_world: World) -> None:
    """Only lets the records of the steps before stand for the recorded ones."""


# --- S10: transfers


def s10_start(world: World) -> None:
    """A second warehouse, and fifty of a product in the first one."""
    world.call("stock.warehouse", "create", {"name": "Rec warehouse 2", "code": "RC2"})
    world.product("002", 50)
    kinds = {"create an internal": ("WH", "internal"), "leg 1": ("WH", "outgoing"), "leg 2": ("RC2", "incoming")}
    for step in world.steps:
        for head, of in kinds.items():
            if step.name.startswith(head) and step.method == "create":
                recorded = step.named["vals_list"]["picking_type_id"]
                world.bindings.bind("stock.picking.type", recorded, _kind(world, *of))


def s10_received(world: World) -> None:
    """16 moves what is written as done: the recorder wrote it just before."""
    if world.version == 16:
        world.done(world.call("stock.move", "search", [["move_orig_ids", "!=", False]])[0], 4)


STOCK_SCENES: dict[str, dict[str, Scene]] = {
    "S10_transfers": {
        "operation types that are internal": s10_start,
        "more than there is: action_confirm": lambda world: transfer(world, "002", 500),
        "leg 2: transit -> other stock (receipt type), linked by move_orig_ids": nothing,
    },
    "S11_inventory_scrap": S11,
    "S12_returns_credit": S12,
}
# Scenario -> step -> what the recorder did just before it; nothing of it needs a recorded id.
BETWEEN: dict[str, dict[str, Scene]] = {
    "S10_transfers": {"leg 2 validate": s10_received},
    "S12_returns_credit": S12_BETWEEN,
}
