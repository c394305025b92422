"""Deliveries that the warehouse has shipped and that we have forgotten: the backup that was restored was older.

Odoo shows them as done, under our mark. They become what they were: released, so that what the warehouse sends again
finds them, and their backorders are not released as if they were new. The warehouse has the release: it is found
there, and not sent.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from integration.canonical.erp import Move, Picking
from integration.flows.releases import Delivery
from integration.jobs import generation


def as_released(delivery: Delivery) -> Delivery | None:
    """The delivery as it was before anything of it left; None: it is not one of these."""
    if not generation.looks_first() or not _has_left(delivery, delivery.picking):
        return None
    parts = [delivery.picking, *_backorders(delivery.order.pickings, delivery.picking.id)]
    moves = tuple(_first(moves) for moves in _by_line(parts))
    picking = delivery.picking.model_copy(update={"state": "assigned", "moves": moves, "mark": None})
    return replace(delivery, picking=picking)


def is_rest(delivery: Delivery) -> bool:
    """It is a backorder of one of these: it ships from there."""
    if not generation.looks_first():
        return False
    by_id = {picking.id: picking for picking in delivery.order.pickings}
    earlier, seen = delivery.picking.backorder_of, set[int]()
    while earlier is not None and earlier in by_id and earlier not in seen:
        seen.add(earlier)
        if earlier not in delivery.released_otherwise and _has_left(delivery, by_id[earlier]):
            return True
        earlier = by_id[earlier].backorder_of
    return False


def _has_left(delivery: Delivery, picking: Picking) -> bool:
    """The warehouse has confirmed it, and we have posted that."""
    ours = (picking.mark or "").startswith(f"{delivery.warehouse.wms.slug}/")
    return picking.state == "done" and picking.backorder_of is None and ours


def _backorders(pickings: Iterable[Picking], of: int) -> list[Picking]:
    found = {of}
    for picking in sorted(pickings, key=lambda picking: picking.id):
        if picking.backorder_of in found:
            found.add(picking.id)
    return [picking for picking in pickings if picking.id in found - {of}]


def _by_line(parts: Iterable[Picking]) -> Iterable[list[Move]]:
    """A line of the order may be in several moves by now; the oldest one's id was the line's name."""
    grouped: dict[tuple[int | None, int], list[Move]] = {}
    for move in sorted((move for part in parts for move in part.moves), key=lambda move: move.id):
        if move.state != "cancel":
            grouped.setdefault((move.sale_line_id, move.product_id), []).append(move)
    return grouped.values()


def _first(moves: list[Move]) -> Move:
    wanted = sum((move.done if move.state == "done" else move.demand for move in moves), Decimal(0))
    return moves[0].model_copy(update={"state": "assigned", "demand": wanted, "reserved": wanted, "done": Decimal(0)})
