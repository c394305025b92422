"""How the warehouse counted what it reported: in which packs, and which other units the product has."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from integration.canonical.stock import Product
from integration.errors import IntegrationError
from integration.models import MasterRecord
from integration.reconcile.evidence.scope import Scope
from integration.rules import findings
from integration.rules.codes import Code, CodeKind
from integration.rules.places import Slot

ONE = Fraction(1)
Ratios = dict[int, frozenset[Fraction]]


def read(scope: Scope) -> tuple[Mapping[Slot, Decimal], Ratios]:
    """By slot that was reported in packs of one size alone, what they hold; by product, the ratios of its units."""
    products = [scope.look.products[each] for each in scope.products]
    codes = [code for code in scope.look.facts.book.codes if code.kind == CodeKind.UNIT]
    boxes = _packagings(scope)
    sizes = {each.id: {*_sizes(each, codes), *boxes.get(each.id, ())} - {ONE} for each in products}
    ratios = {product: frozenset(found | {1 / size for size in found}) for product, found in sizes.items()}
    return _packs(scope, products), ratios


def _sizes(product: Product, codes: list[Code]) -> Iterator[Fraction]:
    """How many of the one unit are in the other, whichever is larger."""
    for code in codes:
        if code.sku in ("", product.sku):
            ratio = Fraction(code.factor)
            yield max(ratio, 1 / ratio)


def _packagings(scope: Scope) -> Mapping[int, set[Fraction]]:
    """What Odoo itself says is in a box."""
    records = MasterRecord.objects.filter(
        connection=scope.look.warehouse.erp, kind="item", erp_id__in=scope.products, gone_at=None
    )
    return {
        record.erp_id: {Fraction(str(box["quantity"])) for box in record.snapshot.get("packagings", ())} - {Fraction(0)}
        for record in records
    }


def _packs(scope: Scope, products: list[Product]) -> Mapping[Slot, Decimal]:
    by_sku = {product.sku: product for product in products}
    book = scope.look.facts.book.codes
    named = {code.partner: by_sku[code.odoo] for code in book if code.kind == CodeKind.PRODUCT and code.odoo in by_sku}
    sizes: defaultdict[Slot, set[Decimal]] = defaultdict(set)
    packs: dict[tuple[int, str], set[Decimal]] = {}
    for level in scope.snapshot.levels.filter(partner_sku__in=named).order_by("pk"):
        product = named[level.partner_sku]
        try:
            slot = findings.slot_of(product, level.lot, level.condition, level.location, scope.look.facts)
        except IntegrationError:
            continue
        key = product.id, level.unit
        if key not in packs:
            packs[key] = _pack(product, level.unit, scope)
        sizes[slot] |= packs[key]
    return {slot: size for slot, found in sizes.items() if len(found) == 1 and (size := next(iter(found))) > 1}


def _pack(product: Product, unit: str, scope: Scope) -> set[Decimal]:
    """What one of the warehouse's units holds, where it can be said."""
    try:
        return {findings.in_odoo(Decimal(1), unit, product, scope.look.facts)}
    except IntegrationError:
        return set()
