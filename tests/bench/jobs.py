"""Jobs a second: what the engine itself costs, beside raw Celery, what people write, and another durable queue.

All of them drain a queue that was filled before, with two processes each, on one PostgreSQL (fsync on) and one Valkey.
"""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module

import redis
from django.db import connection as database

from config.local.place import CHECKOUT
from config.local.stack import Stack
from config.local.supervisor import Command, Supervisor
from tests.bench import crew, plain, report, waiting
from tests.bench.crew import Crew, Pace
from tests.bench.peers.models import NaiveJob
from tests.bench.report import Row
from tests.bench.tasks import EFFECT, FLOW, naive, partner
from tests.bench.waiting import JOBS_PER_STREAM, number
from tests.rig import cpu
from tests.rig.poll import until

SECTION = "jobs"
PROCESSES = 2
WARM_UP = 50
PATIENCE = 120.0
OURS, RAW, NAIVE, ORDERED = "crossdock", "raw", "naive", "procrastinate"  # names of the workers
EFFECTS = "one effect"
NAIVE_QUEUE = "bench.naive"
WORKERS = {
    OURS: (crew.OURS, waiting.QUEUE),
    RAW: (plain.MODULE, plain.QUEUE),
    NAIVE: (crew.OURS, NAIVE_QUEUE),
}
# So many times the jobs: a second's work says as much of each.
SHARES = {OURS: 10.0, NAIVE: 1 / 3, ORDERED: 1 / 2, EFFECTS: 1 / 2}


class Jobs:
    def __init__(self, stack: Stack, processes: Supervisor, env: Mapping[str, str], jobs: int) -> None:
        self._processes, self._env, self._jobs = processes, env, jobs
        self._crew = Crew(stack, processes, env)
        self._broker = redis.Redis.from_url(env["REDIS_URL"])

    def measure(self, rounds: int, tell: Callable[[str], None]) -> list[Row]:
        partner()
        ways = {
            OURS: partial(waiting.pace, self._crew, OURS, FLOW),
            EFFECTS: partial(waiting.pace, self._crew, OURS, EFFECT),
            RAW: partial(plain.pace, self._crew, RAW, self._broker),
            ORDERED: self._ordered,
            NAIVE: self._naive,
        }
        found: dict[str, list[Pace]] = {name: [] for name in ways}
        for name, (module, queue) in WORKERS.items():
            self._crew.start(name, module, queue, PROCESSES)
        for way in ways.values():
            way(WARM_UP)
        for _ in range(rounds):
            for name, way in ways.items():
                pace = way(int(self._jobs * SHARES.get(name, 1)))
                found[name].append(pace)
                tell(f"{name}: {pace.per_second:,.0f} jobs/s, {pace.cpu_ms:.2f} ms of CPU a job")
        self._crew.stop()
        return _rows(found)

    def _naive(self, jobs: int) -> Pace:
        NaiveJob.objects.all().delete()
        for row in NaiveJob.objects.bulk_create([NaiveJob() for _ in range(jobs)]):
            naive.apply_async((row.pk,), queue=NAIVE_QUEUE)
        before, left = self._crew.cpu(NAIVE), NaiveJob.objects.exclude(state="succeeded")
        with self._crew.turn(NAIVE):
            until(lambda: not left.exists(), seconds=PATIENCE, every=0.1)
            cost = self._crew.cpu(NAIVE) - before
        return Pace(jobs / _seconds(NaiveJob._meta.db_table), cost / jobs * 1000)

    def _ordered(self, jobs: int) -> Pace:
        """Its workers are started for each round, and warm when its first job begins."""
        from_here = import_module("tests.bench.peers.ordered")
        from_here.prepare(jobs, JOBS_PER_STREAM)
        names = [f"{ORDERED}-{number}" for number in range(PROCESSES)]
        for name in names:
            argv = [sys.executable, "-m", "procrastinate", "--app", "tests.bench.peers.ordered.app", "worker"]
            command = [*argv, "--concurrency", "10", "--fetch-job-polling-interval", "0.2"]
            self._processes.start(Command(name, command, self._env, CHECKOUT))
        ended = "SELECT count(*) FROM procrastinate.procrastinate_jobs WHERE status = 'succeeded'"
        until(lambda: number(ended) >= jobs, seconds=PATIENCE, every=0.1)
        span = """
          SELECT EXTRACT(EPOCH FROM max(at) FILTER (WHERE type = 'succeeded') - min(at) FILTER (WHERE type = 'started'))
          FROM procrastinate.procrastinate_events"""
        cost = cpu.seconds(*(self._processes.pid(name) for name in names))
        for name in names:
            self._processes.stop(name)
        return Pace(jobs / number(span), cost / jobs * 1000)


def _seconds(table: str) -> float:
    """From the first start to the last end, by the database's clock."""
    with database.cursor() as cursor:
        cursor.execute(f"SELECT EXTRACT(EPOCH FROM max(finished_at) - min(started_at))::float FROM {table}")
        return float(cursor.fetchone()[0])


def _rows(found: Mapping[str, list[Pace]]) -> list[Row]:
    speed = {name: [pace.per_second for pace in paces] for name, paces in found.items()}
    cost = {name: [pace.cpu_ms for pace in paces] for name, paces in found.items()}
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
