"""A move that is to start or to end elsewhere: what becomes of its lines."""

from __future__ import annotations

from typing import Any

from ..orm import commands
from ..orm.record import Record
from .amounts import CLOSED
from .places import is_inside
from .reservation import assign


def goes_elsewhere(move: Record, values: dict[str, Any]) -> bool:
    return "location_dest_id" in values and values["location_dest_id"] != move.location_dest_id.id


def comes_from_elsewhere(move: Record, values: dict[str, Any]) -> bool:
    changed = "location_id" in values and values["location_id"] != move.location_id.id
    return changed and move.env.traits.next_step_only and move.state not in CLOSED


def take_anew(move: Record) -> None:
    """18: lines that do not start inside of the new source go, and the move takes from stock there."""
    strangers = [line for line in move.move_line_ids if not is_inside(line.location_id, move.location_id)]
    if not strangers:
        return
    move.put(procure_method="make_to_stock")
    commands.apply(move.env, "stock.move", move.id, "move_orig_ids", [[5]])
    move.env.model("stock.move.line").unlink([line.id for line in strangers])
    assign([move])


def lead_lines(move: Record) -> None:
    """Lines that do not end inside of the move's new target end there now."""
    for line in move.move_line_ids:
        if not is_inside(line.location_dest_id, move.location_dest_id):
            line.put(location_dest_id=move.location_dest_id)
