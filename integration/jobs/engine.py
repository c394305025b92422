"""Runs what is due: takes jobs in batches, runs each stream's in order, and commits what came of them."""

import logging
import time

from django.conf import settings
from django.db import InterfaceError, OperationalError
from psycopg.errors import DeadlockDetected

from integration.errors import AlreadyDone, IntegrationError, Locked, Permanent
from integration.jobs import dispatch, failpoints, settle, taking
from integration.jobs.ledger import Ledger
from integration.jobs.streams import Claim, ClaimLost
from integration.jobs.taking import Taken
from integration.jobs.work import Handlers, Outcome, Work
from integration.models import Lane, SyncJob

SLICE_SECONDS = {Lane.SHIPMENT: 8.0, Lane.ORDER: 4.0, Lane.INVENTORY: 2.0, Lane.MASTER_DATA: 1.0}
BATCH_SECONDS = 0.2  # take no more jobs at once than can be run in about this time
LATE_SECONDS = 1.0  # a batch that takes longer gives back what it has not begun
log = logging.getLogger(__name__)


def run_lane(lane: Lane, handlers: Handlers, *, seconds: float | None = None) -> int:
    """Runs due jobs of a lane until nothing is due or the time slice ends; returns how many jobs ran.

    A slice of a less urgent lane ends after one batch when a more urgent one waits: that is all that it gets then.
    """
    dispatch.arrived(lane)
    ends = time.monotonic() + (SLICE_SECONDS[lane] if seconds is None else seconds)
    ran, size = 0, 1
    while time.monotonic() < ends:
        started = time.monotonic()
        batch = taking.batch(lane, size)
        if not batch:
            return ran
        if len(batch) == taking.wanted(size):
            dispatch.wake(lane)  # there may be more than this worker takes: let another one come
        count = run_batch(batch, handlers)
        size = _next_size(size, time.monotonic() - started, count)
        ran += count
        if dispatch.more_urgent(lane):
            break
    dispatch.wake(lane)
    return ran


def run_batch(batch: list[Taken], handlers: Handlers) -> int:
    """Runs what was taken; returns how many jobs ran. What had to be looked at closely comes last."""
    ledger, late, ran = Ledger(), time.monotonic() + LATE_SECONDS, 0
    try:
        for taken in sorted(batch, key=lambda taken: not taken.works):
            if time.monotonic() > late:
                ledger.give_back(taken.claim, taken.works)
            elif taken.works:
                ran += _run_taken(taken, handlers, ledger)
            else:
                ran += _run_closely(taken.claim, handlers, ledger)
        ledger.commit()
    except (OperationalError, InterfaceError) as down:
        log.warning("database lost, the claims will expire", extra={"reason": type(down).__name__})
    return ran


def _next_size(size: int, seconds: float, ran: int) -> int:
    fits = int(BATCH_SECONDS / max(seconds / max(ran, 1), 1e-5))
    return max(1, min(fits, size * 2, int(settings.ENGINE["batch_jobs"])))


def _run_taken(taken: Taken, handlers: Handlers, ledger: Ledger) -> int:
    """Runs the jobs of one stream in order; stops at the first one that does not end well. Returns how many ran."""
    ran = 0
    try:
        for work in taken.works:
            ran += 1
            if not _run_job(work, handlers, ledger):
                break
    except ClaimLost:
        log.warning("claim lost", extra={"stream": taken.claim.stream_id})
    else:
        ledger.give_back(taken.claim, taken.works[ran:])
    return ran


def _run_closely(claim: Claim, handlers: Handlers, ledger: Ledger) -> int:
    """One job at a time, each taken by itself: should the worker die again, it is known of which one."""
    ran = 0
    try:
        for _ in range(int(settings.ENGINE["jobs_per_claim"])):
            ledger.commit()
            work = taking.one(claim)
            if work is None:
                break
            ran += 1
            if not _run_job(work, handlers, ledger):
                break
    except ClaimLost:
        log.warning("claim lost", extra={"stream": claim.stream_id})
    else:
        ledger.give_back(claim)
    return ran


def _run_job(work: Work, handlers: Handlers, ledger: Ledger) -> bool:
    """Runs one job, and settles it or leaves that to the ledger; True when its stream may go on. Raises ClaimLost."""
    failpoints.hit("before_handler")
    try:
        return _settle(work, handlers[work.job.flow](work), ledger)
    except (ClaimLost, InterfaceError):
        raise
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        return _fail(work, Locked("CD-1004", connection="the database", document=work.job.subject), ledger)
    except AlreadyDone as done:
        return _settle(work, Outcome(str(done)), ledger)
    except IntegrationError as error:
        return _fail(work, error, ledger)
    except Exception as error:
        log.exception("unexpected failure", extra={"job": work.job.pk})
        return _fail(work, _unforeseen(work.job, error), ledger)


def _settle(work: Work, outcome: Outcome, ledger: Ledger) -> bool:
    failpoints.hit("before_settle")
    if ledger.takes(work, outcome):
        return True
    ledger.commit()
    if outcome.error is not None:
        return settle.failure(work, outcome.error, outcome.apply)
    settled = settle.success(work, outcome)
    failpoints.hit("after_settle")
    return settled


def _fail(work: Work, error: IntegrationError, ledger: Ledger) -> bool:
    ledger.commit()
    return settle.failure(work, error)


def _unforeseen(job: SyncJob, error: Exception) -> Permanent:
    return Permanent("CD-9002", document=job.subject, flow=job.flow, detail=type(error).__name__)
