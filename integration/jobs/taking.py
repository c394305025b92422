"""Taking jobs: what a worker is about to run is marked before it begins.

Jobs are taken in batches, in the order of their streams. A death of the worker then cannot be laid to any one of them:
their streams are found abandoned, and whoever takes those over takes one job at a time. The next death is that job's.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integration.errors import Permanent
from integration.jobs import failpoints, rows, settle, sql, streams
from integration.jobs.states import sources
from integration.jobs.streams import JOB, Claim, first_of
from integration.jobs.work import Work
from integration.models import Lane, SyncJob

State = SyncJob.State
POISON = 3
PER_STREAM = 4  # jobs that a stream is thought to hold, when streams are claimed for a batch

# Of each stream: its first jobs, as far as all before them are due too.
_TAKE = f"""
WITH due AS (
  SELECT head.id FROM unnest(%s::bigint[]) AS claimed(stream_id) CROSS JOIN LATERAL (
    SELECT id, bool_and(
      state = 'pending' AND COALESCE(next_attempt_at <= now(), true)
      OR state IN ('retry', 'blocked') AND COALESCE(next_attempt_at <= now(), false)) OVER (ORDER BY id) AS runs
    FROM (SELECT id, state, next_attempt_at FROM {JOB} AS job
          WHERE {first_of("job", "claimed.stream_id")} LIMIT %s::int) AS first) AS head
  WHERE head.runs)
UPDATE {JOB} AS job SET state = 'running', tries = tries + 1, started_at = now(), next_attempt_at = NULL,
  started_with = (SELECT count(*) FROM due)
FROM due WHERE job.id = due.id RETURNING {rows.columns(SyncJob, "job")}"""  # noqa: S608  (table names of our own)


@dataclass(frozen=True, slots=True)
class Taken:
    """A claimed stream and its jobs that are marked as running. Without jobs: it has to be looked at closely."""

    claim: Claim
    works: Sequence[Work]


@dataclass(frozen=True, slots=True)
class Batch:
    """``more``: other streams may be due, for another worker."""

    taken: Sequence[Taken]
    more: bool


def batch(lane: Lane, size: int) -> Batch:
    """Claims due streams of a lane and takes about ``size`` of their jobs."""
    engine, asked = settings.ENGINE, time.monotonic()
    seconds, most = engine["claim_seconds"], engine["jobs_per_claim"]
    with transaction.atomic():
        claims, more = streams.claim(lane, streams=-(-size // PER_STREAM), seconds=seconds)
        whole = [claim.stream_id for claim in claims if not claim.abandoned]
        jobs = _take(whole, max(1, min(most, size // len(claims)))) if whole else []
        if jobs:
            failpoints.hit("in_taking")
    if len(jobs) > 1:
        failpoints.hit("batch_taken")
    by_stream: dict[int, list[Work]] = {claim.stream_id: [] for claim in claims}
    held = {claim.stream_id: claim for claim in claims}
    for job in jobs:
        by_stream[job.stream_id].append(_work(job, held[job.stream_id], seconds, asked))
    return Batch([Taken(claim, by_stream[claim.stream_id]) for claim in claims], more)


def one(claim: Claim) -> Work | None:
    """Takes the stream's first job, alone, if it is due. Raises ClaimLost."""
    seconds, asked = settings.ENGINE["claim_seconds"], time.monotonic()
    with transaction.atomic():
        streams.lock(claim)
        job = _first(claim.stream_id)
        if job is None:
            return None
        settle.left_behind(job)
        if not _take_alone(job):
            return None
        streams.extend(claim, seconds)
    job.refresh_from_db()
    return _work(job, claim, seconds, asked)


def _first(stream_id: int) -> SyncJob | None:
    """See ``streams.first_of``."""
    jobs = SyncJob.objects.filter(stream_id__gte=stream_id, stream_id__lte=stream_id, state__in=SyncJob.ACTIVE)
    return jobs.order_by("stream_id", "id").first()


def _take(stream_ids: Sequence[int], per_stream: int) -> list[SyncJob]:
    taken = [rows.made(SyncJob, row) for row in sql.rows(_TAKE, [stream_ids, per_stream])]
    return sorted(taken, key=lambda job: job.pk)


def _take_alone(job: SyncJob) -> bool:
    if job.state == State.RUNNING:
        settle.crashed(job)
        if job.crashes >= POISON:
            settle.give_up(job, Permanent("CD-9001", document=job.subject, job=job.pk))
            return False
    due = SyncJob.objects.filter(pk=job.pk, state__in=sources(State.RUNNING))
    if job.state in (State.RETRY, State.BLOCKED) or job.next_attempt_at is not None:
        due = due.filter(next_attempt_at__lte=Now())
    changes = {"tries": F("tries") + 1, "started_at": Now(), "next_attempt_at": None, "started_with": 1}
    return bool(due.update(state=State.RUNNING, **changes))


def _work(job: SyncJob, claim: Claim, seconds: float, asked: float) -> Work:
    return Work(job=job, claim=claim, claim_seconds=seconds, deadline=asked + seconds, claimed_until=asked + seconds)
