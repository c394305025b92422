"""Turns a shipment into one write on its picking, and tells whether Odoo now holds it. Pure: no network.

The write sets the whole line set: every open move gets what the shipment says, or nothing. ``receiving`` does the same
for a receipt, with the pieces and commands of this module.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.adapters.odoo.marks import Mark, seal, with_mark
from integration.adapters.odoo.quantities import SMALLEST, exact, same
from integration.adapters.odoo.versions import Version
from integration.canonical.erp import LotLine, Move, Picking, PostingLine, ReceiptPosting, ShipmentPosting

CLOSED = ("done", "cancel")
Command = list[Any]


@dataclass(frozen=True, slots=True)
class Lot:
    """``location_id`` is where it lies, when it does not lie where Odoo reserved."""

    id: int
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Ids of what the posting calls by name: lots by product and name, packages by name, another delivery method."""

    lots: Mapping[tuple[int, str], Lot] = field(default_factory=dict)
    packages: Mapping[str, int] = field(default_factory=dict)
    carrier_id: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A share of one line: on the existing ``line`` if there is one, else on a new one at ``location_id``.

    ``also``: what else is written to the line, of whichever kind it is.
    """

    quantity: Decimal
    lot_id: int | None
    package_id: int | None
    line: LotLine | None
    location_id: int | None
    also: Mapping[str, object] = field(default_factory=dict)


def values(picking: Picking, posting: ShipmentPosting, version: Version, known: Known) -> dict[str, Any]:
    """The values of the one ``stock.picking.write``."""
    wanted = {line.move_id: line for line in posting.lines}
    moves = [
        [1, move.id, changed]
        for move in picking.moves
        if move.state not in CLOSED
        if (changed := _move_values(picking, move, wanted.get(move.id), version, known))
    ]
    note = with_mark(picking.note, picking.id, Mark(posting.mark, _seal(picking, posting)))
    written: dict[str, Any] = {"note": note, "move_ids": moves}
    if posting.tracking_reference:
        written["carrier_tracking_ref"] = posting.tracking_reference
    if known.carrier_id is not None:
        written["carrier_id"] = known.carrier_id
    if freight_counts(picking, posting) and posting.freight:
        written["carrier_price"] = float(posting.freight.amount)
    return written


def freight_counts(picking: Picking, posting: ShipmentPosting) -> bool:
    """Freight is kept where the delivery app is there, in the company's own currency."""
    return bool(posting.freight and picking.freight is not None and posting.freight.currency == picking.currency)


def differences(picking: Picking, posting: ShipmentPosting) -> list[str]:
    """What the picking holds otherwise than the shipment wants, for people."""
    found = line_differences(picking, picking.moves, posting)
    if posting.tracking_reference and picking.tracking_reference != posting.tracking_reference:
        found.append("another tracking number")
    return found


def line_differences(picking: Picking, moves: Sequence[Move], posting: ShipmentPosting | ReceiptPosting) -> list[str]:
    """Of these moves, and of the mark."""
    wanted = {line.move_id: line for line in posting.lines}
    found = [text for move in moves for text in move_differences(move, wanted.pop(move.id, None))]
    found += [f"no line for {line.quantity:f} (move {line.move_id})" for line in wanted.values() if line.quantity]
    if picking.mark != posting.mark:
        found.append("another document's mark")
    return found


def _seal(picking: Picking, posting: ShipmentPosting) -> str:
    roundings = {move.id: move.rounding for move in picking.moves}
    return seal({line.move_id: exact(line.quantity, roundings.get(line.move_id, SMALLEST)) for line in posting.lines})


def _move_values(
    picking: Picking, move: Move, line: PostingLine | None, version: Version, known: Known
) -> dict[str, Any]:
    if line is None or line.quantity <= 0:
        return nothing(move, version)
    plain = not any(detail.lot or detail.package for detail in line.details)
    if plain and not move.lines:
        return done(line.quantity, version, version.move_done)
    return {"move_line_ids": list(commands(picking, move, _pieces(move, line, known), version))}


def nothing(move: Move, version: Version) -> dict[str, Any]:
    if version.picked:
        return {"quantity": 0.0, "picked": False} if move.reserved or move.done or move.lines else {}
    zeroed = [[1, line.id, {"qty_done": 0.0}] for line in move.lines if line.done]
    return {"move_line_ids": zeroed} if zeroed else {}


def done(quantity: Decimal, version: Version, name: str) -> dict[str, Any]:
    return {name: float(quantity), **({"picked": True} if version.picked else {})}


