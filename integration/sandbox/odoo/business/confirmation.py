"""Confirming moves: a state, a picking, a first try to reserve."""

from __future__ import annotations

from ..orm.env import Env
from ..orm.record import Record
from .amounts import CLOSED
from .move_states import set_state
from .places import bypasses_reservation
from .reservation import assign

JOINABLE = ("draft", "confirmed", "waiting", "assigned")


def confirm(moves: list[Record], *, merge: bool = True) -> None:
    """Draft moves become confirmed or waiting and reserve what their operation type lets them."""
    fresh = [move for move in moves if move.state == "draft"]
    for move in fresh:
        waits = bool(move.move_orig_ids) or move.procure_method == "make_to_order"
        set_state(move, "waiting" if waits else "confirmed")
    kept = [_merged(move) if merge else move for move in fresh]
    for move in dict.fromkeys(kept):
        kind = move.picking_type_id
        at_once = not kind or kind.reservation_method == "at_confirm" or bypasses_reservation(move.location_id)
        if move.state in ("confirmed", "partially_available") and at_once:
            assign([move])


def _merged(move: Record) -> Record:
    """Join a move of the same picking that is the same in all that matters."""
    if not move.picking_id or move.additional or move.move_line_ids:
        return move
    for other in move.picking_id.move_ids:
        if other != move and other.state not in ("draft", *CLOSED) and _same(move, other):
            other.write(product_uom_qty=other.product_uom_qty + move.product_uom_qty)
            move.env.store.delete("stock.move", move.id)
            kept: Record = other
            return kept
    return move


def _same(one: Record, other: Record) -> bool:
    known = one.env.database.fields("stock.move")
    names = (
        "bom_line_id",
        "origin_returned_move_id",
        "product_id",
        "product_uom",
        "location_id",
        "location_dest_id",
        "sale_line_id",
        "purchase_line_id",
        "procure_method",
        "price_unit",
        "date_deadline",
    )
    return all(bool(one.raw(name) == other.raw(name)) for name in names if name in known)


def put_in_picking(move: Record, kind: Record, *, partner: Record, origin: str | bool) -> None:
    """Join the group's open picking of the same way, or open one."""
    env = move.env
    found = _open_picking(env, move, kind)
    if not found:
        values = {
            "picking_type_id": kind.id,
            "location_id": move.location_id.id,
            "location_dest_id": move.location_dest_id.id,
            "partner_id": partner.id or False,
            "origin": origin,
            "group_id": move.group_id.id or False,
            "move_type": move.group_id.sale_id.picking_policy or "direct",
            "scheduled_date": move.date,
            "sale_id": move.group_id.sale_id.id or False,
        }
        values |= _purchase_of(move)
        found = env.browse("stock.picking", env.model("stock.picking").create_all([values])[0])
        if move.group_id.sale_id.carrier_id and kind.code == "outgoing":
            found.put(carrier_id=move.group_id.sale_id.carrier_id)
    move.put(picking_id=found)
    found.touch()


def _purchase_of(move: Record) -> dict[str, int]:
    order = move.purchase_line_id.order_id
    return {"purchase_id": order.id} if order else {}


def _open_picking(env: Env, move: Record, kind: Record) -> Record:
    group = [env.browse("stock.picking", 0)]
    if move.group_id:
        group = env.find(
            "stock.picking", ["group_id", "=", move.group_id.id], ["picking_type_id", "=", kind.id], order="id"
        )
    for picking in group:
        way = (picking.location_id, picking.location_dest_id) == (move.location_id, move.location_dest_id)
        if picking and way and not picking.printed and picking.state in JOINABLE:
            return picking
    return env.browse("stock.picking", 0)
