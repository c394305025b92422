"""The moves of a return: copies of those that they take back, tied to them."""

from __future__ import annotations

from typing import Any

from ..orm.record import Record

# What a copied move keeps of its original.
COPIED = (
    "name", "group_id", "sale_line_id", "purchase_line_id", "origin", "sequence", "priority", "company_id",
    "description_picking", "bom_line_id",
)  # fmt: skip


def return_move(line: Record, picking: Record, target: Record) -> Record:
    """The move that brings a wizard's line back."""
    env, original = line.env, line.move_id
    known = env.database.fields("stock.move")
    values: dict[str, Any] = {name: original.raw(name) for name in COPIED if original and name in known}
    values |= {
        "product_id": line.product_id.id,
        "product_uom_qty": line.quantity,
        "product_uom": line.product_id.uom_id.id,
        "picking_id": picking.id,
        "location_id": _source(original, picking).id,
        "location_dest_id": target.id,
        "origin_returned_move_id": original.id or False,
        "procure_method": "make_to_stock",
        "to_refund": _refunds(line),
    }
    if env.traits.returns_to_picking:
        values |= {"name": picking.name, "group_id": picking.group_id.id or False}
    move = env.browse("stock.move", env.model("stock.move").create_all([values])[0])
    if original:
        _tie(move, original)
    return move


def _source(original: Record, picking: Record) -> Record:
    found: Record = original.location_dest_id or picking.location_id
    return found


def _refunds(line: Record) -> bool:
    """19 takes the line's word; before, the tick only adds to what the original says."""
    if line.env.traits.refunds_by_default:
        return bool(line.to_refund)
    return bool(line.to_refund or line.move_id.to_refund)


def _tie(move: Record, original: Record) -> None:
    """After the original and its sisters; before whatever follows the returns of the steps before it."""
    after = [
        *(back for one in original.move_dest_ids for back in one.returned_move_ids),
        original,
        *_alive(sister for one in _alive(original.move_dest_ids) for sister in one.move_orig_ids),
    ]
    earlier = [back for one in original.move_orig_ids for back in one.returned_move_ids]
    before = [*earlier, *_alive(n for back in earlier for one in _alive(back.move_orig_ids) for n in one.move_dest_ids)]
    links = {
        "move_orig_ids": [[4, one.id] for one in dict.fromkeys(after) if one != move],
        "move_dest_ids": [[4, one.id] for one in dict.fromkeys(before) if one != move],
    }
    move.env.model("stock.move").write([move.id], links)


def _alive(moves: Any) -> list[Record]:
    return [move for move in moves if move.state != "cancel"]
