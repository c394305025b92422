"""Cycle counts: what was counted is compared with what Odoo should have held when it was scanned.

Operational impact: a wrong netting corrects stock twice. So a count is kept first, judged then, and judged again
whenever something comes in that happened before it. docs/adr/0017 says why this ends exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Q

from integration.adapters.base import ErpGateway
from integration.canonical.events import InventoryCountedEvent
from integration.canonical.inventory import InventoryCounted
from integration.canonical.stock import Quantity
from integration.errors import InvalidDocument, Locked, RuleHold
from integration.flows import differences, known_movements, shadow, stock_postings, stock_site
from integration.flows.differences import Kind, Results, State
from integration.flows.events import event_of
from integration.flows.known_movements import Known
from integration.flows.pending import Look
from integration.flows.stock_postings import Posted
from integration.flows.stock_site import Site
from integration.jobs import configuration, effects, locks, rows, sources
from integration.jobs.rehearsal import WouldWrite
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Effect, InboundMessage, Mode, StockDifference
from integration.rules import findings, netting
from integration.rules.findings import Finding
from integration.rules.places import Slot

AT_ONCE = 25  # products that are locked, read and judged together
LOOKS = 3
OVER = (State.REFUSED, State.OVERTAKEN)


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    event = event_of(message)
    assert isinstance(event, InventoryCountedEvent)  # noqa: S101  (the inbox routes by type)
    document = event.data
    warehouse = stock_site.warehouse_of(work, message.connection, document.site, document.owner, document.count)
    if work.mode == Mode.LIVE and differences.stays(warehouse, message, document):
        return Outcome(shadow.STAYS)
    with open_erp(warehouse.erp, work) as erp:
        site = stock_site.look(warehouse, erp)
        if work.mode == Mode.SHADOW:
            return _in_shadow(work, erp, site, message, document)
        with differences.of_the_message(work, site):
            facts = stock_site.facts(site, document.count, findings.codes(document.lines), erp)
            kept = _keep(work, site, message, document, findings.counted(document, facts))
        return _judge(work, erp, site, kept)


def _in_shadow(work: Work, erp: ErpGateway, site: Site, message: InboundMessage, document: InventoryCounted) -> Outcome:
    """Each line is judged on a row that is never kept: what it differs by is what would be written."""
    with differences.of_the_message(work, site):
        facts = stock_site.facts(site, document.count, findings.codes(document.lines), erp)
        fresh = _fresh(site, message, document, findings.counted(document, facts))
    rest = partial(_judge, work, erp, site, fresh)
    return shadow.only(work, partial(differences.wanted, message, document, fresh), rest)


def _keep(
    work: Work, site: Site, message: InboundMessage, document: InventoryCounted, found: Sequence[Finding]
) -> list[StockDifference]:
    """Before it is judged: what is posted from now on finds it, and has it judged again."""
    fresh = _fresh(site, message, document, found)
    return differences.keep(work, fresh, differences.used_twice(message.connection.name, document.count))


def _fresh(
    site: Site, message: InboundMessage, document: InventoryCounted, found: Sequence[Finding]
) -> list[StockDifference]:
    source = sources.of(message.connection, document)
    return [differences.fresh_row(site, Kind.COUNTED, source, document.count, each, message.pk) for each in found]


def again(work: Work) -> Outcome:
    """Judges a count once more: something that it did not reckon with has been posted, or will not be."""
    source = work.job.payload["source"]
    kept = list(StockDifference.objects.filter(source=source).exclude(state__in=OVER).order_by("pk"))
    if not kept:
        return Outcome("nothing of it stands any more")
    warehouse = configuration.warehouse(kept[0].warehouse_id)
    if warehouse.in_force("inventory") == Mode.SHADOW:
        return Outcome(shadow.NOTE)
    with open_erp(warehouse.erp, work) as erp:
        return _judge(work, erp, stock_site.look(warehouse, erp), kept)


@dataclass(frozen=True, slots=True)
class Bench:
    """What a line is judged with."""

    work: Work
    erp: ErpGateway
    site: Site
    look: Look
    known: Known
    held: dict[Slot, Decimal]
    waiting: list[StockDifference]


def _judge(work: Work, erp: ErpGateway, site: Site, kept: Sequence[StockDifference]) -> Outcome:
    results, waiting = Results(), list[StockDifference]()
    by_product = sorted({row.product_id for row in kept})
    for start in range(0, len(by_product), AT_ONCE):
        products = by_product[start : start + AT_ONCE]
        mine = [row for row in kept if row.product_id in products]
        look = _look_of(site, mine, erp)
        with locks.held(work, differences.stock_keys(site, products)):
            differences.each(results, mine, partial(_finish, work, erp, site))  # what was begun comes first
            if results.stops is not None:
                break
            known, held = _same_twice(work, erp, look, mine)
            bench = Bench(work, erp, site, look, known, held, waiting)
            # What was not found goes first: a serial number that lies elsewhere by now is free then.
            differences.each(results, sorted(mine, key=lambda row: row.quantity > 0), partial(_line, bench))
        if results.stops is not None:
            break
    if waiting:
        first = waiting[0]
        results.against.append(differences.waits("CD-8002", waiting, site, first.number, first.source))
    return results.outcome(_note(kept))


def _note(kept: Sequence[StockDifference]) -> str:
    different = sum(row.state in (State.POSTED, State.WAITING) for row in kept)
    return f"{kept[0].number}: {len(kept)} lines, {different} with a difference"


def _look_of(site: Site, mine: Sequence[StockDifference], erp: ErpGateway) -> Look:
    """The codes that messages about these products may use."""
    skus = {row.sku for row in mine}
    facts = stock_site.facts_of_skus(site, mine[0].number, skus, erp)
    products = {product.id: product for found in facts.products.values() for product in found}
    return Look(site.warehouse, facts, products)


def _finish(work: Work, erp: ErpGateway, site: Site, row: StockDifference) -> Posted | None:
    """A write of unknown outcome is looked for first: while it may be in Odoo, nothing can be compared with it."""
    effect = stock_postings.begun(site, row)
    if row.state in OVER or effect is None:
        return None
    if effect.state == Effect.State.INTENDED:
        quantity = Decimal(effect.intent["difference"])
        effect = stock_postings.post(work, erp, site, row, quantity, site.warehouse.wms.slug)
    return stock_postings.posted(row, effect)


def _same_twice(
    work: Work, erp: ErpGateway, look: Look, mine: Sequence[StockDifference]
) -> tuple[Known, dict[Slot, Decimal]]:
    """Our books and Odoo's quantities as of one moment: nothing was posted between two equal looks at our books."""
    since = min(row.happened_at for row in mine)
    before = known_movements.read(look, since)
    for _ in range(LOOKS):
        held = _held(look, erp.stock.quantities(look.facts.places.layout, sorted(look.products)))
        after = known_movements.read(look, since)
        if after == before:
            return before, held
        before = after
    raise Locked("CD-1004", connection=look.warehouse.erp.name, document=work.job.subject)


