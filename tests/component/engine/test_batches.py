"""Jobs are taken and committed in batches; each still has its own history, and its own blame."""

from functools import partial
from typing import Any

import pytest

from integration.errors import InvalidDocument, Unreachable
from integration.jobs import effects, engine, remote, settle, taking
from integration.jobs.work import Outcome, Work
from integration.models import Connection, Effect, JobAttempt, Lane, Stream, SyncJob
from tests.component.engine.yard import (
    State,
    claim_one,
    expire,
    failing,
    fine,
    open_codes,
    partner,
    put,
    run,
    states,
    together,
    write,
)

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(BaseException):
    """The process ends here."""


def several(streams: int = 3, each: int = 4) -> list[SyncJob]:
    return [put(f"order:{number}") for number in range(streams) for _ in range(each)]


def run_together(handler: Any) -> int:
    """One batch of everything that is due."""
    size = taking.PER_STREAM * Stream.objects.count()
    return engine.run_batch(taking.batch(Lane.ORDER, size).taken, {"work": handler})


def dies_at(jobs: set[int]) -> Any:
    def handle(work: Work) -> Outcome:
        if work.job.pk in jobs:
            raise Killed
        return Outcome("done")

    return handle


def survive(handler: Any) -> bool:
    """Runs until nothing is due; False when the worker died on the way."""
    try:
        run(handler)
    except Killed:
        return False
    return True


def history(job: SyncJob) -> list[str]:
    return list(job.history.order_by("number").values_list("outcome", flat=True))


def test_a_batch_leaves_every_job_its_own_attempt() -> None:
    jobs = several()
    assert run_together(fine) == len(jobs)
    assert set(states(*jobs)) == {State.SUCCEEDED}
    rows = JobAttempt.objects.order_by("job_id").values_list("job_id", "number", "outcome", "detail", "calls")
    assert list(rows) == [(job.pk, 1, "succeeded", "done", []) for job in jobs]
    assert set(SyncJob.objects.values_list("tries", "started_with")) == {(1, len(jobs))}
    assert not SyncJob.objects.filter(finished_at=None).exists()
    assert set(Stream.objects.values_list("next_due_at", "claim_token")) == {(None, None)}


def test_a_failure_in_a_batch_holds_back_its_own_stream_alone() -> None:
    jobs = several(streams=2, each=3)

    def handle(work: Work) -> Outcome:
        if work.job.pk == jobs[1].pk:
            raise Unreachable("CD-1001", connection="WMS", detail="refused")
        return Outcome("done")

    assert run_together(handle) == 5
    assert states(*jobs) == [State.SUCCEEDED, State.RETRY, State.PENDING, *[State.SUCCEEDED] * 3]
    jobs[2].refresh_from_db()
    assert (jobs[2].tries, jobs[2].started_at, history(jobs[2])) == (0, None, [])


def test_a_death_among_many_is_nobodys_and_the_next_one_is_known() -> None:
    jobs = several()
    bad = jobs[5]
    with pytest.raises(Killed):
        run_together(dies_at({bad.pk}))
    assert set(states(*jobs)) == {State.RUNNING}
    for _ in range(taking.POISON):
        expire(jobs)
        assert not survive(dies_at({bad.pk}))
    expire(jobs)
    assert survive(dies_at({bad.pk}))
    assert {state for job, state in zip(jobs, states(*jobs), strict=True) if job.stream_id != bad.stream_id} == {
        State.SUCCEEDED
    }
    assert (states(bad), history(bad)) == ([State.NEEDS_ATTENTION], ["crashed"] * 4)
    assert dict(SyncJob.objects.filter(crashes__gt=0).values_list("pk", "crashes")) == {bad.pk: taking.POISON}
    behind = [job for job in jobs if job.stream_id == bad.stream_id and job.pk > bad.pk]
    assert (states(*behind), history(behind[0])) == ([State.PENDING] * 2, ["crashed"])
    assert open_codes() == ["CD-9001"]


