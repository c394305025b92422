"""What came in, in Odoo's words, and which picking does it go to?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from integration.canonical.erp import ExtraLine, Move, Picking, PostingDetail, PostingLine, ReceiptPosting
from integration.canonical.receipts import ReceiptConfirmed, ReceivedLine
from integration.errors import Causes, ConfigurationError, InvalidDocument, MappingMissing, Permanent, Rejected
from integration.rules.choices import OVER, STRAY
from integration.rules.codes import Code, CodeBook, CodeKind
from integration.rules.policy import Rules
from integration.rules.shipping import ReleasedLine, factor_of
from integration.rules.units import Inexact, Ratio, to_odoo

CLOSED = ("done", "cancel")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a receipt is judged by. ``mark`` is what we write into Odoo, ``places`` Odoo's locations by condition and
    the warehouse's place.

    ``decided``: by code and SKU, what a person chose for this receipt. ``is_last``: nothing else of the advice comes.
    """

    connection: str
    warehouse: str
    advice: str
    lines: Sequence[ReleasedLine]
    book: CodeBook
    rules: Rules
    mark: str
    source: str
    is_last: bool
    cancel_rest: bool
    places: Mapping[tuple[str, str], int] = field(default_factory=dict)
    decided: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReceivedQuantity:
    """One line's, lot's and condition's share, in Odoo's unit. ``line`` None: goods that the advice does not know.

    ``number``: its place in the receipt.
    """

    line: ReleasedLine | None
    sku: str
    unit: str
    quantity: Decimal
    lot: str | None = None
    expires_on: date | None = None
    condition: str = "good"
    location: str = ""
    place_id: int | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """``kept``: how much of each share is really booked, after what a person refused, by the share's number."""

    picking: Picking
    posting: ReceiptPosting
    kept: Mapping[int, Decimal]


def translate(receipt: ReceiptConfirmed, facts: Facts) -> tuple[ReceivedQuantity, ...]:
    """The receipt in Odoo's codes and units. Raises Causes with all that is wrong in it. May be empty."""
    against: list[Permanent] = []
    shares: list[ReceivedQuantity] = []
    for received in receipt.lines:
        try:
            shares += _shares(receipt, received, facts)
        except Permanent as wrong:
            against.append(wrong)
    against += _numbers_wrong(receipt, shares, facts)
    if against:
        raise Causes(against)
    return tuple(replace(share, number=number) for number, share in enumerate(shares))


def received_before(mark: str, pickings: Sequence[Picking]) -> Picking | None:
    """The picking that this very receipt has closed, if it has."""
    return next((picking for picking in pickings if picking.state == "done" and picking.mark == mark), None)


def open_picking(pickings: Sequence[Picking]) -> Picking | None:
    open_ones = [picking for picking in pickings if picking.state not in CLOSED]
    return open_ones[-1] if open_ones else None


def plan(
    receipt: ReceiptConfirmed, shares: Sequence[ReceivedQuantity], pickings: Sequence[Picking], facts: Facts
) -> Plan:
    """Where the receipt goes, from the pickings as they are now. Raises what stands against it."""
    picking = open_picking(pickings) or _closed(receipt, shares, pickings, facts)
    against: list[Permanent] = []
    kept: list[ReceivedQuantity] = []
    lines: list[PostingLine] = []
    for move, parts in _by_move(picking, shares):
        try:
            booked = _within(receipt, move, parts, picking, facts)
        except Permanent as wrong:
            against.append(wrong)
            continue
        kept += booked
        if move is not None and booked:
            lines.append(PostingLine(move_id=move.id, quantity=_total(booked), details=_details(booked)))
    if against:
        raise Causes(against)
    return Plan(picking, _posting(receipt, picking, lines, kept, facts), {one.number: one.quantity for one in kept})


