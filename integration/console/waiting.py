"""What an order waits for, in plain words; the first line is what matters most."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.timezone import now

from integration.console import links
from integration.console.story import Family, words
from integration.console.words import quantity, span
from integration.models import Document, DocumentLine, ExceptionCase, OutboundMessage, SyncJob

State = Document.State
AT_WAREHOUSE = (State.ACCEPTED, State.PART_SHIPPED)
EXPECTED = (State.ACCEPTED, State.PART_RECEIVED)


@dataclass(frozen=True, slots=True)
class Wait:
    """``state`` colours it; ``fix``: what a person can do."""

    text: str
    state: str = "waiting"
    fix: str = ""
    address: str = ""


def waits(of: Family, lines: list[DocumentLine]) -> list[Wait]:
    """All that is waited for; nothing when everything is done."""
    found = [*_cases(of), *_answers(of), *_jobs(of)]
    return found or [*_deliveries(of, lines), *_receipts(of, lines)]


def _cases(of: Family) -> Iterator[Wait]:
    for case in of.cases:
        if case.state in ExceptionCase.UNRESOLVED:
            yield Wait(f"Waits for {case.owner}: {case.cause}", "open", case.fix, links.page(case))


def _answers(of: Family) -> Iterator[Wait]:
    for message in of.sent:
        if message.state != OutboundMessage.State.SENT or message.acknowledge_by is None:
            continue
        left = message.acknowledge_by - now()
        late = left.total_seconds() < 0
        when = f"{span(left)} late" if late else f"due in {span(left)}"
        what = f"{message.reference} version {message.version}"
        text = f"Waits for {message.connection.name} to acknowledge {what}, {when}."
        yield Wait(text, "failed" if late else "waiting", "", links.page(message))


def _jobs(of: Family) -> Iterator[Wait]:
    for job in of.jobs:
        text = _job(job)
        if text:
            yield Wait(text, job.state, "", links.page(job))


def _job(job: SyncJob) -> str:
    """Blocked jobs and those that need a person are told by their case."""
    what = f"{words(job.flow)} {job.subject}"
    if job.waits_for:
        return f"{what} waits for {job.waits_for.name} to answer again."
    if job.state == SyncJob.State.RETRY:
        when = f" in {span(job.next_attempt_at - now())}" if job.next_attempt_at and job.next_attempt_at > now() else ""
        return f"{what} is tried again{when}: {job.failure_mode.lower() or 'it did not work the last time'}."
    return {"pending": f"{what} is about to run.", "running": f"{what} is running."}.get(job.state, "")


def _deliveries(of: Family, lines: list[DocumentLine]) -> Iterator[Wait]:
    deliveries = [document for document in of.documents if document.kind == Document.Kind.DELIVERY]
    for delivery in deliveries or ([of.order] if of.order.kind == Document.Kind.ORDER else []):
        where = delivery.warehouse.wms.name if delivery.warehouse else "the warehouse"
        if delivery.state == State.WAITING:
            yield Wait(f"{delivery} waits for Odoo: it is released when its warehouse's release point is reached.")
        elif delivery.state == State.REJECTED:
            yield Wait(f"{delivery} was refused by {where}.", "rejected")
        elif delivery.state == State.RELEASED:
            yield Wait(f"{delivery} waits for {where} to accept it.")
        elif delivery.state == State.PART_SHIPPED and delivery.shipment_count:
            overtaken = f"{where} says that there are {delivery.shipment_count} shipments"
            yield Wait(f"{delivery} waits for what its final shipment overtook: {overtaken}.")
        elif delivery.state in AT_WAREHOUSE:
            rest = [line for line in lines if line.document_id == delivery.pk and left(line) > 0]
            goods = ", ".join(f"{quantity(left(line))} x {line.sku}" for line in rest[:5])
            yield Wait(f"{delivery} waits for {where} to ship {goods or 'it'}{' and more' if len(rest) > 5 else ''}.")


def _receipts(of: Family, lines: list[DocumentLine]) -> Iterator[Wait]:
    for receipt in (document for document in of.documents if document.kind in Document.COMES_IN):
        where = receipt.warehouse.wms.name if receipt.warehouse else "the warehouse"
        if receipt.state == State.REJECTED:
            yield Wait(f"{receipt} was refused by {where}.", "rejected")
        elif receipt.state == State.ANNOUNCED:
            yield Wait(f"{receipt} waits for {where} to accept it.")
        elif receipt.state in EXPECTED:
            rest = [line for line in lines if line.document_id == receipt.pk and left(line) > 0]
            goods = ", ".join(f"{quantity(left(line))} x {line.sku}" for line in rest[:5])
            yield Wait(f"{receipt} waits for {where} to take in {goods or 'it'}{' and more' if len(rest) > 5 else ''}.")


def left(line: DocumentLine) -> Decimal:
    """What is still to be shipped of a line, or to come in."""
    comes_in = line.document_id is not None and line.document.kind in Document.COMES_IN
    moved = line.received if comes_in else line.gone
    rest: Decimal = line.ordered - line.cancelled - moved
    return max(rest, Decimal(0))
