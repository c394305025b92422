"""Whether a transfer in Odoo is what was booked of it here: leg by leg, and what is on its way. Pure.

A leg is compared as an order's line is; where all of a product agrees, its lots are. What is on its way by our books
has to have left and not come in by Odoo's movements, and has to lie in Odoo's place in between. What other people keep
there is not ours: only what is missing of ours is spoken of, and that of the transfer that was first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from integration.canonical.agreed import Held, LegMove, LineMove, Measure
from integration.reconcile import comparing
from integration.reconcile.comparing import NONE, Booked, Pair, same

SMALLEST = Decimal("0.000001")


class Item(NamedTuple):
    product_id: int
    lot: str


class Spot(NamedTuple):
    place: int
    product_id: int
    lot: str


@dataclass(frozen=True, slots=True)
class Leg:
    """A delivery, receipt or return of a transfer. ``lots``: what was booked of those. ``pickings``: Odoo's of it."""

    document: int
    leaves: bool
    booked: Sequence[Booked]
    lots: Mapping[Item, Decimal]
    pickings: frozenset[int]


@dataclass(frozen=True, slots=True)
class Way:
    """What is on its way of one product and lot, by our books."""

    sku: str
    unit: str
    quantity: Decimal
    place: int


@dataclass(frozen=True, slots=True)
class Passing:
    """A transfer by our books. ``between``: it passes a place in between.

    ``read_at``: when Odoo was last looked at for what is on its way; None: that is being done.
    """

    transfer: int
    erp_id: int
    warehouse: int | None
    legs: Sequence[Leg]
    way: Mapping[Item, Way]
    pickings: frozenset[int]
    between: bool
    read_at: datetime | None = field(compare=False)


@dataclass(frozen=True, slots=True)
class LegDiffers:
    booked: Booked
    lot: str
    says: Decimal
    found: Decimal


@dataclass(frozen=True, slots=True)
class Between:
    """What Odoo has moved into a place in between and not out of it, in the product's ``own`` unit. ``sizes``: of which
    other units are how many."""

    spot: Spot
    sku: str
    own: Measure
    quantity: Decimal
    sizes: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class WayDiffers:
    """``stale``: by Odoo's movements, and not only by what lies in the place."""

    item: Item
    sku: str
    says: Decimal
    found: Decimal
    stale: bool


def of_leg(leg: Leg, moves: Sequence[LegMove], posted: Collection[int]) -> list[LegDiffers]:
    own = [move for move in moves if move.leaves == leg.leaves and move.picking_id in leg.pickings]
    whole = comparing.differences(Pair(leg.booked, None), [_line_move(move, leg) for move in own], posted)
    told = {each.booked.product_id for each in whole}
    ours = [move for move in own if move.picking_id in posted]
    lots = [each for booked in leg.booked if booked.product_id not in told for each in _lots(booked, leg, ours)]
    return [*(LegDiffers(each.booked, "", each.says, each.found) for each in whole), *lots]


def _line_move(move: LegMove, leg: Leg) -> LineMove:
    """In the product's own unit where it was booked in that one."""
    own = any(booked.product_id == move.product_id and booked.unit == move.own.name for booked in leg.booked)
    return LineMove(
        id=move.id,
        line_id=leg.document,
        picking_id=move.picking_id,
        product_id=move.product_id,
        unit=move.own if own else move.unit,
        quantity=move.quantity * move.unit.size / move.own.size if own else move.quantity,
        mark=move.mark,
    )


def _lots(booked: Booked, leg: Leg, moves: Iterable[LegMove]) -> Iterator[LegDiffers]:
    """Of a product that was booked by lot: by which ones it moved in Odoo."""
    here = {item.lot: quantity for item, quantity in leg.lots.items() if item.product_id == booked.product_id}
    there, rounding = defaultdict[str, Decimal](Decimal), SMALLEST
    for move in moves:
        if move.product_id == booked.product_id:
            size = _size(booked.unit, move)
            rounding = max(rounding, move.unit.rounding * move.unit.size / size)
            for lot, quantity in move.lots.items():
                there[lot] += quantity * move.unit.size / size
    for lot in sorted({*here, *there}) if here else ():
        says, found = there.get(lot, NONE), here.get(lot, NONE)
        if not same(says, found, rounding):
            yield LegDiffers(booked, lot, says, found)


def _size(unit: str, move: LegMove) -> Decimal:
    return next((each.size for each in (move.unit, move.own) if each.name == unit), move.unit.size)


def between(moves: Iterable[LegMove]) -> list[Between]:
    """What left and has not come in, by product, lot and place."""
    total, of = defaultdict[Spot, Decimal](Decimal), defaultdict[Spot, list[LegMove]](list)
    for move in moves:
        for lot, quantity in _shares(move) if move.place else ():
            spot = Spot(move.place, move.product_id, lot)
            total[spot] += quantity if move.leaves else -quantity
            of[spot].append(move)
    return [_between(spot, quantity, of[spot]) for spot, quantity in total.items()]


def _between(spot: Spot, quantity: Decimal, moves: Sequence[LegMove]) -> Between:
    own = moves[0].own
    return Between(spot, moves[0].sku, own, quantity, {move.unit.name: move.unit.size / own.size for move in moves})


def _shares(move: LegMove) -> Iterator[tuple[str, Decimal]]:
    """By lot, in the product's own unit, and what has none."""
    to_own = move.unit.size / move.own.size
    yield from ((lot, quantity * to_own) for lot, quantity in move.lots.items())
    rest = move.quantity - sum(move.lots.values(), NONE)
    if not same(rest, NONE, move.unit.rounding):
        yield "", rest * to_own


def missing(betweens: Mapping[int, Sequence[Between]], held: Iterable[Held]) -> Mapping[tuple[int, Spot], Decimal]:
    """By transfer, how much of what it has in between does not lie there, in the product's own unit.

    ``betweens``: of all transfers that have something of these products in these places.
    """
    lies = {Spot(each.place, each.product_id, each.lot): each.quantity for each in held}
    waiting = defaultdict[Spot, list[tuple[int, Between]]](list)
    for transfer in sorted(betweens):
        for each in betweens[transfer]:
            waiting[each.spot].append((transfer, each))
    found: dict[tuple[int, Spot], Decimal] = {}
    for spot, ours in waiting.items():
        lack = sum((each.quantity for _, each in ours), NONE) - lies.get(spot, NONE)
        for transfer, each in ours:
            part = min(lack, each.quantity)
            if part > 0 and not same(part, NONE, each.own.rounding):
                found[transfer, spot] = part
                lack -= part
    return found


def on_the_way(ours: Passing, there: Sequence[Between], lacks: Mapping[Spot, Decimal]) -> Iterator[WayDiffers]:
    """``there``: what is in between by Odoo's movements of this transfer; ``lacks``: what of it does not lie there."""
    moved = {Item(each.spot.product_id, each.spot.lot): each for each in there}
    for item in sorted({*ours.way, *moved}):
        way, each = ours.way.get(item), moved.get(item)
        by_moves, rounding = (each.quantity, each.own.rounding) if each else (NONE, SMALLEST)
        found = way.quantity * (each.sizes.get(way.unit, Decimal(1)) if each else 1) if way else NONE
        says = by_moves - (lacks.get(each.spot, NONE) if each else NONE)
        stale = not same(by_moves, found, rounding)
        if stale or not same(says, found, rounding):
            yield WayDiffers(item, way.sku if way else each.sku if each else "", says, found, stale)
