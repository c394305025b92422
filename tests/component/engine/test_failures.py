"""What a failure does to its job: tried again, kept waiting, or in front of a person; never forgotten."""

import time
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db.models import F

from integration.errors import (
    AlreadyDone,
    Causes,
    IntegrationError,
    InvalidDocument,
    Locked,
    MappingMissing,
    Permanent,
    Rejected,
    Throttled,
    Unreachable,
)
from integration.jobs import acts, engine, environment
from integration.jobs.effects import LOCKED
from integration.jobs.retry import Policy
from integration.jobs.work import Outcome, Work
from integration.models import ExceptionCase, JobAttempt, Lane, Stream, SyncJob
from tests.component.engine.yard import (
    State,
    cases,
    expire,
    failing,
    fine,
    open_codes,
    put,
    run,
    states,
    time_passes,
)

pytestmark = pytest.mark.django_db(transaction=True)
LIMIT = Policy().attempts


def attempts(job: SyncJob) -> tuple[int, int]:
    """Tries that count, and all tries."""
    return SyncJob.objects.values_list("attempts", "tries").get(pk=job.pk)


def test_a_failure_that_passes_is_tried_again_and_leaves_its_history() -> None:
    job = put()
    run(failing(Unreachable("CD-1001", connection="WMS", detail="refused")))
    assert (states(job), attempts(job)) == ([State.RETRY], (1, 1))
    time_passes()
    run(fine)
    assert (states(job), attempts(job), cases()) == ([State.SUCCEEDED], (1, 2), [])
    history = JobAttempt.objects.order_by("number").values_list("number", "outcome", "code", "detail")
    told = "WMS cannot be reached: refused."
    assert list(history) == [(1, "retry", "CD-1001", told), (2, "succeeded", "", "done")]


def test_the_operator_reads_why_it_failed_until_it_went_through() -> None:
    job = put()
    run(failing(Rejected("CD-4008", connection="WMS", document="S1", status=400, detail="no")))
    row = SyncJob.objects.values_list("failure_code", "failure_mode", "failure_text")
    told = "WMS refused S1 (400): no."
    assert row.get(pk=job.pk) == ("CD-4008", "Refused by the partner's system", told)


def test_tried_too_often_is_a_persons_turn() -> None:
    job = put()
    for number in range(LIMIT):
        assert attempts(job) == (number, number)
        run(failing(Unreachable("CD-1001")))
        time_passes()
    assert (states(job), cases()) == ([State.NEEDS_ATTENTION], [("CD-9003", "open", 1)])
    assert run(fine) == 0


def test_a_busy_record_burns_no_attempt() -> None:
    job = put()
    for _ in range(LIMIT + 1):
        run(failing(Locked("CD-1004")))
        time_passes()
    assert (states(job), attempts(job)) == ([State.RETRY], (0, LIMIT + 1))


def test_a_job_that_waited_long_for_something_else_is_not_too_old() -> None:
    job = put()
    SyncJob.objects.update(created_at=F("created_at") - timedelta(days=30))
    run(failing(Unreachable("CD-1001")))
    assert states(job) == [State.RETRY]


def test_failures_in_a_row_end_by_their_age() -> None:
    job = put()
    run(failing(Locked("CD-1004")))
    JobAttempt.objects.update(started_at=F("started_at") - timedelta(days=3))
    time_passes()
    run(failing(Locked("CD-1004")))
    assert (states(job), cases()) == ([State.NEEDS_ATTENTION], [("CD-9003", "open", 1)])


def test_an_outage_makes_no_row_of_failures_old() -> None:
    job = put()
    run(failing(Unreachable("CD-1005")))
    JobAttempt.objects.update(started_at=F("started_at") - timedelta(days=9))
    time_passes()
    run(failing(Unreachable("CD-1001")))
    assert states(job) == [State.RETRY]


@pytest.mark.parametrize("lock", [LOCKED, environment.LOCKED])
def test_a_lock_that_only_a_person_ends_makes_no_row_of_failures_old(lock: str) -> None:
    job = put()
    run(failing(Throttled(lock, retry_after=300.0, connection="Odoo")))
    JobAttempt.objects.update(started_at=F("started_at") - timedelta(days=9))
    time_passes()
    run(failing(Unreachable("CD-1001")))
    assert states(job) == [State.RETRY]


def test_rechecks_burn_no_attempts() -> None:
    job = put()
    for _ in range(LIMIT + 1):
        run(failing(InvalidDocument("CD-4001", connection="Odoo", order="S1", missing="city")))
        time_passes()
    assert (states(job), attempts(job)) == ([State.BLOCKED], (0, LIMIT + 1))
    assert cases() == [("CD-4001", "open", LIMIT + 1)]
    run(fine)
    assert (states(job), open_codes()) == ([State.SUCCEEDED], [])


