"""What was received from a warehouse about some products and is not in our books yet: read from the messages in hand.

Each flow that moves stock has a reader here. What a reader cannot understand is left out: when it is posted at last,
the counts that it should have been in are judged again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from integration.canonical.events import Event, InventoryAdjustedEvent, ShipmentConfirmedEvent
from integration.canonical.shipments import ShippedLine
from integration.canonical.stock import Product
from integration.errors import IntegrationError
from integration.flows.events import event_of
from integration.jobs import configuration, sources
from integration.models import DocumentLine, InboundMessage, StockDifference, SyncJob, Warehouse
from integration.rules import findings
from integration.rules.choices import SUBSTITUTE
from integration.rules.codes import CodeKind
from integration.rules.findings import Facts
from integration.rules.netting import Movement
from integration.rules.places import GOOD, Slot
from integration.rules.units import Inexact, to_odoo


@dataclass(frozen=True, slots=True)
class Look:
    """Whose movements are looked for: those of these products in this warehouse."""

    warehouse: Warehouse
    facts: Facts
    products: Mapping[int, Product]


@dataclass(frozen=True, slots=True)
class InHand:
    """A message that a job has in hand. ``source``: the key that its effect and its movements have."""

    job: int
    source: str
    movements: tuple[Movement, ...]


Reader = Callable[[InboundMessage, Event, SyncJob, Look], Iterator[InHand]]


def in_hand(look: Look) -> list[InHand]:
    jobs = SyncJob.objects.filter(state__in=SyncJob.ACTIVE, flow__in=READERS, inbound__isnull=False)
    return read(look, list(jobs.filter(inbound__connection=look.warehouse.wms).order_by("pk")), READERS)


def read(look: Look, jobs: Sequence[SyncJob], readers: Mapping[str, Reader]) -> list[InHand]:
    """What the messages of these jobs say of the products, whatever state the jobs are in."""
    fitting = _about(look, jobs)
    messages = InboundMessage.objects.in_bulk([job.inbound_id for job in fitting if job.inbound_id])
    return [
        found
        for job in fitting
        if (message := messages.get(job.inbound_id or 0)) is not None
        for found in _read(job, message, look, readers)
    ]


def _about(look: Look, jobs: Sequence[SyncJob]) -> list[SyncJob]:
    """Without those whose document has none of the products: their messages need not be opened.

    What waits for a person's word on a substitute holds a product that its document has not.
    """
    documents = {job.document_id for job in jobs if job.document_id}
    lines = DocumentLine.objects.filter(document__in=documents, product_id__in=look.products)
    fitting = {None, *lines.values_list("document_id", flat=True)}
    return [job for job in jobs if job.document_id in fitting or job.failure_code == SUBSTITUTE]


def _read(job: SyncJob, message: InboundMessage, look: Look, readers: Mapping[str, Reader]) -> list[InHand]:
    message.connection = configuration.connection(message.connection_id)
    with suppress(IntegrationError):
        return list(readers[job.flow](message, event_of(message), job, look))
    return []


def _shipment(message: InboundMessage, event: Event, job: SyncJob, look: Look) -> Iterator[InHand]:
    assert isinstance(event, ShipmentConfirmedEvent)  # noqa: S101  (the inbox routes by type)
    shipment = event.data
    source = sources.of(message.connection, shipment)
    lines = DocumentLine.objects.filter(document__warehouse=look.warehouse, document__reference=shipment.release)
    by_name = {row.line: row for row in lines}
    moved = [
        Movement(slot, -quantity, shipment.shipped_at, job.pk, shipment.shipment)
        for line in shipment.lines
        for slot, quantity in _shares(line, by_name.get(line.line or ""), look)
    ]
    if moved:
        yield InHand(job.pk, source, tuple(moved))


def _shares(line: ShippedLine, row: DocumentLine | None, look: Look) -> Iterable[tuple[Slot, Decimal]]:
    """Of what left: the line's product, unless another one went in its place."""
    product = by_code(line.sku, look) if row is None or line.substitute else look.products.get(row.product_id)
    place = look.facts.places.of(GOOD)
    if product is None or place is None:
        return ()
    shares = [(serial, Decimal(1)) for serial in line.serials]
    shares = shares or [(each.lot, in_odoo(each.quantity, line.unit, row, product, look)) for each in line.lots]
    if product.tracking == "none" or not shares:
        shares = [("", in_odoo(line.quantity, line.unit, row, product, look))]
    return [(Slot(product.id, place, lot), quantity) for lot, quantity in shares]


def in_odoo(quantity: Decimal, unit: str, row: DocumentLine | None, product: Product, look: Look) -> Decimal:
    if row is not None and unit == row.partner_unit and row.unit == product.unit:
        with suppress(Inexact):
            return to_odoo(quantity, Fraction(row.factor) / Fraction(row.per))
    return findings.in_odoo(quantity, unit, product, look.facts)


def by_code(code: str, look: Look) -> Product | None:
    known = look.facts.book.to_odoo(CodeKind.PRODUCT, code)
    found = [product for product in look.products.values() if known is not None and product.sku == known.odoo]
    return found[0] if found else None


def _adjustment(message: InboundMessage, event: Event, job: SyncJob, look: Look) -> Iterator[InHand]:
    """Line by line: each is posted by itself. What a person refused is not going to be."""
    assert isinstance(event, InventoryAdjustedEvent)  # noqa: S101
    document = event.data
    if (document.site, document.owner) != (look.warehouse.site, look.warehouse.owner_code):
        return
    source = sources.of(message.connection, document)
    over = StockDifference.objects.filter(source=source, state=StockDifference.State.REFUSED)
    refused = set(over.values_list("line", flat=True))
    for number, line in enumerate(document.lines):
        if str(number) in refused or by_code(line.sku, look) is None:
            continue
        one = document.model_copy(update={"lines": (line,)})
        with suppress(IntegrationError):
            [finding] = findings.adjusted(one, look.facts)
            yield InHand(job.pk, f"{source}/{number}", tuple(of(finding, job.pk, document.adjustment)))


def of(finding: findings.Finding, job: int | None = None, number: str = "") -> Iterator[Movement]:
    """What an adjusted line does to stock."""
    if finding.to is None:
        yield Movement(finding.slot, finding.quantity, finding.happened_at, job, number)
    elif finding.to != finding.slot:
        yield Movement(finding.slot, -finding.quantity, finding.happened_at, job, number)
        yield Movement(finding.to, finding.quantity, finding.happened_at, job, number)


READERS: Mapping[str, Reader] = {"shipment_confirmation": _shipment, "inventory_adjustment": _adjustment}
