"""What a run took of Odoo: calls as the front counted them, and as each job noted its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import psycopg

POSTINGS = """
SELECT jsonb_array_length(attempt.calls)::float, EXTRACT(EPOCH FROM attempt.ended_at - attempt.started_at)::float
FROM integration_jobattempt attempt JOIN integration_syncjob job ON job.id = attempt.job_id
WHERE job.flow = 'shipment_confirmation' AND attempt.outcome = 'succeeded'
  AND attempt.calls @> '[{"what": "stock.picking.button_validate"}]'"""
WAITS = """
SELECT EXTRACT(EPOCH FROM finished_at - created_at)::float FROM integration_syncjob
WHERE flow = 'shipment_confirmation' AND state = 'succeeded'"""
READS = """
SELECT attempt.detail, jsonb_array_length(attempt.calls)
FROM integration_jobattempt attempt JOIN integration_syncjob job ON job.id = attempt.job_id
WHERE attempt.id > %s AND job.flow = 'odoo_read' AND attempt.outcome = 'succeeded'
  AND attempt.detail LIKE '%% orders changed'"""
BY_FLOW = """
SELECT job.flow, sum(jsonb_array_length(attempt.calls))::int
FROM integration_jobattempt attempt JOIN integration_syncjob job ON job.id = attempt.job_id
WHERE attempt.id > %s AND job.flow = ANY(%s) GROUP BY job.flow"""
LATEST = "SELECT COALESCE(max(id), 0) FROM integration_jobattempt"
TO_ODOO = {"shipment_confirmation": "posting", "odoo_read": "reading orders", "odoo_poll": "polls"}


@dataclass(frozen=True)
class Spread:
    """Of several measurements."""

    middle: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(median(values), min(values), max(values)) if values else cls(0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Figures:
    """``read``: the orders that the largest read was about, and its calls.

    ``calls`` is what Odoo got; ``by_purpose`` is what jobs noted, without the tries that were killed. Times in seconds.
    """

    calls: int
    by_purpose: dict[str, int]
    posting: Spread
    posting_seconds: Spread
    message_to_booking: Spread
    read: tuple[int, int]
    longest_seconds: float
    longest_call: str


def latest_attempt(database_url: str) -> int:
    return int(_ask(database_url, LATEST)[0][0])


def look(database_url: str, since: int, calls: int, longest: tuple[float, str]) -> Figures:
    """``since``: the latest attempt before the run. ``calls`` and ``longest`` are the front's."""
    postings = _ask(database_url, POSTINGS)
    purposes = {TO_ODOO[flow]: count for flow, count in _ask(database_url, BY_FLOW, since, list(TO_ODOO))}
    reads = [(int(note.split()[0]), made) for note, made in _ask(database_url, READS, since)]
    return Figures(
        calls=calls,
        by_purpose=purposes,
        posting=Spread.of([row[0] for row in postings]),
        posting_seconds=Spread.of([row[1] for row in postings]),
        message_to_booking=Spread.of([row[0] for row in _ask(database_url, WAITS)]),
        read=max(reads, default=(0, 0)),
        longest_seconds=longest[0],
        longest_call=longest[1],
    )


def _ask(database_url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(query, values or None).fetchall()
