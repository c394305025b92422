"""What happened to an order, as entries in time order: one per snapshot, message, try, write, case and movement."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from integration.console import links, said
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
SECRET = ("connection__secrets", "warehouse__wms__secrets")  # taken out of their envelope for each row that names them
MOVED = {
    "shipped": (_("Goods left"), "shipped"),
    "received": (_("Goods came in"), "received"),
    "returned": (_("Goods came back"), "received"),
}
ANSWERED: Mapping[str, StrOrPromise] = {
    OutboundMessage.State.ACCEPTED: _("{who} accepted {what}"),
    OutboundMessage.State.REJECTED: _("{who} rejected {what}"),
    OutboundMessage.State.SUPERSEDED: _("{who} superseded {what}"),
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


def family(pk: int, seen: QuerySet[Document]) -> Family:
    """Everything about the order that the document is, or belongs to, and about those of its deliveries that the user
    sees. Raises Document.DoesNotExist when the document itself is not seen."""
    root = Document.objects.filter(pk=pk).values(root=Coalesce("parent", "pk"))
    order = Document.objects.with_progress().select_related("connection").defer(SECRET[0]).get(pk__in=root)
    known = seen.filter(Q(parent=order) | Q(pk=order.pk)).select_related("warehouse__wms", "connection").defer(*SECRET)
    rows = list(known.order_by("id"))
    if pk not in {row.pk for row in rows}:
        raise Document.DoesNotExist
    documents = [order, *(row for row in rows if row.pk != order.pk)]
    ours = Q(document__in=documents)
    parcels = Parcel.objects.filter(ours).order_by().values("pk")
    about = _either(SyncJob.objects.filter(ours), SyncJob.objects.filter(inbound__document__in=documents))
    wanted = SyncJob.objects.filter(pk__in=about).select_related("waits_for", "document").defer("waits_for__secrets")
    jobs = list(wanted[:MOST])
    ids = [job.pk for job in jobs]
    told = _either(ExceptionCase.objects.filter(ours), ExceptionCase.objects.filter(waiting__job__in=ids))
    received = list(InboundMessage.objects.filter(ours).select_related("connection").defer("body", SECRET[0])[:MOST])
    return Family(
        order=order,
        documents=documents,
        captured=list(captured(order)),
        sent=list(OutboundMessage.objects.filter(ours).select_related("connection").defer("body", SECRET[0])[:MOST]),
        received=received,
        edited=_edits(received),
        jobs=jobs,
        attempts=list(JobAttempt.objects.filter(job__in=ids)[:MOST]),
        effects=list(Effect.objects.filter(job__in=ids).select_related("connection").defer(SECRET[0])[:MOST]),
        cases=list(ExceptionCase.objects.filter(pk__in=told)[:MOST]),
        moved=list(StockEvent.objects.filter(ours)[:MOST]),
        stages=list(StageEvent.objects.filter(ours).select_related("document")[:MOST]),
        parcels=list(Parcel.objects.filter(ours).select_related("document").defer("signed_by")[:MOST]),
        seen=list(ParcelEvent.objects.filter(parcel__in=parcels).select_related("parcel")[:MOST]),
        proofs=list(Proof.objects.filter(ours)[:MOST]),
    )


def captured(order: Document) -> QuerySet[CapturedRecord]:
    """The order as Odoo was last read."""
    return CapturedRecord.objects.filter(
        connection=order.connection_id, model=MODELS[order.kind], record_id=order.erp_id
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
        (_attempts(row, jobs[row[0].job_id]) for row in _alike(of.attempts)),
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
        yield Entry(
            row.read_at, "snapshot", _("Read from Odoo, version {n}").format(n=row.version), address=links.page(row)
        )


def _sent(message: OutboundMessage) -> Iterator[Entry]:
    count = _("version {n}") if message.type == "order.release" else _("number {n}")
    what, to = f"{words(message.type)} {message.reference} {count.format(n=message.version)}", message.connection.name
    address = links.page(message)
    if message.sent_at is None:
        title = _("{what} made for {to}").format(what=what, to=to)
        yield Entry(message.created_at, "out", title, message.state, "", address)
        return
    by = time_format(localtime(message.acknowledge_by)) if message.acknowledge_by else ""
    due = _("Answer due by {time}.").format(time=by) if by else ""
    yield Entry(message.sent_at, "out", _("{what} sent to {to}").format(what=what, to=to), "sent", due, address)
    if message.answered_at:
        detail = " ".join(filter(None, [message.partner_reference, message.reason]))
        title = ANSWERED[message.state].format(who=to, what=said.within(what)) if message.state in ANSWERED else what
        yield Entry(message.answered_at, "in", title, message.state, detail, address)


def _received(message: InboundMessage) -> Entry:
    what = f"{words(message.type)} {message.reference}"
    title = _("{what} received from {who}").format(what=what, who=message.connection.name)
    number = _("Message {number}").format(number=message.external_id)
    return Entry(message.received_at, "in", title, "sent", number, links.page(message))


def _edited(edit: MessageEdit) -> Entry:
    message = edit.message
    what = f"{words(message.type)} {message.reference}"
    title = _("{what} edited by {who}").format(what=what, who=edit.actor)
    return Entry(edit.made_at, "in", title, "waiting", edit.reason, f"{links.page(message)}?edit={edit.number}")


def _alike(attempts: Iterable[JobAttempt]) -> Iterator[list[JobAttempt]]:
    """Tries of a job that went the same way one after the other: twenty of them are one thing that happened."""
    ordered = sorted(attempts, key=lambda attempt: (attempt.job_id, attempt.number))
    for _way, rows in groupby(ordered, lambda attempt: (attempt.job_id, attempt.outcome, attempt.code)):
        yield list(rows)


def _attempts(rows: Sequence[JobAttempt], job: SyncJob) -> Entry:
    """The last one, and how often it went like this."""
    attempt = rows[-1]
    took = duration((attempt.ended_at - attempt.started_at).total_seconds() * 1000)
    one, many = _("{what}: try {n}, {outcome} in {took}"), _("{what}: tries {first} to {n}, {outcome}")
    title = (many if len(rows) > 1 else one).format(
        what=f"{words(job.flow)} {said.subject(job)}",
        first=rows[0].number,
        n=attempt.number,
        outcome=words(attempt.outcome).lower(),
        took=took,
    )
    detail = " ".join(filter(None, [attempt.code, said.tried(attempt)]))
    return Entry(attempt.started_at, "job", title, attempt.outcome, detail, links.page(job), calls(attempt))


def _untried(job: SyncJob) -> Entry:
    title = f"{words(job.flow)} {said.subject(job)}: {job.get_state_display()}"
    return Entry(job.created_at, "job", title, job.state, said.failure(job), links.page(job))


def _effect(effect: Effect) -> Entry:
    title = _("{what} in {where}: {state}").format(
        what=words(effect.verb), where=effect.connection.name, state=effect.get_state_display().lower()
    )
    return Entry(effect.landed_at or effect.intended_at, "write", title, effect.state, effect.key, links.page(effect))


def _case(case: ExceptionCase) -> Iterator[Entry]:
    address = links.page(case)
    name = said.title(case)
    yield Entry(case.first_seen, "case", _("Case opened: {case}").format(case=name), "open", said.cause(case), address)
    if case.resolved_at:
        title = _("Case {state}: {case}").format(state=case.get_state_display(), case=name)
        yield Entry(case.resolved_at, "case", title, case.state, said.resolution(case), address)


def _stage(event: StageEvent) -> Entry:
    title = _("{document} is {stage} at the warehouse").format(
        document=event.document, stage=event.get_stage_display().lower()
    )
    late = "" if event.counts else _("It came late: something newer was known.") + " "
    return Entry(event.at, "goods", title, "accepted" if event.counts else "", f"{late}{event.detail}")


def _seen(event: ParcelEvent) -> Entry:
    words = _("Parcel {number}: {status} at {place}") if event.place else _("Parcel {number}: {status}")
    title = words.format(number=event.parcel.number, status=event.get_status_display().lower(), place=event.place)
    return Entry(event.at, "goods", title, event.status, event.note, links.page(event.parcel))


def _proof(proof: Proof) -> Entry:
    title = _("Proof of {kind} received: {name}").format(kind=proof.get_kind_display().lower(), name=proof.name)
    about = _("Shipment {shipment} {number}").format(shipment=proof.shipment, number=proof.number)
    return Entry(proof.received_at, "in", title, "sent", about, links.page(proof))


def _movements(rows: Sequence[StockEvent]) -> Iterator[Entry]:
    """One entry per source: a shipment of forty lines is one thing that happened."""
    by_source: dict[tuple[str, datetime], list[StockEvent]] = {}
    for row in rows:
        by_source.setdefault((row.source, row.happened_at), []).append(row)
    for (source, at), moved in by_source.items():
        sign = -1 if moved[0].kind == StockEvent.Kind.SHIPPED else 1
        goods = ", ".join(f"{quantity(sign * row.quantity)} x {row.sku}{_apart(row)}" for row in moved[:8])
        parcels = ", ".join(sorted({row.package for row in moved if row.package}))
        shown = _("{goods} and more").format(goods=goods) if len(moved) > 8 else goods
        detail = _("{goods}. Packages {parcels}.") if parcels else "{goods}."
        what, state = MOVED.get(moved[0].kind, (_("Goods moved"), "shipped"))
        title = f"{what}: {plural(len(moved), 'line')} ({source})"
        yield Entry(at, "goods", title, state, detail.format(goods=shown, parcels=parcels))


def _apart(row: StockEvent) -> str:
    return "" if row.condition == "good" else f" ({said.below(row.condition)})"


def calls(attempt: JobAttempt) -> list[Call]:
    """The remote calls of a try."""
    return [Call(str(call["what"]), duration(float(call["ms"])), str(call["outcome"])) for call in attempt.calls]


def words(name: str) -> str:
    """ "order_release" and "order.release" as people write it."""
    return said.named(name)