def _pieces(move: Move, line: PostingLine, known: Known) -> list[Piece]:
    """Takes each lot from where Odoo reserved it, as far as that goes; the rest from where the lot lies."""
    left = {each.id: each.quantity for each in move.lines}
    pieces: list[Piece] = []
    for (lot, package), quantity in _slots(line).items():
        need = quantity
        place = known.lots.get((move.product_id, lot)) if lot else None
        lot_id, package_id = place.id if place else None, known.packages[package] if package else None
        fitting = [each for each in move.lines if lot is None or each.lot_id == lot_id]
        for each in fitting:
            take = min(need, left[each.id])
            if take > 0:
                left[each.id] -= take
                need -= take
                pieces.append(Piece(take, lot_id or each.lot_id, package_id, each, each.location_id))
        if need > 0:
            pieces = _with_rest(pieces, need, lot_id, package_id, _source(move, fitting, place), fitting)
    return pieces


def _slots(line: PostingLine) -> dict[tuple[str | None, str | None], Decimal]:
    slots: dict[tuple[str | None, str | None], Decimal] = defaultdict(Decimal)
    for detail in line.details:
        slots[detail.lot, detail.package] += detail.quantity
    rest = line.quantity - sum(slots.values(), Decimal(0))
    if rest > 0:
        slots[None, None] += rest
    return slots


def _source(move: Move, fitting: Sequence[LotLine], place: Lot | None) -> int | None:
    if fitting:
        return fitting[-1].location_id
    return (place.location_id if place else None) or move.location_id


def _with_rest(
    pieces: list[Piece],
    need: Decimal,
    lot_id: int | None,
    package_id: int | None,
    location_id: int | None,
    fitting: Sequence[LotLine],
) -> list[Piece]:
    """More than is reserved goes on the slot's last line, so that one lot and package stay one line."""
    last = pieces[-1] if pieces else None
    if last and last.line in fitting and last.package_id == package_id and lot_id in (None, last.lot_id):
        return [*pieces[:-1], Piece(last.quantity + need, last.lot_id, package_id, last.line, last.location_id)]
    used = {piece.line.id for piece in pieces if piece.line}
    free = next((each for each in fitting if each.id not in used), None)
    return [*pieces, Piece(need, lot_id or (free.lot_id if free else None), package_id, free, location_id)]


def commands(picking: Picking, move: Move, pieces: Sequence[Piece], version: Version) -> Iterator[Command]:
    """A line keeps its first piece; its other pieces, and pieces without a line, become new lines."""
    used: set[int] = set()
    for piece in pieces:
        changed = {**done(piece.quantity, version, version.line_done), **piece.also}
        if piece.package_id:
            changed["result_package_id"] = piece.package_id
        if piece.line and piece.line.own_unit and piece.line.id not in used:
            used.add(piece.line.id)
            yield [1, piece.line.id, changed]
        else:
            yield [0, 0, {**_new_line(picking, move, piece), **changed}]
    for line in move.lines:
        if line.id not in used:
            yield [2, line.id, 0] if version.picked else [1, line.id, {"qty_done": 0.0}]


def _new_line(picking: Picking, move: Move, piece: Piece) -> dict[str, Any]:
    made: dict[str, Any] = {
        "picking_id": picking.id,
        "product_id": move.product_id,
        "product_uom_id": move.unit_id,
        "location_id": piece.location_id,
        "location_dest_id": move.destination_id,
    }
    if piece.lot_id:
        made["lot_id"] = piece.lot_id
    if piece.line and piece.line.source_package_id:
        made["package_id"] = piece.line.source_package_id
    return made


def move_differences(move: Move, line: PostingLine | None) -> Iterator[str]:
    wanted = line.quantity if line else Decimal(0)
    name = move.sku or move.product
    if not same(move.done, wanted, move.rounding):
        yield f"{move.done:f} of {name} instead of {wanted:f}"
    if line is None:
        return
    for kind in ("lot", "package"):
        asked, held = _by_name(line, move, kind)
        for each in sorted({*asked, *held} if asked else ()):
            if not same(asked[each], held[each], move.rounding):
                yield f"{held[each]:f} of {name} in {kind} {each} instead of {asked[each]:f}"


def _by_name(line: PostingLine, move: Move, kind: str) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    asked: dict[str, Decimal] = defaultdict(Decimal)
    held: dict[str, Decimal] = defaultdict(Decimal)
    for detail in line.details:
        if getattr(detail, kind):
            asked[getattr(detail, kind)] += detail.quantity
    for each in move.lines:
        if getattr(each, kind) and each.done:
            held[getattr(each, kind)] += each.done
    return asked, held
