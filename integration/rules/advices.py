"""What is a warehouse to expect, and has that changed since it was told?"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from integration.canonical.erp import Agreed, Move, Order, Picking, Purchase
from integration.canonical.receipts import AdviceKind, AdviceLine, LotShare, ReceiptAdvice
from integration.errors import Causes, Permanent
from integration.rules.codes import Code
from integration.rules.release import CLOSED_MOVES, Line, Site, in_partner_units, line_of
from integration.rules.shipping import ReleasedLine
from integration.rules.units import Inexact, to_partner

CLOSED = ("draft", "done", "cancel")
KINDS: dict[str, AdviceKind] = {"supplier": "purchase", "customer": "return", "transit": "transfer", "": "return"}


@dataclass(frozen=True, slots=True)
class Expected:
    """One line: what is expected of it in all, the move that stands for it now, and the name that it keeps."""

    name: str
    move: Move
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class AdvisedLine:
    """A line of an advice. ``line.quantity`` in Odoo's unit, in all."""

    name: str
    line: Line


@dataclass(frozen=True, slots=True)
class Advice:
    document: ReceiptAdvice
    lines: tuple[AdvisedLine, ...]
    digest: str

    def as_version(self, version: int) -> "Advice":
        return replace(self, document=self.document.model_copy(update={"version": version}))


def kind_of(picking: Picking) -> AdviceKind:
    """A return of a sales order does not say where it comes from."""
    return KINDS[picking.source]


def family(picking: Picking, pickings: Sequence[Picking]) -> tuple[Picking, ...]:
    """The picking and its backorders, of every generation."""
    chain = [picking]
    for each in sorted(pickings, key=lambda one: one.id):
        if each.backorder_of in {one.id for one in chain} and each.id != picking.id:
            chain.append(each)
    return tuple(chain)


def expected(chain: Sequence[Picking], told: Sequence[ReleasedLine]) -> list[Expected]:
    """What came of each line, and what is still open of it; of a transfer, what has left the other warehouse.

    ``told``: the lines as they were announced, with what was received of them.
    """
    found: dict[str, Expected] = {}
    for move in _standing(chain):
        line = line_for(move, told)
        name = line.line if line else str(move.id)
        before = found[name].quantity if name in found else min(line.received, line.released) if line else Decimal(0)
        quantity = before + _open(move, chain)
        if line and _is_being_booked(move, chain):
            quantity = max(quantity, line.released)
        found[name] = Expected(name, move, quantity)
    return [each for each in found.values() if each.quantity > 0]


def is_open(chain: Sequence[Picking]) -> bool:
    return any(_open(move, chain) > 0 for move in _standing(chain))


def line_for(move: Move, lines: Sequence[ReleasedLine]) -> ReleasedLine | None:
    """The line that a move stands for: a backorder has moves of its own."""
    same = [line for line in lines if line.line == str(move.id) and line.product_id == move.product_id]
    origin = (move.purchase_line_id, move.sale_line_id, move.product_id)
    alike = [line for line in lines if (line.purchase_line_id, line.sale_line_id, line.product_id) == origin]
    return next(iter([*same, *alike]), None)


def digest(seen: Agreed, picking: Picking, wanted: Sequence[Expected]) -> str:
    """Of everything in Odoo that an advice says."""
    lines = [(each.name, each.move.sku, each.move.unit, f"{each.quantity.normalize():f}") for each in wanted]
    lots = [(each.name, lot) for each in wanted for lot in _lots(each.move)] if picking.source == "transit" else []
    facts = (seen.name, _number(seen), picking.scheduled_at, lines, lots)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def decide(seen: Agreed, picking: Picking, wanted: Sequence[Expected], site: Site) -> Advice:
    """Raises Causes with everything that stands against it."""
    against: list[Permanent] = []
    made = [(each, line_of(seen.name, each.move, each.quantity, site, against)) for each in wanted]
    lines = tuple(AdvisedLine(each.name, line) for each, line in made if line is not None)
    if against:
        raise Causes(against)
    document = ReceiptAdvice(
        advice=picking.name,
        kind=kind_of(picking),
        order=seen.name,
        sender=_sender(seen, picking),
        sender_reference=_number(seen),
        site=site.site,
        owner=site.owner,
        expected_at=picking.scheduled_at,
        lines=tuple(_rendered(line, site, picking) for line in lines),
    )
    return Advice(document, lines, digest(seen, picking, wanted))


def _standing(chain: Sequence[Picking]) -> Iterator[Move]:
    for picking in chain:
        for move in picking.moves:
            if picking.state not in CLOSED or move.state == "done":
                yield move


def _open(move: Move, chain: Sequence[Picking]) -> Decimal:
    if move.state in CLOSED_MOVES:
        return Decimal(0)
    return move.reserved + move.done if chain[0].source == "transit" else move.demand


def _is_being_booked(move: Move, chain: Sequence[Picking]) -> bool:
    """Some of what has left was written as done, and what else was reserved does not show: what was told holds."""
    return chain[0].source == "transit" and move.done > 0 and move.state not in CLOSED_MOVES


def _sender(seen: Agreed, picking: Picking) -> str:
    if isinstance(seen, Purchase):
        return seen.supplier
    return picking.ship_to.name or picking.ship_to.company


def _number(seen: Agreed) -> str:
    if isinstance(seen, Purchase):
        return seen.partner_ref
    return seen.customer_reference if isinstance(seen, Order) else ""


def _rendered(advised: AdvisedLine, site: Site, picking: Picking) -> AdviceLine:
    line = advised.line
    numbers = list(_lots(line.move)) if picking.source == "transit" else []
    serials = [name for name, _ in numbers] if line.move.tracking == "serial" else []
    return AdviceLine(
        line=advised.name,
        sku=line.code.partner,
        quantity=in_partner_units(line, site),
        unit=line.unit.partner,
        description=line.move.product[:500],
        tracking=line.move.tracking,
        lots=() if serials else tuple(_share(name, quantity, line.unit) for name, quantity in numbers),
        serials=tuple(serials),
    )


def _lots(move: Move) -> Iterator[tuple[str, Decimal]]:
    for line in move.lines:
        if line.lot and line.quantity and move.state not in CLOSED_MOVES:
            yield line.lot, line.quantity


def _share(lot: str, quantity: Decimal, unit: Code) -> LotShare:
    """In fractions where need be: it only says what is known beforehand."""
    try:
        return LotShare(lot=lot, quantity=to_partner(quantity, unit.factor, fractions=True))
    except Inexact:
        return LotShare(lot=lot, quantity=quantity)
