"""What a day of a warehouse came to, read off the tables: each statement is bounded by the day.

A row that another one names is looked up by itself: joined, PostgreSQL may read its whole table for a day's rows.

Something is *matched* when both sides have it; *explained* when it is known why not: it waits for a case or for its
turn, or a person ended it; else *unexplained*.
"""

from integration.jobs import sql
from integration.jobs.streams import ACTIVE, JOB
from integration.models import (
    CaseJob,
    Connection,
    Document,
    DocumentLine,
    ExceptionCase,
    InboundMessage,
    InTransit,
    JobAttempt,
    OutboundMessage,
    ReconciliationRun,
    StockEvent,
    Variance,
)

DOCUMENT, LINE, CASE, WAITS = (each._meta.db_table for each in (Document, DocumentLine, ExceptionCase, CaseJob))
INBOUND, OUTBOUND, ATTEMPT = (each._meta.db_table for each in (InboundMessage, OutboundMessage, JobAttempt))
MOVED, VARIANCE = (each._meta.db_table for each in (StockEvent, Variance))
TRANSIT, RUN, CONNECTION = (each._meta.db_table for each in (InTransit, ReconciliationRun, Connection))
UNRESOLVED = sql.listed(ExceptionCase.UNRESOLVED)
SHOWN = 20  # numbers of what nobody can explain that are kept of each sort
AT_WORK = "interval '15 minutes'"  # work that is younger is under way
_DAY = "%(begins)s::timestamptz AND {column} < %(ends)s::timestamptz"
_WAITS = f"""EXISTS (SELECT FROM {WAITS} AS waits JOIN {CASE} AS open ON open.id = waits.case_id
      WHERE waits.job_id = job.id AND open.state IN ({UNRESOLVED}))"""

# Deliveries that Odoo came to want on the day.
ORDERS = f"""
WITH seen AS (
  SELECT document.id, document.reference, document.state IN ('accepted', 'part_shipped', 'shipped') AS matched,
    document.state = 'cancelled'
    OR EXISTS (SELECT FROM {CASE} AS told WHERE told.document_id = document.id
               AND told.state IN ({UNRESOLVED}, 'ignored'))
    OR EXISTS (SELECT FROM {JOB} AS job WHERE job.document_id = document.id AND {_WAITS})
    OR EXISTS (SELECT FROM {OUTBOUND} AS sent WHERE sent.document_id = document.id AND sent.state = 'sent'
               AND sent.acknowledge_by > now())
    OR EXISTS (SELECT FROM {JOB} AS job WHERE job.document_id = document.id AND job.state IN ({ACTIVE})
               AND (job.waits_for_id IS NOT NULL OR job.created_at > now() - {AT_WORK}))
    OR (document.state = 'waiting' AND NOT EXISTS (
      SELECT FROM {JOB} AS job WHERE job.document_id = document.id AND job.state IN ({ACTIVE}))) AS explained
  FROM {DOCUMENT} AS document
  WHERE document.warehouse_id = %(warehouse)s AND document.kind = 'delivery'
    AND document.created_at >= {_DAY.format(column="document.created_at")})
SELECT count(*), count(*) FILTER (WHERE matched), count(*) FILTER (WHERE NOT matched AND explained),
  COALESCE((array_agg(reference ORDER BY id) FILTER (WHERE NOT matched AND NOT explained))[:{SHOWN}], '{{}}')
FROM seen"""  # noqa: S608

# Messages of the day by type. One that names no document is the warehouse's whose stock its job is about, or of the
# only warehouse that the partner has (``alone``).
MESSAGES = f"""
WITH message AS (
  SELECT message.id, message.type, message.reference, (
    SELECT warehouse_id FROM {DOCUMENT} AS document WHERE document.id = message.document_id) AS warehouse_id
  FROM {INBOUND} AS message
  WHERE message.connection_id = %(wms)s AND message.received_at >= {_DAY.format(column="message.received_at")}),
ours AS MATERIALIZED (
  SELECT * FROM message
  WHERE warehouse_id = %(warehouse)s OR (warehouse_id IS NULL AND (%(alone)s::bool OR (
    SELECT job.payload->'warehouse' FROM {JOB} AS job WHERE job.inbound_id = message.id AND job.payload ? 'warehouse'
    LIMIT 1) = to_jsonb(%(warehouse)s::bigint)))),
seen AS (
  SELECT ours.id, ours.type, ours.reference, COALESCE(did.matched, false) AS matched,
    COALESCE(did.explained, false) AS explained, COALESCE(did.stopped, false) AS stopped
  FROM ours LEFT JOIN LATERAL (
    SELECT bool_or(job.state = 'succeeded') AND NOT bool_or(job.state IN ({ACTIVE})) AS matched,
      bool_or(job.state IN ('cancelled', 'superseded') OR {_WAITS} OR (job.state IN ({ACTIVE})
        AND (job.waits_for_id IS NOT NULL OR job.created_at > now() - {AT_WORK}))) AS explained,
      bool_or(EXISTS (SELECT FROM {ATTEMPT} AS tried WHERE tried.job_id = job.id
        AND tried.outcome IN ('blocked', 'needs_attention'))) AS stopped
    FROM {JOB} AS job WHERE job.inbound_id = ours.id) AS did ON true)
SELECT type, count(*), count(*) FILTER (WHERE matched), count(*) FILTER (WHERE NOT matched AND explained),
  count(*) FILTER (WHERE stopped),
  COALESCE((array_agg(reference ORDER BY id) FILTER (WHERE NOT matched AND NOT explained))[:{SHOWN}], '{{}}')
FROM seen GROUP BY type"""  # noqa: S608

