"""Jobs a second: what the engine itself costs, beside raw Celery, what people write, and another durable queue.

All of them drain a queue that was filled before, with two processes each, on one PostgreSQL (fsync on) and one Valkey.
"""

import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as changed
from importlib import import_module

import redis
from celery import Celery
from django.db import connection as database
from django.db import transaction

from config.local import services
from config.local.place import CHECKOUT
from config.local.stack import Stack
from config.local.supervisor import Command, Supervisor
from integration.jobs.queue import NewJob, enqueue
from integration.models import Connection, Effect, Lane, Stream, SyncJob
from tests.bench import raw, report
from tests.bench.peers.models import NaiveJob
from tests.bench.report import Row
from tests.bench.tasks import EFFECT, FLOW, PARTNER, naive
from tests.bench.worker import app
from tests.rig import cpu
from tests.rig.poll import until

SECTION = "jobs"
PROCESSES = 2
JOBS_PER_STREAM = 5
WARM_UP = 50
PATIENCE = 120.0
OURS, RAW, NAIVE, ORDERED = "crossdock", "raw", "naive", "procrastinate"  # names of the workers
EFFECTS = "one effect"
QUEUES = {OURS: "lane.inventory", RAW: "bench.raw", NAIVE: "bench.naive"}
APPS = {OURS: "tests.bench.worker", RAW: "tests.bench.raw", NAIVE: "tests.bench.worker"}
SHARES = {NAIVE: 3, ORDERED: 2, EFFECTS: 2}  # these are slower: a part of the jobs says as much


@dataclass(frozen=True)
class Drain:
    """How fast a filled queue emptied, and what one job of it cost in worker, database and broker."""

    per_second: float
    cpu_ms: float


