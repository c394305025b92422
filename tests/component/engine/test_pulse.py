"""What went through is counted once, by flow and ten minutes, however often and by however many it is counted."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import now

from integration.jobs import pulse
from integration.models import (
    CallTally,
    CallTotal,
    Connection,
    Document,
    FlowDay,
    FlowTally,
    JobAttempt,
    Lane,
    Stream,
    SyncJob,
    TryTotal,
    Warehouse,
)

OLD = datetime(2026, 11, 27, 12, 4, tzinfo=UTC)


@pytest.fixture
def stream(db):
    return Stream.objects.create(key="s", lane=Lane.ORDER)


def ended(stream, *, at=OLD, took=1, flow="order_release", outcome="succeeded"):
    job = SyncJob.objects.create(stream=stream, flow=flow, subject="x", state="succeeded")
    SyncJob.objects.filter(pk=job.pk).update(created_at=at - timedelta(seconds=took))
    attempt = JobAttempt.objects.create(job=job, number=1, worker="w", started_at=at, outcome=outcome)
    JobAttempt.objects.filter(pk=attempt.pk).update(ended_at=at)


def counted():
    return list(
        FlowTally.objects.order_by("slot", "flow").values_list("flow", "slot__minute", "jobs", "kept", "seconds")
    )


def test_jobs_are_counted_by_flow_and_ten_minutes(stream):
    for _ in range(2):
        ended(stream, took=10)
    ended(stream, took=61)
    ended(stream, at=OLD + timedelta(minutes=8))
    ended(stream, flow="put_away", took=61)
    pulse.count()
    assert counted() == [("order_release", 0, 3, 2, 81), ("put_away", 0, 1, 1, 61), ("order_release", 10, 1, 1, 1)]


def test_what_is_counted_is_not_counted_again_and_what_comes_is_added(stream):
    ended(stream)
    pulse.count()
    pulse.count()
    ended(stream)
    pulse.count()
    assert counted() == [("order_release", 0, 2, 2, 2)]


def test_tries_that_did_not_succeed_are_passed_over(stream):
    ended(stream, outcome="retry")
    pulse.count()
    assert counted() == [("order_release", 0, 0, 0, 0)]
    ended(stream)
    pulse.count()
    assert counted() == [("order_release", 0, 1, 1, 1)]


def test_a_young_try_and_all_after_it_wait_for_their_older_siblings(stream):
    ended(stream)
    ended(stream, at=now())
    ended(stream)
    pulse.count()
    assert counted() == [("order_release", 0, 1, 1, 1)]
    JobAttempt.objects.update(ended_at=OLD)
    SyncJob.objects.update(created_at=OLD)
    pulse.count()
    assert counted() == [("order_release", 0, 3, 3, 1)]


def test_more_than_it_takes_at_once_is_counted_by_the_next_ones(stream, monkeypatch):
    monkeypatch.setattr(pulse, "AT_ONCE", 2)
    monkeypatch.setattr(pulse, "TURNS", 2)
    for _ in range(5):
        ended(stream)
    pulse.count()
    assert counted()[0][2] == 4
    pulse.count()
    assert counted() == [("order_release", 0, 5, 5, 5)]


def test_tries_of_a_flow_that_is_no_more_stop_nobody(stream, monkeypatch):
    monkeypatch.setattr(pulse, "AT_ONCE", 2)
    for _ in range(3):
        ended(stream, flow="gone")
    ended(stream)
    pulse.count()
    assert sorted(counted()) == [("gone", 0, 3, 0, 3), ("order_release", 0, 1, 1, 1)]


def test_old_counts_leave(stream):
    ended(stream, at=now() - timedelta(days=91))
    ended(stream, at=now() - timedelta(days=89))
    pulse.count()
    assert pulse.forget() == 1


@pytest.fixture
def connection(db):
    return Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="http://127.0.0.1:9")


def called(stream, *calls, at=OLD):
    ended(stream, at=at)
    JobAttempt.objects.filter(pk=JobAttempt.objects.latest("pk").pk).update(calls=list(calls))


def call(connection, outcome="ok", ms=250):
    return {"what": "sale.order.read", "ms": ms, "outcome": outcome, "to": connection}


def test_calls_are_counted_by_connection_and_ten_minutes(stream, connection):
    called(stream, call(connection.pk), call(connection.pk, "CD-1001", ms=500))
    pulse.count()
    called(stream, call(connection.pk))
    called(stream, call(connection.pk), at=OLD + timedelta(minutes=8))
    pulse.count()
    rows = CallTally.objects.filter(connection=connection).order_by("slot")
    assert [(row.slot.minute, row.calls, row.failed, row.seconds) for row in rows] == [(0, 3, 1, 1.0), (10, 1, 0, 0.25)]


def test_calls_of_old_tries_and_of_connections_that_are_no_more_stop_nobody(stream):
    called(stream, {"what": "sale.order.read", "ms": 1.5, "outcome": "ok"}, call(4711))
    pulse.count()
    assert (counted(), CallTally.objects.count()) == ([("order_release", 0, 1, 1, 1)], 0)


def test_calls_are_counted_for_ever_by_method_outcome_and_how_long_they_took(stream, connection):
    called(stream, call(connection.pk, ms=250), call(connection.pk, ms=40), call(connection.pk, "CD-1001", ms=500_000))
    pulse.count()
    called(stream, call(connection.pk, ms=249.9), call(connection.pk, ms=250.1))
    pulse.count()
    rows = CallTotal.objects.values_list("method", "outcome", "within", "calls", "seconds")
    assert [(*row[:4], round(row[4], 4)) for row in rows] == [
        ("sale.order.read", "CD-1001", math.inf, 1, 500),
        ("sale.order.read", "ok", 0.05, 1, 0.04),
        ("sale.order.read", "ok", 0.25, 2, 0.4999),
        ("sale.order.read", "ok", 0.5, 1, 0.2501),
    ]


def test_tries_are_counted_for_ever_by_what_they_came_to(stream):
    for took, outcome in ((60, "succeeded"), (61, "succeeded"), (2, "retry"), (90_000, "succeeded")):
        ended(stream, took=took, outcome=outcome)
    pulse.count()
    ended(stream, took=60)
    pulse.count()
    assert list(TryTotal.objects.values_list("outcome", "within", "tries", "kept", "seconds")) == [
        ("retry", 5, 1, 0, 2),
        ("succeeded", 60, 2, 2, 120),
        ("succeeded", 300, 1, 0, 61),
        ("succeeded", math.inf, 1, 0, 90_000),
    ]


def test_what_was_counted_for_ever_stays_when_the_tallies_leave(stream, connection):
    called(stream, call(connection.pk), at=now() - timedelta(days=91))
    pulse.count()
    assert pulse.forget() == 2
    assert (CallTotal.objects.get().calls, TryTotal.objects.get().tries) == (1, 1)


def of_warehouse(stream, warehouse, **given):
    document = Document.objects.create(
        connection=warehouse.erp, kind="delivery", reference="WH/OUT/1", erp_id=SyncJob.objects.count() + 1,
        warehouse=warehouse,
    )  # fmt: skip
    ended(stream, **given)
    SyncJob.objects.filter(pk=SyncJob.objects.latest("pk").pk).update(document=document)


def test_jobs_are_counted_by_the_day_of_their_warehouse_too(stream):
    erp, wms = (Connection.objects.create(slug=slug, name=slug, kind="x") for slug in ("odoo", "wms"))
    about = {"erp": erp, "wms": wms, "company_id": 1}
    here = Warehouse.objects.create(**about, name="Here", erp_warehouse_id=1, site="A", time_zone="UTC")
    east = Warehouse.objects.create(**about, name="East", erp_warehouse_id=2, site="B", time_zone="Asia/Tokyo")
    late = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
    for warehouse in (here, east):
        of_warehouse(stream, warehouse, at=late, took=10)
        of_warehouse(stream, warehouse, at=late, took=61)
        of_warehouse(stream, warehouse, at=late, outcome="retry")
    ended(stream, at=late)
    SyncJob.objects.filter(pk=SyncJob.objects.latest("pk").pk).update(payload={"warehouse": here.pk})
    ended(stream, at=late)  # of no warehouse
    pulse.count()
    pulse.count()
    told = FlowDay.objects.order_by("warehouse").values_list("warehouse__name", "day__day", "jobs", "kept", "seconds")
    assert list(told) == [("East", 28, 2, 1, 71), ("Here", 27, 3, 2, 72)]