def _held(look: Look, quantities: Sequence[Quantity]) -> dict[Slot, Decimal]:
    held: dict[Slot, Decimal] = {}
    for each in quantities:
        place = look.facts.places.holding(each.location_id)
        if place is not None:
            slot = Slot(each.product_id, place, each.lot)
            held[slot] = held.get(slot, Decimal(0)) + each.on_hand
    return held


def _line(bench: Bench, row: StockDifference) -> Posted | None:
    slot, at = stock_postings.slot_of(row), row.happened_at
    if row.state in OVER:
        return None
    if _later_one(row):
        row.state, row.difference, row.awaits = State.OVERTAKEN, Decimal(0), []
        return Posted(row)
    _certain(bench, row, slot)
    ledger = bench.known.ledger
    expected = netting.expected(slot, at, bench.held.get(slot, Decimal(0)), ledger)
    row.expected = expected - row.posted  # without what the count itself has corrected
    difference = row.quantity - expected
    jobs = {each.job for each in ledger.pending_before(slot, at) if each.job is not None}
    row.awaits = sorted(jobs - {bench.work.job.pk})
    if difference == 0:
        row.state, row.difference, row.approved = State.POSTED if row.revision else State.EQUAL, Decimal(0), None
        return Posted(row)
    product = bench.look.products[row.product_id]
    if not differences.passes(row, difference, product, bench.site):
        row.state = State.WAITING
        bench.waiting.append(row)
        return Posted(row)
    _serial_is_free(bench, row, difference)
    try:
        effect = stock_postings.post(bench.work, bench.erp, bench.site, row, difference, bench.site.warehouse.wms.slug)
    except WouldWrite:  # for the lines after it: as if it were there
        bench.held[slot] = bench.held.get(slot, Decimal(0)) + difference
        raise
    bench.held[slot] = bench.held.get(slot, Decimal(0)) + Decimal(effect.result["quantity"])
    return stock_postings.posted(row, effect)


def _later_one(row: StockDifference) -> bool:
    """A later count of the same goods that was judged already: what lay there before it changes nothing any more."""
    same = StockDifference.objects.filter(
        kind=Kind.COUNTED,
        warehouse=row.warehouse_id,
        product_id=row.product_id,
        place=row.place,
        lot=row.lot,
        state__in=(State.POSTED, State.EQUAL),
    )
    later = Q(happened_at__gt=row.happened_at)
    if row.pk is not None:  # one that is only rehearsed would be the latest of its moment
        later |= Q(happened_at=row.happened_at, pk__gt=row.pk)
    return same.filter(later).exists()


def _certain(bench: Bench, row: StockDifference, slot: Slot) -> None:
    """Raises Locked while a write that touches it is under way, RuleHold CD-8011 when nobody knows what came of it."""
    doubt = bench.known.in_doubt(slot)
    if not doubt:
        return
    erp = bench.site.warehouse.erp
    effect = effects.of(erp, doubt)
    if effect is not None and effects.seconds_until_settled(effect) > 0:
        raise Locked("CD-1004", connection=erp.name, document=row.number, retry_after=5.0)
    partner = bench.site.warehouse.wms.name
    raise RuleHold("CD-8011", connection=partner, document=row.number, movement=doubt)


def _serial_is_free(bench: Bench, row: StockDifference, difference: Decimal) -> None:
    """A serial number that is found lies at one place only. Raises InvalidDocument CD-8014."""
    if row.tracking != "serial" or difference < 0:
        return
    for slot, quantity in bench.held.items():
        if slot.product_id == row.product_id and slot.lot == row.lot and quantity > 0:
            about: dict[str, Any] = {
                "connection": bench.site.warehouse.wms.name,
                "document": row.number,
                "sku": row.sku,
            }
            raise InvalidDocument("CD-8014", **about, lot=row.lot, place=bench.site.places.name(slot.place))
