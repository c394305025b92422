"""What an order's change or cancel after its release comes to in our tables: asked, answered, and what is left of it.

Call inside the transaction that settles the job.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import F, Max
from django.db.models.functions import Greatest, Now

from integration.canonical.outgoing import Outgoing
from integration.flows import releases, too_late
from integration.flows.releases import Delivery
from integration.jobs import capture, outbox, rows, shipments
from integration.models import (
    ChangeLine,
    ChangeRequest,
    Connection,
    Document,
    DocumentLine,
    OutboundMessage,
)
from integration.rules import changes as rules
from integration.rules.shipping import ReleasedLine

Kind, State = ChangeRequest.Kind, ChangeRequest.State
REQUESTS = ("order.change", "order.cancel")
UNANSWERED = "CD-4014"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it will be sent: ``lines`` by name, with what the warehouse knew and what is wanted."""

    kind: ChangeRequest.Kind
    number: int
    wish: rules.Wish
    content_hash: str
    document: Outgoing
    body: bytes
    lines: Sequence[tuple[ReleasedLine | None, str, Decimal]]
    trace_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Verdict:
    """``granted``: what will leave of lines, where that is not what was asked; ``stages``: how far they are."""

    state: ChangeRequest.State
    granted: Mapping[str, Decimal] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    refused_fields: tuple[str, ...] = ()
    reason: str = ""


def latest(document: Document) -> ChangeRequest | None:
    """The latest request that was not taken back before it was sent."""
    where = "document_id = %s AND state <> 'superseded' ORDER BY number DESC LIMIT 1"
    return rows.first(ChangeRequest, where, [document.pk])


def ask(delivery: Delivery, asked: Asked) -> None:
    """Queues the request. One that is not sent yet is taken back; one that is gets its answer all the same."""
    known = delivery.known
    assert known is not None  # noqa: S101  (only what was released can be changed)
    take_back(known, delivery.warehouse.wms)
    releases.keep_asked(delivery)
    Document.objects.filter(pk=known.pk).update(change_count=asked.number)
    known.changes.filter(stands=True).update(stands=False)
    too_late.clear(known, "It is asked again.", UNANSWERED)
    kind = REQUESTS[asked.kind == Kind.CANCEL]
    new = outbox.NewMessage(
        delivery.warehouse.wms, kind, known.reference, known, asked.number, asked.body, asked.trace_id
    )
    request = ChangeRequest.objects.create(
        document=known,
        number=asked.number,
        kind=asked.kind,
        message=outbox.enqueue_message(new),
        wish=asked.wish.as_json(),
        content_hash=asked.content_hash,
    )
    skus = {str(move.id): move.sku or move.product for move in asked.wish.added.values()}
    ChangeLine.objects.bulk_create(
        ChangeLine(
            request=request,
            line=name,
            sku=line.sku if line else skus[name],
            was=line.released if line else Decimal(0),
            wanted=wanted,
        )
        for line, name, wanted in asked.lines
    )


def take_back(document: Document, partner: Connection) -> None:
    """What was not sent need not be answered."""
    for kind in REQUESTS:
        outbox.supersede(partner, document, kind)
    unsent = document.changes.filter(state=State.OPEN, message__state=OutboundMessage.State.SUPERSEDED)
    unsent.update(state=State.SUPERSEDED, stands=False)


def agree(delivery: Delivery) -> None:
    """Odoo wants what the warehouse knows."""
    assert delivery.known is not None  # noqa: S101
    if delivery.known.change_count:
        take_back(delivery.known, delivery.warehouse.wms)
        delivery.known.changes.filter(stands=True).exclude(state=State.OPEN).update(stands=False)
    releases.agrees(delivery)
    if not too_late.surplus(delivery.known).exists():
        too_late.settled(delivery.known, "Both sides agree again.")


def answer(request: ChangeRequest, verdict: Verdict) -> None:
    """Keeps the warehouse's word. The first one counts, and none about an older request than was answered before."""
    document = Document.objects.select_for_update(no_key=True).get(pk=request.document_id)
    request = ChangeRequest.objects.select_related("message").get(pk=request.pk)
    if request.state not in (State.OPEN, State.SUPERSEDED):
        return
    request.state, request.answered_at = verdict.state, Now()
    request.refused_fields, request.reason = _refused_fields(document, request, verdict), verdict.reason[:500]
    request.stands = request.stands and verdict.state != State.ACCEPTED
    request.save(update_fields=["state", "answered_at", "refused_fields", "reason", "stands"])
    _tell_message(request)
    too_late.clear(document, "The warehouse answered.", UNANSWERED)
    newer = request.document.changes.exclude(pk=request.pk).filter(answered_at__isnull=False)
    newer = newer.exclude(state=State.REFUSED)  # which changed nothing
    earlier = OutboundMessage.objects.filter(document=document, type__in=REQUESTS, version__lt=request.number)
    earlier.update(acknowledge_by=None)
    overtaken = (newer.aggregate(last=Max("number"))["last"] or 0) > request.number
    _keep_lines(request, verdict, counts=not overtaken)
    if overtaken or document.state in (Document.State.SHIPPED, Document.State.CANCELLED):
        return
    _keep_header(document, request)
    if request.kind == Kind.CANCEL and verdict.state == State.ACCEPTED:
        _end(document)
        return
    if request.stands:
        too_late.judge(document, request)
    if document.state == Document.State.PART_SHIPPED and not document.lines.filter(shipped__lt=F("released")).exists():
        _all_left(document)


