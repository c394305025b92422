"""Each look against real servers, real rows and a stand-in for Odoo."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import redis
from django.conf import settings as environment
from django.db import connection as database
from django.db.models.functions import Now
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.schedule import schedule
from integration.jobs import acts, audit, tokens
from integration.models import ConnectionGate, JobAttempt, Lane, OutboundMessage, Stream, SyncJob
from integration.observe.doctor import access, audit_log, lanes, processes, servers, systems, work
from integration.sandbox.odoo.server import SandboxOdoo

Tell = Callable[[Any], list[tuple[str, str, str]]]
Connect = Callable[..., Any]
TODAY = datetime.now(UTC).date()


class TestServers:
    @pytest.mark.django_db(transaction=True)
    def test_a_good_database_is_told_with_its_version_and_clock(self, told: Tell) -> None:
        assert [(word, name) for word, name, _ in told(servers.database)] == [
            ("ok", "database"), ("ok", "clock"), ("ok", "migrations"),
        ]  # fmt: skip

    @pytest.mark.django_db
    def test_missing_migrations_are_told(self, told: Tell) -> None:
        with database.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE app = 'integration'")
        word, name, detail = told(servers.database)[2]
        assert (word, name, "integration.0001_initial" in detail) == ("problem", "migrations", True)

    @pytest.mark.parametrize(("skew", "word"), [(0.4, "ok"), (-6.0, "warning"), (61.0, "problem")])
    def test_clocks_apart_are_a_matter_of_seconds(self, skew: float, word: str, told: Tell) -> None:
        assert told(lambda: servers._clock(skew))[0][0] == word

    def test_a_broker_that_drops_keys_is_a_warning(self, told: Tell) -> None:
        client = redis.Redis.from_url(environment.REDIS_URL)
        before = client.config_get("maxmemory*")
        try:
            client.config_set("maxmemory", 500_000_000)
            client.config_set("maxmemory-policy", "allkeys-lru")
            assert told(servers.broker)[1] == ("warning", "memory", "allkeys-lru at 500000000 bytes")
            client.config_set("maxmemory-policy", "noeviction")
            assert told(servers.broker)[1] == ("ok", "memory", "noeviction at 500000000 bytes")
        finally:
            client.config_set("maxmemory", before["maxmemory"])
            client.config_set("maxmemory-policy", before["maxmemory-policy"])


class TestProcesses:
    def test_a_queue_without_a_worker_is_a_problem(self, worker: str, told: Tell) -> None:
        found = told(processes.workers)
        assert found[0] == ("ok", "workers", worker)
        missing = [(word, name) for word, name, _ in found[1:]]
        assert missing == [("problem", f"queue lane.{lane}") for lane in ("order", "inventory", "master_data")]

    def test_no_worker_at_all_is_one_problem(self, told: Tell) -> None:
        assert told(processes.workers) == [("problem", "workers", "none answered within 2 s")]

    @pytest.mark.django_db
    def test_beat_that_never_ran_is_a_problem_of_each_schedule(self, told: Tell) -> None:
        assert told(processes.beat) == [("problem", name, "beat has never run") for name in schedule()]

    @pytest.mark.django_db
    def test_runs_that_stopped_are_told(self, told: Tell) -> None:
        every, _ = IntervalSchedule.objects.get_or_create(every=10, period="seconds")
        rows = [PeriodicTask(name=name, task="t", interval=every) for name in schedule()]
        ages = (timedelta(seconds=30), timedelta(hours=3), None, *[timedelta(seconds=30)] * (len(rows) - 3))
        for row, age in zip(rows, ages, strict=True):
            row.last_run_at = datetime.now(UTC) - age if age else None
        rows[3].enabled = False
        for row in rows:
            row.save()
        assert [(word, detail) for word, _, detail in told(processes.beat)] == [
            ("ok", "every 10 s"),
            ("problem", "last run 3 h ago, and it runs every 10 s"),
            ("ok", "every 10 s"),
            ("warning", "switched off in the console"),
            *[("ok", "every 10 s")] * (len(rows) - 4),
        ]


class TestConnections:
    def test_a_good_odoo_is_one_line(self, connect: Connect, told: Tell) -> None:
        connect()
        first, *rest = told(systems.look)
        assert (first[:2], re.sub(r"\d+", "n", first[2])) == (
            ("ok", "odoo"),
            "Odoo n.n answers; n of n checks are fine",
        )
        assert rest == [("warning", "no warehouse is connected", "there is nobody to release to")]

    def test_a_refused_key_is_told_with_its_code(self, connect: Connect, told: Tell) -> None:
        connect(secrets={"key": "wrong"})
        assert told(systems.look)[0] == ("problem", "odoo", "odoo refused the login admin.")

    def test_a_system_that_is_down_is_told(self, connect: Connect, told: Tell) -> None:
        row = connect(base_url="http://127.0.0.1:9")
        ConnectionGate.objects.create(
            connection=row, breaker="open", opened_at=datetime(2026, 3, 2, 11, 40, tzinfo=UTC), last_failure="refused"
        )
        breaker, asked, _ = told(systems.look)
        assert breaker == ("problem", "odoo: breaker", "calls are held back since 2026-03-02 11:40 UTC: refused")
        assert asked[:2] == ("problem", "odoo")

    def test_a_system_of_another_environment_is_not_even_asked(
        self, connect: Connect, odoo: SandboxOdoo, told: Tell
    ) -> None:
        connect(environment="production")
        said = "it is a production system, and this installation is for test ones"
        assert told(systems.look)[0] == ("problem", "odoo: environment", said)
        assert odoo.service.calls()["total"] == 0

    def test_what_is_switched_off_is_not_asked(self, connect: Connect, odoo: SandboxOdoo, told: Tell) -> None:
        connect(enabled=False)
        assert told(systems.look)[0] == ("note", "odoo", "switched off; its work waits")
        assert odoo.service.calls()["total"] == 0

    def test_an_upgraded_odoo_and_a_long_timeout_are_warnings(self, connect: Connect, told: Tell) -> None:
        connect(profile={"version": "17.0", "facts": {"version": "17.0"}}, read_timeout=90.0)
        words = [(word, name) for word, name, _ in told(systems.look)]
        assert ("warning", "odoo: version") in words
        assert ("warning", "odoo: timeouts") in words


@pytest.mark.django_db(transaction=True)
class TestWork:
    def test_nothing_waits(self, told: Tell) -> None:
        assert [word for word, _, _ in told(work.look)] == ["ok"] * 4

    def test_work_that_nobody_takes_is_a_problem(self, told: Tell) -> None:
        Stream.objects.create(key="old", lane=Lane.ORDER, next_due_at=Now() - timedelta(minutes=2))
        Stream.objects.create(key="new", lane=Lane.ORDER, next_due_at=Now() - timedelta(seconds=30))
        word, _, detail = told(work.look)[0]
        assert (word, detail.partition(",")[0]) == ("problem", "1 documents wait for a worker")

    def test_jobs_and_answers_that_a_person_must_see_are_counted(self, connect: Connect, told: Tell) -> None:
        stream = Stream.objects.create(key="s", lane=Lane.ORDER)
        SyncJob.objects.create(stream=stream, flow="f", subject="s", state="needs_attention")
        OutboundMessage.objects.create(
            connection=connect(), key="k", type="t", reference="r", body=b"", state="sent",
            acknowledge_by=Now() - timedelta(minutes=1),
        )  # fmt: skip
        assert told(work.look)[1:3] == [
            ("warning", "jobs", "1 need a person"),
            ("warning", "acknowledgements", "1 are overdue"),
        ]


@pytest.mark.django_db(transaction=True)
class TestLanes:
    def test_nothing_is_due(self, told: Tell) -> None:
        assert told(lanes.look) == [("ok", "all lanes", "nothing is due")]

    def test_a_lane_that_drains_and_one_that_does_not(self, told: Tell) -> None:
        for lane in (Lane.SHIPMENT, Lane.ORDER):
            stream = Stream.objects.create(key=lane.name, lane=lane, next_due_at=Now() - timedelta(minutes=2))
            job = SyncJob.objects.create(stream=stream, flow="f", subject="s")
        SyncJob.objects.update(created_at=Now() - timedelta(minutes=2))
        JobAttempt.objects.create(job=job, number=1, worker="w", started_at=Now(), outcome="succeeded")
        stuck, drains = told(lanes.look)
        assert stuck == ("warning", "shipment", "1 due, and it does not drain: no job of it has ended")
        assert (*drains[:2], drains[2].partition(" at ")[0]) == ("note", "order", "1 due, clear")


class TestAccess:
    @pytest.mark.django_db
    def test_tokens_that_end_within_a_month_are_told(self, told: Tell) -> None:
        assert told(access.look)[0][0] == "ok"
        for name, days in (("soon", 29), ("later", 31), ("gone", -2), ("forgotten", -31)):
            tokens.make(name, ["jobs:read"], datetime.now(UTC) + timedelta(days=days))
        found = [(word, name, detail.split(" ", 1)[1].split(" on ")[0]) for word, name, detail in told(access.look)]
        assert sorted(found) == [("warning", "API token gone", "ended"), ("warning", "API token soon", "ends")]

    @pytest.mark.parametrize(("days", "words"), [(31, ["ok"]), (30, ["warning"]), (-1, ["problem"])])
    def test_keys_that_end_within_a_month_are_told(
        self, connect: Connect, told: Tell, days: int, words: list[str]
    ) -> None:
        connect(options={"key_expires": date.isoformat(TODAY + timedelta(days=days))})
        assert [word for word, _, _ in told(access.look)] == words


@pytest.mark.django_db
class TestAuditLog:
    def test_a_guarded_log_is_told_with_its_length(self, told: Tell) -> None:
        acts.note(acts.Actor("anna"), "retry job", "job 1")
        audit.seal()
        assert told(audit_log.look) == [("ok", "audit log", "guarded, 1 rows sealed")]

    def test_a_log_without_its_guard_is_a_problem(self, told: Tell) -> None:
        with database.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER audit_table_stays ON {audit.TABLE}")
        [(word, name, detail)] = told(audit_log.look)
        assert (word, name, "triggers are gone" in detail) == ("problem", "audit log", True)
