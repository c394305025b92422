"""Whether an order line in Odoo is what was booked of it here. Pure: no database, no network.

Both sides come sorted by the line's id and are merged as they come; a line that is not plainly equal is looked at
movement by movement. Quantities are in the unit that the line was booked in.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from integration.canonical.agreed import AgreedLine, LineMove, Measure

NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Booked:
    """What was booked here of a product on an order line, in all its deliveries and returns, or receipts.

    ``row``: the newest of our lines that it is booked on. ``instead``: it left in the place of what that line is of.
    """

    line_id: int
    product_id: int
    sku: str
    unit: str
    quantity: Decimal
    row: int
    instead: bool = False


@dataclass(frozen=True, slots=True)
class Differs:
    """``says``: what Odoo says. ``found``: what it should say, with what people moved there by hand."""

    booked: Booked
    says: Decimal
    found: Decimal


@dataclass(frozen=True, slots=True)
class Pair:
    """``line`` None: Odoo has none of this id."""

    booked: Sequence[Booked]
    line: AgreedLine | None


def merged(ours: Iterable[Booked], theirs: Iterable[AgreedLine]) -> Iterator[Pair]:
    """Both sorted by the line's id. What is in Odoo alone is not ours to say anything about."""
    others = iter(theirs)
    line = next(others, None)
    for line_id, group in groupby(ours, key=attrgetter("line_id")):
        while line is not None and line.id < line_id:
            line = next(others, None)
        yield Pair(tuple(group), line if line is not None and line.id == line_id else None)


def agrees(pair: Pair) -> bool:
    """Whether both sides are plainly the same. False says no more than that its movements have to be looked at."""
    line = pair.line
    if line is None:
        return not any(booked.quantity for booked in pair.booked)
    if not line.by_moves:
        return True
    if len(pair.booked) != 1 or pair.booked[0].product_id != line.product_id:
        return False
    [booked] = pair.booked
    if booked.unit == line.unit.name:
        return same(booked.quantity, line.moved, line.unit.rounding)
    if booked.unit != line.own.name:
        return False
    moved, rounding = (_between(quantity, line.unit, line.own) for quantity in (line.moved, line.unit.rounding))
    return same(booked.quantity, moved, rounding)


def differences(pair: Pair, moves: Sequence[LineMove], posted: Collection[int]) -> list[Differs]:
    """What of a line differs. ``posted``: the transfers among those of ``moves`` that are booked here.

    A transfer that is not is a person's, or is just being booked. One that has the mark of a booked one is neither:
    what it moved went twice.
    """
    again = {move.mark for move in moves if move.picking_id in posted and move.mark}
    ours = [move for move in moves if move.picking_id in posted or move.mark in again]
    found = [each for booked in pair.booked for each in _of_product(booked, pair.line, moves, ours)]
    return found or list(_of_figure(pair, moves))


def _of_product(
    booked: Booked, line: AgreedLine | None, moves: Sequence[LineMove], ours: Sequence[LineMove]
) -> Iterator[Differs]:
    unit = _units(line, moves).get(booked.unit)
    every = sum((_in(unit, move) for move in moves if move.product_id == booked.product_id), NONE)
    posted = sum((_in(unit, move) for move in ours if move.product_id == booked.product_id), NONE)
    if not same(posted, booked.quantity, unit.rounding if unit else NONE):
        yield Differs(booked, every, booked.quantity + every - posted)


def _of_figure(pair: Pair, moves: Sequence[LineMove]) -> Iterator[Differs]:
    """Odoo's figure of the line is not what its own movements come to. A kit's is counted in whole kits."""
    line = pair.line
    if line is None or not line.by_moves or any(booked.product_id != line.product_id for booked in pair.booked):
        return
    counted = [move for move in moves if move.counts and move.product_id == line.product_id]
    comes_to = sum((_in(line.unit, move) for move in counted), NONE)
    rounded = sum(move.unit.name != line.unit.name for move in counted)
    if not same(line.moved, comes_to, line.unit.rounding * max(1, rounded)):
        for booked in pair.booked[:1]:
            unit = _units(line, moves).get(booked.unit, line.unit)
            yield Differs(booked, _between(line.moved, line.unit, unit), _between(comes_to, line.unit, unit))


def _units(line: AgreedLine | None, moves: Sequence[LineMove]) -> Mapping[str, Measure]:
    known = [line.unit, line.own] if line else []
    return {unit.name: unit for unit in [*known, *(move.unit for move in moves)]}


def _in(unit: Measure | None, move: LineMove) -> Decimal:
    return move.quantity if unit is None or unit.name == move.unit.name else _between(move.quantity, move.unit, unit)


def _between(quantity: Decimal, unit: Measure, other: Measure) -> Decimal:
    return quantity * unit.size / other.size


def same(one: Decimal, other: Decimal, rounding: Decimal) -> bool:
    """Equal within half a rounding."""
    return one == other or abs(one - other) < rounding / 2
