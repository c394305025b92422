"""Turns a receipt into one write on its picking, and tells whether Odoo now holds it. Pure: no network.

As ``posting`` does for shipments. Besides, goods may go to another place than the move says, lots may be new, and
goods that no move asks for make a move of their own, with nothing demanded.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from integration.adapters.odoo.marks import Mark, seal, with_mark
from integration.adapters.odoo.pickings import by_product
from integration.adapters.odoo.posting import CLOSED, Piece, commands, done, line_differences
from integration.adapters.odoo.quantities import exact, same
from integration.adapters.odoo.versions import Version
from integration.canonical.erp import ExtraLine, LotLine, Move, Picking, PostingDetail, PostingLine, ReceiptPosting

NAME = "Crossdock"  # of a move that we make; it has a name until 18
EXPIRY_HOUR = "10:30:00"  # UTC: the day is the same from Hawaii to New Zealand, wherever somebody looks at the lot


@dataclass(frozen=True, slots=True)
class Product:
    """What a line needs to know of goods that no move asks for."""

    id: int
    unit_id: int
    rounding: Decimal


@dataclass(frozen=True, slots=True)
class Arriving:
    """Ids of what the posting calls by name: lots that are there by product and name, products of extra goods by SKU.

    ``expiry``: Odoo keeps expiration dates.
    """

    lots: Mapping[tuple[int, str], int] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    expiry: bool = False


def values(picking: Picking, posting: ReceiptPosting, version: Version, known: Arriving) -> dict[str, Any]:
    """The values of the one ``stock.picking.write``."""
    wanted = {line.move_id: line for line in posting.lines}
    ours = extras_of(picking, posting, known)
    moves = [
        [1, move.id, changed]
        for move in picking.moves
        if move.state not in CLOSED and move.id not in ours.values()
        if (changed := _move_values(picking, move, wanted.get(move.id), version, known))
    ]
    moves += [_extra(picking, extra, ours.get(extra.sku), version, known) for extra in posting.extras]
    note = with_mark(picking.note, picking.id, Mark(posting.mark, _seal(picking, posting, known), "receipt"))
    return {"note": note, "move_ids": moves}


def extras_of(picking: Picking, posting: ReceiptPosting, known: Arriving) -> dict[str, int]:
    """By SKU, the moves that an earlier try, or this one, made for goods that no move asked for.

    Odoo 16 raises the demand to what is done.
    """
    named = {line.move_id for line in posting.lines}
    free = [move for move in picking.moves if move.id not in named and _is_extra(move)]
    found = {move.product_id: move.id for move in reversed(free)}
    products = {extra.sku: known.products[extra.sku].id for extra in posting.extras}
    return {sku: found[product] for sku, product in products.items() if product in found}


def _is_extra(move: Move) -> bool:
    return move.state != "cancel" and (not move.demand or (move.state == "done" and move.demand == move.done))


def differences(picking: Picking, posting: ReceiptPosting, known: Arriving) -> list[str]:
    """What the picking holds otherwise than the receipt wants, for people."""
    ours = extras_of(picking, posting, known)
    found = line_differences(picking, [move for move in picking.moves if move.id not in ours.values()], posting)
    by_id = {move.id: move for move in picking.moves}
    for extra in posting.extras:
        held = by_id[ours[extra.sku]].done if extra.sku in ours else Decimal(0)
        if not same(held, extra.quantity, known.products[extra.sku].rounding):
            found.append(f"{held:f} of {extra.sku} instead of {extra.quantity:f}")
    lines = {line.move_id: line for line in posting.lines}
    return [*found, *(text for move in picking.moves for text in _place_differences(move, lines.get(move.id)))]


def _place_differences(move: Move, line: PostingLine | None) -> Iterator[str]:
    asked: defaultdict[int, Decimal] = defaultdict(Decimal)
    held: defaultdict[int, Decimal] = defaultdict(Decimal)
    for detail in line.details if line else ():
        if detail.location_id:
            asked[detail.location_id] += detail.quantity
    for each in move.lines:
        if each.destination_id is not None:
            held[each.destination_id] += each.done
    for place, quantity in asked.items():
        if not same(held[place], quantity, move.rounding):
            yield f"{held[place]:f} of {move.sku or move.product} in place {place} instead of {quantity:f}"


def _seal(picking: Picking, posting: ReceiptPosting, known: Arriving) -> str:
    """By product, as it is read back."""
    moves = {move.id: move for move in picking.moves}
    kept = [
        moves[line.move_id].model_copy(update={"done": exact(line.quantity, moves[line.move_id].rounding)})
        for line in posting.lines
        if line.move_id in moves
    ]
    total = by_product(kept)
    for extra in posting.extras:
        product = known.products[extra.sku]
        total[product.id] = total.get(product.id, Decimal(0)) + exact(extra.quantity, product.rounding)
    return seal(total)


def _move_values(
    picking: Picking, move: Move, line: PostingLine | None, version: Version, known: Arriving
) -> dict[str, Any]:
    if line is None or line.quantity <= 0:
        emptied = list(commands(picking, move, [], version))
        return {"move_line_ids": emptied} if emptied else {}
    pieces = list(_pieces(picking, move, line, known))
    if not move.lines and len(pieces) == 1 and not pieces[0].lot_id and not pieces[0].also:
        return done(line.quantity, version, version.move_done)
    return {"move_line_ids": list(commands(picking, move, pieces, version))}


def _pieces(picking: Picking, move: Move, line: PostingLine, known: Arriving) -> Iterator[Piece]:
    """Each share takes a line of its own: one that has its lot already, then one without, then a new one."""
    free = list(move.lines)
    slots = _slots(line)
    ordered = sorted(slots.items(), key=lambda slot: _line_of(slot[0].lot, move, free, known) is None)
    for share, quantity in ordered:
        held = _line_of(share.lot, move, free, known) or _bare(share.lot, free)
        if held is not None:
            free.remove(held)
        lot_id = known.lots.get((move.product_id, share.lot)) if share.lot else None
        location_id = held.location_id if held else move.location_id
        yield Piece(quantity, lot_id, None, held, location_id, _also(share, lot_id, held, move, known))


def _slots(line: PostingLine) -> dict[PostingDetail, Decimal]:
    slots: defaultdict[PostingDetail, Decimal] = defaultdict(Decimal)
    for detail in line.details:
        slots[detail.model_copy(update={"quantity": Decimal(0)})] += detail.quantity
    rest = line.quantity - sum(slots.values(), Decimal(0))
    if rest > 0:
        slots[PostingDetail(quantity=Decimal(0))] += rest
    return slots


def _line_of(lot: str | None, move: Move, free: Sequence[LotLine], known: Arriving) -> LotLine | None:
    """The line that Odoo has made for this lot, as it does for goods that another picking brought."""
    lot_id = known.lots.get((move.product_id, lot)) if lot else None
    return next((each for each in free if each.own_unit and lot and (each.lot_id == lot_id and lot_id)), None)


def _bare(lot: str | None, free: Sequence[LotLine]) -> LotLine | None:
    fitting = [each for each in free if each.own_unit and (lot is None or not each.lot_id)]
    return fitting[0] if fitting else None


def _also(
    share: PostingDetail, lot_id: int | None, held: LotLine | None, move: Move, known: Arriving
) -> dict[str, object]:
    also: dict[str, object] = {}
    place = share.location_id or (move.destination_id if held and held.destination_id != move.destination_id else None)
    if place:
        also["location_dest_id"] = place
    if lot_id and not (held and held.lot_id == lot_id):
        also["lot_id"] = lot_id
    elif share.lot and not lot_id:
        also |= {"lot_id": False, "lot_name": share.lot, **_expiry(share.expires_on, known)}
    return also


def _expiry(expires_on: date | None, known: Arriving) -> dict[str, object]:
    return {"expiration_date": f"{expires_on} {EXPIRY_HOUR}"} if expires_on and known.expiry else {}


def _extra(picking: Picking, extra: ExtraLine, move_id: int | None, version: Version, known: Arriving) -> list[Any]:
    """A move with nothing demanded; one that an earlier try left is set anew."""
    product, example = known.products[extra.sku], picking.moves[0]
    lines = [
        [0, 0, _extra_line(picking, extra, detail, quantity, version, known)]
        for detail, quantity in _slots(PostingLine(move_id=0, quantity=extra.quantity, details=extra.details)).items()
    ]
    picked = {"picked": True} if version.picked else {}
    if move_id is not None:
        held = next(move for move in picking.moves if move.id == move_id)
        return [1, move_id, {"move_line_ids": [*([2, line.id, 0] for line in held.lines), *lines], **picked}]
    made: dict[str, Any] = {
        **({"name": NAME} if version.named_moves else {}),
        "picking_id": picking.id,
        "product_id": product.id,
        "product_uom": product.unit_id,
        "product_uom_qty": 0.0,
        "location_id": example.location_id,
        "location_dest_id": example.destination_id,
        "move_line_ids": lines,
        **picked,
    }
    return [0, 0, made]


def _extra_line(
    picking: Picking,
    extra: ExtraLine,
    share: PostingDetail,
    quantity: Decimal,
    version: Version,
    known: Arriving,
) -> dict[str, Any]:
    product, example = known.products[extra.sku], picking.moves[0]
    lot_id = known.lots.get((product.id, share.lot)) if share.lot else None
    numbered: dict[str, object] = {}
    if share.lot:
        numbered = {"lot_id": lot_id} if lot_id else {"lot_name": share.lot, **_expiry(share.expires_on, known)}
    return {
        "picking_id": picking.id,
        "product_id": product.id,
        "product_uom_id": product.unit_id,
        "location_id": example.location_id,
        "location_dest_id": share.location_id or example.destination_id,
        **numbered,
        **done(quantity, version, version.line_done),
    }
