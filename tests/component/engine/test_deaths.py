"""A worker dies between any two of its statements, commits and calls: what was not committed is gone, and only that."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F
from django.db.models.functions import Now

from integration.errors import Permanent
from integration.jobs import acts, effects, engine, gate, locks, remote, sweep
from integration.jobs.work import Outcome, Work
from integration.models import (
    AuditEvent,
    Connection,
    ConnectionGate,
    Effect,
    ExceptionCase,
    JobAttempt,
    Lane,
    RemoteSlot,
    ResourceLock,
    Stream,
    SyncJob,
)
from tests.component.engine import death as deaths
from tests.component.engine.death import Death
from tests.component.engine.yard import (
    State,
    failing,
    fine,
    open_codes,
    partner,
    put,
    run,
    states,
    stuck,
    time_passes,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 200  # points of one job's work; far more than there are


@pytest.fixture
def death(monkeypatch: pytest.MonkeyPatch) -> Iterator[Death]:
    counter = Death()
    deaths.install(counter, monkeypatch)
    yield counter
    assert counter.kills, "it never died"


class Partner:
    """Takes a write under the guard, as an adapter does, and keeps count."""

    def __init__(self) -> None:
        self.connection = partner()
        self.landed: list[str] = []

    def handle(self, work: Work) -> Outcome:
        with gate.enter(self.connection, seconds=30) as entered:
            self.guard = remote.RemoteGuard(entered, work)
            effect = effects.once(work, self.connection, write(self.send, probe=self.find))
        document = work.job.subject
        return Outcome(str(effect.result), lambda: note_once(self.connection, document))

    def send(self) -> dict[str, str]:
        with self.guard.call("ship", timeout=5.0, writes=True):
            self.landed.append("picking")
        return {"picking": self.landed[0]}

    def find(self) -> dict[str, str] | None:
        with self.guard.call("look", timeout=5.0):
            return {"picking": self.landed[0]} if self.landed else None


def note_once(connection: Connection, document: str) -> None:
    """What the job changes in our tables: a case, which would count twice."""
    ExceptionCase.objects.create(
        fingerprint=document, code="note", severity="low", last_seen=Now(), connection=connection
    )


def one_run(points: int | None, death: Death, handler: Any) -> None:
    with death.after(points):
        run(handler)


def test_wherever_a_worker_dies_its_job_is_done_once(death: Death) -> None:
    there, jobs = Partner(), []
    for points in range(MOST):
        there.landed.clear()
        Effect.objects.all().delete()
        jobs.append(put(f"order:{points}"))
        before = death.kills
        one_run(points, death, there.handle)
        for _ in range(3):
            time_passes(400)
            RemoteSlot.objects.update(leased_until=None)
            one_run(None, death, there.handle)
        assert (there.landed, stuck(), states(jobs[-1])) == (["picking"], [], [State.SUCCEEDED]), points
        if death.kills == before:
            break
    assert (len(jobs) > 17, set(states(*jobs)), Effect.objects.get().state) == (True, {State.SUCCEEDED}, "landed")
    notes = ExceptionCase.objects.filter(code="note").order_by("pk").values_list("fingerprint", flat=True)
    assert list(notes) == [job.subject for job in jobs]


def test_wherever_a_worker_dies_a_batch_is_done_in_order_and_no_job_is_blamed_for_the_others(death: Death) -> None:
    for points in range(MOST):
        jobs, before = [put(f"order:{points}:{number % 2}") for number in range(4)], death.kills
        put(f"order:{points}:2")
        one_run(points, death, fine)
        for _ in range(3):
            time_passes(400)
            one_run(None, death, fine)
        assert (set(states(*jobs)), stuck()) == ({State.SUCCEEDED}, []), points
        if death.kills == before:
            break
    assert (death.kills > 5, SyncJob.objects.exclude(state=State.SUCCEEDED).count()) == (True, 0)
    ends = JobAttempt.objects.filter(outcome="succeeded")
    assert (ends.count(), SyncJob.objects.count(), open_codes()) == (SyncJob.objects.count(), ends.count(), [])


def test_a_worker_that_dies_inside_its_settling_transaction_leaves_nothing_of_it(death: Death) -> None:
    job, seen = put(), []

    def handle(work: Work) -> Outcome:
        def apply() -> None:
            note_once(partner(), work.job.subject)
            seen.append(ExceptionCase.objects.count())
            death.left = 0

        return Outcome("done", apply)

    one_run(MOST, death, handle)
    assert (seen, ExceptionCase.objects.count(), states(job)) == ([1], 0, [State.RUNNING])
    time_passes()
    run(fine)
    assert states(job) == [State.SUCCEEDED]


def test_what_stands_behind_a_settled_job_goes_on_when_the_dead_worker_s_claim_is_over(
    death: Death, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were taken at once; the worker died after it had settled the first."""
    monkeypatch.setitem(engine._sizes, Lane.ORDER, 8)
    first, second = put(), put()
    one_run(MOST, death, lambda work: Outcome("done", lambda: setattr(death, "left", 2)))
    assert (states(first, second), run(fine)) == ([State.SUCCEEDED, State.RUNNING], 0)
    Stream.objects.update(claimed_until=Now(), next_due_at=F("next_due_at"))
    assert (run(fine), states(second)) == (1, [State.SUCCEEDED])


