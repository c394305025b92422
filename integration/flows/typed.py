"""What people typed in from a sheet, and the warehouse's own word about the same goods: booked once, whichever came
first.

Part of shipment confirmation. All messages about a release are worked on one after the other, so that of two words
the second one always finds the first.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.errors import InvalidDocument, RuleHold
from integration.flows import bookings
from integration.flows.bookings import Case
from integration.jobs import bodies, decisions, effects, rows, sources, sql
from integration.models import Document, Effect, StockEvent, TypedShipment
from integration.rules import twins
from integration.rules.twins import Doubt, Goods

State = TypedShipment.State
_TYPED = "partner_id = %s AND release = %s ORDER BY id"
# What left for the delivery, by shipment, in the order in which they were booked.
_BOOKED = f"""
SELECT source, sku, lot, -sum(quantity) FROM {StockEvent._meta.db_table} WHERE document_id = %s
GROUP BY source, sku, lot ORDER BY min(id)"""  # noqa: S608  (a table name of our own)


@dataclass(frozen=True, slots=True)
class Twin:
    """``row``: what was typed in; ``number``: what the warehouse says of it; ``effect``: by which one it is booked."""

    row: TypedShipment
    number: str
    effect: Effect
    goods: Goods


def twin(case: Case) -> Twin | None:
    """The same goods, which are booked already. Raises RuleHold CD-9401 where a person has to say, InvalidDocument
    CD-5012 for other content under a number that was matched before."""
    by_hand = is_typed(case)
    if not by_hand and not case.delivery.typed:
        return None
    typed = {_source(case, row.shipment): row for row in _rows(case)}
    booked = _booked(case.delivery)
    mine = _goods(case)
    if by_hand:
        return _of_typed(case, typed[case.source], typed, booked, mine)
    return _of_told(case, typed, booked, mine)


def is_typed(case: Case) -> bool:
    return bodies.TYPED_BY in case.message.headers


def booked(case: Case) -> None:
    """The typed one is booked. Call inside the transaction that settles the job."""
    _row(case).update(state=State.BOOKED)
    Document.objects.filter(pk=case.delivery.pk).update(typed=True)


def matched(case: Case, same: Twin) -> None:
    """Nothing is booked; every number of it leads to what is. Call inside the transaction that settles the job."""
    told = same.row.told | {same.number: [[sku, lot, format(each, "f")] for (sku, lot), each in same.goods.items()]}
    state = State.KNOWN if is_typed(case) else same.row.state
    TypedShipment.objects.filter(pk=same.row.pk).update(told=told, state=state)
    bookings.recognised(case, same.effect, typed=is_typed(case))


def _of_typed(
    case: Case, row: TypedShipment, typed: Mapping[str, TypedShipment], booked: Mapping[str, Goods], mine: Goods
) -> Twin | None:
    """Among what the warehouse has told since the sheet was made."""
    if row.told and row.state == State.KNOWN:
        return _twin(case, row, next(iter(row.told)), mine)
    if case.source in booked:
        return None
    since = [source for place, source in enumerate(booked) if place >= row.shipments_before and source not in typed]
    numbers = {source.rpartition("/")[2]: booked[source] for source in since}
    taken = [other for other in typed.values() if other.state == State.KNOWN]
    for other in taken:
        for number in set(other.told) & set(numbers):
            numbers[number] = twins.less(numbers[number], _kept(other, number))
    name = _judge(case, numbers, mine)
    return None if name is None else _twin(case, row, name, mine)


def _of_told(case: Case, typed: Mapping[str, TypedShipment], booked: Mapping[str, Goods], mine: Goods) -> Twin | None:
    """Among what was typed in and booked."""
    number = case.shipment.shipment
    for row in typed.values():
        if number in row.told:
            _same_as_before(case, row, mine)
            return _twin(case, row, number, mine)
    rows_ = {source: row for source, row in typed.items() if row.state == State.BOOKED and source in booked}
    if case.source in rows_:
        own = rows_[case.source]
        return _twin(case, own, number, mine) if booked[case.source] == mine else None
    if case.source in booked:
        return None
    left: dict[str, Goods] = {}
    for source, row in rows_.items():
        left[row.shipment] = booked[source]
        for told in row.told:
            left[row.shipment] = twins.less(left[row.shipment], _kept(row, told))
    name = _judge(case, left, mine)
    return None if name is None else _twin(case, typed[_source(case, name)], number, mine)


def _judge(case: Case, others: Mapping[str, Goods], mine: Goods) -> str | None:
    try:
        return twins.twin(mine, others, _still_open(case))
    except twins.Unclear as unclear:
        chosen = decisions.of(case.source).get((twins.CODE, unclear.name), "")
        if chosen == Doubt.OTHER:
            return None
        if chosen == Doubt.SAME:
            return unclear.name
        raise _hold(case, unclear.name, others[unclear.name], mine) from None


def _hold(case: Case, name: str, other: Goods, mine: Goods) -> RuleHold:
    partner = case.facts.connection
    about: dict[str, Any] = {"connection": partner, "partner": partner, "release": case.facts.release}
    about |= {"goods": twins.in_words(mine), "booked": twins.in_words(other)}
    about |= {"shipment": case.shipment.shipment, "sku": name, "source": case.source}
    return RuleHold(twins.CODE, **about)


def _twin(case: Case, row: TypedShipment, number: str, goods: Goods) -> Twin:
    """By hand: the effect is the warehouse's own; else that of what was typed in."""
    effect = effects.of(case.warehouse.erp, _source(case, number if is_typed(case) else row.shipment))
    assert effect is not None  # noqa: S101  (it is booked, and writes that moved goods are kept for good)
    return Twin(row, number, effect, goods)


def _same_as_before(case: Case, row: TypedShipment, mine: Goods) -> None:
    before = _kept(row, case.shipment.shipment)
    if before == mine:
        return
    partner = case.facts.connection
    difference = f"told as {twins.in_words(before)}, now {twins.in_words(mine)}"
    about: dict[str, Any] = {"connection": partner, "partner": partner, "release": case.facts.release}
    raise InvalidDocument("CD-5012", **about, shipment=case.shipment.shipment, difference=difference)


def _rows(case: Case) -> list[TypedShipment]:
    return rows.find(TypedShipment, _TYPED, [case.message.connection_id, case.delivery.reference])


def _row(case: Case) -> Any:
    about = {"partner": case.message.connection_id, "release": case.delivery.reference}
    return TypedShipment.objects.filter(**about, shipment=case.shipment.shipment)


def _source(case: Case, shipment: str) -> str:
    return sources.key(sources.SHIPMENT, case.message.connection, case.delivery.reference, shipment)


def _booked(delivery: Document) -> dict[str, Goods]:
    found: defaultdict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
    for source, sku, lot, quantity in sql.rows(_BOOKED, [delivery.pk]):
        found[source][sku, lot] = quantity
    return dict(found)


def _goods(case: Case) -> Goods:
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for share in case.shares:
        found[share.sku, share.lot or ""] += share.quantity
    return dict(found)


def _kept(row: TypedShipment, number: str) -> Goods:
    return {(sku, lot): Decimal(quantity) for sku, lot, quantity in row.told[number]}


def _still_open(case: Case) -> dict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in case.facts.lines:
        found[line.sku] += max(line.released - line.shipped, Decimal(0))
    return found
