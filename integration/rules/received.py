"""What came in, in Odoo's words: by line, lot, condition and place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from integration.canonical.receipts import ReceiptConfirmed, ReceivedLine
from integration.errors import Causes, ConfigurationError, InvalidDocument, MappingMissing, Permanent, Rejected
from integration.rules.choices import STRAY
from integration.rules.codes import Code, CodeBook, CodeKind
from integration.rules.policy import Rules
from integration.rules.shipping import ReleasedLine, factor_of
from integration.rules.units import Inexact, Ratio, to_odoo

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
            "CD-7016", **about(receipt, facts), quantity=received.quantity, unit=received.unit, sku=whole.sku
        ) from None


def _split(received: ReceivedLine, whole: ReceivedQuantity, factor: Ratio) -> list[ReceivedQuantity]:
    """By lot or serial number. What no number is said of stays together: ``_numbers_wrong`` looks at that."""
    whole_quantity = to_odoo(received.quantity, factor)
    if whole.line is not None and whole.line.tracking == "none":
        return [replace(whole, quantity=whole_quantity)]
    lots = [(lot.lot, to_odoo(lot.quantity, factor), lot.expires_on) for lot in received.lots]
    numbers = [(serial, Decimal(1), None) for serial in received.serials] or lots
    parts = [replace(whole, quantity=share, lot=lot, expires_on=expires) for lot, share, expires in numbers]
    rest = whole_quantity - total(parts)
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
        told = {**about(receipt, facts), "quantity": received.quantity, "sku": code.odoo, "code": received.sku}
        raise Rejected(STRAY, **told, source=facts.source)
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
        told = {**about(receipt, facts), "condition": condition, "warehouse": facts.warehouse}
        raise ConfigurationError("CD-7013", **told)
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
        told = {**about(receipt, facts), "quantity": total(parts), "sku": line.sku}
        yield InvalidDocument("CD-7007", **told, count=len(set(numbers)))


def total(parts: Sequence[ReceivedQuantity]) -> Decimal:
    """In Odoo's unit."""
    return sum((part.quantity for part in parts), NOTHING)


def about(receipt: ReceiptConfirmed, facts: Facts) -> dict[str, Any]:
    """What every case about a receipt says."""
    name = facts.connection
    return {"connection": name, "partner": name, "receipt": receipt.receipt, "advice": facts.advice}