def kept_in(picking: Picking, shares: Sequence[ReceivedQuantity]) -> dict[int, Decimal]:
    """What a picking that was posted before holds of each share, as far as it can be told."""
    left: defaultdict[str, Decimal] = defaultdict(Decimal)
    for move in picking.moves:
        left[move.sku or ""] += move.done
    kept: dict[int, Decimal] = {}
    for share in sorted(shares, key=lambda one: one.condition != "good"):
        kept[share.number] = min(share.quantity, left[share.sku])
        left[share.sku] -= kept[share.number]
    return {number: quantity for number, quantity in kept.items() if quantity > 0}


def extras_in(picking: Picking, shares: Sequence[ReceivedQuantity]) -> dict[str, int]:
    """By SKU, the move that stands for goods that no line asked for."""
    lines = {share.line.line for share in shares if share.line}
    skus = {share.sku for share in shares if share.line is None}
    moves = [move for move in picking.moves if str(move.id) not in lines and move.sku in skus and move.done]
    return {move.sku or "": move.id for move in moves}


def _shares(receipt: ReceiptConfirmed, received: ReceivedLine, facts: Facts) -> list[ReceivedQuantity]:
    line = _announced(received, facts)
    whole = _stray(receipt, received, facts) if line is None else ReceivedQuantity(line, line.sku, line.unit, NOTHING)
    if whole is None:
        return []
    factor = factor_of(received.unit, line, facts.book) if line else _code(received.unit, whole.sku, facts).factor
    location = received.location or ""
    placed = replace(
        whole,
        condition=received.condition,
        location=location,
        place_id=_place(receipt, received.condition, location, facts),
    )
    try:
        return _split(received, placed, factor)
    except Inexact:
        raise InvalidDocument(
            "CD-7016", **_about(receipt, facts), quantity=received.quantity, unit=received.unit, sku=whole.sku
        ) from None


def _split(received: ReceivedLine, whole: ReceivedQuantity, factor: Ratio) -> list[ReceivedQuantity]:
    """By lot or serial number. What no number is said of stays together: ``_numbers_wrong`` looks at that."""
    total = to_odoo(received.quantity, factor)
    if whole.line is not None and whole.line.tracking == "none":
        return [replace(whole, quantity=total)]
    lots = [(lot.lot, to_odoo(lot.quantity, factor), lot.expires_on) for lot in received.lots]
    numbers = [(serial, Decimal(1), None) for serial in received.serials] or lots
    parts = [replace(whole, quantity=share, lot=lot, expires_on=expires) for lot, share, expires in numbers]
    rest = total - _total(parts)
    return [*parts, replace(whole, quantity=rest)] if rest else parts


def _announced(received: ReceivedLine, facts: Facts) -> ReleasedLine | None:
    """The line that the warehouse names; without a name, the first with that SKU that is not all here."""
    code = facts.book.to_odoo(CodeKind.PRODUCT, received.sku)
    same = [line for line in facts.lines if line.partner_sku == received.sku]
    same = same or [line for line in facts.lines if code is not None and line.sku == code.odoo]
    named = [line for line in same if line.line == received.line]
    waiting = [line for line in same if line.received < line.released]
    return next(iter([*named, *waiting, *same]), None)


def _stray(receipt: ReceiptConfirmed, received: ReceivedLine, facts: Facts) -> ReceivedQuantity | None:
    """Goods that were not announced: a person says whether they are booked. None: they are left out."""
    code = facts.book.to_odoo(CodeKind.PRODUCT, received.sku)
    if code is None:
        raise MappingMissing("CD-3002", scope=facts.book.scope, partner=facts.book.partner, code=received.sku)
    choice = facts.decided.get((STRAY, code.odoo))
    if choice is None:
        about = {**_about(receipt, facts), "quantity": received.quantity, "sku": code.odoo, "code": received.sku}
        raise Rejected(STRAY, **about, source=facts.source)
    if choice == "leave_out":
        return None
    return ReceivedQuantity(None, code.odoo, _code(received.unit, code.odoo, facts).odoo, NOTHING)


def _code(unit: str, sku: str, facts: Facts) -> Code:
    code = facts.book.unit_of(unit, sku)
    if code is None:
        raise MappingMissing("CD-3004", scope=facts.book.scope, partner=facts.book.partner, code=unit)
    return code


