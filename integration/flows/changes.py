"""What an order's change or cancel after its release comes to in our tables: asked, answered, and what is left of it.

Call inside the transaction that settles the job.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, Max
from django.db.models.functions import Now

from integration.canonical.outgoing import Outgoing
from integration.errors import Rejected
from integration.flows import releases
from integration.flows.releases import Delivery
from integration.jobs import capture, cases, outbox, rows, shipments
from integration.models import ChangeLine, ChangeRequest, Document, DocumentLine, ExceptionCase, OutboundMessage
from integration.rules import changes as rules
from integration.rules.shipping import ReleasedLine

Kind, State = ChangeRequest.Kind, ChangeRequest.State
REQUESTS = ("order.change", "order.cancel")
TOO_LATE = {Kind.CHANGE: "CD-4012", Kind.CANCEL: "CD-4013"}
UNANSWERED = "CD-4014"
FIELDS = {
    "ship_to": "the address",
    "carrier": "the carrier",
    "ship_by": "the date",
    "customer_reference": "the customer's reference",
}


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
    take_back(delivery)
    releases.keep_asked(delivery)
    Document.objects.filter(pk=known.pk).update(change_count=asked.number)
    known.changes.filter(stands=True).update(stands=False)
    cases.clear("It is asked again.", *_fingerprints(known, UNANSWERED))
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


def take_back(delivery: Delivery) -> None:
    """What was not sent need not be answered."""
    assert delivery.known is not None  # noqa: S101
    for kind in REQUESTS:
        outbox.supersede(delivery.warehouse.wms, delivery.known, kind)
    unsent = delivery.known.changes.filter(state=State.OPEN, message__state=OutboundMessage.State.SUPERSEDED)
    unsent.update(state=State.SUPERSEDED, stands=False)


def agree(delivery: Delivery) -> None:
    """Odoo wants what the warehouse knows."""
    assert delivery.known is not None  # noqa: S101
    take_back(delivery)
    delivery.known.changes.filter(stands=True).exclude(state=State.OPEN).update(stands=False)
    releases.agrees(delivery)
    cases.clear("Both sides agree again.", *_fingerprints(delivery.known, *TOO_LATE.values()))


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
    cases.clear("The warehouse answered.", *_fingerprints(document, UNANSWERED))
    newer = request.document.changes.exclude(pk=request.pk).filter(answered_at__isnull=False)
    overtaken = (newer.aggregate(last=Max("number"))["last"] or 0) > request.number
    _keep_lines(request, verdict, counts=not overtaken)
    if overtaken or document.state in (Document.State.SHIPPED, Document.State.CANCELLED):
        return
    _keep_header(document, request)
    if request.kind == Kind.CANCEL and verdict.state == State.ACCEPTED:
        _end(document)
    elif request.stands:
        judge(document, request)


def cancelled_too_late(delivery: Delivery) -> None:
    """The order was cancelled after all had left: told once, whatever is made of it."""
    known = delivery.known
    assert known is not None  # noqa: S101
    if known.changes.filter(kind=Kind.CANCEL).exists():
        return
    left = list(known.lines.filter(shipped__gt=0))
    if left and not ExceptionCase.objects.filter(document=known, code=TOO_LATE[Kind.CANCEL]).exists():
        _open(known, Kind.CANCEL, "; ".join(f"{line.sku}: {_plain(line.shipped)} left" for line in left), "it had left")


def accepted(message: OutboundMessage) -> None:
    """The yes in the answer to the call."""
    answer(_of(message), Verdict(State.ACCEPTED))


def refused(message: OutboundMessage, reason: str) -> None:
    answer(_of(message), Verdict(State.REFUSED, reason=reason))


def _of(message: OutboundMessage) -> ChangeRequest:
    return ChangeRequest.objects.get(message=message)


def judge(document: Document, request: ChangeRequest) -> None:
    """Where more will leave than Odoo wants, or otherwise, a person chooses; what is less follows as a backorder."""
    lines = list(request.lines.all())
    surplus = [line for line in lines if line.granted is not None and line.granted > line.wanted]
    if surplus or request.refused_fields:
        about = [_line_words(line) for line in surplus]
        about += [FIELDS[name] for name in request.refused_fields]
        _open(document, request.kind, "; ".join(about), request.reason)


def shipped(document: Document, *, anew: bool) -> None:
    """The release has ended: what left beyond Odoo's wish is one case, and what was asked meanwhile is over.

    ``anew``: Odoo had cancelled the delivery, and the goods were booked on one that was made for them.
    """
    if document.change_count:
        document.changes.filter(stands=True).update(stands=False)
    over = list(document.lines.filter(over__gt=0))
    beyond = [line for line in over if line.over > releases.tolerance(document, line)]
    kind = Kind.CANCEL if anew else Kind.CHANGE
    if beyond:
        words = "; ".join(
            f"{line.sku}: {_plain(line.shipped)} left, {_plain(line.ordered - line.cancelled)} wanted"
            for line in beyond
        )
        _open(document, kind, words, "it had left")
    elif document.change_count:
        cases.clear("The goods left as Odoo asks for them now.", *_fingerprints(document, *TOO_LATE.values()))


def _tell_message(request: ChangeRequest) -> None:
    if request.message is None:
        return
    refused = request.state == State.REFUSED
    message = request.message
    message.state = OutboundMessage.State.REJECTED if refused else OutboundMessage.State.ACCEPTED
    message.answered_at, message.acknowledge_by, message.reason = Now(), None, request.reason
    message.save(update_fields=["state", "answered_at", "acknowledge_by", "reason"])


def _keep_lines(request: ChangeRequest, verdict: Verdict, *, counts: bool) -> None:
    for line in request.lines.all():
        unchanged = line.was if verdict.state == State.REFUSED else line.wanted
        line.granted = verdict.granted.get(line.line, unchanged)
        line.stage = verdict.stages.get(line.line, "")
        line.reason = verdict.reasons.get(line.line, "")[:500]
        line.save(update_fields=["granted", "stage", "reason"])
        if counts:
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


def _end(document: Document) -> None:
    """Nothing more of the release leaves."""
    lines = document.lines.all()
    lines.update(released=F("shipped"), cancelled=F("ordered") - F("shipped"))
    left = lines.filter(shipped__gt=0).exists()
    document.state = Document.State.SHIPPED if left else Document.State.CANCELLED
    document.shipments_due_at = None
    document.save(update_fields=["state", "shipments_due_at"])
    assert document.warehouse is not None  # noqa: S101
    shipments.arrived(document, document.warehouse.wms)
    cases.clear("The warehouse took it back.", *_fingerprints(document, "CD-4005", "CD-4006", "CD-4007"))
    cases.clear("The warehouse took it back.", *_fingerprints(document, *TOO_LATE.values()))
    if document.parent is not None:
        capture.read_again(document.connection, document.parent.erp_id)


def _open(document: Document, kind: str, difference: str, answer: str) -> ExceptionCase:
    """One case: it stands for what was told before, and a cancel for whatever change was refused before it."""
    assert document.warehouse is not None  # noqa: S101
    told = ["CD-4004", "CD-4005", *([TOO_LATE[Kind.CHANGE]] if kind == Kind.CANCEL else [])]
    cases.clear("It was too late: see the newer case.", *_fingerprints(document, *told))
    error = about(TOO_LATE[Kind(kind)], document, difference=difference, answer=answer or "no reason given")
    return cases.open_case(error, document.warehouse.wms, document)


def about(code: str, document: Document, **more: Any) -> Rejected:
    assert document.warehouse is not None  # noqa: S101
    name = document.warehouse.wms.name
    order = document.parent.reference if document.parent else document.reference
    return Rejected(code, connection=name, partner=name, release=document.reference, order=order, **more)


def _fingerprints(document: Document, *codes: str) -> list[str]:
    return [about(code, document).fingerprint for code in codes]


def _line_words(line: ChangeLine) -> str:
    reason = ", ".join(filter(None, (line.stage, line.reason)))
    said = f" ({reason})" if reason else ""
    return f"{line.sku}: {_plain(line.wanted)} wanted, {_plain(line.granted or Decimal(0))} will leave{said}"


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
