"""Runs what is due: takes jobs in batches, runs each stream's in order, and commits what came of them."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db import connection as database
from psycopg.errors import DeadlockDetected

from integration.errors import AlreadyDone, IntegrationError, Locked, Permanent
from integration.jobs import configuration, dispatch, drain, failpoints, recovery, settle, taking
from integration.jobs.ledger import Ledger
from integration.jobs.streams import Claim, ClaimLost
from integration.jobs.taking import Taken
from integration.jobs.work import Handler, Handlers, Outcome, Work, of_another_release
from integration.models import Lane, SyncJob
from integration.observe import logs, traces

SLICE_SECONDS = {Lane.SHIPMENT: 8.0, Lane.ORDER: 4.0, Lane.INVENTORY: 2.0, Lane.MASTER_DATA: 1.0}
BATCH_SECONDS = 0.2  # take no more jobs at once than can be run in about this time
LATE_SECONDS = 1.0  # a batch that takes longer gives back what it has not begun
LEAST_PART = 8  # of its slice that a lane has, whatever else waits
log = logging.getLogger(__name__)
_sizes: dict[Lane, int] = {}  # how many jobs the last batch of a lane was good for, in this process


def run_lane(lane: Lane, handlers: Handlers, *, seconds: float | None = None) -> int:
    """Runs due jobs of a lane until nothing is due or the time slice ends; returns how many jobs ran.

    While a more urgent lane waits for a worker, a slice is a part of what it is else: less, and never nothing.
    """
    dispatch.arrived(lane)
    began, slice_seconds = time.monotonic(), SLICE_SECONDS[lane]
    ends = began + (slice_seconds if seconds is None else seconds)
    ran, size = 0, _sizes.get(lane, 1)
    while time.monotonic() < ends and not drain.begun():
        started = time.monotonic()
        recovery.watch()
        batch = taking.batch(lane, size)
        if not batch.taken:
            return ran
        if batch.more:
            dispatch.wake(lane)
        count = run_batch(batch.taken, handlers)
        size = _sizes[lane] = _next_size(size, time.monotonic() - started, count)
        ran += count
        if time.monotonic() >= began + slice_seconds / LEAST_PART and dispatch.more_urgent(lane):
            break
    dispatch.wake(lane)
    return ran


def run_batch(batch: Sequence[Taken], handlers: Handlers) -> int:
    """Runs what was taken; returns how many jobs ran. What had to be looked at closely comes last."""
    run = _Run(handlers, Ledger(), time.monotonic() + LATE_SECONDS)
    try:
        with configuration.kept():
            for taken in sorted(batch, key=lambda taken: not taken.works):
                run.stream(taken)
        failpoints.at_work_on("")
        run.ledger.commit()
    except (OperationalError, InterfaceError) as down:
        log.warning("database lost, the claims will expire", extra={"reason": type(down).__name__})
    return run.ran


def _next_size(size: int, seconds: float, ran: int) -> int:
    fits = int(BATCH_SECONDS / max(seconds / max(ran, 1), 1e-5))
    return max(1, min(fits, size * 2, int(settings.ENGINE["batch_jobs"])))


@dataclass(slots=True)
class _Run:
    """One batch at work. ``late``: the monotonic time after which nothing is begun any more."""

    handlers: Handlers
    ledger: Ledger
    late: float
    ran: int = 0

    def stream(self, taken: Taken) -> None:
        """Runs one stream's jobs. Whatever goes wrong with it is its own: its claim expires, the others go on."""
        try:
            if self._is_late():
                self.ledger.give_back(taken.claim, taken.works)
            elif taken.works:
                self._taken(taken)
            else:
                self._closely(taken.claim)
        except ClaimLost:
            log.warning("claim lost", extra={"stream": taken.claim.stream_id})
        except (OperationalError, InterfaceError):
            if not database.is_usable():
                raise
            log.exception("stream left to expire", extra={"stream": taken.claim.stream_id})
        except Exception:
            log.exception("stream left to expire", extra={"stream": taken.claim.stream_id})

    def _taken(self, taken: Taken) -> None:
        """In order; stops at the first job that does not end well. The last one's end may give the stream back."""
        ran = 0
        for work in taken.works:
            if ran and self._is_late():
                break
            ran += 1
            work.is_last = ran == len(taken.works)
            if not self._job(work):
                break
        if not taken.works[-1].gave_back:
            self.ledger.give_back(taken.claim, taken.works[ran:])

    def _closely(self, claim: Claim) -> None:
        """One job at a time, each taken by itself: should the worker die again, it is known of which one."""
        for _ in range(int(settings.ENGINE["jobs_per_claim"])):
            self.ledger.commit()
            work = taking.one(claim)
            if work is None:
                break
            with configuration.kept():  # it was taken after the batch looked
                goes_on = self._job(work)
            if not goes_on or self._is_late():
                break
        self.ledger.give_back(claim)

    def _is_late(self) -> bool:
        return time.monotonic() > self.late or drain.begun()

    def _job(self, work: Work) -> bool:
        """Runs one job, and settles it or leaves that to the ledger; True when its stream may go on."""
        job, begun = work.job, logs.begin(work.named)
        try:
            with traces.attempt(job.trace_id, job.flow, job.pk, job.tries, _numbers(job)):
                return self._try(work)
        finally:
            logs.end(begun)

    def _try(self, work: Work) -> bool:
        self.ran += 1
        work.before_call = self.ledger.commit  # what is done need not wait for another system
        failpoints.at_work_on(work.job.flow)
        failpoints.hit("before_handler")
        try:
            return self._settle(work, self._handler(work.job)(work))
        except (ClaimLost, InterfaceError):
            raise
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
            return self._fail(work, Locked("CD-1004", connection="the database", document=work.job.subject))
        except AlreadyDone as done:
            return self._settle(work, Outcome(str(done)))
        except IntegrationError as error:
            return self._fail(work, error)
        except Exception as error:
            log.exception("unexpected failure")
            return self._fail(work, _unforeseen(work.job, error))

    def _handler(self, job: SyncJob) -> Handler:
        """Raises Locked CD-1009 for a flow that only another release knows: a newer process will take it."""
        handler = self.handlers.get(job.flow)
        if handler is None:
            raise of_another_release(job.subject, job.flow)
        return handler

    def _settle(self, work: Work, outcome: Outcome) -> bool:
        log.debug("job done")
        failpoints.hit("before_settle")
        traces.ended("succeeded" if outcome.error is None else "failed", outcome.error.code if outcome.error else "")
        if self.ledger.takes(work, outcome):
            return True
        self.ledger.commit()
        if outcome.error is not None:
            log.info("a part of the job failed", extra={"code": outcome.error.code})
            return settle.failure(work, outcome.error, outcome.apply)
        settled = settle.success(work, outcome)
        failpoints.hit("after_settle")
        return settled

    def _fail(self, work: Work, error: IntegrationError) -> bool:
        log.info("job failed", extra={"code": error.code})
        self.ledger.commit()
        goes_on = settle.failure(work, error)
        traces.ended(work.job.state, error.code)
        return goes_on


def _numbers(job: SyncJob) -> dict[str, int]:
    """What it is about, by our own numbers."""
    known = {"crossdock.document": job.document_id, "crossdock.message": job.inbound_id or job.outbound_id}
    return {name: number for name, number in known.items() if number}


def _unforeseen(job: SyncJob, error: Exception) -> Permanent:
    return Permanent("CD-9002", document=job.subject, flow=job.flow, detail=type(error).__name__)