def _place(receipt: ReceiptConfirmed, condition: str, location: str, facts: Facts) -> int | None:
    """A row that names the warehouse's place goes before one that does not. Good stock may have none."""
    named = facts.places.get((condition, location)) if location else None
    found = named or facts.places.get((condition, ""))
    if found is None and condition != "good":
        about = {**_about(receipt, facts), "condition": condition, "warehouse": facts.warehouse}
        raise ConfigurationError("CD-7013", **about)
    return found


def _numbers_wrong(receipt: ReceiptConfirmed, shares: Sequence[ReceivedQuantity], facts: Facts) -> Iterator[Permanent]:
    """Tracked goods have a number for all of it; a serial number is one piece, and comes in once."""
    for line in dict.fromkeys(share.line for share in shares if share.line and share.line.tracking != "none"):
        parts = [share for share in shares if share.line == line]
        numbers = [share.lot for share in parts if share.lot]
        single = all(share.quantity == 1 for share in parts) and len(set(numbers)) == len(numbers)
        whole = len(numbers) == len(parts) and all(share.quantity > 0 for share in parts)
        if whole and (single or line.tracking != "serial"):
            continue
        about = {**_about(receipt, facts), "quantity": _total(parts), "sku": line.sku}
        yield InvalidDocument("CD-7007", **about, count=len(set(numbers)))


def _closed(
    receipt: ReceiptConfirmed, shares: Sequence[ReceivedQuantity], pickings: Sequence[Picking], facts: Facts
) -> Picking:
    """Nothing is open in Odoo: why?"""
    done = [picking for picking in pickings if picking.state == "done"]
    if not done:
        raise Rejected("CD-7015", **_about(receipt, facts))
    by_hand = next((picking for picking in done if picking.mark is None), None)
    if by_hand is not None:
        raise Rejected("CD-7011", **_about(receipt, facts), picking=by_hand.name)
    total, sku = _total(shares), shares[0].sku
    if facts.decided.get((OVER, sku)) == "refuse":
        return done[-1]
    raise _over(receipt, sku, total, NOTHING, NOTHING, facts)


def _by_move(picking: Picking, shares: Sequence[ReceivedQuantity]) -> list[tuple[Move | None, list[ReceivedQuantity]]]:
    """What goes to each move. Two lines whose rest Odoo keeps in one move go there together."""
    grouped: dict[object, tuple[Move | None, list[ReceivedQuantity]]] = {}
    for share in shares:
        move = _move(picking, share.line) if share.line else None
        grouped.setdefault(move.id if move else share.sku, (move, []))[1].append(share)
    return list(grouped.values())


def _move(picking: Picking, line: ReleasedLine) -> Move | None:
    """The move that now stands for the line: a backorder has moves of its own."""
    same = [move for move in picking.moves if str(move.id) == line.line and move.product_id == line.product_id]
    origin = (line.purchase_line_id, line.sale_line_id, line.product_id)
    alike = [move for move in picking.moves if (move.purchase_line_id, move.sale_line_id, move.product_id) == origin]
    return next((move for move in [*same, *alike] if move.state not in CLOSED), None)


def _within(
    receipt: ReceiptConfirmed,
    move: Move | None,
    parts: Sequence[ReceivedQuantity],
    picking: Picking,
    facts: Facts,
) -> list[ReceivedQuantity]:
    """The parts that are booked: all of them, or without a surplus that a person refused. Raises CD-7005, CD-7016."""
    if parts[0].line is None:  # a person has said that they come in
        return list(parts)
    _same_unit(receipt, move, parts, facts)
    wanted = (move.reserved if picking.source == "transit" else move.demand) if move else NOTHING
    sku, total = parts[0].sku, _total(parts)
    tolerance = facts.rules.receive_tolerance(sku, parts[0].line.ordered)
    if total <= wanted + tolerance:
        return list(parts)
    choice = facts.decided.get((OVER, sku))
    if choice is None:
        raise _over(receipt, sku, total, wanted, tolerance, facts)
    return list(parts) if choice == "accept" else list(_up_to(parts, wanted))