class Jobs:
    def __init__(self, stack: Stack, processes: Supervisor, env: Mapping[str, str], jobs: int) -> None:
        self._stack, self._processes, self._env, self._jobs = stack, processes, env, jobs
        self._broker = redis.Redis.from_url(env["REDIS_URL"])

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        self._partner()
        ways = {OURS: self._ours, EFFECTS: self._effects, RAW: self._raw, ORDERED: self._ordered, NAIVE: self._naive}
        found: dict[str, list[Drain]] = {name: [] for name in ways}
        with self._workers():
            for way in ways.values():
                way(WARM_UP)
            for _ in range(rounds):
                for name, way in ways.items():
                    drain = way(self._jobs // SHARES.get(name, 1))
                    found[name].append(drain)
                    tell(f"{name}: {drain.per_second:,.0f} jobs/s, {drain.cpu_ms:.2f} ms of CPU a job")
        return _rows(found)

    @contextmanager
    def _workers(self) -> Iterator[None]:
        """One worker for each way, all idle but the one whose turn it is."""
        for name, module in APPS.items():
            made = services.worker(self._env, name)
            argv = [module if part == "config" else part for part in made.argv]
            argv += ["--concurrency", str(PROCESSES), "--queues", QUEUES[name], "--loglevel", "WARNING"]
            self._processes.start(changed(made, argv=argv))
        until(lambda: len(app.control.ping(timeout=1.0) or []) == len(APPS), seconds=PATIENCE)
        yield
        for name in APPS:
            self._processes.stop(name)

    def _partner(self) -> None:
        Connection.objects.create(slug=PARTNER, name="Bench", kind="http_json", base_url="http://127.0.0.1")

    def _ours(self, jobs: int) -> Drain:
        return self._drained(FLOW, jobs)

    def _effects(self, jobs: int) -> Drain:
        return self._drained(EFFECT, jobs)

    def _drained(self, flow: str, jobs: int) -> Drain:
        """Added in one transaction, so that the workers start when all of it is there."""
        with database.cursor() as cursor:
            tables = ", ".join(model._meta.db_table for model in (Stream, SyncJob, Effect))
            cursor.execute(f"TRUNCATE {tables} CASCADE")
        with transaction.atomic():
            for number in range(jobs):
                enqueue(NewJob(flow, f"bench:{number // JOBS_PER_STREAM}", Lane.INVENTORY, f"job {number}"))
            before = self._cpu(OURS)
        left = SyncJob.objects.exclude(state=SyncJob.State.SUCCEEDED)
        until(lambda: not left.exists(), seconds=PATIENCE, every=0.1)
        return self._drain(OURS, jobs, before, _seconds(SyncJob._meta.db_table))

    def _naive(self, jobs: int) -> Drain:
        NaiveJob.objects.all().delete()
        rows = NaiveJob.objects.bulk_create([NaiveJob() for _ in range(jobs)])
        with self._held_back(app, NAIVE):
            for row in rows:
                naive.apply_async((row.pk,), queue=QUEUES[NAIVE])
            before = self._cpu(NAIVE)
        left = NaiveJob.objects.exclude(state="succeeded")
        until(lambda: not left.exists(), seconds=PATIENCE, every=0.1)
        return self._drain(NAIVE, len(rows), before, _seconds(NaiveJob._meta.db_table))

    def _ordered(self, jobs: int) -> Drain:
        """Its workers are started for each round, and warm when its first job begins."""
        from_here = import_module("tests.bench.peers.ordered")
        from_here.prepare(jobs, JOBS_PER_STREAM)
        names = [f"{ORDERED}-{number}" for number in range(PROCESSES)]
        for name in names:
            argv = [sys.executable, "-m", "procrastinate", "--app", "tests.bench.peers.ordered.app", "worker"]
            command = [*argv, "--concurrency", "10", "--fetch-job-polling-interval", "0.2"]
            self._processes.start(Command(name, command, self._env, CHECKOUT))
        ended = "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE status = 'succeeded'"
        until(lambda: _number(ended) >= jobs, seconds=PATIENCE, every=0.1)
        span = """
          SELECT EXTRACT(EPOCH FROM max(at) FILTER (WHERE type = 'succeeded') - min(at) FILTER (WHERE type = 'started'))
          FROM procrastinate.procrastinate_events"""
        cost = cpu.seconds(*(self._processes.pid(name) for name in names))
        for name in names:
            self._processes.stop(name)
        return Drain(jobs / float(_number(span)), cost / jobs * 1000)

    def _raw(self, jobs: int) -> Drain:
        with self._held_back(raw.app, RAW):
            for number in range(jobs):
                raw.nothing.apply_async((number,), queue=QUEUES[RAW])
            before, started = self._cpu(RAW), time.monotonic()
        until(self._raw_is_drained, seconds=PATIENCE)
        return self._drain(RAW, jobs, before, time.monotonic() - started)

    def _raw_is_drained(self) -> bool:
        return not self._broker.llen(QUEUES[RAW]) and not self._broker.hlen("unacked")

    @contextmanager
    def _held_back(self, celery: Celery, name: str) -> Iterator[None]:
        """The worker takes nothing from its queue while the block fills it."""
        worker = [f"{name}@{socket.gethostname()}"]
        celery.control.cancel_consumer(QUEUES[name], destination=worker, reply=True)
        yield
        celery.control.add_consumer(QUEUES[name], destination=worker)

    def _drain(self, name: str, jobs: int, cpu_before: float, seconds: float) -> Drain:
        return Drain(jobs / seconds, (self._cpu(name) - cpu_before) / jobs * 1000)

    def _cpu(self, name: str) -> float:
        servers = [pid for pid in (self._stack.postgres.pid(), self._stack.valkey.pid()) if pid is not None]
        return cpu.seconds(self._processes.pid(name), *servers)


def _seconds(table: str) -> float:
    """From the first start to the last end, by the database's clock."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT EXTRACT(EPOCH FROM max(finished_at) - min(started_at))::float FROM {table}")
        return float(cursor.fetchone()[0])


def _number(query: str) -> float:
    with database.cursor() as cursor:
        cursor.execute(query)
        return float(cursor.fetchone()[0])


def _rows(found: Mapping[str, list[Drain]]) -> list[Row]:
    speed = {name: [drain.per_second for drain in drains] for name, drains in found.items()}
    cost = {name: [drain.cpu_ms for drain in drains] for name, drains in found.items()}
    return [
        report.ratio(SECTION, "durable and ordered : raw Celery", speed[OURS], speed[RAW], least=2),
        report.ratio(SECTION, "durable and ordered : procrastinate", speed[OURS], speed[ORDERED], least=3),
        report.ratio(SECTION, "durable and ordered : naive durable task", speed[OURS], speed[NAIVE]),
        report.ratio(SECTION, "with one effect : raw Celery", speed[EFFECTS], speed[RAW]),
        report.figure(SECTION, "Crossdock, 1 job in 5 of a stream", "/s", speed[OURS]),
        report.figure(SECTION, "Crossdock, one effect a job", "/s", speed[EFFECTS]),
        report.figure(SECTION, "raw Celery, acks_late, not durable", "/s", speed[RAW]),
        report.figure(SECTION, "procrastinate, 1 job in 5 of a lock", "/s", speed[ORDERED]),
        report.figure(SECTION, "Celery and a Django row updated twice", "/s", speed[NAIVE]),
        report.at_most(SECTION, "Crossdock, CPU of a job", "ms", cost[OURS], 0.5),
        report.figure(SECTION, "Crossdock, CPU of a job with one effect", "ms", cost[EFFECTS]),
        report.figure(SECTION, "raw Celery, CPU of a task", "ms", cost[RAW]),
        report.figure(SECTION, "procrastinate, CPU of its workers, a job", "ms", cost[ORDERED]),
        report.figure(SECTION, "naive durable task, CPU of a task", "ms", cost[NAIVE]),
    ]
