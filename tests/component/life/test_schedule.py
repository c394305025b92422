"""The lease, the slots and the schedules, in one process: who may start what, and what is owed after a pause."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from celery.schedules import crontab
from django.conf import settings
from django.db import DatabaseError
from django.db import connection as database
from django.db.models.functions import Now
from django_celery_beat.models import PeriodicTask

from config import plans
from config.beat import LeadingScheduler
from config.celery import app
from config.queues import IN_SLOT, MAINTENANCE
from config.schedule import CATCH_UP, schedule
from integration.jobs import lease, slots
from integration.models import BeatLease, BeatSlot, Connection, SyncJob
from integration.rules.slots import CatchUp, Cron, Every
from tests.component.engine.yard import together

pytestmark = pytest.mark.django_db(transaction=True)
ONE, OTHER = uuid.uuid4(), uuid.uuid4()
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
SLOT = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def hold(holder: uuid.UUID, seconds: float = 60.0) -> int:
    """The number of its term, 0 when another one leads."""
    term = lease.hold(holder, "node", seconds)
    return term.number if term else 0


def run_out() -> None:
    BeatLease.objects.update(held_until=Now())


class TestLease:
    def test_one_leads_until_its_lease_runs_out(self) -> None:
        assert (hold(ONE), hold(OTHER), hold(ONE)) == (1, 0, 1)
        run_out()
        assert (hold(OTHER), hold(ONE)) == (2, 0)

    def test_to_lead_again_after_a_gap_is_a_new_term(self) -> None:
        hold(ONE)
        run_out()
        assert hold(ONE) == 2

    def test_who_ends_lets_another_one_lead_at_once(self) -> None:
        hold(ONE)
        lease.end(OTHER)
        assert hold(OTHER) == 0
        lease.end(ONE)
        assert (lease.leader(), hold(OTHER)) == (None, 2)

    def test_of_many_at_once_one_leads(self) -> None:
        terms = together(*[lambda each=each: hold(each) for each in [uuid.uuid4() for _ in range(6)]])
        assert sorted(terms) == [0, 0, 0, 0, 0, 1]


class TestSlots:
    def begun(self, term: int, slot: datetime = SLOT) -> bool:
        return slots.start("report", slot, term, lambda: None)

    def test_a_slot_is_started_once_whoever_tries(self) -> None:
        term = hold(ONE)
        assert sorted(together(*[lambda: self.begun(term)] * 5)) == [False, False, False, False, True]
        assert BeatSlot.objects.count() == 1

    def test_what_it_starts_and_its_row_are_one_transaction(self) -> None:
        def fail() -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            slots.start("report", SLOT, hold(ONE), fail)
        assert (BeatSlot.objects.count(), self.begun(1)) == (0, True)

    def test_an_old_leader_starts_nothing_any_more(self) -> None:
        hold(ONE)
        run_out()
        assert self.begun(1) is False
        assert hold(OTHER) == 2
        assert (self.begun(1), self.begun(2)) == (False, True)

    def test_who_stops_within_a_slot_loses_its_transaction(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slots, "FREEZE_SECONDS", 1)
        term = hold(ONE)

        def freeze() -> None:
            assert sorted(together(lambda: self.begun(term))) == [True]  # it waits until ours was ended

        with pytest.raises(DatabaseError):
            slots.start("report", SLOT, term, freeze)
        database.close()
        assert BeatSlot.objects.count() == 1

    def test_old_rows_go_but_for_the_last_of_each_schedule(self) -> None:
        for name, days in (("a", 5), ("a", 4), ("a", 1), ("b", 9), ("b", 8)):
            at = datetime.now(UTC) - timedelta(days=days)
            BeatSlot.objects.create(schedule=name, slot=at, term=1, started_at=at)
        assert slots.forget() == 3
        assert list(BeatSlot.objects.order_by("schedule").values_list("schedule", flat=True)) == ["a", "b"]
        assert set(slots.last(["a", "b", "c"])) == {"a", "b", "c"}


class TestPlans:
    def test_what_is_written_is_read(self) -> None:
        monthly = crontab(minute="30", hour="2", day_of_month="1")
        monthly.tz = "Europe/Berlin"
        options = {"headers": {CATCH_UP: CatchUp.EVERY}, "expire_seconds": 60}
        plans.write({
            "fast": {"task": "t", "schedule": timedelta(seconds=0.5)},
            "report": {"task": "r", "schedule": monthly, "options": options, "kwargs": {"of": "stock"}},
        })  # fmt: skip
        fast, report = sorted(plans.read(), key=lambda plan: plan.name)
        assert (fast.times, fast.catch_up) == (Every(SECOND / 2), CatchUp.LATEST)
        assert isinstance(report.times, Cron)
        assert (report.times.hours, report.times.days) == (frozenset({2}), frozenset({1}))
        assert (report.catch_up, report.kwargs, report.expires) == (CatchUp.EVERY, {"of": "stock"}, 60)

    def test_only_a_change_counts_as_one(self) -> None:
        plans.write(schedule())
        before = dict(PeriodicTask.objects.values_list("name", "date_changed"))
        plans.write({**schedule(), "poll Odoo": {"task": "tasks.polling.poll", "schedule": timedelta(seconds=77)}})
        after = dict(PeriodicTask.objects.values_list("name", "date_changed"))
        assert [name for name in before if before[name] != after[name]] == ["poll Odoo"]

    def test_what_the_console_switched_off_stays_off(self) -> None:
        plans.write(schedule())
        PeriodicTask.objects.filter(name="poll Odoo").update(enabled=False)
        plans.write(schedule())
        assert "poll Odoo" not in {plan.name for plan in plans.read()}

    @pytest.mark.parametrize("wrong", [{"headers": '{"catch-up": "maybe"}'}, {"args": "["}])
    def test_a_row_that_cannot_be_read_does_not_stop_the_others(self, wrong: dict[str, str]) -> None:
        plans.write(schedule())
        PeriodicTask.objects.filter(name="poll Odoo").update(**wrong)
        assert {plan.name for plan in plans.read()} == {*schedule()} - {"poll Odoo"}

    def test_each_starts_a_task_that_there_is(self) -> None:
        app.loader.import_default_modules()
        assert {entry["task"] for entry in schedule().values()} - app.tasks.keys() == set()

    def test_what_must_not_be_missed_is_done_in_its_slot(self) -> None:
        every = [entry for entry in schedule().values() if entry["options"]["headers"][CATCH_UP] == CatchUp.EVERY]
        assert {entry["task"] for entry in every} <= IN_SLOT


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The slots that the task "report" was told, which beat runs by itself."""
    told: list[str] = []
    monkeypatch.setattr(LeadingScheduler, "in_slot", frozenset({"report"}))

    @app.task(name="report")
    def report(slot: str = "") -> None:
        told.append(slot)

    yield told
    app.tasks.pop("report")


