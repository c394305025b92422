"""The door for what goes to partners: committed with the state that caused it, sent by a job of its own."""

import uuid
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from integration.jobs import cases, rows, streams
from integration.jobs.inbox import delivery_stream
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.states import sources
from integration.models import Connection, Document, Effect, Lane, OutboundMessage, SyncJob

State = OutboundMessage.State


@dataclass(frozen=True, slots=True)
class NewMessage:
    """``version`` counts the document's releases: a higher one replaces a lower one, here and at the partner."""

    connection: Connection
    type: str
    document: Document
    version: int
    body: bytes
    trace_id: uuid.UUID

    @property
    def key(self) -> str:
        return f"{self.type}/{self.document.reference}/{self.version}"


def enqueue_message(new: NewMessage) -> OutboundMessage:
    """Queues a message in its delivery's stream; one that is not sent yet is superseded. Call inside a transaction."""
    stream = delivery_stream(new.connection, new.document.reference)
    if new.version > 1:
        supersede(new.connection, new.document)
    message = OutboundMessage(
        connection=new.connection,
        key=new.key,
        type=new.type,
        reference=new.document.reference,
        version=new.version,
        document=new.document,
        body=new.body,
        trace_id=new.trace_id,
    )
    [message.pk] = rows.add([message])
    enqueue(
        NewJob(
            flow="release_send",
            stream=stream,
            lane=Lane.ORDER,
            subject=f"{new.type} {new.document.reference}",
            payload={"message": message.pk},
            document_id=new.document.pk,
            outbound_id=message.pk,
            trace_id=new.trace_id,
        )
    )
    return message


def supersede(connection: Connection, document: Document) -> bool:
    """Takes back what has surely not been sent; True when that was all there was.

    A send of unknown outcome stays: its job looks what came of it before anything newer goes out. A job that a worker
    has taken and that has no intent yet finds its message superseded. Holds the stream, without which no intent
    commits. Call inside a transaction.
    """
    streams.touch(delivery_stream(connection, document.reference), Lane.ORDER)
    jobs = SyncJob.objects.filter(
        document=document, flow="release_send", state__in=SyncJob.ACTIVE, outbound__state=State.QUEUED
    )
    sent = Effect.objects.filter(job=OuterRef("pk"), state__in=[Effect.State.INTENDED, Effect.State.LANDED])
    for job in list(jobs.exclude(Exists(sent))):
        OutboundMessage.objects.filter(job=job).update(state=State.SUPERSEDED)
        if job.state == SyncJob.State.RUNNING:
            continue
        SyncJob.objects.filter(pk=job.pk, state__in=sources(SyncJob.State.SUPERSEDED)).update(
            state=SyncJob.State.SUPERSEDED, next_attempt_at=None, waits_for=None, finished_at=Now()
        )
        cases.went_on(job, "A newer release replaced it.")
    return not document.outbound.exclude(state=State.SUPERSEDED).exists()
