"""Which lanes a wake-up is on its way for: marks in Valkey, which all processes see.

Without Valkey, while another broker carries the wake-ups, each process keeps marks of its own: a few more are sent.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import redis
from django.conf import settings

from integration.models import Lane

ON_ITS_WAY_SECONDS = 5
PAUSE_SECONDS = 2.0


@dataclass(slots=True)
class _Own:
    """``asleep_until``: a Valkey that does not answer must not cost every wake-up its time-out."""

    asleep_until: float = 0.0
    sent: dict[Lane, float] = field(default_factory=dict)

    def first(self, lane: Lane) -> bool:
        now = time.monotonic()
        if now - self.sent.get(lane, -PAUSE_SECONDS) < PAUSE_SECONDS:
            return False
        self.sent[lane] = now
        return True


_own = _Own()


def first(lane: Lane) -> bool:
    """Marks the lane; False when somebody's wake-up is on its way. Raises RedisError where Valkey is the broker too."""
    if time.monotonic() < _own.asleep_until:
        return _own.first(lane)
    try:
        return bool(_valkey().set(_key(lane), b"1", nx=True, ex=ON_ITS_WAY_SECONDS))
    except redis.RedisError:
        if settings.BROKER_URL == settings.REDIS_URL:
            raise
        _own.asleep_until = time.monotonic() + PAUSE_SECONDS
        return _own.first(lane)


def clear(lane: Lane) -> None:
    """Raises RedisError."""
    _own.sent.pop(lane, None)
    if time.monotonic() >= _own.asleep_until:
        _valkey().delete(_key(lane))


def any_of(lanes: Iterable[Lane]) -> bool:
    """Raises RedisError."""
    keys = [_key(lane) for lane in lanes]
    return bool(keys and time.monotonic() >= _own.asleep_until and _valkey().exists(*keys))


def forget_connections() -> None:
    _valkey.cache_clear()


def _key(lane: Lane) -> str:
    return f"crossdock:wake:{lane.value}"


@lru_cache(maxsize=1)
def _valkey() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=0.5)
