"""What an order's change or cancel after its release comes to in our tables: asked, answered, and what is left of it.

Call inside the transaction that settles the job.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Greatest, Now

from integration.canonical.outgoing import Outgoing
from integration.errors import Rejected
from integration.flows import releases
from integration.flows.releases import Delivery
from integration.jobs import capture, cases, decisions, looks, outbox, rows, shipments
from integration.jobs.queue import enqueue
from integration.models import (
    ChangeLine,
    ChangeRequest,
    Connection,
    Decision,
    Document,
    DocumentLine,
    ExceptionCase,
    OutboundMessage,
)
from integration.rules import changes as rules
from integration.rules import choices
from integration.rules.shipping import ReleasedLine

Kind, State = ChangeRequest.Kind, ChangeRequest.State
REQUESTS = ("order.change", "order.cancel")
TOO_LATE = {Kind.CHANGE: choices.CHANGED, Kind.CANCEL: choices.CANCELLED}
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
    if not _surplus(delivery.known).exists():
        cases.clear("Both sides agree again.", *_fingerprints(delivery.known, *TOO_LATE.values()))


def _surplus(document: Document) -> QuerySet[DocumentLine]:
    """Lines of which more leaves, or left, than Odoo asks for."""
    return document.lines.filter(Q(released__gt=F("ordered") - F("cancelled")) | Q(over__gt=0))


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
        judge(document, request)
    if document.state == Document.State.PART_SHIPPED and not document.lines.filter(shipped__lt=F("released")).exists():
        _all_left(document)


def cancelled_too_late(delivery: Delivery) -> None:
    """The order was cancelled after all had left: told once, whatever is made of it."""
    known = delivery.known
    assert known is not None  # noqa: S101
    if known.changes.filter(kind=Kind.CANCEL).exists():
        return
    if ExceptionCase.objects.filter(document=known, code=TOO_LATE[Kind.CANCEL]).exists():
        return
    back = _came_back(delivery)
    left = {line.sku: line.gone - back[line.sale_line_id, line.product_id] for line in known.lines.all()}
    if any(quantity > 0 for quantity in left.values()):
        known.lines.update(cancelled=F("ordered"), over=F("shipped") + F("substituted"))
        words = (f"{sku}: {_plain(quantity)} left" for sku, quantity in left.items() if quantity > 0)
        _open(known, Kind.CANCEL, "; ".join(words), "it had left")


def _came_back(delivery: Delivery) -> Mapping[tuple[int | None, int], Decimal]:
    """By line of the order, of what this release brought out."""
    chain = rules.chain(delivery.order, delivery.picking.id, delivery.released_otherwise)
    own = {move.id for picking in chain for move in picking.moves}
    back: defaultdict[tuple[int | None, int], Decimal] = defaultdict(Decimal)
    for move in (move for picking in delivery.order.pickings for move in picking.moves):
        if move.takes_back in own and move.state == "done":
            back[move.sale_line_id, move.product_id] += move.done
    return back


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


def judge(document: Document, request: ChangeRequest) -> None:
    """Where more will leave than Odoo wants, or otherwise, a person chooses; what is less follows as a backorder."""
    lines = list(request.lines.all())
    surplus = [line for line in lines if line.granted is not None and line.granted > line.wanted]
    if surplus or request.refused_fields:
        about = [_line_words(line) for line in surplus]
        about += [rules.HEADER[name] for name in request.refused_fields]
        _open(document, request.kind, "; ".join(about), request.reason)


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
        cases.clear("The goods have left.", *_fingerprints(document, UNANSWERED))
    over = list(document.lines.filter(over__gt=0))
    beyond = [line for line in over if line.over > releases.tolerance(document, line)]
    kind = Kind.CANCEL if anew else Kind.CHANGE
    if beyond and _is_decided(document):
        enqueue(looks.surplus_job(document))
    elif beyond:
        words = "; ".join(map(_left_words, beyond))
        _open(document, kind, words, "it had left")
    elif document.change_count and not refused:
        cases.clear("The goods left as Odoo asks for them now.", *_fingerprints(document, *TOO_LATE.values()))


def _is_decided(document: Document) -> bool:
    """A person has said what becomes of it before it left, and nothing was told to anybody since."""
    told = ExceptionCase.objects.filter(document=document, code__in=TOO_LATE.values()).aggregate(at=Max("last_seen"))
    said = Decision.objects.filter(source=decisions.surplus_of(document)).aggregate(at=Max("made_at"))
    return bool(told["at"] and said["at"] and said["at"] >= told["at"])


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
    cases.clear("The warehouse took it back.", *_fingerprints(document, "CD-4005", "CD-4006", "CD-4007"))
    over = list(lines.filter(over__gt=0))
    if over:
        _open(document, Kind.CANCEL, "; ".join(map(_left_words, over)), "it had left")
    else:
        cases.clear("The warehouse took it back.", *_fingerprints(document, *TOO_LATE.values()))
    _ended(document)


def _open(document: Document, kind: str, difference: str, answer: str) -> ExceptionCase:
    """One case: it stands for what was told before, and a cancel for whatever change was refused before it."""
    assert document.warehouse is not None  # noqa: S101
    told = ["CD-4004", "CD-4005", *([TOO_LATE[Kind.CHANGE]] if kind == Kind.CANCEL else [])]
    cases.clear("It was too late: see the newer case.", *_fingerprints(document, *told))
    said = {"difference": difference, "answer": answer or "no reason given"}
    choice = {"source": decisions.surplus_of(document)} if _surplus(document).exists() else {}
    error = about(TOO_LATE[Kind(kind)], document, **said, **choice)
    return cases.open_case(error, document.warehouse.wms, document)


def about(code: str, document: Document, **more: Any) -> Rejected:
    assert document.warehouse is not None  # noqa: S101
    name = document.warehouse.wms.name
    order = document.parent.reference if document.parent else document.reference
    return Rejected(code, connection=name, partner=name, release=document.reference, order=order, **more)


def _fingerprints(document: Document, *codes: str) -> list[str]:
    return [about(code, document).fingerprint for code in codes]


def _left_words(line: DocumentLine) -> str:
    return f"{line.sku}: {_plain(line.gone)} left, {_plain(line.gone - line.over)} wanted"


def _line_words(line: ChangeLine) -> str:
    reason = ", ".join(filter(None, (line.stage, line.reason)))
    said = f" ({reason})" if reason else ""
    return f"{line.sku}: {_plain(line.wanted)} wanted, {_plain(line.granted or Decimal(0))} will leave{said}"


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"
