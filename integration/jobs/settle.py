"""Settling: the one transaction in which a try's result, its history and the job's next state are committed."""

import json
import os
import random
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F, Max, Min, Q
from django.db.models.functions import Now
from psycopg.errors import DeadlockDetected

from integration.errors import IntegrationError, OutcomeUnknown, Permanent, Transient
from integration.jobs import cases, drift, environment, failpoints, retry, sql, streams
from integration.jobs.effects import LOCKED
from integration.jobs.states import sources
from integration.jobs.work import Outcome, Work
from integration.models import Connection, ConnectionGate, JobAttempt, SyncJob

State = SyncJob.State
Got = TypeVar("Got")
FALLBACK_SECONDS = 300.0  # a job that waits for a breaker looks by itself after so long
DEADLOCKS = 3
JOB, ATTEMPT = SyncJob._meta.db_table, JobAttempt._meta.db_table
# Kept waiting by us, which says nothing about the job.
OUTAGE = ("CD-1002", "CD-1005", "CD-1008", LOCKED, environment.LOCKED)

_SUCCEED = f"""
WITH done AS (
  SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS done(job_id, detail, calls)),
moved AS (
  UPDATE {JOB} AS job SET state = 'succeeded', finished_at = now(), waits_for_id = NULL,
    failure_code = '', failure_mode = '', failure_text = ''
  FROM done WHERE job.id = done.job_id AND job.state = 'running'
  RETURNING job.id, job.tries, job.started_at, done.detail, done.calls)
INSERT INTO {ATTEMPT} (job_id, number, worker, started_at, ended_at, outcome, code, detail, calls)
SELECT id, tries, %s, started_at, now(), 'succeeded', '', detail, calls::jsonb FROM moved"""  # noqa: S608


class BadMove(RuntimeError):
    """A move that the table of states does not have: a mistake of ours."""


def policy() -> retry.Policy:
    engine = settings.ENGINE
    base, cap = engine["retry_base_seconds"], engine["retry_cap_seconds"]
    return retry.Policy(base=base, cap=cap, recheck=engine["recheck_seconds"])


def success(work: Work, outcome: Outcome) -> bool:
    """True: the next job of the stream may start. Raises ClaimLost, and then nothing is changed."""
    settled = in_one_piece(lambda: _success(work, outcome))
    work.gave_back = work.is_last
    return settled


def failure(work: Work, error: IntegrationError, apply: Callable[[], None] | None = None) -> bool:
    """False: the jobs behind this one wait for it. Raises ClaimLost, and then nothing is changed."""
    return in_one_piece(lambda: _failure(work, error, apply))


def in_one_piece(settling: Callable[[], Got]) -> Got:
    """Commits all of it or nothing.

    Two jobs that add work to each other's streams may meet head-on: PostgreSQL undoes one, which goes again.
    """
    for _ in range(DEADLOCKS):
        try:
            with transaction.atomic():
                return settling()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
    with transaction.atomic():
        return settling()


def _success(work: Work, outcome: Outcome) -> bool:
    streams.lock(work.claim)
    if outcome.apply is not None:
        outcome.apply()
    succeed([(work, outcome)])
    if work.job.failure_code:  # only a job that failed before can have a case
        cases.went_on(work.job, "It went through.")
    if work.is_last:
        streams.release([work.claim.stream_id])
    failpoints.hit("in_settle")
    return True


def succeed(done: Sequence[tuple[Work, Outcome]]) -> None:
    """The jobs' last move, each with its attempt. Call inside a transaction that holds their streams."""
    jobs = [work.job.pk for work, _ in done]
    notes = [outcome.note for _, outcome in done]
    calls = [json.dumps([call.as_json() for call in work.calls]) if work.calls else "[]" for work, _ in done]
    moved = sql.run(_SUCCEED, [jobs, notes, calls, worker_name()])
    if moved != len(jobs):
        raise BadMove(f"{len(jobs) - moved} of {len(jobs)} jobs did not run any more")


def _failure(work: Work, error: IntegrationError, apply: Callable[[], None] | None) -> bool:
    job = work.job
    streams.lock(work.claim)
    if apply is not None:
        apply()
    if _overtaken(job):
        _keep_attempt(job, State.SUPERSEDED, error=error, work=work)
        _move(job, State.SUPERSEDED, finished_at=Now())
        cases.went_on(job, "Newer news took its place.")
        return True
    down = isinstance(error, Transient | OutcomeUnknown) and _is_down(work.connection)
    match _decision(job, error, down=down):
        case retry.RetryAt(delay, burns):
            _keep_attempt(job, State.RETRY, error=error, work=work)
            _retry(work, error, delay, burns=burns, down=down)
        case retry.Wait(recheck):
            _keep_attempt(job, State.BLOCKED, error=error, work=work)
            due = None if recheck is None else Now() + timedelta(seconds=recheck)
            _move(job, State.BLOCKED, attempts=0, next_attempt_at=due, **_reason(error))
            cases.blocked(job, error, work.connection)
            drift.met(error)
        case retry.GiveUp(exhausted):
            _keep_attempt(job, State.NEEDS_ATTENTION, error=error, work=work)
            give_up(job, _exhausted(work, error) if exhausted else error, work)
    return False