@pytest.fixture
def beat() -> Iterator[Callable[..., LeadingScheduler]]:
    """A beat with this schedule."""
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    app.loader.import_default_modules()

    def make(**entries: Any) -> LeadingScheduler:
        app.conf.beat_schedule = entries
        return LeadingScheduler(app, lazy=True)

    before = app.conf.beat_schedule
    yield make
    app.conf.beat_schedule = before


def hourly(catch_up: CatchUp, task: str = "report") -> dict[str, Any]:
    return {"task": task, "schedule": HOUR, "options": {"headers": {CATCH_UP: catch_up}}}


def away(hours: int) -> None:
    """All beats were, and meanwhile nobody changed a schedule."""
    PeriodicTask.objects.update(date_changed=Now() - 100 * HOUR)
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    BeatSlot.objects.create(schedule="report", slot=now - hours * HOUR, term=1)


class TestBeat:
    @pytest.mark.parametrize(("catch_up", "runs"), [(CatchUp.LATEST, 1), (CatchUp.EVERY, 3)])
    def test_missed_runs_are_made_up_for(
        self, catch_up: CatchUp, runs: int, done: list[str], beat: Callable[..., LeadingScheduler]
    ) -> None:
        leader = beat(report=hourly(catch_up))
        leader.tick()
        away(hours=3)
        leader.tick()
        leader.tick()
        assert (len(done), BeatSlot.objects.count()) == (runs, runs + 1)
        assert (done == sorted(done), all(done)) == (True, catch_up is CatchUp.EVERY)

    def test_missed_runs_of_a_message_are_one(self, beat: Callable[..., LeadingScheduler]) -> None:
        leader = beat(report=hourly(CatchUp.EVERY, "tasks.maintenance.wake"))
        leader.tick()
        away(hours=3)
        leader.tick()
        assert redis.Redis.from_url(settings.REDIS_URL).llen(MAINTENANCE) == 1

    def test_nothing_is_owed_for_the_time_before_a_change(
        self, done: list[str], beat: Callable[..., LeadingScheduler]
    ) -> None:
        leader = beat(report=hourly(CatchUp.EVERY))
        leader.tick()
        away(hours=3)
        PeriodicTask.objects.update(date_changed=Now())
        leader.tick()
        assert done == []

    def test_polls_are_jobs_in_the_transaction_of_their_slot(self, beat: Callable[..., LeadingScheduler]) -> None:
        Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="https://odoo.test")
        leader = beat(report=hourly(CatchUp.LATEST, "tasks.polling.poll"))
        leader.tick()
        away(hours=1)
        leader.tick()
        assert list(SyncJob.objects.values_list("flow", flat=True)) == ["odoo_poll"]
        assert redis.Redis.from_url(settings.REDIS_URL).llen(MAINTENANCE) == 0

    def test_a_task_that_fails_is_tried_again_and_does_not_hold_up_the_others(
        self, done: list[str], beat: Callable[..., LeadingScheduler], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        leader = beat(report=hourly(CatchUp.LATEST))
        leader.tick()
        away(hours=1)
        good = app.tasks["report"].run
        monkeypatch.setattr(app.tasks["report"], "run", lambda **_: 1 / 0)
        leader.tick()
        monkeypatch.setattr(app.tasks["report"], "run", good)
        leader.tick()
        assert (done, BeatSlot.objects.count()) == ([""], 2)

    def test_without_a_broker_rows_are_written_all_the_same(
        self, done: list[str], beat: Callable[..., LeadingScheduler], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        leader = beat(wake=hourly(CatchUp.LATEST, "tasks.maintenance.wake"), report=hourly(CatchUp.LATEST))
        leader.tick()
        away(hours=1)
        monkeypatch.setattr(leader.app, "send_task", _refused)
        BeatSlot.objects.create(schedule="wake", slot=Now() - HOUR, term=1)
        assert leader.tick() > 0
        assert done == [""]

    def test_without_a_database_it_waits(self, beat: Callable[..., LeadingScheduler]) -> None:
        leader = beat()
        port = database.settings_dict["PORT"]
        database.close()
        database.settings_dict["PORT"] = 9
        try:
            assert leader.tick() == leader._pause
        finally:
            database.close()
            database.settings_dict["PORT"] = port
        assert (leader.tick(), lease.leader() is not None) == (leader._pause, True)


def _refused(*_: Any, **__: Any) -> None:
    raise ConnectionRefusedError
