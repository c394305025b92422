"""What a warehouse's snapshot says of some products, in Odoo's words."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from integration.canonical.stock import Product
from integration.errors import IntegrationError
from integration.flows.pending import Look
from integration.jobs import sql
from integration.models import StockLevel, StockSnapshot
from integration.rules import findings
from integration.rules.codes import CodeKind
from integration.rules.places import Slot
from integration.rules.units import Ratio

LEVEL = StockLevel._meta.db_table
_OF_CODES = f"""
SELECT partner_sku, unit, lot, location, condition, on_hand FROM {LEVEL}
WHERE snapshot_id = %s AND partner_sku = ANY(%s::varchar[]) ORDER BY id"""  # noqa: S608  (our own names, here and below)
_CODES_AFTER = f"""
SELECT DISTINCT partner_sku FROM {LEVEL} WHERE snapshot_id = %s AND partner_sku > %s
ORDER BY partner_sku LIMIT %s"""  # noqa: S608
_SUMS = f"""
SELECT partner_sku, sum(on_hand) FROM {LEVEL} WHERE snapshot_id = %s AND partner_sku = ANY(%s::varchar[])
GROUP BY partner_sku"""  # noqa: S608


@dataclass(slots=True)
class Reported:
    """By slot in Odoo's unit; what cannot be said in Odoo's words by the warehouse's code, in its own unit."""

    slots: dict[Slot, Decimal] = field(default_factory=dict)
    unknown: dict[str, Decimal] = field(default_factory=dict)


def read(look: Look, snapshot: StockSnapshot) -> Reported:
    """Of the products of ``look`` and no others."""
    words = _Words(look)
    slots, unknown = defaultdict[Slot, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for code, unit, lot, location, condition, on_hand in sql.rows(_OF_CODES, [snapshot.pk, _codes(look)]):
        try:
            product, factor = words.goods(code, unit)
            place = words.place(condition, location)
            quantity = words.quantity(on_hand, unit, factor, product)
        except IntegrationError:
            unknown[code] += on_hand
        else:
            slots[Slot(product.id, place, lot if product.tracking != "none" else "")] += quantity
    return Reported(dict(slots), dict(unknown))


def codes_after(snapshot: StockSnapshot, after: str, limit: int) -> list[str]:
    """The next ones of all that it names."""
    return [row[0] for row in sql.rows(_CODES_AFTER, [snapshot.pk, after, limit])]


def sums(snapshot: StockSnapshot, codes: Collection[str]) -> dict[str, Decimal]:
    return dict(sql.rows(_SUMS, [snapshot.pk, list(codes)])) if codes else {}


def _codes(look: Look) -> list[str]:
    """What the warehouse calls them."""
    found = look.facts.book.codes
    return [code.partner for code in found if code.kind == CodeKind.PRODUCT and code.odoo in look.facts.products]


class _Words:
    """The code book, read once for each code: a snapshot says the same of many lots and places."""

    def __init__(self, look: Look) -> None:
        self._facts = look.facts
        self._goods: dict[tuple[str, str], tuple[Product, Ratio] | IntegrationError] = {}
        self._places: dict[tuple[str, str], int | IntegrationError] = {}

    def goods(self, code: str, unit: str) -> tuple[Product, Ratio]:
        found = self._goods.get((code, unit))
        if found is None:
            found = self._goods[code, unit] = self._look_up(code, unit)
        if isinstance(found, IntegrationError):
            raise found
        return found

    def place(self, condition: str, location: str) -> int:
        found = self._places.get((condition, location))
        if found is None:
            found = self._places[condition, location] = self._place(condition, location)
        if isinstance(found, IntegrationError):
            raise found
        return found

    def quantity(self, quantity: Decimal, unit: str, factor: Ratio, product: Product) -> Decimal:
        if factor == 1 and product.rounding > 0 and not quantity % product.rounding:
            return quantity
        return findings.by_factor(quantity, unit, factor, product, self._facts)

    def _look_up(self, code: str, unit: str) -> tuple[Product, Ratio] | IntegrationError:
        try:
            product = findings.product_of(code, self._facts)
            return product, findings.factor_of(unit, product, self._facts)
        except IntegrationError as error:
            return error

    def _place(self, condition: str, location: str) -> int | IntegrationError:
        try:
            return findings.place_of(condition, location, self._facts)
        except IntegrationError as error:
            return error
