"""Jobs that do nothing, a second: what the engine itself costs, beside raw Celery and beside what people write.

All of them drain a queue that was filled before, with two processes each, on one PostgreSQL (fsync on) and one Valkey.
"""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as changed

import redis
from celery import Celery
from django.db import connection as database
from django.db import transaction

from config.local import services
from config.local.stack import Stack
from config.local.supervisor import Supervisor
from integration.jobs.queue import NewJob, enqueue
from integration.models import Lane, Stream, SyncJob
from tests.bench import raw, report
from tests.bench.peers.models import NaiveJob
from tests.bench.report import Row
from tests.bench.tasks import FLOW, naive
from tests.bench.worker import app
from tests.rig import cpu
from tests.rig.poll import until

SECTION = "jobs that do nothing"
PROCESSES = 2
JOBS_PER_STREAM = 5
WARM_UP = 50
PATIENCE = 120.0
OURS, RAW, NAIVE = "crossdock", "raw", "naive"  # names of the workers
QUEUES = {OURS: "lane.inventory", RAW: "bench.raw", NAIVE: "bench.naive"}
APPS = {OURS: "tests.bench.worker", RAW: "tests.bench.raw", NAIVE: "tests.bench.worker"}
NAIVE_SHARE = 3  # it is slow: a third of the jobs says as much


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
        ways = {OURS: self._ours, RAW: self._raw, NAIVE: self._naive}
        found: dict[str, list[Drain]] = {name: [] for name in ways}
        with self._workers():
            for way in ways.values():
                way(WARM_UP)
            for _ in range(rounds):
                for name, way in ways.items():
                    drain = way(self._jobs)
                    found[name].append(drain)
                    tell(f"{name}: {drain.per_second:,.0f} jobs/s, {drain.cpu_ms:.2f} ms of CPU a job")
        return _rows(found[OURS], found[RAW], found[NAIVE])

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

    def _ours(self, jobs: int) -> Drain:
        """Added in one transaction, so that the workers start when all of it is there."""
        with database.cursor() as cursor:
            cursor.execute(f"TRUNCATE {Stream._meta.db_table}, {SyncJob._meta.db_table} CASCADE")
        with transaction.atomic():
            for number in range(jobs):
                enqueue(NewJob(FLOW, f"bench:{number // JOBS_PER_STREAM}", Lane.INVENTORY, f"job {number}"))
            before = self._cpu(OURS)
        left = SyncJob.objects.exclude(state=SyncJob.State.SUCCEEDED)
        until(lambda: not left.exists(), seconds=PATIENCE, every=0.1)
        return self._drain(OURS, jobs, before, _seconds(SyncJob._meta.db_table))

    def _naive(self, jobs: int) -> Drain:
        NaiveJob.objects.all().delete()
        rows = NaiveJob.objects.bulk_create([NaiveJob() for _ in range(jobs // NAIVE_SHARE)])
        with self._held_back(app, NAIVE):
            for row in rows:
                naive.apply_async((row.pk,), queue=QUEUES[NAIVE])
            before = self._cpu(NAIVE)
        left = NaiveJob.objects.exclude(state="succeeded")
        until(lambda: not left.exists(), seconds=PATIENCE, every=0.1)
        return self._drain(NAIVE, len(rows), before, _seconds(NaiveJob._meta.db_table))

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


def _rows(ours: list[Drain], plain: list[Drain], people: list[Drain]) -> list[Row]:
    def speed(drains: list[Drain]) -> list[float]:
        return [drain.per_second for drain in drains]

    def cost(drains: list[Drain]) -> list[float]:
        return [drain.cpu_ms for drain in drains]

    return [
        report.ratio(SECTION, "durable and ordered : raw Celery", speed(ours), speed(plain), least=2),
        report.ratio(SECTION, "durable and ordered : naive durable task", speed(ours), speed(people)),
        report.figure(SECTION, "Crossdock, 1 job in 5 of a stream", "/s", speed(ours)),
        report.figure(SECTION, "raw Celery, acks_late, not durable", "/s", speed(plain)),
        report.figure(SECTION, "Celery and a Django row updated twice", "/s", speed(people)),
        report.at_most(SECTION, "Crossdock, CPU of a job", "ms", cost(ours), 0.5),
        report.figure(SECTION, "raw Celery, CPU of a task", "ms", cost(plain)),
        report.figure(SECTION, "naive durable task, CPU of a task", "ms", cost(people)),
    ]
