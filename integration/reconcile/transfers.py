"""Whether Odoo has moved of each transfer what was booked of it here, and has in between what is on its way.

A page of transfers at a time. Goods move meanwhile: what differs is looked at twice, and what changed here in between
is left to the next look. What Odoo has moved since a transfer was last read is not on its way by our books yet: it is
read again, and spoken of once that was done.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from integration.adapters.base import ErpGateway
from integration.canonical.agreed import Held, LegMove
from integration.jobs import inbox
from integration.jobs.looks import TRANSFER
from integration.models import Connection, Document, DocumentLine, Variance, Warehouse
from integration.reconcile import booked, legs, passing
from integration.reconcile.noting import Compared, Found
from integration.reconcile.passing import Between, Leg, LegDiffers, Passing, Spot, WayDiffers

PAGE = 200  # transfers
Subject = Variance.Subject
Betweens = Mapping[int, Sequence[Between]]


@dataclass(frozen=True, slots=True)
class _Look:
    """By transfer, what differs. ``moving``: those that changed here while they were looked at; ``unread``: those that
    Odoo has moved since they were last read."""

    found: Mapping[int, Sequence[Found]]
    moving: frozenset[int]
    unread: frozenset[int]


def compare(warehouse: Warehouse, erp: ErpGateway, ids: Sequence[int]) -> Compared:
    """``ids``: at most PAGE, ascending."""
    look = _twice(warehouse.erp, erp, ids)
    _read_again(warehouse.erp, look.unread)
    looked_at = {
        key
        for transfer, key in legs.open_of(ids)
        if transfer not in look.moving and not (transfer in look.unread and key[1] == Subject.TRANSIT)
    }
    return Compared(len(ids), looked_at, [each for found in look.found.values() for each in found])


def _twice(connection: Connection, erp: ErpGateway, ids: Sequence[int]) -> _Look:
    """Two looks that say the same: what has landed in Odoo and is not booked yet looks otherwise the next time."""
    first = _closely(connection, erp, ids)
    if not first.found:
        return first
    second = _closely(connection, erp, sorted(first.found))
    changed = frozenset(pk for pk in first.found if second.found.get(pk) != first.found[pk])
    same = {pk: found for pk, found in second.found.items() if pk not in changed}
    return _Look(same, first.moving | second.moving | changed, first.unread | second.unread)


def _closely(connection: Connection, erp: ErpGateway, ids: Sequence[int]) -> _Look:
    """What is booked is read before Odoo and after it: only where both are the same do the two fit together."""
    ours = legs.of(connection, ids)
    moves = _moves(ours, erp)
    betweens = _betweens(ours, moves)
    spots = {each.spot for found in betweens.values() for each in found if each.quantity}
    others = legs.of(connection, legs.beside(connection, spots) - set(ids))
    lacks = passing.missing({**betweens, **_betweens(others, _moves(others, erp))}, _held(spots, erp))
    posted = booked.posted(connection, [move for each in moves.values() for move in each])
    after = legs.of(connection, [*ours, *others])
    same = all(after.get(pk) == each for pk, each in others.items())
    moving = frozenset(pk for pk in ids if not same or after.get(pk) != ours.get(pk))
    found, unread = dict[int, Sequence[Found]](), set[int]()
    for pk in ours.keys() - moving:
        own = [each for leg in ours[pk].legs for each in _of_leg(leg, passing.of_leg(leg, moves[pk], posted))]
        lack = {spot: part for (one, spot), part in lacks.items() if one == pk}
        way = list(passing.on_the_way(ours[pk], betweens[pk], lack)) if pk in betweens else []
        if any(each.stale for each in way) and not _was_read_since(ours[pk], moves[pk]):
            unread.add(pk)
            way = []
        if own or way:
            found[pk] = [*own, *(_on_its_way(ours[pk], each) for each in way)]
    return _Look(found, moving, frozenset(unread))


def _moves(ours: Mapping[int, Passing], erp: ErpGateway) -> Mapping[int, Sequence[LegMove]]:
    """By transfer. A backorder that nobody here has met yet goes with what it is the rest of."""
    of = {picking: pk for pk, each in ours.items() for picking in each.pickings}
    found = defaultdict[int, list[LegMove]](list)
    for move in erp.agreed.legs(list(of)):
        found[of[move.picking_id if move.picking_id in of else move.backorder_of or 0]].append(move)
    return found


def _betweens(ours: Mapping[int, Passing], moves: Mapping[int, Sequence[LegMove]]) -> Betweens:
    """Of those that pass a place in between."""
    return {pk: passing.between(moves[pk]) for pk, each in ours.items() if each.between}


def _held(spots: Collection[Spot], erp: ErpGateway) -> Sequence[Held]:
    places, products = {spot.place for spot in spots}, {spot.product_id for spot in spots}
    return erp.agreed.held(sorted(places), sorted(products)) if spots else ()


def _was_read_since(ours: Passing, moves: Iterable[LegMove]) -> bool:
    """Whether what our books say is from after Odoo's latest movement, long enough for one that commits late."""
    latest = max((move.written_at for move in moves), default=None)
    overlap = timedelta(seconds=settings.CAPTURE["overlap_seconds"])
    return ours.read_at is not None and (latest is None or ours.read_at >= latest + overlap)


def _read_again(connection: Connection, transfers: Collection[int]) -> None:
    numbers = list(Document.objects.filter(pk__in=transfers).values_list("erp_id", flat=True))
    if numbers:
        with transaction.atomic():
            inbox.mark_dirty(connection, TRANSFER, numbers)


def _of_leg(leg: Leg, differs: Sequence[LegDiffers]) -> Iterator[Found]:
    subject = Subject.SENT if leg.leaves else Subject.ARRIVED
    rows = DocumentLine.objects.in_bulk([each.booked.row for each in differs])
    for each in differs:
        line = rows[each.booked.row].line
        yield Found(leg.document, subject, line, each.booked.sku, each.says, each.found, each.lot)


def _on_its_way(ours: Passing, each: WayDiffers) -> Found:
    about = (each.sku, each.says, each.found, each.item.lot)
    return Found(ours.transfer, Subject.TRANSIT, str(each.item.product_id), *about, warehouse=ours.warehouse)