# Deliveries whose last goods were booked on the day: when they were released, when they left, what was in them.
LEFT = f"""
WITH moved AS (
  SELECT document_id, max(happened_at) AS left_at FROM {MOVED}
  WHERE applied_at >= {_DAY.format(column="applied_at")} AND warehouse_id = %(warehouse)s AND kind = 'shipped'
    AND document_id IS NOT NULL GROUP BY document_id)
SELECT document.carrier, moved.left_at,
  (SELECT min(sent_at) FROM {OUTBOUND} AS sent WHERE sent.document_id = document.id AND sent.type = 'order.release'),
  what.short, what.over
FROM moved JOIN {DOCUMENT} AS document ON document.id = moved.document_id
CROSS JOIN LATERAL (
  SELECT COALESCE(bool_or(shipped + substituted < ordered), false) AS short, COALESCE(bool_or(over > 0), false) AS over
  FROM {LINE} WHERE document_id = document.id) AS what
WHERE document.kind = 'delivery' AND document.state = 'shipped' AND NOT EXISTS (
  SELECT FROM {MOVED} AS later WHERE later.document_id = document.id AND later.kind = 'shipped'
    AND later.applied_at >= %(ends)s::timestamptz)"""  # noqa: S608

# What is at the warehouse and has not left, of the last two weeks.
NOT_LEFT = f"""
SELECT document.carrier, (
  SELECT min(sent_at) FROM {OUTBOUND} AS sent WHERE sent.document_id = document.id AND sent.type = 'order.release')
FROM {DOCUMENT} AS document
WHERE document.warehouse_id = %(warehouse)s AND document.kind = 'delivery'
  AND document.state IN ('released', 'accepted', 'part_shipped')
  AND document.created_at >= %(begins)s::timestamptz - interval '14 days'
  AND document.created_at < %(ends)s::timestamptz"""  # noqa: S608

# Documents that were sent on the day, and how the warehouse answered. By when it had to is not kept once it was asked.
TOLD = f"""
SELECT count(*), count(*) FILTER (WHERE sent.answered_at IS NOT NULL),
  count(*) FILTER (WHERE sent.state = 'rejected'), count(*) FILTER (WHERE sent.answered_at - sent.sent_at <= (
    SELECT acknowledge_seconds FROM {CONNECTION} WHERE id = %(wms)s) * interval '1 second'),
  COALESCE(sum(extract(epoch FROM sent.answered_at - sent.sent_at)), 0)::float8,
  COALESCE(max(extract(epoch FROM sent.answered_at - sent.sent_at)), 0)::float8
FROM {OUTBOUND} AS sent
WHERE sent.created_at >= {_DAY.format(column="sent.created_at")} AND sent.connection_id = %(wms)s
  AND sent.sent_at IS NOT NULL
  AND (SELECT warehouse_id FROM {DOCUMENT} AS document WHERE document.id = sent.document_id) = %(warehouse)s"""  # noqa: S608

# Slots of stock: what the latest whole comparison looked at, and what is apart now. No row: it was never compared.
STOCK = f"""
SELECT run.compared, apart.known, apart.unknown
FROM (SELECT compared FROM {RUN} WHERE subject = 'stock' AND warehouse_id = %(warehouse)s AND ended_at IS NOT NULL
      ORDER BY ended_at DESC LIMIT 1) AS run
CROSS JOIN (
  SELECT count(*) FILTER (WHERE unexplained = 0) AS known,
    count(*) FILTER (WHERE unexplained IS DISTINCT FROM 0) AS unknown
  FROM {VARIANCE} WHERE subject = 'stock' AND warehouse_id = %(warehouse)s AND gone_at IS NULL) AS apart"""  # noqa: S608

NOT_ADDED_UP = f"""
SELECT count(DISTINCT document_id) FROM {VARIANCE}
WHERE document_id IS NOT NULL AND warehouse_id = %(warehouse)s AND gone_at IS NULL"""  # noqa: S608

# Goods that left this warehouse for another one, and those of them that left more than a week ago.
ON_THE_WAY = f"""
SELECT count(*), count(*) FILTER (WHERE left_at < now() - interval '7 days') FROM {TRANSIT} AS goods
WHERE quantity <> 0 AND EXISTS (SELECT FROM {DOCUMENT} AS leg WHERE leg.parent_id = goods.transfer_id
  AND leg.kind = 'delivery' AND leg.warehouse_id = %(warehouse)s)"""  # noqa: S608