def _over(
    receipt: ReceiptConfirmed, sku: str, total: Decimal, wanted: Decimal, tolerance: Decimal, facts: Facts
) -> Rejected:
    about = {**_about(receipt, facts), "quantity": total, "sku": sku, "open": wanted, "tolerance": tolerance}
    return Rejected(OVER, **about, source=facts.source)


def _same_unit(receipt: ReceiptConfirmed, move: Move | None, parts: Sequence[ReceivedQuantity], facts: Facts) -> None:
    """Odoo would round what its unit cannot hold; and after a change of the unit the numbers say nothing any more."""
    if move is None:
        return
    odd = [part for part in parts if move.unit != part.unit or (move.rounding > 0 and part.quantity % move.rounding)]
    if odd:
        about = {**_about(receipt, facts), "quantity": odd[0].quantity, "unit": odd[0].unit, "sku": odd[0].sku}
        raise InvalidDocument("CD-7016", **about)


def _up_to(parts: Sequence[ReceivedQuantity], most: Decimal) -> Iterator[ReceivedQuantity]:
    """The first of them; what is damaged goes back first."""
    left = most
    for part in sorted(parts, key=lambda one: one.condition != "good"):
        quantity = min(part.quantity, left)
        left -= quantity
        if quantity > 0:
            yield replace(part, quantity=quantity)


def _posting(
    receipt: ReceiptConfirmed,
    picking: Picking,
    lines: Sequence[PostingLine],
    kept: Sequence[ReceivedQuantity],
    facts: Facts,
) -> ReceiptPosting:
    posted = {line.move_id for line in lines}
    loose = [share for share in kept if share.line is None or not _goes_to(picking, share.line, posted)]
    by_sku: defaultdict[tuple[str, str], list[ReceivedQuantity]] = defaultdict(list)
    for share in loose:
        by_sku[share.sku, share.unit].append(share)
    return ReceiptPosting(
        receipt=receipt.receipt,
        mark=facts.mark,
        lines=tuple(lines),
        extras=tuple(
            ExtraLine(sku=sku, unit=unit, quantity=_total(parts), details=_details(parts))
            for (sku, unit), parts in by_sku.items()
        ),
        keep_backorder=_keeps_rest(picking, facts),
    )


def _goes_to(picking: Picking, line: ReleasedLine, posted: set[int]) -> bool:
    move = _move(picking, line)
    return move is not None and move.id in posted


def _keeps_rest(picking: Picking, facts: Facts) -> bool:
    """What is on its way between warehouses is never cancelled, nor what Odoo asks for beyond what was announced."""
    if not (facts.is_last and facts.cancel_rest) or picking.source == "transit":
        return True
    told: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in facts.lines:
        told[line.product_id] += max(NOTHING, line.released - line.received)
    for move in picking.moves:
        if move.state not in CLOSED:
            told[move.product_id] -= move.demand
    return any(left < 0 for left in told.values())


def _details(parts: Sequence[ReceivedQuantity]) -> tuple[PostingDetail, ...]:
    """One per lot and place. Without any of both, the line itself says it all."""
    merged: defaultdict[tuple[str | None, int | None, date | None], Decimal] = defaultdict(Decimal)
    for part in parts:
        merged[part.lot, part.place_id, part.expires_on] += part.quantity
    if set(merged) == {(None, None, None)}:
        return ()
    return tuple(
        PostingDetail(quantity=quantity, lot=lot, location_id=place, expires_on=expires)
        for (lot, place, expires), quantity in merged.items()
    )


def _total(parts: Sequence[ReceivedQuantity]) -> Decimal:
    return sum((part.quantity for part in parts), NOTHING)


def _about(receipt: ReceiptConfirmed, facts: Facts) -> dict[str, Any]:
    name = facts.connection
    return {"connection": name, "partner": name, "receipt": receipt.receipt, "advice": facts.advice}
