"""The facts of the forecast, as the tables tell them, and a real drain beside what was foretold."""

import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db.models.functions import Now

from integration.errors import Rejected, RuleHold, Throttled, Unreachable
from integration.jobs import forecast
from integration.jobs.forecast import Forecast
from integration.jobs.work import Outcome, Work
from integration.models import ConnectionGate, JobAttempt, Lane, Stream, SyncJob
from tests.component.engine.yard import State, failing, fine, partner, put, run

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS, JOB_SECONDS, DRAIN_SECONDS = 2, 0.05, 80


def lane(wanted: Lane = Lane.ORDER) -> Forecast:
    return forecast.lanes()[wanted - 1]


def test_every_lane_counts_its_own_due_work() -> None:
    for number in range(3):
        put(f"order:{number}")
    put("shipment", lane=Lane.SHIPMENT)
    assert [(each.lane, each.due) for each in forecast.lanes()] == [(1, 1), (2, 3), (3, 0), (4, 0)]


def test_what_waits_for_a_system_is_told_beside_what_is_due() -> None:
    wms = partner()
    ConnectionGate.objects.create(connection=wms, breaker="open", opened_at=Now())
    held = put("down")
    put("down")
    put("up")
    SyncJob.objects.filter(pk=held.pk).update(state=State.RETRY, waits_for=wms)
    found = lane()
    assert (found.due, found.held) == (1, 2)
    assert found.why[0].startswith("2 wait for WMS, which does not answer since ")


def test_work_that_waits_for_a_person_or_for_later_is_not_due() -> None:
    put("stopped")
    put("stopped")
    run(failing(Rejected("CD-4007", connection="WMS", partner="WMS", release="R", order="S", sent_at="", due_at="")))
    put("later", delay=90.0)
    put("soon", delay=30.0)
    assert lane().due == 1


def test_work_that_is_only_looked_at_again_is_not_due() -> None:
    """A cause may go away outside of our sight; until it does, nothing is done."""
    blocked = put("blocked")
    put("blocked")
    run(failing(RuleHold("CD-4003", connection="Odoo", order="S1", reason="credit")))
    Stream.objects.filter(pk=blocked.stream_id).update(next_due_at=Now())
    assert (lane().due, lane().state) == (0, "clear")
    SyncJob.objects.filter(pk=blocked.pk).update(state=State.PENDING)
    assert lane().due == 2


def test_a_throttled_lane_names_the_system() -> None:
    wms = partner(calls_per_second=2.0)
    put()
    run(failing(Throttled("CD-1002", retry_after=5.0, connection="WMS")))
    assert (lane().due, lane().why, lane().state) == (1, [], "starting")
    ConnectionGate.objects.create(connection=wms, next_call_at=Now() + timedelta(seconds=30))
    assert lane().why == ["WMS takes 2 calls a second"]


def test_only_ends_count_as_done() -> None:
    for number in range(4):
        put(f"order:{number}")
    run(failing(Unreachable("CD-1001", connection="WMS", detail="")))
    assert lane().done_per_second == 0.0
    put("fine")
    run(fine)
    assert lane().done_per_second == pytest.approx(1 / 60)
    JobAttempt.objects.update(ended_at=Now() - timedelta(minutes=11))
    assert lane().done_per_second == 0.0


@pytest.mark.drill
def test_a_steady_drain_ends_when_it_was_foretold() -> None:
    """Looked at every five seconds from a minute on: each time within ten per cent of the time that was left."""
    for number in range(int(WORKERS / JOB_SECONDS * DRAIN_SECONDS)):
        put(f"order:{number}")

    def work() -> int:
        with closing(database):
            return run(slow, seconds=400)

    began, told = time.monotonic(), list[Forecast]()
    with ThreadPoolExecutor(WORKERS) as pool:
        workers = [pool.submit(work) for _ in range(WORKERS)]
        while not all(worker.done() for worker in workers):
            wait(workers, timeout=5.0)
            if time.monotonic() - began >= 60:
                told.append(lane())
    over = max(SyncJob.objects.values_list("finished_at", flat=True))
    left = [(each, (over - each.at).total_seconds()) for each in told]
    errors = [((each.seconds or 0.0) - seconds) / seconds for each, seconds in left if seconds >= 15]
    assert errors
    assert [f"{error:+.1%}" for error in errors if abs(error) > 0.1] == []


def slow(_work: Work) -> Outcome:
    time.sleep(JOB_SECONDS)
    return Outcome()
