"""Which warehouse each line of a delivery leaves from: one for all, or one for each line, or nowhere.

Deterministic: the best warehouse by the rule's own order, and as few as that allows. Quantities are in the products'
own units.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the order, with its moves: the components of a kit are one line. ``needs``: by product, of what has
    stock at all."""

    name: str
    moves: tuple[int, ...]
    needs: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Place:
    """A warehouse that could take it. ``free``: by product; None: nobody asks what it holds."""

    id: int
    name: str
    free: Mapping[int, Decimal] | None = None


Plan = Mapping[int, tuple[Line, ...]]  # by warehouse; no line twice, and none left out


def plan(lines: Sequence[Line], places: Sequence[Place], *, split: bool) -> Plan | None:
    """None: no warehouse has it, or the lines that one has are not all."""
    whole = next((place for place in places if not missing(lines, place)), None)
    if whole is not None:
        return {whole.id: tuple(lines)}
    return _by_line(lines, places) if split else None


def missing(lines: Sequence[Line], place: Place) -> dict[int, Decimal]:
    """By product, how much more than there is the lines ask for together."""
    if place.free is None:
        return {}
    short = {product: wanted - place.free.get(product, Decimal(0)) for product, wanted in needs(lines).items()}
    return {product: quantity for product, quantity in short.items() if quantity > 0}


def needs(lines: Sequence[Line]) -> dict[int, Decimal]:
    total: dict[int, Decimal] = {}
    for product, quantity in _needs(lines):
        total[product] = total.get(product, Decimal(0)) + quantity
    return total


def _needs(lines: Sequence[Line]) -> Iterator[tuple[int, Decimal]]:
    for line in lines:
        yield from line.needs.items()


def _by_line(lines: Sequence[Line], places: Sequence[Place]) -> Plan | None:
    """Each line where it is held first; what has no stock goes with the others."""
    goes: dict[int, list[Line]] = {}
    for line in (each for each in lines if each.needs):
        there = next((place for place in places if not missing([*goes.get(place.id, ()), line], place)), None)
        if there is None:
            return None
        goes.setdefault(there.id, []).append(line)
    first = next((place.id for place in places if place.id in goes), places[0].id if places else None)
    for line in (each for each in lines if not each.needs):
        if first is None:
            return None
        goes.setdefault(first, []).append(line)
    return {place: tuple(taken) for place, taken in goes.items()}
