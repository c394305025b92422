"""Deliveries in several steps: the chain made at once (16, 17), or step by step (18 and later)."""

from __future__ import annotations

from ..orm.record import Record
from .amounts import CLOSED, move_done
from .confirmation import confirm, put_in_picking
from .places import is_inside

# Delivery steps -> the operation types in the order of the goods.
STEPS = {
    "ship_only": ("out_type_id",),
    "pick_ship": ("pick_type_id", "out_type_id"),
    "pick_pack_ship": ("pick_type_id", "pack_type_id", "out_type_id"),
}


def steps_of(warehouse: Record) -> list[Record]:
    return [getattr(warehouse, column) for column in STEPS[warehouse.delivery_steps]]


def push_next(move: Record) -> None:
    """18 and later: when a step is done, make the next move towards the final place."""
    final = move.location_final_id
    if not move.env.traits.next_step_only or not final or is_inside(final, move.location_dest_id):
        return
    if any(is_inside(after.location_id, move.location_dest_id) for after in move.move_dest_ids):
        return
    kind = next(
        (step for step in steps_of(_warehouse(move)) if step.default_location_src_id == move.location_dest_id), None
    )
    if kind is None:
        return
    new = _next_move(move, kind)
    put_in_picking(new, kind, partner=move.picking_id.partner_id, origin=move.picking_id.origin)
    confirm([new], merge=False)


def _warehouse(move: Record) -> Record:
    found: Record = move.location_id.warehouse_id or move.location_dest_id.warehouse_id
    return found


def _next_move(move: Record, kind: Record) -> Record:
    env = move.env
    target = kind.default_location_dest_id
    values = {
        "name": move.name,
        "product_id": move.product_id.id,
        "product_uom": move.product_uom.id,
        "product_uom_qty": move_done(move),
        "location_id": move.location_dest_id.id,
        "location_dest_id": target.id,
        "location_final_id": move.location_final_id.id,
        "group_id": move.group_id.id or False,
        "sale_line_id": move.sale_line_id.id or False,
        "bom_line_id": move.bom_line_id.id or False,
        "origin": move.origin,
        "date": move.date,
        "date_deadline": move.date_deadline,
        "sequence": move.sequence,
        "procure_method": "make_to_order",
        "move_orig_ids": [[4, move.id]],
    }
    return env.browse("stock.move", env.model("stock.move").create_all([values])[0])


def chain_of(move: Record) -> list[Record]:
    """The open moves before a move, itself first."""
    found, waiting = [], [move]
    while waiting:
        one = waiting.pop(0)
        if one not in found and one.state not in CLOSED:
            found.append(one)
        waiting.extend(one.move_orig_ids)
    return found