def test_the_last_job_that_was_taken_gives_its_stream_back_with_its_end(death: Death) -> None:
    first, second = put(), put()
    one_run(MOST, death, lambda work: Outcome("done", lambda: setattr(death, "left", 3)))
    assert (states(first, second), run(fine)) == ([State.SUCCEEDED, State.PENDING], 1)


def test_a_breaker_that_closed_without_letting_go_keeps_nobody_for_long(death: Death) -> None:
    """The worker died between the two transactions: a sweep lets go of what waits."""
    connection, job = partner(), put()
    gate_row = ConnectionGate.objects.create(connection=connection, breaker="open", failures=5, probe_at=Now())
    SyncJob.objects.filter(pk=job.pk).update(state=State.RETRY, waits_for=connection, next_attempt_at=Now())
    time_passes(-300)
    entered = gate.Pass(connection, failures=5, probing=True, slot=uuid4(), leased_until=0.0)
    for points in range(MOST):
        with death.after(points):
            gate.succeeded(entered)
        entered.failures = 5
        gate_row.refresh_from_db()
        if gate_row.breaker == "closed":
            break
    assert (run(fine), states(job)) == (0, [State.RETRY])
    sweep.probe_breakers()
    assert (run(fine), states(job)) == (1, [State.SUCCEEDED])


def test_the_lock_of_a_dead_worker_ends_by_itself(death: Death, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "PATIENCE_SECONDS", 0.0)
    job, ran = put(), []

    def handle(work: Work) -> Outcome:
        with locks.held(work, ["stock/1/7"]):
            death.left = 0 if not ran else None
            ran.append(ResourceLock.objects.get().key)
        return Outcome()

    ran_first = put("order:2")
    one_run(MOST, death, handle)
    ran.append("dead")
    time_passes(100)
    run(handle)
    assert (states(job, ran_first), ran) == ([State.RETRY] * 2, ["dead"])
    ResourceLock.objects.update(held_until=Now())
    time_passes(100)
    run(handle)
    assert (states(job, ran_first), ResourceLock.objects.count()) == ([State.SUCCEEDED] * 2, 0)


def test_a_person_s_act_happens_wholly_or_not_at_all(death: Death) -> None:
    job = put()
    run(failing(Permanent("CD-9002", document="order 1", flow="work", detail="KeyError")))
    [case], seen = ExceptionCase.objects.all(), set()
    for points in range(MOST):
        with death.after(points):
            acts.retry_case(case.pk, acts.Actor("ada"))
        seen.add((states(job)[0], AuditEvent.objects.count()))
        if AuditEvent.objects.exists():
            break
    assert seen == {(State.NEEDS_ATTENTION, 0), (State.PENDING, 1)}
