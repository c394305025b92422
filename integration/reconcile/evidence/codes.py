"""Lines of the snapshot whose code or unit is not mapped any more, of which it is known what they were mapped to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from integration.canonical.stock import Product
from integration.errors import IntegrationError
from integration.flows.pending import Look
from integration.jobs.mappings import Kind
from integration.models import CodeMapping, StockLevel
from integration.reconcile.evidence.scope import Found, Scope
from integration.rules import findings
from integration.rules.claims import Claim, Sure, Why
from integration.rules.codes import CodeKind
from integration.rules.places import Slot
from integration.rules.units import Inexact, to_odoo


def find(scope: Scope) -> Iterator[Found]:
    yield from _without_a_mapping(scope)
    yield from _mapped_before(scope)


def never_mapped(look: Look) -> set[int]:
    """Products that no code of the warehouse's stands for, or ever did: it cannot say what it has of them."""
    coded = {code.odoo for code in look.facts.book.codes if code.kind == CodeKind.PRODUCT}
    without = {product.sku: pk for pk, product in look.products.items() if product.sku not in coded}
    before = CodeMapping.objects.filter(partner=look.warehouse.wms, kind=Kind.PRODUCT, odoo_code__in=without)
    return {*without.values()} - {without[sku] for sku in before.values_list("odoo_code", flat=True)}


def _without_a_mapping(scope: Scope) -> Iterator[Found]:
    """What lies there under a code that nobody has mapped, and what nobody has mapped a code to."""
    without = never_mapped(scope.look)
    for gap in scope.gaps:
        no_code = not gap.slot.product_id or (gap.slot.product_id in without and not gap.found)
        if gap.difference and no_code:
            claim = Claim(Why.MAPPING, Sure.LIKELY, ((gap.slot, gap.difference),), gap.sku)
            yield Found(claim, scope.at, scope.at)


def _mapped_before(scope: Scope) -> Iterator[Found]:
    rows = list(
        CodeMapping.objects.filter(
            partner=scope.look.warehouse.wms, kind__in=(Kind.PRODUCT, Kind.UNIT), valid_to__isnull=False
        ).filter(odoo_code__in={*scope.skus, *(scope.look.products[each].unit for each in scope.products)})
    )
    if not rows:
        return
    was, units = _products(scope, [row for row in rows if row.kind == Kind.PRODUCT]), _units(rows)
    now = {product.sku: product for product in (scope.look.products[each] for each in scope.products)}
    named = {code.partner: now[code.odoo] for code in scope.look.facts.book.codes if code.odoo in now}
    codes = {**named, **was}
    for level in scope.snapshot.levels.filter(partner_sku__in=codes).order_by("pk"):
        yield from _of(level, codes[level.partner_sku], level.partner_sku in was, units, scope)


def _products(scope: Scope, ended: list[CodeMapping]) -> Mapping[str, Product]:
    """By the warehouse's code, what it was: where it was one product alone, and is none now."""
    codes = {row.partner_code for row in ended}
    rows = CodeMapping.objects.filter(partner=scope.look.warehouse.wms, kind=Kind.PRODUCT, partner_code__in=codes)
    was: defaultdict[str, set[str]] = defaultdict(set)
    active = set[str]()
    for row in rows:
        was[row.partner_code].add(row.odoo_code)
        active |= {row.partner_code} if row.valid_to is None else set()
    by_sku = {scope.look.products[each].sku: scope.look.products[each] for each in scope.products}
    return {
        code: by_sku[sku]
        for code, skus in was.items()
        if code not in active and len(skus) == 1 and (sku := next(iter(skus))) in by_sku
    }


def _units(rows: list[CodeMapping]) -> Mapping[tuple[str, str, str], frozenset[Fraction]]:
    """By the warehouse's unit, Odoo's, and the product that it holds for: what the factor was."""
    factors: defaultdict[tuple[str, str, str], set[Fraction]] = defaultdict(set)
    for row in rows:
        if row.kind == Kind.UNIT:
            factors[row.partner_code, row.odoo_code, row.sku].add(Fraction(row.factor) / Fraction(row.per))
    return {key: frozenset(found) for key, found in factors.items()}


def _of(
    level: StockLevel,
    product: Product,
    is_ended: bool,
    units: Mapping[tuple[str, str, str], frozenset[Fraction]],
    scope: Scope,
) -> Iterator[Found]:
    facts, number = scope.look.facts, level.partner_sku if is_ended else level.unit
    try:
        slot = findings.slot_of(product, level.lot, level.condition, level.location, facts)
    except IntegrationError:
        return
    try:
        quantity = findings.in_odoo(level.on_hand, level.unit, product, facts)
        if not is_ended:
            return  # it was read
    except IntegrationError:
        factors = units.get((level.unit, product.unit, product.sku)) or units.get((level.unit, product.unit, ""))
        if factors is None or len(factors) != 1:
            return
        quantity = _exact(level.on_hand, next(iter(factors)))
    unread = Slot(0, facts.places.layout.main, level.partner_sku)
    moves = scope.moves((slot, -quantity), (unread, level.on_hand))
    if moves and quantity:
        yield Found(Claim(Why.MAPPING, Sure.LIKELY, moves, number), scope.at, scope.at)


def _exact(quantity: Decimal, factor: Fraction) -> Decimal:
    try:
        return to_odoo(quantity, factor)
    except Inexact:
        return Decimal(0)
