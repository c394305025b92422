"""What a warehouse found, in Odoo's codes, units and places: the lines of adjustments and counts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from integration.canonical.inventory import AdjustedLine, CountedLine, InventoryAdjusted, InventoryCounted
from integration.canonical.stock import Product
from integration.errors import Causes, ConfigurationError, InvalidDocument, MappingMissing, Permanent
from integration.rules.codes import Code, CodeBook, CodeKind
from integration.rules.places import Places, Slot
from integration.rules.units import Inexact, Ratio, to_odoo


@dataclass(frozen=True, slots=True)
class Facts:
    """``products``: by Odoo's code, all that have it. ``document``: the number of what is looked at."""

    connection: str
    warehouse: str
    document: str
    book: CodeBook
    products: Mapping[str, Sequence[Product]]
    places: Places

    def by_code(self) -> dict[str, "Facts"]:
        """By each of the warehouse's codes of products, what is said with it: a book of thousands is read once."""
        units = tuple(code for code in self.book.codes if code.kind == CodeKind.UNIT)
        found: defaultdict[str, list[Code]] = defaultdict(list)
        for code in self.book.codes:
            if code.kind == CodeKind.PRODUCT:
                found[code.partner].append(code)
        books = {code: replace(self.book, codes=(*rows, *units)) for code, rows in found.items()}
        return {code: replace(self, book=book) for code, book in books.items()}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line in Odoo's words. ``to``: where goods went that only moved. ``line`` counts from 0."""

    line: int
    product: Product
    slot: Slot
    quantity: Decimal
    happened_at: datetime
    condition: str = "good"
    location: str = ""
    to: Slot | None = None
    to_condition: str = ""
    to_location: str = ""
    reason: str = ""
    note: str = ""


def codes(lines: Sequence[AdjustedLine] | Sequence[CountedLine]) -> set[str]:
    return {code for line in lines for code in (line.sku, line.unit)}


def adjusted(document: InventoryAdjusted, facts: Facts) -> tuple[Finding, ...]:
    """Raises Causes with all that is wrong in it."""
    return _each(document.lines, lambda number, line: _adjusted(number, line, document.adjusted_at, facts))


def counted(document: InventoryCounted, facts: Facts) -> tuple[Finding, ...]:
    """Lines that Odoo does not keep apart are added up. Raises Causes with all that is wrong in it."""
    found = _each(document.lines, lambda number, line: _counted(number, line, document, facts))
    together: defaultdict[Slot, list[Finding]] = defaultdict(list)
    for finding in found:
        together[finding.slot].append(finding)
    against = [wrong for parts in together.values() if (wrong := _apart(parts, facts))]
    if against:
        raise Causes(against)
    return tuple(_sum(parts) for parts in together.values())


def product_of(code: str, facts: Facts) -> Product:
    """Raises MappingMissing CD-3002, InvalidDocument CD-8003."""
    known = facts.book.to_odoo(CodeKind.PRODUCT, code)
    if known is None:
        raise MappingMissing("CD-3002", scope=facts.book.scope, partner=facts.book.partner, code=code)
    found = facts.products.get(known.odoo, ())
    if len(found) != 1:
        count = "no product" if not found else f"{len(found)} products"
        raise InvalidDocument("CD-8003", **_about(facts), sku=known.odoo, code=code, count=count)
    return found[0]


def in_odoo(quantity: Decimal, unit: str, product: Product, facts: Facts) -> Decimal:
    """In the product's unit. Raises MappingMissing CD-3004, InvalidDocument CD-8013."""
    return by_factor(quantity, unit, factor_of(unit, product, facts), product, facts)


def factor_of(unit: str, product: Product, facts: Facts) -> Ratio:
    """How many of the warehouse's units one of the product's is. Raises MappingMissing CD-3004."""
    rows = [code for code in facts.book.codes if code.kind == CodeKind.UNIT and code.partner == unit]
    fits = [code for code in rows if code.odoo == product.unit and code.sku in ("", product.sku)]
    if not fits:
        raise MappingMissing("CD-3004", scope=facts.book.scope, partner=facts.book.partner, code=unit)
    return max(fits, key=lambda code: (code.sku, not code.alias)).factor


