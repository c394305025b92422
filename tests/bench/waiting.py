"""Jobs that wait, made by the database itself, and how fast they leave."""

import math
import time
from dataclasses import dataclass
from typing import Any

from django.db import connection as database

from integration.jobs import dispatch
from integration.models import Effect, JobAttempt, Lane, Stream, SyncJob
from tests.bench.crew import Crew, Pace
from tests.rig.poll import until

LANE = Lane.INVENTORY
QUEUE = dispatch.queue(LANE)
JOBS_PER_STREAM = 5
NEIGHBOURS = 1000  # the jobs of a stream come among so many: one after the other, and not in one page
PATIENCE = 180.0
STREAM, JOB, ATTEMPT, EFFECT = (model._meta.db_table for model in (Stream, SyncJob, JobAttempt, Effect))

_STREAMS = f"""
INSERT INTO {STREAM} (key, lane, next_due_at)
SELECT 'bench:' || n, %(lane)s, now() - (%(streams)s - n) * interval '1 millisecond'
FROM generate_series(1, %(streams)s) AS n"""
_JOBS = f"""
INSERT INTO {JOB} (stream_id, flow, payload, subject, state, attempts, tries, started_with, crashes, failure_code,
  failure_mode, failure_text, trace_id, created_at)
SELECT 1 + n / %(group)s * %(each)s + n %% %(each)s, %(flow)s, '{{}}', 'job ' || n, 'pending', 0, 0, 1, 0, '', '', '',
  gen_random_uuid(), now()
FROM generate_series(0, %(jobs)s - 1) AS n"""
_SPAN = f"""
SELECT EXTRACT(EPOCH FROM max(ended_at) - min(started_at))::float
FROM (SELECT started_at, ended_at FROM {ATTEMPT} ORDER BY id LIMIT %s) AS first"""
_AT_WORK = f"SELECT count(*) FROM {STREAM} WHERE next_due_at <= now() OR claim_token IS NOT NULL"


@dataclass(frozen=True)
class Shape:
    """``each``: how many streams share every ``group`` of jobs, turn by turn."""

    group: int
    each: int

    def streams(self, jobs: int) -> int:
        return jobs // self.group * self.each + min(self.each, jobs % self.group)


MANY = Shape(NEIGHBOURS, NEIGHBOURS // JOBS_PER_STREAM)


def hot(streams: int) -> Shape:
    """All jobs in so few streams."""
    return Shape(2**31 - 1, streams)


def fill(flow: str, jobs: int, shape: Shape = MANY, *, lane: Lane = LANE) -> None:
    """So many jobs wait, and nothing else is there. Nobody is told.

    The tables are left as autovacuum leaves them sooner or later, so that it does not come in the midst of a round.
    """
    run(f"TRUNCATE {STREAM}, {JOB}, {EFFECT} RESTART IDENTITY CASCADE")
    values = {"lane": lane, "flow": flow, "jobs": jobs, "streams": shape.streams(jobs)}
    run("SET session_replication_role = replica")  # foreign keys are right by the way the numbers are made
    for statement in (_STREAMS, _JOBS):
        run(statement, {**values, "group": shape.group, "each": shape.each})
    run("SET session_replication_role = DEFAULT")
    for table in (STREAM, JOB):
        run(f"VACUUM (ANALYZE) {table}")
    run("CHECKPOINT")


def pace(crew: Crew, name: str, flow: str, jobs: int, shape: Shape = MANY, *, measured: int | None = None) -> Pace:
    """Of the first ``measured`` of so many jobs; of all of them unless told otherwise."""
    fill(flow, jobs, shape)
    wanted, before = min(measured or jobs, jobs), crew.cpu(name)
    with crew.turn(name):
        dispatch.send(LANE)
        until(lambda: ended() >= wanted, seconds=PATIENCE, every=0.02)
        cost, over = crew.cpu(name) - before, ended()
    put_away()
    return Pace(wanted / number(_SPAN, [wanted]), cost / over * 1000)


def put_away() -> None:
    """Ends the work that is left: what no worker holds is not due any more."""
    run(f"UPDATE {STREAM} SET next_due_at = NULL WHERE claim_token IS NULL")
    until(lambda: not number(_AT_WORK), seconds=PATIENCE, every=0.1)
    time.sleep(0.2)  # a wake-up that a worker had fetched already finds nothing


def ended() -> int:
    """Tries that are over. Asked of the sequence, which costs nothing; one or two may not be committed yet."""
    return int(number(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {ATTEMPT}_id_seq"))


def run(statement: str, values: Any = None) -> None:
    with database.cursor() as cursor:
        cursor.execute(statement, values)


def number(statement: str, values: Any = None) -> float:
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()[0]
        return math.nan if found is None else float(found)


def column(statement: str) -> list[float]:
    with database.cursor() as cursor:
        cursor.execute(statement)
        return [float(row[0]) for row in cursor.fetchall()]
