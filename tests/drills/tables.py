"""What Crossdock's own tables say about a drill: times, order, and what was started how often."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

CRASHES = """
SELECT EXTRACT(EPOCH FROM job.finished_at - attempt.started_at)::float
FROM integration_jobattempt attempt JOIN integration_syncjob job ON job.id = attempt.job_id
WHERE attempt.outcome = 'crashed' AND job.finished_at IS NOT NULL"""

# By flow: jobs that ended, those that ended before one that came to their stream earlier, tries whose worker died.
BY_FLOW = """
SELECT flow, count(*), count(*) FILTER (WHERE early), sum(died) FROM (
  SELECT flow, finished_at < max(finished_at) OVER (
      PARTITION BY stream_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS early,
    (SELECT count(*) FROM integration_jobattempt attempt
     WHERE attempt.job_id = job.id AND attempt.outcome = 'crashed') AS died
  FROM integration_syncjob job WHERE state = 'succeeded') AS ended GROUP BY flow ORDER BY flow"""

# Jobs have the numbers in which they came to their stream; each of them ends in a transaction of its own time.
OUT_OF_ORDER = """
SELECT count(*) FROM (
  SELECT finished_at < max(finished_at) OVER (
    PARTITION BY stream_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS early
  FROM integration_syncjob WHERE state = 'succeeded') AS ended WHERE early"""
IN_ORDER = """
SELECT count(*), count(DISTINCT stream_id) FROM integration_syncjob WHERE state = 'succeeded'"""

APPLIED = """
SELECT DISTINCT message.external_id FROM integration_inboundmessage message
JOIN integration_syncjob job ON job.inbound_id = message.id WHERE job.state = 'succeeded'"""

UNSETTLED = """
SELECT (SELECT count(*) FROM integration_effect WHERE state = 'intended'),
  (SELECT count(*) FROM integration_outboundmessage WHERE state IN ('queued', 'sent')),
  (SELECT count(*) FROM integration_variance WHERE gone_at IS NULL)"""
KINDS = ("writes of unknown outcome", "releases without an answer", "figures that do not add up")

SLOTS = """
SELECT count(*), count(*) - count(DISTINCT (schedule, slot)), count(*) FILTER (WHERE started_at > (
  SELECT min(later.started_at) FROM integration_beatslot later WHERE later.term > slot.term)), max(term)
FROM integration_beatslot slot"""

ACTS = "SELECT count(*) FROM integration_auditevent WHERE verb = 'retry job'"


@dataclass(frozen=True)
class Slots:
    """Of all schedules. ``late``: started by a beat after another one had led."""

    started: int
    twice: int
    late: int
    terms: int


@dataclass(frozen=True)
class Flow:
    """``died``: tries whose worker did."""

    name: str
    ended: int
    out_of_order: int
    died: int


@dataclass(frozen=True)
class Tables:
    """``crashes``: seconds from the start of a killed try to the end of its job. ``left``: what is not done."""

    crashes: list[float]
    out_of_order: int
    ended: int
    streams: int
    applied: frozenset[str]
    left: list[str]
    slots: Slots
    acts: int
    flows: Sequence[Flow] = ()


def look(database_url: str) -> Tables:
    with psycopg.connect(database_url) as database:

        def ask(query: str) -> list[tuple[Any, ...]]:
            return database.execute(query).fetchall()

        [(ended, streams)] = ask(IN_ORDER)
        left = zip(ask(UNSETTLED)[0], KINDS, strict=True)
        return Tables(
            crashes=[row[0] for row in ask(CRASHES)],
            out_of_order=ask(OUT_OF_ORDER)[0][0],
            ended=ended,
            streams=streams,
            applied=frozenset(row[0] for row in ask(APPLIED)),
            left=[f"{count} {kind}" for count, kind in left if count],
            slots=Slots(*ask(SLOTS)[0]),
            acts=ask(ACTS)[0][0],
            flows=[Flow(name, ended, early, int(died)) for name, ended, early, died in ask(BY_FLOW)],
        )
