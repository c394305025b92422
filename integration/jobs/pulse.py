"""How many jobs of each flow went through, how many as fast as promised, and the calls to each connection: counted by
ten minutes, for charts, and in all, for a monitor.

And when each flow last went through for each connection that has a part in it; and how many jobs of each flow went
through on each day of each warehouse, which is kept for reports.
"""

from django.db import transaction

from integration.jobs import sql
from integration.models import (
    CallTally,
    CallTotal,
    Connection,
    Document,
    FlowDay,
    FlowSuccess,
    FlowTally,
    JobAttempt,
    SyncJob,
    TryTotal,
    Warehouse,
)
from integration.rules.flows import FLOWS

SLOT_SECONDS = 600
SETTLED_SECONDS = 30  # a try this young may get an older sibling: no transaction that ends one stays open so long
AT_ONCE = 1_000  # tries: few enough to be found one by one
TURNS = 500  # of one run; what is left is counted by the next one
KEPT_DAYS = 90
# How long calls, and jobs from their cause to their end, take about: each counts for the first step that it fits in.
CALL_STEPS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
JOB_STEPS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)

ATTEMPT, JOB = (model._meta.db_table for model in (JobAttempt, SyncJob))
TALLY, CALLS, SUCCESS = (model._meta.db_table for model in (FlowTally, CallTally, FlowSuccess))
CALLS_EVER, TRIES_EVER = (model._meta.db_table for model in (CallTotal, TryTotal))
DOCUMENT, WAREHOUSE, CONNECTION = (model._meta.db_table for model in (Document, Warehouse, Connection))
FLOW_DAY = FlowDay._meta.db_table
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('count the pulse', 0))"
_SLOT = "to_timestamp(floor(extract(epoch FROM ended.ended_at) / %(slot)s) * %(slot)s)"
_WITHIN = "COALESCE((SELECT min(step) FROM unnest(%({steps})s::float8[]) AS step WHERE step >= {seconds}), 'Infinity')"
_CALLED = _WITHIN.format(steps="call_steps", seconds="(call->>'ms')::float8 / 1000")
_TOOK = _WITHIN.format(steps="job_steps", seconds="tried.seconds")
# The tries are counted in the order of their numbers, up to the first one that is too young.
_COUNT = f"""
WITH counted AS (SELECT COALESCE(max(upto), 0) AS upto FROM {TALLY}),
young AS (
  SELECT COALESCE(min(attempt.id), 9223372036854775807) AS id FROM {ATTEMPT} AS attempt, counted
  WHERE attempt.id > counted.upto AND attempt.ended_at >= now() - %(settled)s * interval '1 second'),
ended AS (
  SELECT attempt.id, attempt.job_id, attempt.ended_at, attempt.outcome, attempt.calls
  FROM {ATTEMPT} AS attempt, counted, young
  WHERE attempt.id > counted.upto AND attempt.id < young.id ORDER BY attempt.id LIMIT %(most)s),
succeeded AS (
  INSERT INTO {SUCCESS} AS known (connection_id, flow, at)
  SELECT connection.id, job.flow, max(ended.ended_at)
  FROM ended JOIN {JOB} AS job ON job.id = ended.job_id
  LEFT JOIN {DOCUMENT} AS document ON document.id = job.document_id
  LEFT JOIN {WAREHOUSE} AS warehouse ON warehouse.id = document.warehouse_id
  JOIN {CONNECTION} AS connection ON connection.id IN (document.connection_id, warehouse.wms_id,
    CASE WHEN job.payload->>'connection' ~ '^[0-9]{{1,18}}$' THEN (job.payload->>'connection')::bigint END)
  WHERE ended.outcome = 'succeeded' GROUP BY 1, 2
  ON CONFLICT (connection_id, flow) DO UPDATE SET at = GREATEST(known.at, EXCLUDED.at)),
call AS (
  SELECT connection.id AS connection_id, {_SLOT} AS slot, left(call->>'what', 100) AS method,
    left(call->>'outcome', 10) AS outcome, {_CALLED} AS within, (call->>'ms')::float8 / 1000 AS seconds,
    ended.ended_at
  FROM ended CROSS JOIN jsonb_array_elements(ended.calls) AS call
  JOIN {CONNECTION} AS connection ON connection.id = (call->>'to')::bigint),
called AS (
  INSERT INTO {CALLS} AS known (connection_id, slot, calls, failed, seconds)
  SELECT connection_id, slot, count(*), count(*) FILTER (WHERE outcome <> 'ok'), sum(seconds)
  FROM call GROUP BY 1, 2
  ON CONFLICT (connection_id, slot) DO UPDATE SET calls = known.calls + EXCLUDED.calls,
    failed = known.failed + EXCLUDED.failed, seconds = known.seconds + EXCLUDED.seconds),
called_ever AS (
  INSERT INTO {CALLS_EVER} AS known (connection_id, method, outcome, within, calls, seconds, last_at)
  SELECT connection_id, method, outcome, within, count(*), sum(seconds), max(ended_at) FROM call GROUP BY 1, 2, 3, 4
  ON CONFLICT (connection_id, method, outcome, within) DO UPDATE SET calls = known.calls + EXCLUDED.calls,
    seconds = known.seconds + EXCLUDED.seconds, last_at = GREATEST(known.last_at, EXCLUDED.last_at)),
tried AS (
  SELECT ended.id, ended.ended_at, job.document_id, job.payload->>'warehouse' AS named, job.flow, {_SLOT} AS slot,
    ended.outcome, ended.outcome = 'succeeded' AS done,
    extract(epoch FROM ended.ended_at - job.created_at)::float8 AS seconds,
    ended.outcome = 'succeeded' AND COALESCE(ended.ended_at - job.created_at <= promise.within, false) AS kept
  FROM ended JOIN {JOB} AS job ON job.id = ended.job_id
  LEFT JOIN (SELECT flow, seconds * interval '1 second' AS within
    FROM unnest(%(flows)s::text[], %(promises)s::float8[]) AS given(flow, seconds)) AS promise USING (flow)),
tried_ever AS (
  INSERT INTO {TRIES_EVER} AS known (flow, outcome, within, tries, kept, seconds)
  SELECT flow, outcome, {_TOOK}, count(*), count(*) FILTER (WHERE kept), sum(seconds) FROM tried GROUP BY 1, 2, 3
  ON CONFLICT (flow, outcome, within) DO UPDATE SET tries = known.tries + EXCLUDED.tries,
    kept = known.kept + EXCLUDED.kept, seconds = known.seconds + EXCLUDED.seconds),
by_day AS (
  INSERT INTO {FLOW_DAY} AS known (warehouse_id, day, flow, jobs, kept, seconds)
  SELECT warehouse.id, (tried.ended_at AT TIME ZONE warehouse.time_zone)::date, tried.flow, count(*),
    count(*) FILTER (WHERE kept), sum(tried.seconds)
  FROM tried LEFT JOIN {DOCUMENT} AS document ON document.id = tried.document_id
  JOIN {WAREHOUSE} AS warehouse ON warehouse.id = COALESCE(document.warehouse_id,
    CASE WHEN named ~ '^[0-9]{{1,18}}$' THEN named::bigint END)
  WHERE done GROUP BY 1, 2, 3
  ON CONFLICT (warehouse_id, day, flow) DO UPDATE SET jobs = known.jobs + EXCLUDED.jobs,
    kept = known.kept + EXCLUDED.kept, seconds = known.seconds + EXCLUDED.seconds)
INSERT INTO {TALLY} AS tally (flow, slot, jobs, kept, seconds, upto)
SELECT flow, slot, count(*) FILTER (WHERE done), count(*) FILTER (WHERE kept),
  COALESCE(sum(seconds) FILTER (WHERE done), 0), max(id)
FROM tried GROUP BY 1, 2
ON CONFLICT (flow, slot) DO UPDATE SET jobs = tally.jobs + EXCLUDED.jobs, kept = tally.kept + EXCLUDED.kept,
  seconds = tally.seconds + EXCLUDED.seconds, upto = EXCLUDED.upto"""  # noqa: S608  (table names of our own)
_FORGET = [f"DELETE FROM {table} WHERE slot < now() - %s * interval '1 day'" for table in (TALLY, CALLS)]  # noqa: S608


def count() -> None:
    """Counts what has ended since the last time, unless somebody else is at it."""
    for _ in range(TURNS):
        if not _count_some():
            return


@transaction.atomic
def _count_some() -> int:
    """Returns how many rows it touched."""
    if not sql.rows(_ALONE, [])[0][0]:
        return 0
    promises = [flow.promise.total_seconds() for flow in FLOWS.values()]
    times = {"settled": SETTLED_SECONDS, "most": AT_ONCE, "slot": SLOT_SECONDS}
    steps = {"call_steps": list(CALL_STEPS), "job_steps": list(JOB_STEPS)}
    return sql.run(_COUNT, {**times, **steps, "flows": list(FLOWS), "promises": promises})


def forget() -> int:
    return sum(sql.run(statement, [KEPT_DAYS]) for statement in _FORGET)
