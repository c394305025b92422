"""What messages say came in, or back: read as ``flows/pending`` reads what left."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from integration.canonical.events import Event, ReceiptConfirmedEvent, ReturnReceivedEvent
from integration.canonical.receipts import ReceivedLine, ReturnedLine
from integration.errors import IntegrationError
from integration.flows import pending
from integration.flows.pending import InHand, Look, Reader
from integration.jobs import sources
from integration.models import DocumentLine, InboundMessage, StockEvent, SyncJob
from integration.rules.netting import Movement
from integration.rules.places import Slot
from integration.rules.returns import Target, target


def unbooked(found: Sequence[InHand]) -> list[InHand]:
    """Without what is in the books already: a repeated message, or a job that only has to end."""
    sources_ = [each.source for each in found]
    booked = set(StockEvent.objects.filter(source__in=sources_).values_list("source", flat=True)) if found else set()
    return [each for each in found if each.source not in booked]


def _receipt(message: InboundMessage, event: Event, job: SyncJob, look: Look) -> Iterator[InHand]:
    assert isinstance(event, ReceiptConfirmedEvent)  # noqa: S101  (the inbox routes by type)
    receipt = event.data
    lines = DocumentLine.objects.filter(document__warehouse=look.warehouse, document__reference=receipt.advice)
    by_name = {row.line: row for row in lines}
    moved = [
        Movement(slot, quantity, receipt.received_at, job.pk, receipt.receipt)
        for line in receipt.lines
        for slot, quantity in _shares(line, by_name.get(line.line or ""), line.condition, line.location or "", look)
    ]
    if moved:
        yield InHand(job.pk, sources.of(message.connection, receipt), tuple(moved))


def _return(message: InboundMessage, event: Event, job: SyncJob, look: Look) -> Iterator[InHand]:
    """What is scrapped leaves the stock at once."""
    assert isinstance(event, ReturnReceivedEvent)  # noqa: S101
    told = event.data
    if (told.site, told.owner) != (look.warehouse.site, look.warehouse.owner_code):
        return
    moved = [
        Movement(slot, quantity, told.received_at, job.pk, told.receipt)
        for line in told.lines
        if (place := target(line.condition, line.disposition or "")) != Target.SCRAP
        for slot, quantity in _shares(line, None, place.value, "", look)
    ]
    if moved:
        yield InHand(job.pk, sources.of(message.connection, told), tuple(moved))


def _shares(
    line: ReceivedLine | ReturnedLine, row: DocumentLine | None, condition: str, location: str, look: Look
) -> Iterator[tuple[Slot, Decimal]]:
    product = look.products.get(row.product_id) if row is not None else pending.by_code(line.sku, look)
    place = look.facts.places.of(condition, location)
    if product is None or place is None:
        return
    shares = [(serial, Decimal(1)) for serial in line.serials]
    try:
        shares = shares or [
            (lot.lot, pending.in_odoo(lot.quantity, line.unit, row, product, look)) for lot in line.lots
        ]
        if product.tracking == "none" or not shares:
            shares = [("", pending.in_odoo(line.quantity, line.unit, row, product, look))]
    except IntegrationError:
        return
    yield from ((Slot(product.id, place, lot), quantity) for lot, quantity in shares)


READERS: Mapping[str, Reader] = {"receipt_confirmation": _receipt, "return_receipt": _return}
