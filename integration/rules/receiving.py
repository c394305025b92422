"""Which picking does what came in go to, and how much of it is booked there?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from integration.canonical.erp import ExtraLine, Move, Picking, PostingDetail, PostingLine, ReceiptPosting
from integration.canonical.receipts import ReceiptConfirmed
from integration.errors import Causes, InvalidDocument, Permanent, Rejected
from integration.rules.choices import OVER
from integration.rules.ownership import Entity, code_of
from integration.rules.received import NOTHING, Facts, ReceivedQuantity, about, total
from integration.rules.shipping import ReleasedLine

CLOSED = ("done", "cancel")
BY_HAND = code_of(Entity.RECEIPT, "what came in")


@dataclass(frozen=True, slots=True)
class Plan:
    """``kept``: how much of each share is really booked, after what a person refused, by the share's number."""

    picking: Picking
    posting: ReceiptPosting
    kept: Mapping[int, Decimal]


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
            lines.append(PostingLine(move_id=move.id, quantity=total(booked), details=_details(booked)))
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


def _closed(
    receipt: ReceiptConfirmed, shares: Sequence[ReceivedQuantity], pickings: Sequence[Picking], facts: Facts
) -> Picking:
    """Nothing is open in Odoo: why?"""
    done = [picking for picking in pickings if picking.state == "done"]
    if not done:
        raise Rejected("CD-7015", **about(receipt, facts))
    by_hand = next((picking for picking in done if picking.mark is None), None)
    if by_hand is not None:
        raise Rejected(BY_HAND, **about(receipt, facts), picking=by_hand.name)
    came, sku = total(shares), shares[0].sku
    if facts.decided.get((OVER, sku)) == "refuse":
        return done[-1]
    raise _over(receipt, sku, came, NOTHING, NOTHING, facts)


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
    wanted = _open(move, picking) if move else NOTHING
    sku, came = parts[0].sku, total(parts)
    tolerance = facts.rules.receive_tolerance(sku, parts[0].line.ordered)
    if came <= wanted + tolerance:
        return list(parts)
    choice = facts.decided.get((OVER, sku))
    if choice is None:
        raise _over(receipt, sku, came, wanted, tolerance, facts)
    return list(parts) if choice == "accept" else list(_up_to(parts, wanted))


def _open(move: Move, picking: Picking) -> Decimal:
    """Of a transfer, what has left the other warehouse; a try that broke off may have written some of it as done."""
    return move.reserved + move.done if picking.source == "transit" else move.demand


def _over(
    receipt: ReceiptConfirmed, sku: str, came: Decimal, wanted: Decimal, tolerance: Decimal, facts: Facts
) -> Rejected:
    told = {**about(receipt, facts), "quantity": came, "sku": sku, "open": wanted, "tolerance": tolerance}
    return Rejected(OVER, **told, source=facts.source)


def _same_unit(receipt: ReceiptConfirmed, move: Move | None, parts: Sequence[ReceivedQuantity], facts: Facts) -> None:
    """Odoo would round what its unit cannot hold; and after a change of the unit the numbers say nothing any more."""
    if move is None:
        return
    odd = [part for part in parts if move.unit != part.unit or (move.rounding > 0 and part.quantity % move.rounding)]
    if odd:
        told = {**about(receipt, facts), "quantity": odd[0].quantity, "unit": odd[0].unit, "sku": odd[0].sku}
        raise InvalidDocument("CD-7016", **told)


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
            ExtraLine(sku=sku, unit=unit, quantity=total(parts), details=_details(parts))
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
