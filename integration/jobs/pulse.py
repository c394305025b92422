"""How many jobs of each flow went through, how many as fast as promised, and the calls to each connection: counted by
ten minutes, for charts.

And when each flow last went through for each connection that has a part in it; and how many jobs of each flow went
through on each day of each warehouse, which is kept for reports.
"""

from django.db import transaction

from integration.jobs import sql
from integration.models import (
    CallTally,
    Connection,
    Document,
    FlowDay,
    FlowSuccess,
    FlowTally,
    JobAttempt,
    SyncJob,
    Warehouse,
)
from integration.rules.flows import FLOWS

SLOT_SECONDS = 600
SETTLED_SECONDS = 30  # a try this young may get an older sibling: no transaction that ends one stays open so long
AT_ONCE = 1_000  # tries: few enough to be found one by one
TURNS = 500  # of one run; what is left is counted by the next one
KEPT_DAYS = 90

ATTEMPT, JOB = (model._meta.db_table for model in (JobAttempt, SyncJob))
TALLY, CALLS, SUCCESS = (model._meta.db_table for model in (FlowTally, CallTally, FlowSuccess))
DOCUMENT, WAREHOUSE, CONNECTION = (model._meta.db_table for model in (Document, Warehouse, Connection))
FLOW_DAY = FlowDay._meta.db_table
_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('count the pulse', 0))"
_SLOT = "to_timestamp(floor(extract(epoch FROM ended.ended_at) / %(slot)s) * %(slot)s)"
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
called AS (
  INSERT INTO {CALLS} AS known (connection_id, slot, calls, failed, seconds)
  SELECT connection.id, {_SLOT}, count(*), count(*) FILTER (WHERE call->>'outcome' <> 'ok'),
    sum((call->>'ms')::float8) / 1000
  FROM ended CROSS JOIN jsonb_array_elements(ended.calls) AS call
  JOIN {CONNECTION} AS connection ON connection.id = (call->>'to')::bigint
  GROUP BY 1, 2
  ON CONFLICT (connection_id, slot) DO UPDATE SET calls = known.calls + EXCLUDED.calls,
    failed = known.failed + EXCLUDED.failed, seconds = known.seconds + EXCLUDED.seconds),
promise AS (
  SELECT flow, seconds * interval '1 second' AS within
  FROM unnest(%(flows)s::text[], %(promises)s::float8[]) AS given(flow, seconds)),
by_day AS (
  INSERT INTO {FLOW_DAY} AS known (warehouse_id, day, flow, jobs, kept, seconds)
  SELECT warehouse.id, (ended.ended_at AT TIME ZONE warehouse.time_zone)::date, job.flow, count(*),
    count(*) FILTER (WHERE ended.ended_at - job.created_at <= promise.within),
    sum(extract(epoch FROM ended.ended_at - job.created_at))
  FROM ended JOIN {JOB} AS job ON job.id = ended.job_id
  LEFT JOIN {DOCUMENT} AS document ON document.id = job.document_id
  JOIN {WAREHOUSE} AS warehouse ON warehouse.id = COALESCE(document.warehouse_id,
    CASE WHEN job.payload->>'warehouse' ~ '^[0-9]{{1,18}}$' THEN (job.payload->>'warehouse')::bigint END)
  LEFT JOIN promise USING (flow)
  WHERE ended.outcome = 'succeeded' GROUP BY 1, 2, 3
  ON CONFLICT (warehouse_id, day, flow) DO UPDATE SET jobs = known.jobs + EXCLUDED.jobs,
    kept = known.kept + EXCLUDED.kept, seconds = known.seconds + EXCLUDED.seconds)
INSERT INTO {TALLY} AS tally (flow, slot, jobs, kept, seconds, upto)
SELECT job.flow, {_SLOT},
  count(*) FILTER (WHERE ended.outcome = 'succeeded'),
  count(*) FILTER (WHERE ended.outcome = 'succeeded' AND ended.ended_at - job.created_at <= promise.within),
  COALESCE(sum(extract(epoch FROM ended.ended_at - job.created_at)) FILTER (WHERE ended.outcome = 'succeeded'), 0),
  max(ended.id)
FROM ended JOIN {JOB} AS job ON job.id = ended.job_id
LEFT JOIN promise USING (flow)
GROUP BY 1, 2
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
    return sql.run(_COUNT, {**times, "flows": list(FLOWS), "promises": promises})


def forget() -> int:
    return sum(sql.run(statement, [KEPT_DAYS]) for statement in _FORGET)
