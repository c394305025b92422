"""Goods that go out once more: what an exchange asks for."""

from __future__ import annotations

from ..orm.record import Record
from .confirmation import confirm, put_in_picking
from .places import ends_of
from .return_moves import COPIED


def send_again(original: Record, quantity: float) -> Record:
    """A delivery of the quantity to where the original went, in the original's group."""
    env, kind = original.env, original.picking_id.picking_type_id
    known = env.database.fields("stock.move")
    values = {name: original.raw(name) for name in COPIED if name in known}
    values |= {
        "product_id": original.product_id.id,
        "product_uom": original.product_id.uom_id.id,
        "product_uom_qty": quantity,
        "location_id": ends_of(kind)[0].id,
        "location_dest_id": original.location_dest_id.id,
        "origin": original.picking_id.origin,
        "date": original.date,
    }
    move = env.browse("stock.move", env.model("stock.move").create_all([values])[0])
    put_in_picking(move, kind, partner=original.picking_id.partner_id, origin=original.picking_id.origin)
    confirm([move])
    return move