def test_a_missing_mapping_waits_until_it_is_told() -> None:
    job = put()
    run(failing(MappingMissing("CD-3001", scope="wms", code="CHAIR", partner="WMS")))
    time_passes(10_000_000)
    assert (run(fine), states(job), Stream.objects.get().next_due_at) == (0, [State.BLOCKED], None)


def test_done_before_counts_as_success() -> None:
    job = put()
    run(failing(AlreadyDone("CD-4008", connection="WMS")))
    assert (states(job), cases()) == ([State.SUCCEEDED], [])


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("picking"), RuntimeError(), AssertionError("y")])
def test_a_failure_that_nobody_foresaw_becomes_a_case(error: Exception) -> None:
    job = put(subject="S00031")
    run(failing(error))
    assert (states(job), cases()) == ([State.NEEDS_ATTENTION], [("CD-9002", "open", 1)])
    told = f"S00031 failed in a way that we did not foresee ({type(error).__name__})."
    assert ExceptionCase.objects.get().cause == told


def test_a_flow_that_only_another_release_knows_is_left_to_a_process_of_it() -> None:
    job = put(flow="unheard_of")
    run(fine)
    assert (states(job), attempts(job), cases()) == ([State.RETRY], (0, 1), [])
    time_passes()
    engine.run_lane(Lane.ORDER, {"unheard_of": fine}, seconds=20.0)
    assert (states(job), cases()) == ([State.SUCCEEDED], [])


def test_a_flow_that_no_process_knows_for_days_becomes_a_case() -> None:
    job = put(flow="unheard_of")
    run(fine)
    job.history.update(started_at=F("started_at") - timedelta(days=4))
    time_passes()
    run(fine)
    assert (states(job), cases()) == ([State.NEEDS_ATTENTION], [("CD-9003", "open", 1)])


def test_a_failure_to_commit_takes_everything_back_and_becomes_a_case() -> None:
    def apply() -> None:
        put("order:effect")
        raise LookupError("no such line")

    job = put()
    run(lambda work: Outcome(apply=apply))
    assert (states(job), cases()) == ([State.NEEDS_ATTENTION], [("CD-9002", "open", 1)])
    assert not Stream.objects.filter(key="order:effect").exists()


def test_half_done_is_kept_and_the_rest_fails() -> None:
    job = put()
    error = Causes([InvalidDocument("CD-4001", connection="Odoo", order="S1", missing="city")])
    run(lambda work: Outcome(apply=partial(put, "order:other"), error=error))
    assert (states(job), open_codes()) == ([State.BLOCKED], ["CD-4001"])
    assert Stream.objects.filter(key="order:other").exists()


def test_a_worker_that_dies_is_replaced_and_the_third_death_is_a_persons_turn() -> None:
    job = put(subject="S00031")
    for _ in range(3):
        assert _dies(job)
        expire([job])
    assert run(fine) == 0
    assert (states(job), cases()) == ([State.NEEDS_ATTENTION], [("CD-9001", "open", 1)])
    assert list(JobAttempt.objects.order_by("number").values_list("number", "outcome")) == [
        (1, "crashed"),
        (2, "crashed"),
        (3, "crashed"),
    ]


def _dies(job: SyncJob) -> bool:
    """A worker takes the job, and its process ends."""

    class Killed(BaseException):
        pass

    def handle(work: Work) -> Outcome:
        raise Killed

    try:
        run(handle)
    except Killed:
        return states(job) == [State.RUNNING]
    return False


def test_a_job_of_a_dead_worker_is_run_again() -> None:
    job = put()
    assert _dies(job)
    expire([job])
    assert run(fine) == 1
    assert (states(job), attempts(job), SyncJob.objects.get().crashes) == ([State.SUCCEEDED], (0, 2), 1)


def test_a_person_may_let_a_poisonous_job_try_again() -> None:
    job = put()
    for _ in range(3):
        assert _dies(job)
        expire([job])
    run(fine)
    acts.retry_job(job.pk, acts.Actor("ada"))
    assert run(fine) == 1
    assert (states(job), open_codes()) == ([State.SUCCEEDED], [])


@pytest.mark.parametrize("error", [Rejected("CD-4008"), InvalidDocument("CD-4001"), MappingMissing("CD-3001")])
def test_one_failure_leaves_one_case_and_one_attempt(error: IntegrationError) -> None:
    put()
    run(failing(error))
    assert (JobAttempt.objects.count(), len(cases())) == (1, 1)


def test_a_worker_whose_clock_is_wrong_writes_the_database_s_time() -> None:
    job = put()
    with time_machine.travel(time.time() + 7200, tick=True):
        run(failing(Permanent("CD-9002", document="S1", flow="work", detail="x")))
    attempt = job.history.get()
    assert abs(attempt.ended_at - attempt.started_at) < timedelta(minutes=1)
    assert abs(ExceptionCase.objects.get().first_seen - attempt.ended_at) < timedelta(minutes=1)
