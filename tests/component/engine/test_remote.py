"""The way to a remote system: breaker, throttle, slots, and no transaction across it. With a real adapter's guard."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from integration.errors import IntegrationError, Locked, OutcomeUnknown, Rejected, Throttled, Unreachable
from integration.jobs import gate, remote, sweep, taking
from integration.jobs.streams import ClaimLost, claim
from integration.jobs.work import Outcome, Work
from integration.models import Connection, ConnectionGate, JobAttempt, Lane, RemoteSlot, Stream, SyncJob
from tests.component.engine.yard import (
    State,
    cases,
    claim_one,
    expire,
    open_codes,
    partner,
    put,
    run,
    states,
    time_passes,
    together,
)

pytestmark = pytest.mark.django_db(transaction=True)
DOWN = Unreachable("CD-1001", connection="WMS", detail="refused")
FAILURES = 5


@contextmanager
def guarded(connection: Connection, work: Work) -> Iterator[remote.RemoteGuard]:
    """What ``remote.open_wms`` gives to an adapter."""
    work.connection = connection
    with gate.enter(connection, seconds=30) as entered:
        yield remote.RemoteGuard(entered, work)


def calling(connection: Connection, answer: Callable[[], None] = lambda: None, **given: bool) -> Callable[..., Outcome]:
    def handle(work: Work) -> Outcome:
        with guarded(connection, work) as guard, guard.call("order.release", timeout=5, **given):
            answer()
        return Outcome()

    return handle


def raising(error: Exception) -> Callable[[], None]:
    def answer() -> None:
        raise error

    return answer


def take_down(connection: Connection) -> list[SyncJob]:
    """Fails so often that the breaker opens; its jobs, which wait from then on."""
    jobs = [put(f"order:{number}") for number in range(FAILURES)]
    run(calling(connection, raising(DOWN)))
    assert ConnectionGate.objects.get().breaker == "open"
    return jobs


def attempts() -> list[int]:
    return list(SyncJob.objects.order_by("pk").values_list("attempts", flat=True))


def working() -> Work:
    """A job in hand."""
    put(f"order:{uuid4()}")
    work = taking.one(claim_one())
    assert work is not None
    return work


def test_failures_in_a_row_open_the_breaker_and_one_case() -> None:
    jobs = take_down(partner())
    assert cases() == [("CD-1001", "open", 1)]
    assert states(*jobs) == [State.RETRY] * FAILURES
    assert attempts() == [1, 1, 1, 1, 0]


def test_an_answer_of_any_kind_ends_the_row_of_failures() -> None:
    connection = partner()
    for number in range(FAILURES - 1):
        put(f"order:{number}")
    run(calling(connection, raising(DOWN)))
    put("order:refused")
    run(calling(connection, raising(Rejected("CD-4008"))))
    assert ConnectionGate.objects.values_list("failures", "breaker").get() == (0, "closed")


def test_a_lost_answer_counts_as_a_failure_of_the_remote() -> None:
    put()
    run(calling(partner(), raising(OutcomeUnknown("CD-1006"))))
    assert ConnectionGate.objects.get().failures == 1


def test_while_it_is_down_nothing_is_sent_and_no_attempt_burnt() -> None:
    connection, sent = partner(), []
    take_down(connection)
    for number in range(20):
        put(f"order:new {number}")
    run(calling(connection, lambda: sent.append(1)))
    assert (sent, attempts()[FAILURES:]) == ([], [0] * 20)
    assert SyncJob.objects.filter(state=State.RETRY, waits_for=connection).count() == 21
    assert cases() == [("CD-1001", "open", 1)]


def test_an_outage_of_days_makes_no_job_give_up() -> None:
    connection = partner()
    take_down(connection)
    for _ in range(20):
        ConnectionGate.objects.update(probe_at=Now() + timedelta(days=1))
        Stream.objects.update(next_due_at=Now())
        SyncJob.objects.update(next_attempt_at=Now())
        JobAttempt.objects.update(started_at=F("started_at") - timedelta(days=1))
        run(calling(connection))
    assert set(SyncJob.objects.values_list("state", flat=True)) == {State.RETRY}
    assert attempts() == [1, 1, 1, 1, 0]


def test_one_probe_lets_everything_go_and_the_case_closes_itself() -> None:
    connection, sent = partner(), []
    jobs = take_down(connection)
    run(calling(connection))
    time_passes(16)
    sweep.probe_breakers()
    assert run(calling(connection, lambda: sent.append(1))) == FAILURES
    assert (states(*jobs), len(sent)) == ([State.SUCCEEDED] * FAILURES, FAILURES)
    assert (open_codes(), cases()) == ([], [("CD-1001", "resolved", 1)])
    assert ConnectionGate.objects.values_list("breaker", "failures", "probe_at").get() == ("closed", 0, None)


def test_a_probe_that_fails_keeps_the_rest_waiting() -> None:
    connection, sent = partner(), []
    take_down(connection)
    time_passes(16)
    SyncJob.objects.update(next_attempt_at=Now() + timedelta(hours=1), waits_for=connection)

    def answer() -> None:
        sent.append(1)
        raise DOWN

    sweep.probe_breakers()
    assert (run(calling(connection, answer)), len(sent)) == (1, 1)
    assert (ConnectionGate.objects.get().breaker, open_codes()) == ("open", ["CD-1001"])
    sweep.probe_breakers()
    assert run(calling(connection, answer)) == 0


def test_of_many_workers_one_probes() -> None:
    connection = partner()
    take_down(connection)
    ConnectionGate.objects.update(probe_at=Now())

    def knock() -> bool:
        try:
            with gate.enter(connection, seconds=5) as entered:
                return entered.probing
        except Unreachable:
            return False

    assert sorted(together(*[knock] * 6)) == [False] * 5 + [True]


def test_letting_go_and_running_do_not_block_each_other() -> None:
    connection = partner()
    for number in range(40):
        put(f"order:{number}")
    ConnectionGate.objects.create(connection=connection)
    SyncJob.objects.update(state=State.RETRY, waits_for=connection, next_attempt_at=Now())

    def let_go() -> int:
        for _ in range(40):
            with transaction.atomic():
                gate.let_go(SyncJob.objects.filter(waits_for=connection, state=State.RETRY))
        return 0

    handle = calling(connection)
    together(let_go, let_go, partial(run, handle), partial(run, handle))
    run(handle)
    assert set(SyncJob.objects.values_list("state", flat=True)) == {State.SUCCEEDED}
    assert JobAttempt.objects.filter(outcome="crashed").count() == 0


def test_a_connection_that_is_paused_keeps_its_work() -> None:
    connection = partner(enabled=False)
    job = put()
    run(calling(connection))
    assert (states(job), attempts(), cases()) == ([State.RETRY], [0], [])
    Connection.objects.update(enabled=True)
    time_passes(120)
    connection.refresh_from_db()
    assert run(calling(connection)) == 1


def test_two_workers_share_one_budget_of_calls() -> None:
    connection = partner(calls_per_second=20.0)
    ConnectionGate.objects.create(connection=connection)
    started = time.monotonic()

    def call() -> list[float]:
        moments = []
        for _ in range(10):
            time.sleep(gate.pace(connection, patience=5))
            moments.append(time.monotonic() - started)
        return moments

    first, second = together(call, call)
    moments = sorted(first + second)
    assert all(moment >= number / 20 - 0.03 for number, moment in enumerate(moments))


def test_a_wait_above_its_patience_gives_the_worker_back() -> None:
    connection = partner(calls_per_second=0.1)
    jobs = [put("order:1"), put("order:2")]
    ConnectionGate.objects.create(connection=connection)
    run(calling(connection))
    assert (states(*jobs), attempts()) == ([State.SUCCEEDED, State.RETRY], [0, 0])


def test_no_more_calls_at_once_than_allowed() -> None:
    connection = partner(max_concurrency=2)
    with gate.enter(connection, seconds=30), gate.enter(connection, seconds=30):
        with pytest.raises(Throttled) as refused, gate.enter(connection, seconds=30):
            pass
        assert refused.value.code == "CD-1002"
    with gate.enter(connection, seconds=30):
        assert RemoteSlot.objects.filter(leased_until__gt=Now()).count() == 1


def test_the_slot_of_a_killed_worker_frees_itself() -> None:
    connection = partner(max_concurrency=1)
    killed = gate.enter(connection, seconds=30)
    killed.__enter__()
    with pytest.raises(Throttled), gate.enter(connection, seconds=30):
        pass
    RemoteSlot.objects.update(leased_until=Now())
    with gate.enter(connection, seconds=30) as entered:
        assert entered.connection == connection
    assert RemoteSlot.objects.get().token is None


@pytest.mark.parametrize("writes", [True, False])
def test_a_call_inside_a_transaction_is_never_let_through(writes: bool) -> None:
    connection, sent = partner(), []

    def handle(work: Work) -> Outcome:
        with transaction.atomic():
            return calling(connection, lambda: sent.append(1), writes=writes)(work)

    job = put()
    run(handle)
    assert (sent, states(job), cases()) == ([], [State.NEEDS_ATTENTION], [("CD-9002", "open", 1)])
    assert JobAttempt.objects.get().detail.endswith("(OpenTransaction).")


def test_the_history_names_each_call_and_how_it_went() -> None:
    connection = partner()

    def handle(work: Work) -> Outcome:
        with guarded(connection, work) as guard:
            with guard.call("order.find", timeout=5):
                pass
            with guard.call("order.release", timeout=5, writes=True):
                raise Locked("CD-1004")
        return Outcome()

    put()
    run(handle)
    assert [(call["what"], call["outcome"]) for call in JobAttempt.objects.get().calls] == [
        ("order.find", "ok"),
        ("order.release", "CD-1004"),
    ]


def test_a_write_after_its_deadline_is_not_sent() -> None:
    work = working()
    work.deadline = time.monotonic() - 0.01
    with guarded(partner(), work) as guard:
        with pytest.raises(Locked), guard.call("order.release", timeout=5, writes=True):
            pytest.fail("it was sent")
        with guard.call("order.find", timeout=5):
            pass


def test_a_job_of_many_reads_keeps_its_stream() -> None:
    connection, work = partner(), working()
    with guarded(connection, work) as guard:
        for _ in range(10):
            with guard.call("order.find", timeout=30):
                work.claimed_until -= 29
                time_passes(29)
            assert claim(Lane.ORDER, streams=1, seconds=60) == ([], False)


def test_a_read_without_the_claim_is_not_made() -> None:
    work = working()
    expire([work.job])
    claim_one()
    work.claimed_until = 0
    with guarded(partner(), work) as guard, pytest.raises(ClaimLost), guard.call("order.find", timeout=5):
        pytest.fail("it was sent")


def test_errors_of_ours_do_not_open_the_breaker() -> None:
    connection = partner()
    for number in range(FAILURES + 1):
        put(f"order:{number}")
    run(calling(connection, raising(ValueError("ours"))))
    assert ConnectionGate.objects.values_list("failures", "breaker").get() == (0, "closed")


def test_every_error_of_the_family_is_told_to_the_breaker_once() -> None:
    connection = partner()
    for number, error in enumerate([DOWN, OutcomeUnknown("CD-1006")]):
        put(f"order:{number}")
        run(calling(connection, raising(error)))
    assert ConnectionGate.objects.values_list("failures", "last_failure").get() == (2, _cause("CD-1006"))


def _cause(code: str) -> str:
    return IntegrationError(code).cause