def test_an_effect_settles_what_came_before_it_and_itself_at_once() -> None:
    first, second, third = put(), put(), put()
    partner()
    seen: list[list[str]] = []

    def handle(work: Work) -> Outcome:
        seen.append(states(first, second, third))
        if work.job.pk == second.pk:
            effects.once(work, Connection.objects.get(), write(lambda: {"picking": "WH/OUT/1"}))
        return Outcome("done")

    assert run_together(handle) == 3
    running, done = State.RUNNING, State.SUCCEEDED
    assert seen == [[running] * 3, [running] * 3, [done, done, running]]
    assert (states(first, second, third), Effect.objects.get().state) == ([done] * 3, "landed")


def test_what_another_worker_took_over_meanwhile_is_left_to_it() -> None:
    jobs = several(streams=3, each=1)

    def handle(work: Work) -> Outcome:
        if work.job.pk == jobs[0].pk:
            expire([jobs[1]])
            claim_one()
        return Outcome("done")

    assert run_together(handle) == 3
    assert states(*jobs) == [State.SUCCEEDED, State.RUNNING, State.SUCCEEDED]
    assert [history(job) for job in jobs] == [["succeeded"], [], ["succeeded"]]


def test_a_batch_that_takes_too_long_gives_back_what_it_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = several(streams=4, each=2)
    monkeypatch.setattr(engine, "LATE_SECONDS", -1.0)
    assert run_together(fine) == 0
    assert set(states(*jobs)) == {State.PENDING}
    assert (JobAttempt.objects.count(), set(SyncJob.objects.values_list("tries", flat=True))) == (0, {0})
    monkeypatch.undo()
    assert run(fine) == len(jobs)


def test_jobs_that_are_not_due_end_the_run_of_their_stream() -> None:
    now, later, behind = put(), put(delay=60.0), put()
    assert run_together(fine) == 1
    assert states(now, later, behind) == [State.SUCCEEDED, State.PENDING, State.PENDING]


def test_one_hot_stream_is_run_in_order_by_two_workers() -> None:
    jobs = [put("order:hot") for _ in range(300)]
    ran: list[int] = []

    def handle(work: Work) -> Outcome:
        ran.append(work.job.pk)
        return Outcome()

    assert sum(together(*[partial(run, handle)] * 2)) >= 1
    run(handle)
    assert ran == [job.pk for job in jobs]


def test_jobs_behind_one_that_failed_before_its_worker_died_wait_again() -> None:
    """They were taken too; the head that waits for a cause does not keep them looking as if they ran."""
    first, second, other = put("order:1"), put("order:1"), put("order:2")

    def handle(work: Work) -> Outcome:
        if work.job.pk == first.pk:
            raise InvalidDocument("CD-4001", connection="Odoo", order="S1", missing="city")
        raise Killed

    with pytest.raises(Killed):
        run_together(handle)
    assert states(first, second, other) == [State.BLOCKED, State.RUNNING, State.RUNNING]
    expire([first, other])
    run(fine)
    assert states(first, second, other) == [State.BLOCKED, State.PENDING, State.SUCCEEDED]
    assert history(second) == ["crashed"]


def test_a_stream_that_cannot_be_settled_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = put("order:1"), put("order:2")

    def break_down(*_: object) -> bool:
        raise RuntimeError("no such column")

    monkeypatch.setattr(settle, "failure", break_down)
    assert (
        run_together(lambda work: Outcome() if work.job.pk == good.pk else failing(Unreachable("CD-1001"))(work)) == 2
    )
    assert states(bad, good) == [State.RUNNING, State.SUCCEEDED]


def test_what_is_done_is_committed_before_another_system_is_called() -> None:
    first, second = put("order:1"), put("order:2")
    seen: list[list[str]] = []

    def handle(work: Work) -> Outcome:
        if work.job.pk == second.pk:
            with remote.open_wms(partner(), work):
                work.before_call()
                seen.append(states(first))
        return Outcome("done")

    assert run_together(handle) == 2
    assert seen == [[State.SUCCEEDED]]


def test_a_landed_effect_is_never_intended_again() -> None:
    """Whoever comes late with an intent finds the result."""
    put()
    wms = partner()

    def handle(work: Work) -> Outcome:
        effects.found(work, wms, "shipment/1", "ship", {}, {"picking": "WH/OUT/1"})
        again = effects.make(work, wms, write(lambda: pytest.fail("sent twice")))
        return Outcome(again.result["picking"])

    assert run_together(handle) == 1
    assert (Effect.objects.get().state, JobAttempt.objects.get().detail) == ("landed", "WH/OUT/1")
