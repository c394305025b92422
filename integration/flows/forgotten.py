"""What the warehouse has shipped or taken in and we have forgotten: the backup that was restored was older.

Odoo shows it as done, under our mark. It becomes what it was, released or announced, so that what the warehouse sends
again finds it, and backorders are not told as if they were new. The warehouse has the release or the advice: it is
found there, and not sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from integration.canonical.erp import Move, Picking, Replaced
from integration.flows.advices import Coming
from integration.flows.releases import Delivery
from integration.jobs import generation
from integration.models import Connection, Document


def has_left(delivery: Delivery) -> bool:
    """It is one of these, with all that came of it."""
    return generation.looks_first() and _has_left(delivery, delivery.picking)


def as_released(delivery: Delivery, replaced: Sequence[Replaced]) -> Delivery:
    """One that has left, as it was before anything of it did. ``replaced``: the order's lines that stand for others."""
    parts = [delivery.picking, *_backorders(delivery.order.pickings, delivery.picking.id)]
    return replace(delivery, picking=_as_it_was(delivery.picking, parts, replaced))


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


def as_announced(coming: Coming) -> Coming | None:
    """What comes in as it was before anything of it did; None: it is not one of these.

    Not a return: our own transfer for one that nobody announced looks the same.
    """
    theirs = coming.kind == Document.Kind.RECEIPT and coming.picking.backorder_of is None
    if not theirs or not generation.looks_first() or not _is_posted(coming.picking, coming.warehouse.wms):
        return None
    picking = _as_it_was(coming.picking, coming.chain)
    return replace(coming, picking=picking, chain=(picking,))


def comes_with_another(coming: Coming) -> bool:
    """It is a backorder of one of these, which nobody knows yet: it comes in with that one."""
    if not generation.looks_first() or coming.kind != Document.Kind.RECEIPT:
        return False
    return any(_is_posted(picking, coming.warehouse.wms) for picking in _earlier(coming))


def _earlier(coming: Coming) -> Iterable[Picking]:
    by_id = {picking.id: picking for picking in coming.seen.pickings}
    number, seen = coming.picking.backorder_of, set[int]()
    while number in by_id and number not in seen:
        seen.add(number)
        yield by_id[number]
        number = by_id[number].backorder_of


def _has_left(delivery: Delivery, picking: Picking) -> bool:
    """The warehouse has confirmed it, and we have posted that."""
    return picking.backorder_of is None and _is_posted(picking, delivery.warehouse.wms)


def _is_posted(picking: Picking, partner: Connection) -> bool:
    return picking.state == "done" and (picking.mark or "").startswith(f"{partner.slug}/")


def _as_it_was(picking: Picking, parts: Iterable[Picking], replaced: Sequence[Replaced] = ()) -> Picking:
    """What went in another line's place was asked for by that line, whose move may be cancelled by now."""
    moves = sorted((move for part in parts for move in part.moves), key=lambda move: move.id)
    places = _places(moves, replaced)
    taken: defaultdict[int, Decimal] = defaultdict(Decimal)
    for move in moves:
        if move.sale_line_id in places:
            taken[places[move.sale_line_id]] += move.done
    own = [move for move in moves if move.sale_line_id not in places]
    asked = [move for move in own if move.state != "cancel" or move.id in taken]
    lines = tuple(_first(group, taken) for group in _by_line(asked))
    return picking.model_copy(update={"state": "assigned", "moves": lines, "mark": None})


def _places(moves: Sequence[Move], replaced: Sequence[Replaced]) -> dict[int | None, int]:
    """By the order's line of a substitute, the oldest move of the line that it went in the place of."""
    instead = {each.sale_line_id: each.sku for each in replaced}
    oldest: dict[str | None, int] = {}
    for move in moves:
        if move.sale_line_id not in instead:
            oldest.setdefault(move.sku, move.id)
    return {line: oldest[sku] for line, sku in instead.items() if sku in oldest}


def _backorders(pickings: Iterable[Picking], of: int) -> list[Picking]:
    found = {of}
    for picking in sorted(pickings, key=lambda picking: picking.id):
        if picking.backorder_of in found:
            found.add(picking.id)
    return [picking for picking in pickings if picking.id in found - {of}]


def _by_line(moves: Iterable[Move]) -> Iterable[list[Move]]:
    """A line of the order may be in several moves by now; the oldest one's id was the line's name."""
    grouped: dict[tuple[int | None, int | None, int], list[Move]] = {}
    for move in moves:
        grouped.setdefault((move.sale_line_id, move.purchase_line_id, move.product_id), []).append(move)
    return grouped.values()


def _first(moves: list[Move], taken: Mapping[int, Decimal]) -> Move:
    """As it was asked for; ``taken``: by its id, what went in its place."""
    wanted = sum((_wanted(move) + taken.get(move.id, Decimal(0)) for move in moves), Decimal(0))
    return moves[0].model_copy(update={"state": "assigned", "demand": wanted, "reserved": wanted, "done": Decimal(0)})


def _wanted(move: Move) -> Decimal:
    if move.state == "cancel":
        return Decimal(0)
    return move.done if move.state == "done" else move.demand