def by_factor(quantity: Decimal, unit: str, factor: Ratio, product: Product, facts: Facts) -> Decimal:
    """Raises InvalidDocument CD-8013 for what the product's unit cannot hold exactly."""
    try:
        exact = to_odoo(quantity, factor)
    except Inexact:
        exact = None
    if exact is None or (product.rounding > 0 and exact % product.rounding):
        raise InvalidDocument("CD-8013", **_about(facts), quantity=quantity, unit=unit, sku=product.sku)
    return exact


def slot_of(product: Product, lot: str, condition: str, location: str, facts: Facts) -> Slot:
    """Raises ConfigurationError CD-8004. A product that is not tracked has no lots in Odoo."""
    return Slot(product.id, place_of(condition, location, facts), lot if product.tracking != "none" else "")


def place_of(condition: str, location: str, facts: Facts) -> int:
    """Raises ConfigurationError CD-8004."""
    place = facts.places.of(condition, location)
    if place is None:
        raise ConfigurationError("CD-8004", **_about(facts), warehouse=facts.warehouse, condition=condition)
    return place


def _adjusted(number: int, line: AdjustedLine, at: datetime, facts: Facts) -> Finding:
    product = product_of(line.sku, facts)
    quantity = in_odoo(line.quantity, line.unit, product, facts)
    _lot_fits(product, line.lot, abs(quantity), facts)
    lot, location = line.lot or "", line.location or ""
    finding = Finding(
        line=number,
        product=product,
        slot=slot_of(product, lot, line.condition, location, facts),
        quantity=quantity,
        happened_at=at,
        condition=line.condition,
        location=location,
        reason=line.reason,
        note=line.note,
    )
    if not line.moves:
        return finding
    condition, to_location = line.to_condition or line.condition, line.to_location or location
    to = slot_of(product, lot, condition, to_location, facts)
    return replace(finding, to=to, to_condition=condition, to_location=to_location)


def _counted(number: int, line: CountedLine, document: InventoryCounted, facts: Facts) -> Finding:
    product = product_of(line.sku, facts)
    quantity = in_odoo(line.quantity, line.unit, product, facts)
    _lot_fits(product, line.lot, quantity, facts, none=True)
    return Finding(
        line=number,
        product=product,
        slot=slot_of(product, line.lot or "", line.condition, line.location or "", facts),
        quantity=quantity,
        happened_at=line.counted_at or document.counted_at,
        condition=line.condition,
        location=line.location or "",
        reason=document.reason or "",
    )


def _lot_fits(product: Product, lot: str | None, quantity: Decimal, facts: Facts, *, none: bool = False) -> None:
    """Tracked goods name their lot; a serial number is one piece (``none``: or not there)."""
    about = {**_about(facts), "sku": product.sku, "quantity": quantity, "lot": lot or "no lot"}
    if product.tracking != "none" and not lot:
        raise InvalidDocument("CD-8009", **about)
    if product.tracking == "serial" and quantity != 1 and not (none and quantity == 0):
        raise InvalidDocument("CD-8009", **about)


def _apart(parts: Sequence[Finding], facts: Facts) -> InvalidDocument | None:
    """Places that Odoo holds as one cannot be added up when goods moved between their scans."""
    if len({part.happened_at for part in parts}) == 1:
        return None
    places = ", ".join(part.location or "no place" for part in parts)
    return InvalidDocument("CD-8010", **_about(facts), sku=parts[0].product.sku, places=places)


def _sum(parts: Sequence[Finding]) -> Finding:
    total = sum((part.quantity for part in parts), Decimal(0))
    locations = {part.location for part in parts}
    return replace(parts[0], quantity=total, location=parts[0].location if len(locations) == 1 else "")


def _each(lines: Sequence[Any], read: Any) -> tuple[Finding, ...]:
    against: list[Permanent] = []
    found = list(_read(lines, read, against))
    if against:
        raise Causes(against)
    return tuple(found)


def _read(lines: Sequence[Any], read: Any, against: list[Permanent]) -> Iterator[Finding]:
    for number, line in enumerate(lines):
        try:
            yield read(number, line)
        except Permanent as wrong:
            against.append(wrong)


def _about(facts: Facts) -> dict[str, Any]:
    return {"connection": facts.connection, "document": facts.document}
