"""What a warehouse has by Odoo, beside what is under way and what the warehouse says: figures that stand apart."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from django.db.models import F, Sum

from integration.adapters.base import ErpGateway
from integration.canonical.stock import Product, Quantity
from integration.errors import IntegrationError, Locked
from integration.flows import explained, known_movements, stock_site
from integration.flows.known_movements import Known
from integration.flows.pending import Look
from integration.flows.stock_site import Site
from integration.jobs import configuration
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Availability, Document, DocumentLine, StockLevel, StockSnapshot
from integration.rules import findings, netting
from integration.rules.claims import Gap
from integration.rules.netting import Ledger
from integration.rules.places import GOOD, Slot

LOOKS = 3
KEY = ("warehouse", "product_id", "sku", "lot", "place")
FIGURES = (
    *("place_name", "condition", "on_hand", "reserved", "in_flight", "to_ship"),
    *("reported", "expected", "difference", "reported_at", "read_at"),
)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
GONE = F("shipped") + F("substituted")
AT_WAREHOUSE = (Document.State.RELEASED, Document.State.ACCEPTED, Document.State.PART_SHIPPED)


@dataclass(slots=True)
class Reported:
    """A snapshot in Odoo's words. ``unknown``: what it has of codes that are not mapped, by the warehouse's code."""

    taken_at: datetime
    slots: dict[Slot, Decimal] = field(default_factory=dict)
    unknown: dict[str, Decimal] = field(default_factory=dict)


def handle(work: Work) -> Outcome:
    warehouse = configuration.warehouse(work.job.payload["warehouse"])
    with open_erp(warehouse.erp, work) as erp:
        site = stock_site.look(warehouse, erp)
        snapshot = StockSnapshot.objects.filter(warehouse=warehouse, complete=True).order_by("-taken_at").first()
        since = snapshot.taken_at if snapshot else NEVER
        look, known, held = _same_twice(work, erp, site, snapshot, since)
        reported = _reported(look, snapshot) if snapshot else None
    rows_ = list(_rows(site, look, known, held, reported))
    different = sum(bool(row.difference) for row in rows_)
    why = partial(_explain, look, known, snapshot, list(_gaps(rows_, known))) if snapshot else None
    return Outcome(f"{len(rows_)} rows, {different} that differ", partial(_keep, site, rows_, why))


def _explain(look: Look, known: Known, snapshot: StockSnapshot, gaps: Sequence[Gap]) -> None:
    explained.keep(look, known, snapshot, gaps, products=[0, *look.products])


def _gaps(rows: Sequence[Availability], known: Known) -> Iterator[Gap]:
    """Slots where the snapshot is not what Odoo had; what is in hand is not netted: it is why."""
    posted = Ledger(known.ledger.posted)
    for row in rows:
        if row.reported is None or row.reported_at is None:
            continue
        slot = Slot(row.product_id, row.place, row.lot if row.product_id else row.sku)
        says = netting.expected(slot, row.reported_at, row.on_hand, posted)
        if says != row.reported:
            yield Gap(slot, row.sku, says, row.reported)


def _same_twice(
    work: Work, erp: ErpGateway, site: Site, snapshot: StockSnapshot | None, since: datetime
) -> tuple[Look, Known, Sequence[Quantity]]:
    """Odoo's quantities and our books as of one moment."""
    held = erp.stock.quantities(site.places.layout, [])
    look = _look_of(site, held, snapshot, erp)
    before = known_movements.read(look, since)
    for _ in range(LOOKS):
        held = erp.stock.quantities(site.places.layout, [])
        after = known_movements.read(look, since)
        if after == before:
            return look, before, held
        before = after
    raise Locked("CD-1004", connection=site.warehouse.erp.name, document=work.job.subject)


def _look_of(site: Site, held: Sequence[Quantity], snapshot: StockSnapshot | None, erp: ErpGateway) -> Look:
    codes = set(snapshot.levels.values_list("partner_sku", flat=True)) if snapshot else set()
    named = stock_site.facts(site, site.warehouse.name, codes, erp).products.values()
    products = {product.id: product for found in named for product in found if len(found) == 1}
    missing = sorted({each.product_id for each in held} - products.keys())
    if missing:
        for product in erp.stock.products(site.warehouse.company_id, ids=missing):
            products[product.id] = product
    facts = stock_site.facts_of(site, site.warehouse.name, list(products.values()))
    return Look(site.warehouse, facts, products)


