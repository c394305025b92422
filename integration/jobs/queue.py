"""Adding jobs. Always inside the transaction that commits what the job is about; workers are woken on commit."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from integration.jobs import dispatch, streams
from integration.models import Lane, SyncJob

Payload = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class NewJob:
    """``coalesce``: the job looks at the latest state anyway, so one that waits in its stream serves for both.

    ``news`` false: only the clock asks, so one that is stuck waits on. ``delay`` in seconds; the sweeper wakes it.
    """

    flow: str
    stream: str
    lane: Lane
    subject: str
    payload: Payload = field(default_factory=dict)
    document_id: int | None = None
    inbound_id: int | None = None
    outbound_id: int | None = None
    coalesce: bool = False
    news: bool = True
    delay: float = 0.0
    trace_id: uuid.UUID | None = None


def enqueue(new: NewJob) -> SyncJob | None:
    """Adds the job at the end of its stream; None when it coalesced with a waiting one, which then looks now."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("enqueue belongs into the transaction that causes the job")
    stream_id = streams.touch(new.stream, new.lane, new.delay)
    if not new.delay:
        transaction.on_commit(lambda: dispatch.wake(new.lane))
    if new.coalesce and _joined_waiting(stream_id, new):
        return None
    return SyncJob.objects.create(
        stream_id=stream_id,
        flow=new.flow,
        subject=new.subject[:100],
        payload=dict(new.payload),
        document_id=new.document_id,
        inbound_id=new.inbound_id,
        outbound_id=new.outbound_id,
        next_attempt_at=Now() + timedelta(seconds=new.delay) if new.delay else None,
        trace_id=new.trace_id or uuid.uuid4(),
    )


def _joined_waiting(stream_id: int, new: NewJob) -> bool:
    """News for a job that waits: one that is stuck starts afresh now, not at its next recheck."""
    waiting = SyncJob.objects.filter(stream_id=stream_id, flow=new.flow, state__in=SyncJob.UNSENT)
    stuck = waiting.filter(state__in=[SyncJob.State.BLOCKED, SyncJob.State.NEEDS_ATTENTION] if new.news else [])
    stuck.update(state=SyncJob.State.PENDING, next_attempt_at=None, attempts=0)
    return waiting.exists()
