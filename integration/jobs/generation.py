"""Whether this is the database that it was a moment ago, or an older one: a backup, a standby that lacked the end.

Two signs. The database knows who it is: a dump that is restored has another number. And beat counts, in a row and,
after that is committed, in Valkey: a row that is behind Valkey's count went back in time. Without Valkey's word
nothing is concluded.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import redis
from django.db import transaction

from integration.jobs import marks, sql
from integration.models import Generation, Recovery

NAME = "main"
KEY = "crossdock:generation"
LOOK_EVERY = 1.0  # seconds, in each process
COUNT_EVERY = 10.0
GENERATION, RECOVERY = Generation._meta.db_table, Recovery._meta.db_table

_IDENTITY = """(SELECT system_identifier FROM pg_control_system()) || '/'
  || (SELECT oid FROM pg_database WHERE datname = current_database())"""
_LOOK = f"""
SELECT {_IDENTITY}, known.identity, known.count, known.counted_at,
  EXISTS (SELECT FROM {RECOVERY} WHERE released_at IS NULL),
  EXISTS (SELECT FROM {RECOVERY} WHERE released_at IS NULL OR look_until > now())
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
    at: float = -LOOK_EVERY
    looks_first: bool = False


_seen = _Seen()


def went_back() -> tuple[datetime, str] | None:
    """The last moment that this database knows of, and how it was seen; None: nothing is wrong, or it is known."""
    if time.monotonic() - _seen.at < LOOK_EVERY:
        return None
    outside = _outside()  # first: the row is never behind what was told before it was read
    now, identity, count, counted_at, locked, looks = sql.rows(_LOOK, [])[0]
    _seen.at, _seen.looks_first = time.monotonic(), looks
    if identity is None or locked:
        return None
    if identity != now:
        return counted_at, "it is another database than the one that was written to"
    if outside is not None and outside > count:
        return counted_at, f"it is {outside - count} counts behind what Valkey has seen"
    return None


def looks_first() -> bool:
    """Whether even a write that nothing is known of may have been made: by a part of the past that is gone."""
    return _seen.looks_first


def count() -> None:
    """One more sign that this database lives; for beat. Counts nothing while it is not the one that it was."""
    outside = _outside()
    counted = sql.rows(_COUNT, {"least": outside or 0})
    if counted:
        with suppress(redis.RedisError):
            marks.valkey().set(KEY, counted[0][0])


def accept() -> None:
    """From now on this is the database. Call inside a transaction."""
    sql.run(_ACCEPT, {"least": _outside() or 0})
    transaction.on_commit(forget)


def forget() -> None:
    """The next look is not put off."""
    _seen.at = -LOOK_EVERY


def _outside() -> int | None:
    """Valkey's count; None: it does not say."""
    try:
        told = marks.valkey().get(KEY)
    except redis.RedisError:
        return None
    return int(told) if isinstance(told, bytes) and told.isdigit() else None
