"""Streams in SQL: who may run what is due, and for how long. All times are PostgreSQL's."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from integration.jobs import holders, sql
from integration.models import Lane, Stream, SyncJob

STREAM, JOB = Stream._meta.db_table, SyncJob._meta.db_table
ACTIVE = sql.listed(SyncJob.ACTIVE)


def touching(source: str = "", key: str = "%(key)s") -> str:
    """SQL that makes the stream ``key`` due in %(delay)s seconds, once for each row of ``source``, and locks it."""
    return f"""
INSERT INTO {STREAM} (key, lane, next_due_at)
SELECT {key}, %(lane)s, now() + %(delay)s::float8 * interval '1 second' {f"FROM {source}" if source else ""}
ON CONFLICT (key) DO UPDATE SET
  next_due_at = LEAST({STREAM}.next_due_at, EXCLUDED.next_due_at),
  lane = CASE WHEN {STREAM}.next_due_at IS NULL THEN EXCLUDED.lane ELSE LEAST({STREAM}.lane, EXCLUDED.lane) END
RETURNING id, key"""


_TOUCH = touching()
_TOUCH_ALL = touching("(SELECT unnest(%(keys)s::text[]) AS key ORDER BY key) AS named", "named.key")
_HOLD_NAMED = f"SELECT FROM {STREAM} WHERE key = ANY(%s::text[]) ORDER BY id FOR UPDATE"


def first_of(job: str, stream: str) -> str:
    """SQL for the active jobs of one stream in their order, to be limited.

    Asked for as a stretch of the index of active jobs: were the stream given with an equal sign, PostgreSQL might take
    the order of ids for enough, and walk through the jobs of all streams to find the first ones of this.
    """
    place = f"({job}.stream_id, {job}.id)"
    return f"""{place} > ({stream}, 0) AND {place} < ({stream} + 1, 0) AND {job}.state IN ({ACTIVE})
  ORDER BY {job}.stream_id, {job}.id"""


# Looked up once, whatever the plan: joined as a subquery it may run for each stream, and claim more than the limit.
# Of few streams a worker leaves half to the others: in a stream one job runs at a time, and they would have nothing.
_CLAIM = f"""
WITH due AS MATERIALIZED (
  SELECT id, claim_token IS NOT NULL AS abandoned, next_due_at FROM {STREAM}
  WHERE lane = %(lane)s AND next_due_at <= now() AND (claimed_until IS NULL OR claimed_until <= now())
  ORDER BY next_due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED),
count AS (SELECT count(*) AS due FROM due),
mine AS MATERIALIZED (
  SELECT id, abandoned FROM due ORDER BY next_due_at
  LIMIT (SELECT CASE WHEN due < %(most)s THEN (due + 1) / 2 ELSE due END FROM count))
UPDATE {STREAM} stream SET claimed_until = now() + %(seconds)s::float8 * interval '1 second', claim_token = %(token)s
FROM mine, count WHERE stream.id = mine.id RETURNING stream.id, mine.abandoned, count.due"""  # noqa: S608

_LOCK = f"SELECT id FROM {STREAM} WHERE id = ANY(%s::bigint[]) AND claim_token = %s ORDER BY id FOR UPDATE"  # noqa: S608

# Keeps a claim for so many %(seconds)s from now, if it is still held.
EXTENDED = f"""
UPDATE {STREAM} SET claimed_until = GREATEST(claimed_until, now() + %(seconds)s::float8 * interval '1 second')
WHERE id = %(stream)s AND claim_token = %(token)s RETURNING id"""  # noqa: S608

_RELEASE = f"""
UPDATE {STREAM} SET claimed_until = NULL, claim_token = NULL, next_due_at = (
  SELECT CASE job.state WHEN 'running' THEN now() WHEN 'pending' THEN COALESCE(job.next_attempt_at, now())
                        ELSE job.next_attempt_at END
  FROM {JOB} job WHERE {first_of("job", f"{STREAM}.id")} LIMIT 1)