def given_up(delivery: Delivery) -> None:
    """A person ended the release: what of it left beyond Odoo's wish is told all the same."""
    assert delivery.known is not None  # noqa: S101
    shipped(delivery.known, anew=False)


def accepted(message: OutboundMessage) -> None:
    """The yes in the answer to the call."""
    answer(_of(message), Verdict(State.ACCEPTED))


def refused(message: OutboundMessage, reason: str) -> None:
    answer(_of(message), Verdict(State.REFUSED, reason=reason))


def _of(message: OutboundMessage) -> ChangeRequest:
    return ChangeRequest.objects.get(message=message)


def shipped(document: Document, *, anew: bool) -> None:
    """The release has ended: what left beyond Odoo's wish is one case, and what was asked meanwhile is over.

    ``anew``: Odoo had cancelled the delivery, and the goods were booked on one that was made for them.
    """
    refused = document.changes.filter(stands=True).exclude(refused_fields=[]).exists()
    if document.change_count:
        assert document.warehouse is not None  # noqa: S101
        take_back(document, document.warehouse.wms)
        document.changes.filter(stands=True).update(stands=False)
        OutboundMessage.objects.filter(document=document, type__in=REQUESTS).update(acknowledge_by=None)
        too_late.clear(document, "The goods have left.", UNANSWERED)
    if beyond := too_late.beyond(document):
        too_late.left(document, Kind.CANCEL if anew else Kind.CHANGE, beyond)
    elif document.change_count and not refused:
        too_late.settled(document, "The goods left as Odoo asks for them now.")


def _tell_message(request: ChangeRequest) -> None:
    if request.message is None:
        return
    refused = request.state == State.REFUSED
    message = request.message
    message.state = OutboundMessage.State.REJECTED if refused else OutboundMessage.State.ACCEPTED
    message.answered_at, message.acknowledge_by, message.reason = Now(), None, request.reason
    message.save(update_fields=["state", "answered_at", "acknowledge_by", "reason"])


def _keep_lines(request: ChangeRequest, verdict: Verdict, *, counts: bool) -> None:
    now = dict(DocumentLine.objects.filter(document=request.document_id).values_list("line", "released"))
    for line in request.lines.all():
        unchanged = now.get(line.line, line.was) if verdict.state == State.REFUSED else line.wanted
        line.granted = verdict.granted.get(line.line, unchanged)
        line.stage = verdict.stages.get(line.line, "")
        line.reason = verdict.reasons.get(line.line, "")[:500]
        line.save(update_fields=["granted", "stage", "reason"])
        if counts and not (request.kind == Kind.CANCEL and verdict.state == State.ACCEPTED):
            DocumentLine.objects.filter(document=request.document_id, line=line.line).update(released=line.granted)


def _refused_fields(document: Document, request: ChangeRequest, verdict: Verdict) -> list[str]:
    """A plain no is one to every field."""
    if verdict.state != State.REFUSED:
        return list(verdict.refused_fields)
    return [name for name, mark in request.wish["header"].items() if document.told_header.get(name) != mark]


def _keep_header(document: Document, request: ChangeRequest) -> None:
    told, wanted = document.told_header, request.wish["header"]
    if request.state == State.REFUSED:
        return
    document.told_header = {**wanted, **{name: told[name] for name in request.refused_fields if name in told}}
    if request.state == State.ACCEPTED:
        document.content_hash = request.content_hash
    document.save(update_fields=["told_header", "content_hash"])


def _all_left(document: Document) -> None:
    """Its latest shipment came before the answer: nothing is open any more."""
    document.state, document.shipments_due_at = Document.State.SHIPPED, None
    document.save(update_fields=["state", "shipments_due_at"])
    shipped(document, anew=False)
    _ended(document)


def _ended(document: Document) -> None:
    assert document.warehouse is not None  # noqa: S101
    shipments.arrived(document, document.warehouse.wms)
    if document.parent is not None:
        capture.read_again(document.connection, document.parent.erp_id)


def _end(document: Document) -> None:
    """Nothing more of the release leaves. What it was stays: a shipment from before may be on its way to us."""
    lines = document.lines.all()
    gone = F("shipped") + F("substituted")
    lines.update(cancelled=Greatest(F("ordered") - gone, Decimal(0)))
    left = any(line.gone for line in lines)
    document.state = Document.State.SHIPPED if left else Document.State.CANCELLED
    document.shipments_due_at = None
    document.save(update_fields=["state", "shipments_due_at"])
    too_late.clear(document, "The warehouse took it back.", "CD-4005", "CD-4006", "CD-4007")
    over = list(lines.filter(over__gt=0))
    if over:
        too_late.left(document, Kind.CANCEL, over)
    else:
        too_late.settled(document, "The warehouse took it back.")
    _ended(document)