def _overtaken(job: SyncJob) -> bool:
    """News came while it ran: a job behind it looks at the same with fresh eyes.

    Who has begun to write elsewhere ends it: the next in the stream may be another job, and would find half of it.
    """
    if job.inbound_id or job.outbound_id or not job.payload or job.effects.exists():
        return False
    newer = SyncJob.objects.filter(stream_id=job.stream_id, flow=job.flow, payload=job.payload, pk__gt=job.pk)
    return newer.filter(state=State.PENDING).exists()


def crashed(job: SyncJob) -> None:
    """The worker that had taken the job is gone: of it, if it had taken no other one.

    Call inside a transaction that holds the stream.
    """
    if job.started_with == 1:
        job.crashes += 1
        SyncJob.objects.filter(pk=job.pk).update(crashes=F("crashes") + 1)
    _keep_attempt(
        job, "crashed", detail=f"started together with {job.started_with - 1} others" * (job.started_with > 1)
    )


def left_behind(head: SyncJob) -> None:
    """The jobs behind it that a dead worker had taken as well wait again. Call as ``crashed``."""
    for job in SyncJob.objects.filter(stream_id=head.stream_id, state=State.RUNNING, pk__gt=head.pk):
        crashed(job)
        SyncJob.objects.filter(pk=job.pk).update(state=State.PENDING)


def give_up(job: SyncJob, error: IntegrationError, work: Work | None = None) -> None:
    """A person's turn. Call inside a transaction that holds the stream."""
    _move(job, State.NEEDS_ATTENTION, attempts=F("attempts") + 1, next_attempt_at=None, **_reason(error))
    cases.blocked(job, error, work.connection if work else None)


def _is_down(connection: Connection | None) -> bool:
    """Whether its breaker is open, which then cannot close unseen until the transaction ends."""
    gate = ConnectionGate.objects.select_for_update().filter(connection=connection).first() if connection else None
    return gate is not None and gate.breaker == ConnectionGate.Breaker.OPEN


def _decision(job: SyncJob, error: IntegrationError, *, down: bool) -> retry.Decision:
    chance = random.random()  # noqa: S311
    attempts, age = job.attempts + 1, _failing_for(job)
    return retry.decide(error, attempts=attempts, age=age, policy=policy(), chance=chance, down=down)


def _failing_for(job: SyncJob) -> timedelta:
    """The age of the failures in a row. Waiting for a cause, for a person or for an outage to end breaks the row."""
    in_row = Q(outcome=State.RETRY) & ~Q(code__in=OUTAGE)
    broken_at = job.history.exclude(in_row).aggregate(latest=Max("number"))["latest"] or 0
    first = job.history.filter(number__gt=broken_at).aggregate(earliest=Min("started_at"))["earliest"]
    return datetime.now(UTC) - first if first else timedelta(0)


def _retry(work: Work, error: IntegrationError, delay: float, *, burns: bool, down: bool) -> None:
    """While the breaker is open the job waits for the connection."""
    _move(
        work.job,
        State.RETRY,
        attempts=work.job.attempts + burns,
        next_attempt_at=Now() + timedelta(seconds=max(delay, FALLBACK_SECONDS) if down else delay),
        waits_for=work.connection if down else None,
        **_reason(error),
    )


def _move(job: SyncJob, after: State, **changes: object) -> None:
    changes.setdefault("waits_for", None)
    if not SyncJob.objects.filter(pk=job.pk, state__in=sources(after)).update(state=after, **changes):
        raise BadMove(f"job {job.pk} cannot become {after}")
    job.state = after


def _reason(error: IntegrationError) -> dict[str, str]:
    text = " ".join(cause.cause for cause in error.causes)
    return {"failure_code": error.code, "failure_mode": error.problem.title, "failure_text": text}


def _exhausted(work: Work, error: IntegrationError) -> Permanent:
    job = work.job
    name = work.connection.name if work.connection else ""
    age = str(datetime.now(UTC) - job.created_at).partition(".")[0]
    return Permanent(
        "CD-9003",
        document=job.subject,
        connection=name,
        flow=job.flow,
        attempts=job.attempts + 1,
        age=age,
        detail=error.cause,
        last_code=error.code,
    )


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _keep_attempt(
    job: SyncJob, outcome: str, *, detail: str = "", error: IntegrationError | None = None, work: Work | None = None
) -> None:
    JobAttempt.objects.create(
        job=job,
        number=job.tries,
        worker=worker_name(),
        started_at=job.started_at or job.created_at,
        outcome=outcome,
        code=error.code if error else "",
        detail=str(error) if error else detail,
        calls=[call.as_json() for call in work.calls] if work else [],
    )
