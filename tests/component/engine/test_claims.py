"""Who may run a stream, and what a worker that lost it can still do: nothing."""

import threading
from collections import Counter, defaultdict
from functools import partial

import pytest
from django.db import connection as database
from django.db import transaction
from django.db.models.functions import Now

from integration.jobs import settle, streams, taking
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.streams import Claim, ClaimLost
from integration.jobs.work import Outcome, Work
from integration.models import JobAttempt, Lane, Stream, SyncJob
from tests.component.engine.yard import (
    State,
    claim_one,
    expire,
    fine,
    put,
    run,
    somebody_waits,
    states,
    stuck,
    time_passes,
    together,
    until,
)

pytestmark = pytest.mark.django_db(transaction=True)
STREAMS, JOBS, WORKERS = 200, 4, 4


def test_two_workers_at_one_moment_never_claim_one_stream() -> None:
    for number in range(60):
        put(f"order:{number}")

    def claim_all() -> list[int]:
        taken: list[int] = []
        while claims := streams.claim(Lane.ORDER, streams=3, seconds=60)[0]:
            taken += [claim.stream_id for claim in claims]
        return taken

    first, second = together(claim_all, claim_all)
    assert sorted(first + second) == sorted(Stream.objects.values_list("pk", flat=True))


def test_four_workers_run_each_stream_in_order_and_nothing_twice() -> None:
    for number in range(STREAMS):
        for place in range(JOBS):
            put(f"order:{number}", payload={"place": place})
    ran: dict[int, list[int]] = defaultdict(list)

    def handle(work: Work) -> Outcome:
        ran[work.job.stream_id].append(work.job.payload["place"])
        return Outcome()

    counts = together(*[partial(run, handle, seconds=60) for _ in range(WORKERS)])
    assert sum(counts) == STREAMS * JOBS
    assert Counter(map(tuple, ran.values())) == {(0, 1, 2, 3): STREAMS}
    assert JobAttempt.objects.filter(outcome=State.SUCCEEDED).count() == STREAMS * JOBS


def test_the_longest_due_stream_goes_first() -> None:
    old, new = put("order:old"), put("order:new")
    assert (claim_one().stream_id, claim_one().stream_id) == (old.stream_id, new.stream_id)


def test_no_more_is_claimed_than_was_asked_for_however_small_the_table_was() -> None:
    """With the statistics of a single stream, PostgreSQL looks through the table for each row that it meets."""
    put("order:0")
    with database.cursor() as cursor:
        cursor.execute(f"ANALYZE {Stream._meta.db_table}")
    for number in range(1, 5):
        put(f"order:{number}")
    database.close()  # no plan is kept
    assert len(streams.claim(Lane.ORDER, streams=1, seconds=60)[0]) == 1


@pytest.mark.parametrize(("due", "claimed", "more"), [(0, 0, False), (1, 1, False), (2, 1, True), (7, 4, True)])
def test_of_few_streams_half_is_left_to_other_workers(due: int, claimed: int, more: bool) -> None:
    for number in range(due):
        put(f"order:{number}")
    claims, others = streams.claim(Lane.ORDER, streams=8, seconds=60)
    assert (len(claims), others) == (claimed, more)


@pytest.mark.parametrize("due", [8, 9])
def test_of_many_streams_as_many_are_claimed_as_were_asked_for(due: int) -> None:
    for number in range(due):
        put(f"order:{number}")
    claims, more = streams.claim(Lane.ORDER, streams=8, seconds=60)
    assert (len(claims), more) == (8, True)


def test_a_claim_keeps_others_out_until_it_expires() -> None:
    put()
    held = claim_one()
    assert streams.claim(Lane.ORDER, streams=1, seconds=60) == ([], False)
    time_passes(61)
    assert claim_one().token != held.token


