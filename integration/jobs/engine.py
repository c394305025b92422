"""Runs what is due: claims streams, runs their jobs in order, settles each in one transaction."""

import logging
import time

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now
from psycopg.errors import DeadlockDetected

from integration.errors import AlreadyDone, IntegrationError, Locked, Permanent
from integration.jobs import dispatch, failpoints, settle, streams
from integration.jobs.states import sources
from integration.jobs.streams import Claim, ClaimLost
from integration.jobs.work import Handlers, Outcome, Work
from integration.models import Lane, SyncJob

State = SyncJob.State
POISON = 3
SLICE_SECONDS = {Lane.SHIPMENT: 8.0, Lane.ORDER: 4.0, Lane.INVENTORY: 2.0, Lane.MASTER_DATA: 1.0}
BATCH_SECONDS = 0.2  # claim no more streams at once than can be run in about this time
log = logging.getLogger(__name__)


def run_lane(lane: Lane, handlers: Handlers, *, seconds: float | None = None) -> int:
    """Runs due jobs of a lane until nothing is due or the time slice ends; returns how many jobs ran."""
    dispatch.arrived(lane)
    ends = time.monotonic() + (SLICE_SECONDS[lane] if seconds is None else seconds)
    ran, batch = 0, 1
    while time.monotonic() < ends:
        claims = streams.claim(lane, streams=batch, seconds=settings.ENGINE["claim_seconds"])
        if not claims:
            return ran
        if len(claims) == batch:
            dispatch.wake(lane)  # there may be more than this worker takes: let another one come
        started, before = time.monotonic(), ran
        for claim in claims:
            ran += run_stream(claim, handlers)
        batch = _next_batch(batch, time.monotonic() - started, ran - before)
    dispatch.wake(lane)
    return ran


def _next_batch(batch: int, seconds: float, ran: int) -> int:
    fits = int(BATCH_SECONDS / max(seconds / max(ran, 1), 1e-4))
    return max(1, min(fits, batch * 2, int(settings.ENGINE["claim_streams"])))


def run_stream(claim: Claim, handlers: Handlers) -> int:
    """Runs the stream's due jobs in order; stops at the first one that does not end well. Returns how many ran."""
    ran = 0
    try:
        for _ in range(int(settings.ENGINE["jobs_per_claim"])):
            work = _start(claim)
            if work is None:
                break
            ran += 1
            if not _run_job(work, handlers):
                break
        with transaction.atomic():
            streams.release(claim)
    except ClaimLost:
        log.warning("claim lost", extra={"stream": claim.stream_id})
    except (OperationalError, InterfaceError) as down:
        log.warning("database lost, the claim will expire", extra={"reason": type(down).__name__})
    return ran


def _start(claim: Claim) -> Work | None:
    """Takes the stream's first job, if it is due."""
    seconds = settings.ENGINE["claim_seconds"]
    asked = time.monotonic()
    with transaction.atomic():
        streams.lock(claim)
        job = SyncJob.objects.filter(stream_id=claim.stream_id, state__in=SyncJob.ACTIVE).order_by("id").first()
        if job is None or not _take(job):
            return None
        streams.extend(claim, seconds)
    job.refresh_from_db()
    return Work(job=job, claim=claim, claim_seconds=seconds, deadline=asked + seconds, claimed_until=asked + seconds)


def _take(job: SyncJob) -> bool:
    if job.state == State.RUNNING:
        settle.crashed(job)
        if job.crashes >= POISON:
            settle.give_up(job, Permanent("CD-9001", document=job.subject, job=job.pk))
            return False
    due = SyncJob.objects.filter(pk=job.pk, state__in=sources(State.RUNNING))
    if job.state in (State.RETRY, State.BLOCKED) or job.next_attempt_at is not None:
        due = due.filter(next_attempt_at__lte=Now())
    tries = F("tries") + 1
    return bool(due.update(state=State.RUNNING, tries=tries, started_at=Now(), next_attempt_at=None))


def _run_job(work: Work, handlers: Handlers) -> bool:
    """Runs and settles one job; True when its stream may go on. Raises ClaimLost."""
    failpoints.hit("before_handler")
    try:
        return _settle(work, handlers[work.job.flow](work))
    except (ClaimLost, InterfaceError):
        raise
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        return settle.failure(work, Locked("CD-1004", connection="the database", document=work.job.subject))
    except AlreadyDone as done:
        return _settle(work, Outcome(str(done)))
    except IntegrationError as error:
        return settle.failure(work, error)
    except Exception as error:
        log.exception("unexpected failure", extra={"job": work.job.pk})
        return settle.failure(work, _unforeseen(work.job, error))


def _settle(work: Work, outcome: Outcome) -> bool:
    failpoints.hit("before_settle")
    if outcome.error is not None:
        return settle.failure(work, outcome.error, outcome.apply)
    settled = settle.success(work, outcome)
    failpoints.hit("after_settle")
    return settled


def _unforeseen(job: SyncJob, error: Exception) -> Permanent:
    return Permanent("CD-9002", document=job.subject, flow=job.flow, detail=type(error).__name__)
