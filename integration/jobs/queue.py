"""Adding jobs. Always inside the transaction that commits what the job is about; workers are woken on commit."""

import json
import uuid
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction

from integration.jobs import dispatch, rows, sql, streams
from integration.models import Lane, SyncJob
from integration.observe import traces

Payload = Mapping[str, object]
UNSENT = sql.listed(SyncJob.UNSENT)

# News for a job that waits: one that is stuck starts afresh now, not at its next recheck. Run after their streams are
# locked, so that it sees what others added.
_ADD = f"""
WITH new AS (
  SELECT * FROM unnest(%(streams)s::bigint[], %(subjects)s::text[], %(payloads)s::text[], %(documents)s::bigint[],
    %(inbounds)s::bigint[], %(outbounds)s::bigint[], %(traces)s::uuid[])
    AS new(stream_id, subject, payload, document_id, inbound_id, outbound_id, trace_id)),
waiting AS (
  SELECT job.id, job.stream_id FROM {streams.JOB} AS job
  WHERE %(coalesce)s::bool AND job.stream_id = ANY(%(streams)s::bigint[]) AND job.flow = %(flow)s
    AND job.state IN ({UNSENT})),
afresh AS (
  UPDATE {streams.JOB} AS job SET state = 'pending', next_attempt_at = NULL, attempts = 0 FROM waiting
  WHERE %(news)s::bool AND job.id = waiting.id AND job.state IN ('blocked', 'needs_attention'))
INSERT INTO {streams.JOB} AS job (stream_id, flow, payload, subject, document_id, inbound_id, outbound_id, state,
  attempts, tries, started_with, crashes, next_attempt_at, failure_code, failure_mode, failure_text, trace_id,
  created_at)
SELECT stream_id, %(flow)s, payload::jsonb, subject, document_id, inbound_id, outbound_id, 'pending', 0, 0, 1, 0,
  now() + %(delay)s::float8 * interval '1 second', '', '', '', trace_id, now()
FROM new WHERE NOT EXISTS (SELECT FROM waiting WHERE waiting.stream_id = new.stream_id)
RETURNING {rows.columns(SyncJob, "job")}"""  # noqa: S608  (table names of our own)


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
    return next(iter(enqueue_all([new])), None)


def enqueue_all(news: Sequence[NewJob]) -> list[SyncJob]:
    """Adds jobs of one kind, each to a stream of its own; returns those that did not coalesce with a waiting one.

    Of one kind: with the same flow, lane, delay and rules of coalescing.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("enqueue belongs into the transaction that causes the job")
    if not news:
        return []
    kind = news[0]
    ids = streams.touch_all([new.stream for new in news], kind.lane, kind.delay)
    if not kind.delay:
        transaction.on_commit(partial(dispatch.wake, kind.lane))
    columns = {
        "streams": [ids[new.stream] for new in news],
        "subjects": [new.subject[:100] for new in news],
        "payloads": [json.dumps(new.payload) for new in news],
        "documents": [new.document_id for new in news],
        "inbounds": [new.inbound_id for new in news],
        "outbounds": [new.outbound_id for new in news],
        "traces": [new.trace_id or uuid.uuid4() for new in news],
    }
    rules = {"flow": kind.flow, "coalesce": kind.coalesce, "news": kind.news, "delay": kind.delay or None}
    made = [rows.made(SyncJob, row) for row in sql.rows(_ADD, {**columns, **rules})]
    _begin_traces([job for job in made if traces.kept(job.trace_id)], {new.trace_id for new in news})
    return made


def _begin_traces(jobs: Sequence[SyncJob], known: Set[uuid.UUID | None]) -> None:
    """Of those that no message and no other job caused, once they are committed."""
    cause = traces.cause()
    for job in jobs:
        if job.trace_id not in known:
            about: traces.Attributes = {"crossdock.job": job.pk, "crossdock.flow": job.flow}
            transaction.on_commit(partial(traces.queued, job.trace_id, about, cause))