WHERE id = ANY(%s::bigint[])"""  # noqa: S608

_WAKE = f"UPDATE {STREAM} SET next_due_at = now() WHERE id = ANY(%s::bigint[])"  # noqa: S608

_DUE_LANES = f"""
SELECT DISTINCT lane FROM {STREAM}
WHERE next_due_at <= now() AND (claimed_until IS NULL OR claimed_until <= now())"""  # noqa: S608


class ClaimLost(Exception):
    """Another worker holds the stream now: whatever this one was about to change, it must not."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run one stream, until it expires or another worker takes it over.

    ``abandoned``: the worker that had it before did not give it back; it may have died of one of its jobs.
    """

    stream_id: int
    token: uuid.UUID
    abandoned: bool = False


def touch(key: str, lane: Lane, delay: float = 0.0) -> int:
    """Makes the stream due in ``delay`` seconds and locks its row until the transaction ends; returns its id."""
    return int(sql.rows(_TOUCH, {"key": key, "lane": lane, "delay": delay})[0][0])


def touch_all(keys: Sequence[str], lane: Lane, delay: float = 0.0) -> dict[str, int]:
    """As ``touch``, for many; their ids by key. Locked by id, as whoever else locks several at once."""
    if len(keys) > 1:
        sql.run(_HOLD_NAMED, [list(keys)])
    found = sql.rows(_TOUCH_ALL, {"keys": list(keys), "lane": lane, "delay": delay})
    return {key: stream_id for stream_id, key in found}


def claim(lane: Lane, *, streams: int, seconds: float) -> tuple[list[Claim], bool]:
    """Due streams of a lane, the longest due first, all under one token; and whether more may be due.

    ``streams`` of them, or half of those that are due when these are fewer.
    """
    token = holders.token()
    found = sql.rows(_CLAIM, {"lane": lane, "most": streams, "seconds": seconds, "token": token})
    claims = [Claim(stream_id, token, abandoned) for stream_id, abandoned, _ in found]
    return claims, bool(found) and (len(found) == streams or len(found) < found[0][2])


def extend(held: Claim, seconds: float) -> None:
    """Raises ClaimLost."""
    if not sql.run(EXTENDED, {"seconds": seconds, **named(held)}):
        raise ClaimLost


def named(held: Claim) -> dict[str, object]:
    """What ``EXTENDED`` wants to know of a claim."""
    return {"stream": held.stream_id, "token": held.token}


def lock(held: Claim) -> None:
    """Holds the stream's row until the transaction ends. Raises ClaimLost."""
    if not still_held([held]):
        raise ClaimLost


def still_held(claims: Sequence[Claim]) -> set[int]:
    """Holds the rows of the streams that nobody took over until the transaction ends; returns their ids.

    The claims have one token. Locked by id, so that two callers cannot block each other.
    """
    if not claims:
        return set()
    return {row[0] for row in sql.rows(_LOCK, [[each.stream_id for each in claims], claims[0].token])}


def release(stream_ids: Iterable[int]) -> None:
    """Gives streams back, due when their first job is. Call inside the transaction that holds their rows.

    Holding them first matters: this statement then sees the jobs that were added while the rows were waited for.
    """
    sql.run(_RELEASE, [list(stream_ids)])


def hold(stream_ids: Sequence[int]) -> list[int]:
    """Locks streams until the transaction ends, in one fixed order so that two callers cannot block each other."""
    rows = Stream.objects.filter(pk__in=stream_ids).order_by("pk").select_for_update()
    return list(rows.values_list("pk", flat=True))


def hold_of_message(message_id: int) -> None:
    """Those of its jobs. Call before the message itself is locked: who edits it holds them, and writes it then."""
    hold(list(SyncJob.objects.filter(inbound=message_id).values_list("stream_id", flat=True)))


def wake(stream_ids: Sequence[int]) -> None:
    """Makes streams due now. Call inside a transaction, before their jobs are changed."""
    sql.run(_WAKE, [hold(stream_ids)])


def due_lanes() -> list[Lane]:
    return sorted(Lane(row[0]) for row in sql.rows(_DUE_LANES, []))
