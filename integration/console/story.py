"""What happened to an order, as entries in time order: one per snapshot, message, try, write, case and movement."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.timezone import localtime

from integration.console import links
from integration.console.words import duration, plural, quantity
from integration.jobs.looks import MODELS
from integration.models import (
    CapturedRecord,
    Document,
    Effect,
    ExceptionCase,
    InboundMessage,
    JobAttempt,
    MessageEdit,
    OutboundMessage,
    Parcel,
    ParcelEvent,
    Proof,
    StageEvent,
    StockEvent,
    SyncJob,
)

Row = TypeVar("Row", bound=Model)
MOST = 300  # of each sort; the newest are kept
MOVED = {
    "shipped": ("Goods left", "shipped"),
    "received": ("Goods came in", "received"),
    "returned": ("Goods came back", "received"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One remote call of a try."""

    what: str
    took: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. ``state`` colours it; ``sort`` names its symbol."""

    at: datetime
    sort: str
    title: str
    state: str = ""
    detail: str = ""
    address: str = ""
    calls: Sequence[Call] = field(default=())


@dataclass(frozen=True, slots=True)
class Family:
    """An order with its deliveries, and all rows about them."""

    order: Document
    documents: Sequence[Document]
    captured: Sequence[CapturedRecord]
    sent: Sequence[OutboundMessage]
    received: Sequence[InboundMessage]
    edited: Sequence[MessageEdit]
    jobs: Sequence[SyncJob]
    attempts: Sequence[JobAttempt]
    effects: Sequence[Effect]
    cases: Sequence[ExceptionCase]
    moved: Sequence[StockEvent]
    stages: Sequence[StageEvent]
    parcels: Sequence[Parcel]
    seen: Sequence[ParcelEvent]
    proofs: Sequence[Proof]


def family(document: Document, seen: QuerySet[Document]) -> Family:
    """Everything about the order that the document is, or belongs to, and about those of its deliveries that the user
    sees."""
    order = Document.objects.with_progress().select_related("connection").get(pk=document.parent_id or document.pk)
    documents = [order, *seen.filter(parent=order).select_related("warehouse__wms", "connection").order_by("id")]
    ours = Q(document__in=documents)
    parcels = Parcel.objects.filter(ours).order_by().values("pk")
    about = _either(SyncJob.objects.filter(ours), SyncJob.objects.filter(inbound__document__in=documents))
    jobs = list(SyncJob.objects.filter(pk__in=about).select_related("waits_for", "document")[:MOST])
    ids = [job.pk for job in jobs]
    told = _either(ExceptionCase.objects.filter(ours), ExceptionCase.objects.filter(waiting__job__in=ids))
    snapshots = CapturedRecord.objects.filter(
        connection=order.connection_id, model=MODELS[order.kind], record_id=order.erp_id
    )
    received = list(InboundMessage.objects.filter(ours).select_related("connection").defer("body")[:MOST])
    return Family(
        order=order,
        documents=documents,
        captured=list(snapshots),
        sent=list(OutboundMessage.objects.filter(ours).select_related("connection").defer("body")[:MOST]),
        received=received,
        edited=_edits(received),
        jobs=jobs,
        attempts=list(JobAttempt.objects.filter(job__in=ids)[:MOST]),
        effects=list(Effect.objects.filter(job__in=ids).select_related("connection")[:MOST]),
        cases=list(ExceptionCase.objects.filter(pk__in=told)[:MOST]),
        moved=list(StockEvent.objects.filter(ours)[:MOST]),
        stages=list(StageEvent.objects.filter(ours).select_related("document")[:MOST]),
        parcels=list(Parcel.objects.filter(ours).select_related("document").defer("signed_by")[:MOST]),
        seen=list(ParcelEvent.objects.filter(parcel__in=parcels).select_related("parcel")[:MOST]),
        proofs=list(Proof.objects.filter(ours)[:MOST]),
    )


def _edits(received: Sequence[InboundMessage]) -> list[MessageEdit]:
    """Without a query where nothing was edited."""
    named = [message.pk for message in received if message.edits]
    rows = MessageEdit.objects.filter(message__in=named).select_related("message").defer("body", "message__body")
    return list(rows[:MOST]) if named else []


def _either(one: QuerySet[Row], other: QuerySet[Row]) -> QuerySet[Row, Any]:
    """The ids of both: one look-up in an index each, where an OR over two tables would read all of them."""
    return one.order_by().values("pk").union(other.order_by().values("pk"))


def tell(of: Family) -> list[Entry]:
    """The entries, oldest first."""
    jobs = {job.pk: job for job in of.jobs}
    tried = {attempt.job_id for attempt in of.attempts}
    parts: Iterable[Iterable[Entry]] = (
        *map(_snapshot, of.captured),
        *map(_sent, of.sent),
        map(_received, of.received),
        map(_edited, of.edited),
        (_attempt(attempt, jobs[attempt.job_id]) for attempt in of.attempts),
        (_untried(job) for job in of.jobs if job.pk not in tried),
        map(_effect, of.effects),
        *map(_case, of.cases),
        _movements(of.moved),
        map(_stage, of.stages),
        map(_seen, of.seen),
        map(_proof, of.proofs),
    )
    return sorted((entry for part in parts for entry in part), key=lambda entry: entry.at)


def _snapshot(row: CapturedRecord) -> Iterator[Entry]:
    if row.read_at:
        yield Entry(row.read_at, "snapshot", f"Read from Odoo, version {row.version}", address=links.page(row))


def _sent(message: OutboundMessage) -> Iterator[Entry]:
    count = f"{'version' if message.type == 'order.release' else 'number'} {message.version}"
    what, to = f"{words(message.type)} {message.reference} {count}", message.connection.name
    address = links.page(message)
    if message.sent_at is None:
        yield Entry(message.created_at, "out", f"{what} made for {to}", message.state, "", address)
        return
    due = f"Answer due by {localtime(message.acknowledge_by):%H:%M}." if message.acknowledge_by else ""
    yield Entry(message.sent_at, "out", f"{what} sent to {to}", "sent", due, address)
    if message.answered_at:
        detail = " ".join(filter(None, [message.partner_reference, message.reason]))
        title = f"{to} {message.get_state_display().lower()} {words(message.type).lower()} {message.reference} {count}"
        yield Entry(message.answered_at, "in", title, message.state, detail, address)


def _received(message: InboundMessage) -> Entry:
    title = f"{words(message.type)} {message.reference} received from {message.connection.name}"
    return Entry(message.received_at, "in", title, "sent", f"Message {message.external_id}", links.page(message))


def _edited(edit: MessageEdit) -> Entry:
    message = edit.message
    title = f"{words(message.type)} {message.reference} edited by {edit.actor}"
    return Entry(edit.made_at, "in", title, "waiting", edit.reason, f"{links.page(message)}?edit={edit.number}")


def _attempt(attempt: JobAttempt, job: SyncJob) -> Entry:
    took = duration((attempt.ended_at - attempt.started_at).total_seconds() * 1000)
    title = f"{words(job.flow)} {job.subject}: try {attempt.number}, {words(attempt.outcome).lower()} in {took}"
    detail = " ".join(filter(None, [attempt.code, attempt.detail]))
    return Entry(attempt.started_at, "job", title, attempt.outcome, detail, links.page(job), calls(attempt))


def _untried(job: SyncJob) -> Entry:
    title = f"{words(job.flow)} {job.subject}: {job.get_state_display()}"
    return Entry(job.created_at, "job", title, job.state, job.failure_text, links.page(job))


def _effect(effect: Effect) -> Entry:
    title = f"{words(effect.verb)} in {effect.connection.name}: {effect.get_state_display().lower()}"
    return Entry(effect.landed_at or effect.intended_at, "write", title, effect.state, effect.key, links.page(effect))


def _case(case: ExceptionCase) -> Iterator[Entry]:
    address = links.page(case)
    yield Entry(case.first_seen, "case", f"Case opened: {case.title}", "open", case.cause, address)
    if case.resolved_at:
        title = f"Case {case.get_state_display()}: {case.title}"
        yield Entry(case.resolved_at, "case", title, case.state, case.resolution, address)


def _stage(event: StageEvent) -> Entry:
    title = f"{event.document} is {event.get_stage_display().lower()} at the warehouse"
    late = "" if event.counts else "It came late: something newer was known. "
    return Entry(event.at, "goods", title, "accepted" if event.counts else "", f"{late}{event.detail}")


def _seen(event: ParcelEvent) -> Entry:
    where = f" at {event.place}" if event.place else ""
    title = f"Parcel {event.parcel.number}: {event.get_status_display().lower()}{where}"
    return Entry(event.at, "goods", title, event.status, event.note, links.page(event.parcel))


def _proof(proof: Proof) -> Entry:
    title = f"Proof of {proof.get_kind_display().lower()} received: {proof.name}"
    return Entry(proof.received_at, "in", title, "sent", f"Shipment {proof.shipment} {proof.number}", links.page(proof))


def _movements(rows: Sequence[StockEvent]) -> Iterator[Entry]:
    """One entry per source: a shipment of forty lines is one thing that happened."""
    by_source: dict[tuple[str, datetime], list[StockEvent]] = {}
    for row in rows:
        by_source.setdefault((row.source, row.happened_at), []).append(row)
    for (source, at), moved in by_source.items():
        sign = -1 if moved[0].kind == StockEvent.Kind.SHIPPED else 1
        goods = ", ".join(f"{quantity(sign * row.quantity)} x {row.sku}{_apart(row)}" for row in moved[:8])
        parcels = ", ".join(sorted({row.package for row in moved if row.package}))
        detail = f"{goods}{' and more' if len(moved) > 8 else ''}{f'. Packages {parcels}' if parcels else ''}."
        what, state = MOVED.get(moved[0].kind, ("Goods moved", "shipped"))
        yield Entry(at, "goods", f"{what}: {plural(len(moved), 'line')} ({source})", state, detail)


def _apart(row: StockEvent) -> str:
    return "" if row.condition == "good" else f" ({row.condition})"


def calls(attempt: JobAttempt) -> list[Call]:
    """The remote calls of a try."""
    return [Call(str(call["what"]), duration(float(call["ms"])), str(call["outcome"])) for call in attempt.calls]


def words(name: str) -> str:
    """ "order_release" and "order.release" as people write it."""
    return name.replace("_", " ").replace(".", " ").capitalize()