def test_an_old_token_settles_nothing_and_keeps_nothing() -> None:
    job = put()
    work = taking.one(claim_one())
    assert work is not None
    expire([job])
    successor = claim_one()
    for late in (partial(settle.success, work, Outcome()), partial(settle.failure, work, KeyError())):
        with pytest.raises(ClaimLost):
            late()
    with pytest.raises(ClaimLost):
        streams.extend(work.claim, 60)
    assert states(job) == [State.RUNNING]
    assert JobAttempt.objects.count() == 0
    assert Stream.objects.get().claim_token == successor.token


def test_an_old_token_gives_back_nothing() -> None:
    job = put()
    old = claim_one()
    expire([job])
    successor = claim_one()
    with pytest.raises(ClaimLost):
        give_back(old)
    assert Stream.objects.get().claim_token == successor.token


def test_what_a_lost_worker_would_have_changed_stays_as_it_was() -> None:
    job = put()

    def handle(work: Work) -> Outcome:
        expire([job])
        claim_one()
        return Outcome(apply=partial(put, "order:effect"))

    assert run(handle) == 1
    assert not Stream.objects.filter(key="order:effect").exists()
    assert states(job) == [State.RUNNING]


def give_back(held: Claim) -> int:
    with transaction.atomic():
        streams.lock(held)
        streams.release([held.stream_id])
    return 0


def test_a_job_whose_transaction_is_open_while_its_stream_is_given_back_is_seen() -> None:
    """The stall hazard: the stream must not become idle beside a job that nobody was told of."""
    put()
    run(fine)
    Stream.objects.update(next_due_at=Now())
    held, added = claim_one(), threading.Event()

    def add() -> int:
        with transaction.atomic():
            enqueue(NewJob("work", "order:1", Lane.ORDER, "S00031"))
            added.set()
            until(somebody_waits)
        return 0

    def return_it() -> int:
        assert added.wait(10)
        return give_back(held)

    together(add, return_it)
    assert (Stream.objects.get().next_due_at is not None, stuck(), run(fine)) == (True, [], 1)


def test_work_that_comes_while_its_stream_is_given_back_is_never_forgotten() -> None:
    """Adding and giving back race for the same rows, over and over."""
    rounds, keys = 400, ("order:1", "order:2")

    def add() -> int:
        for number in range(rounds):
            put(keys[number % 2])
        return 0

    def work() -> int:
        ran = 0
        while ran < rounds * 2 and not stuck():
            ran += run(fine, seconds=60)
        return ran

    assert sum(together(add, add, work)) == rounds * 2
    assert (SyncJob.objects.filter(state=State.SUCCEEDED).count(), stuck()) == (rounds * 2, [])


def test_a_stream_that_is_empty_is_not_due() -> None:
    put()
    assert run(fine) == 1
    assert Stream.objects.values_list("next_due_at", "claimed_until", "claim_token").get() == (None, None, None)


def test_jobs_behind_one_that_waits_wait_too_and_other_streams_go_on() -> None:
    first, behind, other = put("order:1"), put("order:1"), put("order:2")

    def handle(work: Work) -> Outcome:
        if work.job.pk == first.pk:
            raise ValueError("broken")
        return Outcome()

    assert run(handle) == 2
    assert states(first, behind, other) == [State.NEEDS_ATTENTION, State.PENDING, State.SUCCEEDED]


def test_the_first_jobs_of_a_full_stream_are_found_by_its_own_index() -> None:
    """By the order of ids alone PostgreSQL would walk through what is over in every stream, more with each job."""
    full = [put(f"order:{number}").stream_id for number in range(3)]
    waiting = [SyncJob(stream_id=full[number % 3], flow="work", subject="order") for number in range(3000)]
    SyncJob.objects.bulk_create(waiting)

    with database.cursor() as cursor:
        cursor.execute(f"VACUUM FULL ANALYZE {streams.JOB}, {streams.STREAM}")  # of what earlier tests left
        for statement, values in ((taking._TAKE, [full, 20]), (streams._RELEASE, [full])):
            cursor.execute(f"EXPLAIN {statement}", values)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Scan using job_active_by_stream" in plan, plan
