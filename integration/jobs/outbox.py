"""The door for what goes to partners: committed with the state that caused it, sent by a job of its own."""

import uuid
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from integration.jobs import cases, routes, rows, streams
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.states import sources
from integration.models import Connection, Document, Effect, OutboundMessage, SyncJob

State = OutboundMessage.State


@dataclass(frozen=True, slots=True)
class NewMessage:
    """``version`` counts the messages of its type about the document: a higher one replaces a lower one, here and at
    the partner. ``reference``: what the partner calls the document; one that belongs to none replaces nothing."""

    connection: Connection
    type: str
    reference: str
    document: Document | None
    version: int
    body: bytes
    trace_id: uuid.UUID

    @property
    def key(self) -> str:
        return f"{self.type}/{self.reference}/{self.version}"


def enqueue_message(new: NewMessage) -> OutboundMessage:
    """Queues a message in its document's thread; one of its type that is not sent yet is superseded.

    Call inside a transaction.
    """
    if new.version > 1 and new.document is not None:
        supersede(new.connection, new.document, new.type)
    message = _message(new)
    [message.pk] = rows.add([message])
    _queue(message)
    return message


def _message(new: NewMessage) -> OutboundMessage:
    return OutboundMessage(
        connection=new.connection,
        key=new.key,
        type=new.type,
        reference=new.reference,
        version=new.version,
        document=new.document,
        body=new.body,
        trace_id=new.trace_id,
    )


def _queue(message: OutboundMessage, *, looks: bool = False) -> None:
    """``looks``: whether the warehouse has it by now, before it is sent at all."""
    sending = routes.SENDINGS[message.type]
    enqueue(
        NewJob(
            flow=sending.flow,
            stream=sending.thread.key(message.connection, message.reference),
            lane=routes.lane_of(sending.flow),
            subject=f"{message.type} {message.reference}"[:100],
            payload={"message": message.pk, **({"looks": True} if looks else {})},
            document_id=message.document_id,
            outbound_id=message.pk,
            trace_id=message.trace_id,
        )
    )


def keep_message(new: NewMessage) -> OutboundMessage:
    """Keeps a message as it would be sent, in the place of one that was kept before: its flow is in shadow.

    Call inside a transaction.
    """
    kept = OutboundMessage.objects.filter(connection=new.connection, document=new.document, type=new.type)
    kept.filter(state=State.SHADOW).update(state=State.SUPERSEDED)
    message = _message(new)
    message.state = State.SHADOW
    [message.pk] = rows.add([message])
    return message


def is_kept(document: Document, kind: str) -> bool:
    """People do it: what we would have sent of it is only kept."""
    moved = document.state in (Document.State.WAITING, Document.State.PART_SHIPPED, Document.State.PART_RECEIVED)
    return moved and document.outbound.filter(type=kind, state=State.SHADOW).exists()


def send_kept(message: OutboundMessage) -> bool:
    """Queues a message that was only kept, once; False: it is not kept any more. Call inside a transaction."""
    kept = OutboundMessage.objects.filter(pk=message.pk, state=State.SHADOW)
    if not kept.update(state=State.QUEUED):
        return False
    _queue(message, looks=True)
    return True


def supersede(connection: Connection, document: Document, kind: str) -> bool:
    """Takes back what has surely not been sent of messages of this type; True when that was all there was.

    A send of unknown outcome stays: its job looks what came of it before anything newer goes out. A job that a worker
    has taken and that has no intent yet finds its message superseded. Holds the stream, without which no intent
    commits. Call inside a transaction.
    """
    sending = routes.SENDINGS[kind]
    streams.touch(sending.thread.key(connection, document.reference), routes.lane_of(sending.flow))
    jobs = SyncJob.objects.filter(
        document=document, outbound__type=kind, state__in=SyncJob.ACTIVE, outbound__state=State.QUEUED
    )
    sent = Effect.objects.filter(job=OuterRef("pk"), state__in=[Effect.State.INTENDED, Effect.State.LANDED])
    for job in list(jobs.exclude(Exists(sent))):
        OutboundMessage.objects.filter(job=job).update(state=State.SUPERSEDED)
        if job.state == SyncJob.State.RUNNING:
            continue
        SyncJob.objects.filter(pk=job.pk, state__in=sources(SyncJob.State.SUPERSEDED)).update(
            state=SyncJob.State.SUPERSEDED, next_attempt_at=None, waits_for=None, finished_at=Now()
        )
        cases.went_on(job, "A newer one replaced it.")
    return not document.outbound.filter(type=kind).exclude(state=State.SUPERSEDED).exists()


def withdraw(connection: Connection, document: Document, kind: str) -> None:
    """As ``supersede``, and nothing takes its place: what may have been sent is looked for, and not sent again.

    Call inside a transaction.
    """
    if not supersede(connection, document, kind):
        document.outbound.filter(type=kind, state=State.QUEUED).update(withdrawn=True)
