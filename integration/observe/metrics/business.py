"""What it comes to for the business: cases, answers that are due, and numbers that do not agree."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from integration.jobs import sql
from integration.jobs.sweep import UNANSWERED
from integration.models import Connection, ExceptionCase, OutboundMessage, StockDifference, Variance, Warehouse
from integration.observe.metrics import names
from integration.observe.metrics.names import Sample

CASE, DIFFERENCE, VARIANCE = (model._meta.db_table for model in (ExceptionCase, StockDifference, Variance))
CONNECTION, OUTBOUND, WAREHOUSE = (model._meta.db_table for model in (Connection, OutboundMessage, Warehouse))
UNRESOLVED = sql.listed(ExceptionCase.UNRESOLVED)

_CASES = f"""
SELECT code, severity, owner, state, currency, count(*), COALESCE(sum(value), 0),
  count(*) FILTER (WHERE deadline < now() AND state <> 'snoozed')
FROM {CASE} WHERE state IN ({UNRESOLVED}) GROUP BY 1, 2, 3, 4, 5"""  # noqa: S608  (table names of our own)

# What has just become due, and what has a case since: its message is then waited for no more.
_UNANSWERED = f"""
SELECT connection.slug, count(*), extract(epoch FROM now() - min(late.since))::float8
FROM (
  SELECT connection_id, acknowledge_by AS since FROM {OUTBOUND} WHERE state = 'sent' AND acknowledge_by < now()
  UNION ALL SELECT connection_id, first_seen FROM {CASE}
  WHERE state IN ({UNRESOLVED}) AND code = ANY(%s::text[])) AS late
JOIN {CONNECTION} AS connection ON connection.id = late.connection_id GROUP BY 1"""  # noqa: S608

_VARIANCES = f"""
SELECT subject, count(*), sum(abs(says - found)), sum(abs(unexplained)) FROM {VARIANCE} WHERE gone_at IS NULL
GROUP BY 1"""  # noqa: S608

_WORTH = f"""
SELECT warehouse.name, one.currency, sum(abs(one.value))
FROM {VARIANCE} AS one JOIN {WAREHOUSE} AS warehouse ON warehouse.id = one.warehouse_id
WHERE one.gone_at IS NULL AND one.currency <> '' GROUP BY 1, 2"""  # noqa: S608

_DIFFERENCES = f"""
SELECT warehouse.name, one.state, one.currency, count(*), sum(abs(one.value))
FROM {DIFFERENCE} AS one JOIN {WAREHOUSE} AS warehouse ON warehouse.id = one.warehouse_id
WHERE one.state IN ('waiting', 'new') GROUP BY 1, 2, 3"""  # noqa: S608


def cases() -> Iterator[Sample]:
    counts: Counter[tuple[str, ...]] = Counter()
    overdue: Counter[str] = Counter()
    values: dict[tuple[str, str], Decimal] = {}
    for code, severity, team, state, currency, count, value, late in sql.rows(_CASES, []):
        counts[code, severity, team, state] += count
        overdue[severity] += late
        if currency:
            values[severity, currency] = values.get((severity, currency), Decimal()) + value
    yield from (Sample(names.CASES, count, key) for key, count in counts.items())
    yield from (Sample(names.CASES_OVERDUE, count, (severity,)) for severity, count in overdue.items())
    yield from (Sample(names.CASES_VALUE, float(value), key) for key, value in values.items())


def unanswered() -> Iterator[Sample]:
    for slug, count, late in sql.rows(_UNANSWERED, [sorted({*UNANSWERED.values()})]):
        yield Sample(names.UNANSWERED, count, (slug,))
        yield Sample(names.UNANSWERED_OLDEST, late, (slug,))


def disagreements() -> Iterator[Sample]:
    found = {row[0]: row[1:] for row in sql.rows(_VARIANCES, [])}
    for subject in Variance.Subject.values:
        count, units, unexplained = found.get(subject, (0, Decimal(), None))
        yield Sample(names.VARIANCES, count, (subject,))
        yield Sample(names.VARIANCE_UNITS, float(units), (subject,))
        if unexplained is not None:
            yield Sample(names.VARIANCE_UNEXPLAINED, float(unexplained), (subject,))
    for warehouse, currency, value in sql.rows(_WORTH, []):
        yield Sample(names.VARIANCES_VALUE, float(value), (warehouse, currency))
    counts: Counter[tuple[str, str]] = Counter()
    for warehouse, state, currency, count, value in sql.rows(_DIFFERENCES, []):
        counts[warehouse, state] += count
        yield Sample(names.DIFFERENCES_VALUE, float(value), (warehouse, state, currency))
    yield from (Sample(names.DIFFERENCES, count, key) for key, count in counts.items())
