"""Which lanes a wake-up is on its way for: marks in Valkey, which all processes see.

Without Valkey, while another broker carries the wake-ups, each process keeps marks of its own: a few more are sent.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache, partial

import redis
from django.conf import settings

from integration.models import Lane

ON_ITS_WAY_SECONDS = 5
PAUSE_SECONDS = 2.0


@dataclass(slots=True)
class _Own:
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
    mark = partial(_own.first, lane)
    return _ask(lambda valkey: bool(valkey.set(_key(lane), b"1", nx=True, ex=ON_ITS_WAY_SECONDS)), otherwise=mark)


def clear(lane: Lane) -> None:
    """Raises RedisError as ``first`` does."""
    _own.sent.pop(lane, None)
    _ask(lambda valkey: bool(valkey.delete(_key(lane))), otherwise=bool)


def any_of(lanes: Iterable[Lane]) -> bool:
    """Whether a wake-up of one of them is on its way, as far as it is known. Raises RedisError as ``first`` does."""
    keys = [_key(lane) for lane in lanes]
    return bool(keys) and _ask(lambda valkey: bool(valkey.exists(*keys)), otherwise=bool)


def _ask(question: Callable[["redis.Redis"], bool], otherwise: Callable[[], bool]) -> bool:
    """A Valkey that does not answer is not asked again for a while: it must not cost every caller its time-out."""
    if time.monotonic() < _own.asleep_until:
        return otherwise()
    try:
        return question(valkey())
    except redis.RedisError:
        if settings.BROKER_URL == settings.REDIS_URL:
            raise
        _own.asleep_until = time.monotonic() + PAUSE_SECONDS
        return otherwise()


def forget_connections() -> None:
    valkey.cache_clear()


def _key(lane: Lane) -> str:
    return f"crossdock:wake:{lane.value}"


@lru_cache(maxsize=1)
def valkey() -> "redis.Redis":
    """Valkey itself, for what is kept beside the database."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1.0, socket_connect_timeout=0.5)
