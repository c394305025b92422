"""Settling: the one transaction in which a try's result, its history and the job's next state are committed."""

import os
import random
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integration.errors import IntegrationError, Permanent
from integration.jobs import cases, retry, streams
from integration.jobs.states import sources
from integration.jobs.work import Outcome, Work
from integration.models import ConnectionGate, JobAttempt, SyncJob

State = SyncJob.State
FALLBACK_SECONDS = 300.0  # a job that waits for a breaker looks by itself after so long


class BadMove(RuntimeError):
    """A move that the table of states does not have: a mistake of ours."""


def policy() -> retry.Policy:
    engine = settings.ENGINE
    base, cap = engine["retry_base_seconds"], engine["retry_cap_seconds"]
    return retry.Policy(base=base, cap=cap, recheck=engine["recheck_seconds"])


def success(work: Work, outcome: Outcome) -> bool:
    """True: the next job of the stream may start. Raises ClaimLost, and then nothing is changed."""
    with transaction.atomic():
        streams.lock(work.claim)
        if outcome.apply is not None:
            outcome.apply()
        _keep_attempt(work.job, State.SUCCEEDED, detail=outcome.note, work=work)
        _move(work.job, State.SUCCEEDED, finished_at=Now(), failure_code="", failure_mode="", failure_text="")
        cases.went_on(work.job, "It went through.")
    return True


def failure(work: Work, error: IntegrationError, apply: Callable[[], None] | None = None) -> bool:
    """False: the jobs behind this one wait for it. Raises ClaimLost, and then nothing is changed."""
    job, counted = work.job, work.job.attempts + 1
    age = datetime.now(UTC) - job.created_at
    decision = retry.decide(error, attempts=counted, age=age, policy=policy(), chance=random.random())  # noqa: S311
    with transaction.atomic():
        streams.lock(work.claim)
        if apply is not None:
            apply()
        match decision:
            case retry.RetryAt(delay, burns):
                _keep_attempt(job, State.RETRY, error=error, work=work)
                _retry(work, error, delay, burns=burns)
            case retry.Wait(recheck):
                _keep_attempt(job, State.BLOCKED, error=error, work=work)
                due = None if recheck is None else Now() + timedelta(seconds=recheck)
                _move(job, State.BLOCKED, attempts=counted, next_attempt_at=due, **_reason(error))
                cases.blocked(job, error, work.connection)
            case retry.GiveUp(exhausted):
                _keep_attempt(job, State.NEEDS_ATTENTION, error=error, work=work)
                give_up(job, _exhausted(work, error) if exhausted else error, work)
    return False


def crashed(job: SyncJob) -> None:
    """The worker that ran the job is gone. Call inside a transaction that holds the stream."""
    job.crashes += 1
    SyncJob.objects.filter(pk=job.pk).update(crashes=F("crashes") + 1)
    _keep_attempt(job, "crashed")


def give_up(job: SyncJob, error: IntegrationError, work: Work | None = None) -> None:
    """A person's turn. Call inside a transaction that holds the stream."""
    _move(job, State.NEEDS_ATTENTION, attempts=F("attempts") + 1, next_attempt_at=None, **_reason(error))
    cases.blocked(job, error, work.connection if work else None)


def _retry(work: Work, error: IntegrationError, delay: float, *, burns: bool) -> None:
    """While the breaker is open the job waits for the connection and burns no attempt."""
    gates = ConnectionGate.objects.select_for_update()  # the breaker must not close unseen meanwhile
    gate = gates.filter(connection=work.connection).first() if work.connection else None
    held = gate is not None and gate.breaker == ConnectionGate.Breaker.OPEN
    _move(
        work.job,
        State.RETRY,
        attempts=work.job.attempts + (1 if burns and not held else 0),
        next_attempt_at=Now() + timedelta(seconds=max(delay, FALLBACK_SECONDS) if held else delay),
        waits_for=work.connection if held else None,
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


def _keep_attempt(
    job: SyncJob, outcome: str, *, detail: str = "", error: IntegrationError | None = None, work: Work | None = None
) -> None:
    JobAttempt.objects.create(
        job=job,
        number=job.tries,
        worker=f"{socket.gethostname()}:{os.getpid()}",
        started_at=job.started_at or job.created_at,
        outcome=outcome,
        code=error.code if error else "",
        detail=str(error) if error else detail,
        calls=[call.as_json() for call in work.calls] if work else [],
    )
