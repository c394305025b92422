"""What came back, in Odoo's words: which units of which delivery, and where each goes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from integration.canonical.erp import Move, Picking
from integration.canonical.receipts import ReturnedLine, ReturnReceived
from integration.errors import Causes, InvalidDocument, MappingMissing, Permanent, Rejected
from integration.rules.codes import CodeBook, CodeKind
from integration.rules.shipping import ReleasedLine
from integration.rules.units import Inexact, Ratio, to_odoo

NOTHING = Decimal(0)
UNKNOWN, OVER, STRAY_NUMBER, STRAY = "CD-7030", "CD-7031", "CD-7032", "CD-7033"
WITHOUT, TAKE, LEAVE = "without", "take_in", "leave_out"


class Target(StrEnum):
    """Where goods go: good stock, a place for their condition, or out of the stock for good."""

    GOOD = "good"
    DAMAGED = "damaged"
    QUARANTINE = "quarantine"
    HOLD = "hold"
    EXPIRED = "expired"
    SCRAP = "scrap"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a return is judged by. ``lines``: of the releases that the goods may have left with, as the warehouse knows
    them. ``units``: Odoo's unit of a product that none of these is. ``decided``: by code and SKU, what a person chose
    for this return.
    """

    connection: str
    source: str
    book: CodeBook
    lines: Sequence[ReleasedLine] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Returnable:
    """A move of a delivery: how much of it left and is not back, in all and by lot. ``unit`` is the move's."""

    picking_id: int
    move_id: int
    sale_line_id: int | None
    product_id: int
    sku: str
    unit: str
    tracking: str
    left: Decimal
    lots: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Returned:
    """One line's and lot's share, in Odoo's codes and units. ``move`` None: it belongs to no delivery.

    ``index`` is the line's place in the message; ``line`` the name that the warehouse gave it.
    """

    index: int
    line: str
    sku: str
    unit: str
    quantity: Decimal
    lot: str | None
    expires_on: date | None
    condition: str
    disposition: str
    move: Returnable | None = None

    @property
    def target(self) -> Target:
        return target(self.condition, self.disposition)

    @property
    def key(self) -> tuple[str, str, str]:
        """Which units these are, whatever becomes of them."""
        return (self.line, self.sku, self.lot or "")


def target(condition: str, disposition: str) -> Target:
    """Goods that nobody has judged wait in quarantine; what is sold again lies with what is in its condition."""
    if disposition == "scrap":
        return Target.SCRAP
    return Target(condition) if disposition == "resell" else Target.QUARANTINE


def returnables(left: Sequence[Picking], back: Sequence[Picking]) -> list[Returnable]:
    """``back``: the transfers that took something of these deliveries back; only what is done counts."""
    total: defaultdict[int, Decimal] = defaultdict(Decimal)
    by_lot: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for move in (move for picking in back for move in picking.moves if move.takes_back and move.state == "done"):
        assert move.takes_back is not None  # noqa: S101  (the line above)
        total[move.takes_back] += move.done
        for line in move.lines:
            by_lot[move.takes_back, line.lot or ""] += line.done
    done = [(picking, move) for picking in left for move in picking.moves if move.state == "done"]
    return [_returnable(picking, move, total[move.id], by_lot) for picking, move in done]


def translate(told: ReturnReceived, facts: Facts, known: Sequence[Returnable]) -> list[Returned]:
    """The return in Odoo's codes and units, not yet said of which delivery. Raises Causes with all that is wrong."""
    against: list[Permanent] = []
    shares: list[Returned] = []
    for index, line in enumerate(told.lines):
        try:
            shares += _shares(told, index, line, facts, known)
        except Permanent as wrong:
            against.append(wrong)
    if against:
        raise Causes(against)
    return shares


def allocate(
    told: ReturnReceived, shares: Sequence[Returned], facts: Facts, known: Sequence[Returnable]
) -> list[Returned]:
    """Each share said of the move that it left with; what a person left out is gone. Raises Causes."""
    left = {each.move_id: each.left for each in known}
    lots = {(each.move_id, lot): quantity for each in known for lot, quantity in each.lots.items()}
    against: list[Permanent] = []
    found: list[Returned] = []
    for share in shares:
        try:
            found += _allocated(told, share, facts, known, left, lots)
        except Permanent as wrong:
            against.append(wrong)
    if against:
        raise Causes(against)
    return found


def _returnable(picking: Picking, move: Move, back: Decimal, by_lot: Mapping[tuple[int, str], Decimal]) -> Returnable:
    lots: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in move.lines:
        if line.lot:
            lots[line.lot] += line.done
    return Returnable(
        picking_id=picking.id,
        move_id=move.id,
        sale_line_id=move.sale_line_id,
        product_id=move.product_id,
        sku=move.sku or "",
        unit=move.unit,
        tracking=move.tracking,
        left=max(move.done - back, NOTHING),
        lots={lot: quantity - by_lot.get((move.id, lot), NOTHING) for lot, quantity in lots.items()},
    )


