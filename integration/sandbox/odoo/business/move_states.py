"""The states of moves, and of the pickings that they make up."""

from __future__ import annotations

from ..orm.record import Record
from .amounts import CLOSED, move_done, move_reserved
from .places import bypasses_reservation
from .stock import EPSILON

RANK = {"assigned": 4, "waiting": 3, "partially_available": 2, "confirmed": 1}


def set_state(move: Record, state: str) -> None:
    """Store a state; the picking's own state changes with it."""
    if move.state != state:
        move.put(state=state)
        if move.picking_id:
            move.picking_id.touch()


def recompute(move: Record) -> None:
    """The state that follows from demand and reservation."""
    if not move.exists or move.state in CLOSED or (move.state == "draft" and not move_done(move)):
        return
    reserved, demand = move_reserved(move), move.product_uom_qty
    if reserved > demand - EPSILON and (reserved or move.env.traits.picked):
        set_state(move, "assigned")
    elif reserved:
        set_state(move, "partially_available")
    elif _waits(move):
        set_state(move, "waiting")
    else:
        set_state(move, "confirmed")


def _waits(move: Record) -> bool:
    before = move.move_orig_ids
    if move.procure_method == "make_to_order" and not before:
        return True
    return any(one.product_uom_qty > 0 and one.state not in CLOSED for one in before)


def picking_state(picking: Record) -> str:
    """What its moves say; without any, whether somebody closed it."""
    moves = picking.move_ids
    if not moves:
        stored = picking.env.store.table("stock.picking")[picking.id].get("state")
        return "cancel" if stored == "cancel" else "draft"
    states = [move.state for move in moves]
    if "draft" in states:
        return "draft"
    if all(state == "cancel" for state in states):
        return "cancel"
    if all(state in CLOSED for state in states):
        return _closed_state(moves)
    taken_freely = picking.env.traits.picked and bypasses_reservation(picking.location_id)
    if taken_freely and all(move.procure_method == "make_to_stock" for move in moves):
        return "assigned"
    relevant = _relevant(picking, moves)
    return "assigned" if relevant == "partially_available" else relevant


def _closed_state(moves: list[Record]) -> str:
    done = [move for move in moves if move.state == "done"]
    only_scrap = all(move.scrapped for move in done)
    return "cancel" if only_scrap and any(m.state == "cancel" and not m.scrapped for m in moves) else "done"


def _relevant(picking: Record, moves: list[Record]) -> str:
    """The state among the open moves that counts, by the shipping policy."""
    still = [m for m in moves if m.state not in CLOSED and not (m.state == "assigned" and not m.product_uom_qty)]
    if not still:
        return "assigned"
    still.sort(key=lambda move: (RANK.get(move.state, 0), move.product_uom_qty))
    if picking.move_type == "one":
        if all(not move.product_uom_qty for move in still):
            return "assigned"
        first = str(still[0].state)
        return "confirmed" if first in ("confirmed", "partially_available") else first
    if still[0].state != "assigned" and any(m.state in ("assigned", "partially_available") for m in still):
        return "partially_available"
    last = still[-1]
    return "assigned" if last.state == "confirmed" and not last.product_uom_qty else str(last.state)
