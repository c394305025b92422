"""The reserved and the done quantity of move lines: two numbers in 16, one number and a tick since 17."""

from __future__ import annotations

from typing import Any

from ..orm.env import Env
from ..orm.record import Record
from .products import convert, total

CLOSED = ("done", "cancel")


def line_column(env: Env) -> str:
    """The column with the quantity that ships."""
    return "quantity" if env.traits.picked else "qty_done"


def booked_column(env: Env) -> str:
    """The column with the quantity that is reserved on quants."""
    return "quantity" if env.traits.picked else "reserved_uom_qty"


def move_column(env: Env) -> str:
    return "quantity" if env.traits.picked else "quantity_done"


def line_done(line: Record) -> float:
    return float(line.quantity if line.env.traits.picked else line.qty_done)


def line_booked(line: Record) -> float:
    """Reserved on quants by this line, in its unit."""
    return float(line.quantity if line.env.traits.picked else line.reserved_uom_qty)


def in_product_unit(line: Record, quantity: float) -> float:
    return convert(quantity, line.product_uom_id, line.product_id.uom_id)


def move_done(move: Record) -> float:
    """The move's quantity that ships; since 17 also what is only reserved."""
    return float(move.quantity if move.env.traits.picked else move.quantity_done)


def move_reserved(move: Record) -> float:
    """Reserved for the move, in its unit."""
    if move.env.traits.picked:
        return float(move.quantity)
    lines = move.move_line_ids
    return total(convert(line.reserved_uom_qty, line.product_uom_id, move.product_uom) for line in lines)


def sum_of_lines(move: Record) -> float:
    return total(convert(line_done(line), line.product_uom_id, move.product_uom) for line in move.move_line_ids)


def refresh(move: Record) -> None:
    """Set the move's own quantity to the sum of its lines."""
    if not move or not move.exists:
        return
    column, value = move_column(move.env), sum_of_lines(move)
    if move.raw(column) != value:
        move.put(**{column: value})
    if move.env.traits.picked and not move.picked and any(line.picked for line in move.move_line_ids):
        move.put(picked=True)


def line_values(move: Record, shipped: float, /, **extra: Any) -> dict[str, Any]:
    """Values of a new line of a move."""
    return {
        "move_id": move.id,
        "picking_id": move.picking_id.id or False,
        "product_id": move.product_id.id,
        "product_uom_id": move.product_uom.id,
        "location_id": move.location_id.id,
        "location_dest_id": move.location_dest_id.id,
        line_column(move.env): shipped,
        **extra,
    }