def _shares(
    told: ReturnReceived, index: int, line: ReturnedLine, facts: Facts, known: Sequence[Returnable]
) -> list[Returned]:
    released = _released(line, facts)
    sku = released.sku if released else _sku(line, facts)
    move = next((each for each in known if each.sku == sku), None)
    unit, factor = _unit(line, sku, move.unit if move else facts.units.get(sku), released, facts)
    whole = Returned(
        index=index,
        line=line.line or "",
        sku=sku,
        unit=unit,
        quantity=NOTHING,
        lot=None,
        expires_on=None,
        condition=line.condition,
        disposition=line.disposition or "",
    )
    try:
        total = to_odoo(line.quantity, factor)
        lots = [(lot.lot, to_odoo(lot.quantity, factor), lot.expires_on) for lot in line.lots]
    except Inexact:
        about = {**_about(told, facts), "quantity": line.quantity, "unit": line.unit, "sku": sku}
        raise InvalidDocument("CD-7039", **about) from None
    numbers = [(serial, Decimal(1), None) for serial in line.serials] or lots
    if move is not None and move.tracking == "none":
        numbers = []
    if not numbers:
        if move is not None and move.tracking != "none":
            raise InvalidDocument("CD-7038", **_about(told, facts), quantity=total, sku=sku, count=0)
        return [replace(whole, quantity=total)]
    if sum((share for _, share, _ in numbers), NOTHING) != total:
        raise InvalidDocument("CD-7038", **_about(told, facts), quantity=total, sku=sku, count=len(numbers))
    return [replace(whole, quantity=share, lot=lot, expires_on=expires) for lot, share, expires in numbers]


def _released(line: ReturnedLine, facts: Facts) -> ReleasedLine | None:
    """The line as the warehouse was told it: by its name, else the only one with that SKU."""
    same = [each for each in facts.lines if each.partner_sku == line.sku]
    named = [each for each in same if each.line == line.line]
    return next(iter([*named, *same]), None)


def _sku(line: ReturnedLine, facts: Facts) -> str:
    code = facts.book.to_odoo(CodeKind.PRODUCT, line.sku)
    if code is None:
        raise MappingMissing("CD-3002", scope=facts.book.scope, partner=facts.book.partner, code=line.sku)
    return code.odoo


def _unit(
    line: ReturnedLine, sku: str, unit: str | None, released: ReleasedLine | None, facts: Facts
) -> tuple[str, Ratio]:
    """Odoo's unit, and how many of the warehouse's are in one. One code may stand for several of Odoo's units."""
    if released is not None and released.partner_unit == line.unit and released.unit == (unit or released.unit):
        return released.unit, released.factor
    fits = [code for code in facts.book.codes if code.kind == CodeKind.UNIT and code.partner == line.unit]
    fits = [code for code in fits if code.sku in ("", sku) and unit in (None, code.odoo)]
    if not fits:
        raise MappingMissing("CD-3004", scope=facts.book.scope, partner=facts.book.partner, code=line.unit)
    code = max(fits, key=lambda each: (each.sku, not each.alias))
    return code.odoo, code.factor


def _allocated(
    told: ReturnReceived,
    share: Returned,
    facts: Facts,
    known: Sequence[Returnable],
    left: dict[int, Decimal],
    lots: dict[tuple[int, str], Decimal],
) -> Iterator[Returned]:
    fitting = [each for each in known if each.sku == share.sku]
    fitting.sort(key=lambda each: str(each.move_id) != share.line)
    if not fitting:
        if facts.decided.get((UNKNOWN, "")) == WITHOUT or _choice(STRAY, told, share, facts) == TAKE:
            yield share
        return
    numbered = [each for each in fitting if share.lot is None or not each.lots or share.lot in each.lots]
    if not numbered and _choice(STRAY_NUMBER, told, share, facts) == LEAVE:
        return
    need = share.quantity
    for each in numbered or fitting:
        take = min(need, left[each.move_id])
        if share.lot is not None and (each.move_id, share.lot) in lots:
            take = min(take, lots[each.move_id, share.lot])
            lots[each.move_id, share.lot] -= max(take, NOTHING)
        if take > 0:
            left[each.move_id] -= take
            need -= take
            yield replace(share, quantity=take, move=each)
    if need > 0 and _choice(OVER, told, share, facts, need) == TAKE:
        yield replace(share, quantity=need, move=(numbered or fitting)[0])


def _choice(code: str, told: ReturnReceived, share: Returned, facts: Facts, over: Decimal = NOTHING) -> str:
    chosen = facts.decided.get((code, share.sku))
    if chosen is not None:
        return chosen
    about = {**_about(told, facts), "quantity": over or share.quantity, "sku": share.sku, "lot": share.lot or ""}
    raise Rejected(code, **about, source=facts.source)


def _about(told: ReturnReceived, facts: Facts) -> dict[str, Any]:
    return {"connection": facts.connection, "partner": facts.connection, "receipt": told.receipt}
