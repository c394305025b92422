"""Some products' slots on all sides: Odoo's quantities, our books and the warehouse's snapshot as of one moment."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from operator import itemgetter

from django.db.models import F, Sum

from integration.adapters.base import ErpGateway
from integration.canonical.stock import Product, Quantity
from integration.flows import known_movements, stock_site
from integration.flows.known_movements import Known
from integration.flows.pending import Look
from integration.flows.stock_site import Site
from integration.models import Document, DocumentLine, StockSnapshot
from integration.reconcile import levels
from integration.reconcile.availability import Row
from integration.reconcile.levels import Reported
from integration.rules import netting
from integration.rules.claims import Gap
from integration.rules.places import GOOD, Slot

LOOKS = 3
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
NOTHING = Decimal(0)
EMPTY = (NOTHING, NOTHING)
GONE = F("shipped") + F("substituted")
AT_WAREHOUSE = (Document.State.RELEASED, Document.State.ACCEPTED, Document.State.PART_SHIPPED)
NOTHING_KNOWN = Known(netting.Ledger())
Totals = Mapping[Slot, Decimal]


@dataclass(frozen=True, slots=True)
class Compared:
    """``unknown``: what the warehouse has by its own codes that cannot be said in Odoo's words, though its product is
    known. ``moving``: products of which nothing can be said, as their books changed whenever they were read. ``gaps``:
    slots where the snapshot is not what Odoo had, with what is in hand as a reason. ``quiet``: products that agree, and
    of which nothing is under way."""

    rows: Sequence[Row] = ()
    unknown: Mapping[str, Decimal] = field(default_factory=dict)
    moving: frozenset[int] = frozenset()
    gaps: Sequence[Gap] = ()
    look: Look | None = None
    known: Known = NOTHING_KNOWN
    quiet: frozenset[int] = frozenset()


def compare(site: Site, erp: ErpGateway, products: Sequence[Product], snapshot: StockSnapshot | None) -> Compared:
    """``products``: all there are between two ids, by their id."""
    look = _look(site, erp, products)
    held, known, moving = _as_of_one_moment(look, erp, snapshot.taken_at if snapshot else NEVER)
    reported = levels.read(look, snapshot) if snapshot else None
    rows = [row for row in _rows(site, look, held, known, snapshot, reported) if row.product_id not in moving]
    gaps = list(_gaps(look, rows, known, snapshot, reported)) if snapshot and reported else []
    unknown = reported.unknown if reported else {}
    return Compared(rows, unknown, moving, gaps, look, known, _quiet(look, rows, known, gaps, unknown))


def _quiet(
    look: Look, rows: Sequence[Row], known: Known, gaps: Sequence[Gap], unknown: Mapping[str, Decimal]
) -> frozenset[int]:
    strange = {code.odoo for code in look.facts.book.codes if code.partner in unknown}
    loud = {product.id for sku in strange for product in look.facts.products.get(sku, ())}
    loud |= known.products | {gap.slot.product_id for gap in gaps} | {row.product_id for row in rows if row.to_ship}
    return frozenset(look.products.keys() - loud)


def _gaps(look: Look, rows: Sequence[Row], known: Known, snapshot: StockSnapshot, reported: Reported) -> Iterator[Gap]:
    net, main = netting.since(snapshot.taken_at, known.ledger), look.facts.places.layout.main
    moved = known.products
    apart = [row for row in rows if row.reported is not None and (row.difference or row.product_id in moved)]
    for row in sorted(apart, key=itemgetter(0, 3, 2)):
        slot = Slot(row.product_id, row.place, row.lot)
        says = net.held(slot, row.on_hand)
        if row.reported is not None and row.reported != says:
            yield Gap(slot, row.sku, says, row.reported)
    yield from (strange(code, quantity, main) for code, quantity in reported.unknown.items() if quantity)


def strange(code: str, quantity: Decimal, main: int) -> Gap:
    """What the warehouse has of a code that cannot be said in Odoo's words."""
    return Gap(Slot(0, main, code), code, NOTHING, quantity)


def _look(site: Site, erp: ErpGateway, products: Sequence[Product]) -> Look:
    """A code is Odoo's of all the active products that have it, wherever their ids are."""
    skus = sorted({product.sku for product in products if product.active and product.sku})
    named = erp.stock.products(site.warehouse.company_id, skus=skus) if skus else ()
    facts = stock_site.facts_of(site, site.warehouse.name, named)
    return Look(site.warehouse, facts, {product.id: product for product in products})