def _reported(look: Look, snapshot: StockSnapshot) -> Reported:
    found = Reported(snapshot.taken_at)
    slots, unknown = defaultdict[Slot, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for level in snapshot.levels.order_by("pk"):
        try:
            slot, quantity = _in_odoo(look, level)
        except IntegrationError:
            unknown[level.partner_sku] += level.on_hand
        else:
            slots[slot] += quantity
    found.slots, found.unknown = dict(slots), dict(unknown)
    return found


def _in_odoo(look: Look, level: StockLevel) -> tuple[Slot, Decimal]:
    product = findings.product_of(level.partner_sku, look.facts)
    quantity = findings.in_odoo(level.on_hand, level.unit, product, look.facts)
    return findings.slot_of(product, level.lot, level.condition, level.location, look.facts), quantity


def _rows(
    site: Site, look: Look, known: Known, held: Sequence[Quantity], reported: Reported | None
) -> Iterator[Availability]:
    places = site.places
    on_hand, reserved = defaultdict[Slot, Decimal](Decimal), defaultdict[Slot, Decimal](Decimal)
    for each in held:  # what lies in no place of the warehouse's stands for itself
        place = places.holding(each.location_id) or each.location_id
        on_hand[Slot(each.product_id, place, each.lot)] += each.on_hand
        reserved[Slot(each.product_id, place, each.lot)] += each.reserved
    in_flight = defaultdict[Slot, Decimal](Decimal)
    for movement in known.ledger.pending:
        in_flight[movement.slot] += movement.quantity
    to_ship = _to_ship(site)
    slots = {*on_hand, *in_flight, *to_ship, *(reported.slots if reported else ())}
    for slot in sorted(slots, key=str):
        product = look.products.get(slot.product_id)
        row = _row(site, slot, product)
        row.on_hand, row.reserved = on_hand[slot], reserved[slot]
        row.in_flight, row.to_ship = in_flight[slot], to_ship.get(slot, Decimal(0))
        if reported is not None and _is_of_the_warehouse(site, slot):
            row.reported, row.reported_at = reported.slots.get(slot, Decimal(0)), reported.taken_at
            row.expected = netting.expected(slot, reported.taken_at, row.on_hand, known.ledger)
            row.difference = row.reported - row.expected
        if any((row.on_hand, row.reserved, row.in_flight, row.to_ship, row.reported, row.expected)):
            yield row
    for code, quantity in sorted(reported.unknown.items()) if reported else ():
        unknown = _row(site, Slot(0, site.places.layout.main, code), None)
        unknown.sku, unknown.lot = code, ""
        unknown.reported, unknown.reported_at = quantity, reported.taken_at if reported else None
        yield unknown


def _is_of_the_warehouse(site: Site, slot: Slot) -> bool:
    """Docks and packing zones of Odoo's are nothing that a warehouse counts."""
    return site.places.holding(slot.place) is not None


def _row(site: Site, slot: Slot, product: Product | None) -> Availability:
    return Availability(
        warehouse=site.warehouse,
        product_id=slot.product_id,
        sku=product.sku if product else "",
        lot=slot.lot,
        place=slot.place,
        place_name=site.places.name(slot.place)[:200],
        condition=site.places.condition(slot.place),
    )


def _to_ship(site: Site) -> Mapping[Slot, Decimal]:
    """What the warehouse was asked to ship and has not shipped; of which lot is its own choice."""
    place = site.places.of(GOOD)
    lines = DocumentLine.objects.filter(document__warehouse=site.warehouse, document__state__in=AT_WAREHOUSE)
    lines = lines.filter(document__kind=Document.Kind.DELIVERY, released__gt=GONE)
    open_ones = lines.values("product_id").annotate(left=Sum(F("released") - GONE))
    return {Slot(row["product_id"], place or 0): row["left"] for row in open_ones.order_by("product_id")}


def _keep(site: Site, found: Sequence[Availability], why: Callable[[], None] | None) -> None:
    """Rows keep their ids, by which lists are paged; what is there no more goes. Call in the settling transaction."""
    if why is not None:
        why()
    kept = Availability.objects.bulk_create(
        found, batch_size=500, update_conflicts=True, unique_fields=KEY, update_fields=FIGURES
    )
    Availability.objects.filter(warehouse=site.warehouse).exclude(pk__in=[row.pk for row in kept]).delete()
