"""Whether this is the database that it was a moment ago, or an older one: a backup, a standby that lacked the end.

Three signs. The database knows who it is: a dump that is restored has another number. Beat counts, in a row and, after
that is committed, in Valkey: a row that is behind Valkey's count went back in time. And Valkey is told of each intent
to write elsewhere before it is carried out: a database without it lacks the seconds since the last count. Without
Valkey's word nothing is concluded.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import redis
from django.db import connection as database
from django.db import transaction

from integration.jobs import marks, sql
from integration.models import Effect, Generation, Recovery

NAME = "main"
KEY = "crossdock:generation"
WRITES = "crossdock:writes"  # by database: the highest number of an intent that Valkey was told of
LOOK_EVERY = 1.0  # seconds, in each process, and by each of its connections to the database
COUNT_EVERY = 10.0
PAUSE_SECONDS = 10.0  # a Valkey that does not answer is not asked for so long: it must not cost each look its time-out
EFFECT, GENERATION, RECOVERY = (each._meta.db_table for each in (Effect, Generation, Recovery))

_IDENTITY = """(SELECT system_identifier FROM pg_control_system()) || '/'
  || (SELECT oid FROM pg_database WHERE datname = current_database())"""
_LOOK = f"""
SELECT {_IDENTITY}, known.identity, known.count, known.counted_at,
  EXISTS (SELECT FROM {RECOVERY} WHERE released_at IS NULL),
  EXISTS (SELECT FROM {RECOVERY} WHERE released_at IS NULL OR look_until > now()),
  (SELECT COALESCE(max(id), 0) FROM {EFFECT})
FROM (SELECT) AS one LEFT JOIN {GENERATION} AS known ON known.name = '{NAME}'"""  # noqa: S608  (names of our own)
_COUNT = f"""
INSERT INTO {GENERATION} AS known (name, identity, count, counted_at)
VALUES ('{NAME}', {_IDENTITY}, %(least)s, now())
ON CONFLICT (name) DO UPDATE SET count = known.count + 1, counted_at = now()
WHERE known.identity = EXCLUDED.identity AND known.count >= %(least)s
  AND NOT EXISTS (SELECT FROM {RECOVERY} WHERE released_at IS NULL)
RETURNING count"""  # noqa: S608
_ACCEPT = f"""
INSERT INTO {GENERATION} AS known (name, identity, count, counted_at)
VALUES ('{NAME}', {_IDENTITY}, %(least)s, now())
ON CONFLICT (name) DO UPDATE SET identity = EXCLUDED.identity, count = GREATEST(known.count, %(least)s),
  counted_at = now()"""  # noqa: S608


@dataclass(slots=True)
class _Seen:
    """``by``: the connection to the database, which no restored one outlives. Valkey is asked again from ``wakes``."""

    at: float = -LOOK_EVERY
    by: object = None
    identity: str = ""
    looks_first: bool = False
    wakes: float = 0.0


@dataclass(frozen=True, slots=True)
class _Outside:
    """What Valkey was told of."""

    count: int = 0
    writes: Mapping[str, int] = field(default_factory=dict)


_seen = _Seen()


def went_back() -> tuple[datetime, str] | None:
    """The last moment that this database knows of, and how it was seen; None: nothing is wrong, or it is known."""
    if _seen.by is database.connection and time.monotonic() - _seen.at < LOOK_EVERY:
        return None
    outside = _outside() or _Outside()  # first: the rows are never behind what was told before they were read
    now, identity, count, counted_at, locked, looks, latest = sql.rows(_LOOK, [])[0]
    _seen.identity, _seen.looks_first = now, looks
    why = "" if identity is None or locked else _why(outside, now, identity, count, latest)
    if why:
        forget()
        return counted_at, why
    _seen.at, _seen.by = time.monotonic(), database.connection
    return None


def _why(outside: _Outside, now: str, identity: str, count: int, latest: int) -> str:
    if identity != now:
        return "it is another database than the one that was written to"
    if outside.count > count:
        return f"it is {outside.count - count} counts behind what Valkey has seen"
    return "it lacks a write that Valkey was told of" if outside.writes.get(now, 0) > latest else ""


def intended(number: int) -> None:
    """An intent is committed: Valkey knows of it before it is carried out."""
    if _seen.identity and time.monotonic() >= _seen.wakes:
        try:
            marks.valkey().zadd(WRITES, {_seen.identity: number}, gt=True)
        except redis.RedisError:
            _seen.wakes = time.monotonic() + PAUSE_SECONDS


def looks_first() -> bool:
    """Whether even a write that nothing is known of may have been made: by a part of the past that is gone."""
    return _seen.looks_first


def count() -> None:
    """One more sign that this database lives; for beat. Counts nothing while it is not the one that it was, nor while
    Valkey does not say how far it was: an older one would catch up unseen."""
    with suppress(redis.RedisError):
        if not Generation.objects.exists():
            marks.valkey().delete(WRITES)  # of a database that had this one's number
        counted = sql.rows(_COUNT, {"least": _count()})
        if counted:
            marks.valkey().set(KEY, counted[0][0])


def accept() -> None:
    """From now on this is the database. Call inside a transaction."""
    sql.run(_ACCEPT, {"least": (_outside() or _Outside()).count})
    transaction.on_commit(_begin_anew)


def forget() -> None:
    """The next look is not put off."""
    _seen.at = -LOOK_EVERY


def _begin_anew() -> None:
    """The numbers that Valkey was told of are those of the part that is gone."""
    forget()
    with suppress(redis.RedisError):
        marks.valkey().delete(WRITES)


def _outside() -> _Outside | None:
    """None: Valkey does not say."""
    if time.monotonic() < _seen.wakes:
        return None
    try:
        writes: Any = marks.valkey().zrange(WRITES, 0, -1, withscores=True)
        return _Outside(_count(), {name.decode(): int(number) for name, number in writes})
    except redis.RedisError:
        _seen.wakes = time.monotonic() + PAUSE_SECONDS
        return None


def _count() -> int:
    """Valkey's; 0: it has none. Raises RedisError."""
    told = marks.valkey().get(KEY)
    return int(told) if isinstance(told, bytes) and told.isdigit() else 0