def _as_of_one_moment(look: Look, erp: ErpGateway, since: datetime) -> tuple[Sequence[Quantity], Known, frozenset[int]]:
    """Odoo's quantities between two looks at our books that say the same."""
    before = known_movements.read(look, since)
    for _ in range(LOOKS):
        held = erp.stock.quantities(look.facts.places.layout, sorted(look.products))
        known = known_movements.read(look, since)
        moving = _moved(before, known)
        if not moving:
            break
        before = known
    return held, known, moving


def _moved(before: Known, after: Known) -> frozenset[int]:
    """The products of which the books changed."""
    if before == after:
        return frozenset()
    was, now = (Counter([*known.ledger.posted, *known.ledger.pending]) for known in (before, after))
    moved = {each.slot.product_id for each in (was - now) | (now - was)}
    doubts = set(before.unknown) ^ set(after.unknown)
    return frozenset(moved | {slot.product_id for _, slots in doubts for slot in slots})


def _rows(
    site: Site,
    look: Look,
    held: Sequence[Quantity],
    known: Known,
    snapshot: StockSnapshot | None,
    reported: Reported | None,
) -> Iterator[Row]:
    slots = _held(site, held)
    in_flight, to_ship = _in_flight(look, known), _to_ship(site, look)
    doubtful = {slot for _, slots in known.unknown for slot in slots}
    net = netting.since(snapshot.taken_at, known.ledger) if snapshot else None
    said = reported.slots if reported else {}
    for slot in (*said, *in_flight, *to_ship):
        slots.setdefault(slot, EMPTY)
    places, moved, due = _Places(site), known.products, {slot.product_id for slot in to_ship}
    skus = {pk: product.sku for pk, product in look.products.items()}
    for slot, (here, kept) in slots.items():
        product, place, lot = slot
        name, condition, counted = places[place]
        found = expected = difference = None
        if net and counted:
            found = said.get(slot, NOTHING)
            expected = here if product not in moved else None if slot in doubtful else net.expected(slot, here)
            difference = None if expected is None else found - expected
        flying = in_flight.get(slot, NOTHING) if product in moved else NOTHING
        asked = to_ship.get(slot, NOTHING) if product in due else NOTHING
        if here or kept or flying or asked or found or expected:
            figures = here, kept, flying, asked, found, expected, difference
            yield Row(product, skus[product], lot, place, name, condition, *figures)


class _Places(dict[int, tuple[str, str, bool]]):
    """What a location is called, which goods lie there, and whether the warehouse counts it: docks and packing zones
    of Odoo's it does not."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._places = site.places

    def __missing__(self, place: int) -> tuple[str, str, bool]:
        name, condition = self._places.name(place)[:200], self._places.condition(place)
        self[place] = found = name, condition, self._places.holding(place) is not None
        return found


def _held(site: Site, held: Sequence[Quantity]) -> dict[Slot, tuple[Decimal, Decimal]]:
    """On hand and reserved, by the place of the warehouse's that it lies in; what lies in none stands for itself."""
    stands_for: dict[int, int] = {}
    found: dict[Slot, tuple[Decimal, Decimal]] = {}
    for product, at, lot, here, kept in held:
        place = stands_for.get(at) or stands_for.setdefault(at, site.places.holding(at) or at)
        slot = Slot(product, place, lot)
        known = found.get(slot)
        found[slot] = (here, kept) if known is None else (known[0] + here, known[1] + kept)
    return found


def _in_flight(look: Look, known: Known) -> Totals:
    found = defaultdict[Slot, Decimal](Decimal)
    for movement in known.ledger.pending:
        if movement.slot.product_id in look.products:
            found[movement.slot] += movement.quantity
    return found


def asked_for(site: Site, look: Look) -> frozenset[int]:
    """Products that the warehouse was asked to ship and has not shipped."""
    return frozenset(slot.product_id for slot in _to_ship(site, look))


def _to_ship(site: Site, look: Look) -> Totals:
    """What the warehouse was asked to ship and has not shipped; of which lot is its own choice."""
    place = site.places.of(GOOD)
    lines = DocumentLine.objects.filter(document__warehouse=site.warehouse, document__state__in=AT_WAREHOUSE)
    lines = lines.filter(document__kind=Document.Kind.DELIVERY, released__gt=GONE, product_id__in=look.products)
    open_ones = lines.values("product_id").annotate(left=Sum(F("released") - GONE))
    return {Slot(row["product_id"], place or 0): row["left"] for row in open_ones.order_by("product_id")}
