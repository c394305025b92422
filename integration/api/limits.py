"""How many messages a connection may post in a second. Counted in Valkey; without Valkey nothing is limited."""

import time
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.exceptions import Throttled

PAUSE_SECONDS = 5.0
TIMEOUT_SECONDS = 0.2
SHARES = 50
_KEPT_SECONDS = 5
_CONNECTIONS = 1000  # keys of seconds that are over are dropped when there are so many


@dataclass(slots=True)
class _Counter:
    """``asleep_until``: a Valkey that does not answer must not cost every message its time-out."""

    asleep_until: float = 0.0

    def add(self, key: str, number: int) -> int:
        """The count before it; 0 when nobody counts."""
        if time.monotonic() < self.asleep_until:
            return 0
        try:
            pipeline = _valkey(settings.REDIS_URL).pipeline(transaction=False)
            pipeline.incrby(key, number)
            pipeline.expire(key, _KEPT_SECONDS)
            count, _ = pipeline.execute()
        except redis.RedisError:
            self.asleep_until = time.monotonic() + PAUSE_SECONDS
            return 0
        return int(count) - number


@dataclass(slots=True)
class _Purse:
    """What this process may still take in one second: fetched a share of the limit at a time, not one by one."""

    left: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def take(self, key: str) -> bool:
        with self.lock:
            if self.left.get(key, 0) < 1:
                share = max(1, settings.WEBHOOK_RATE // SHARES)
                got = min(share, settings.WEBHOOK_RATE - _counter.add(key, share))
                if len(self.left) > _CONNECTIONS:
                    self.left.clear()
                self.left[key] = got
            self.left[key] -= 1
            return self.left[key] >= 0

    def give_back(self, key: str) -> None:
        with self.lock:
            self.left[key] = max(self.left.get(key, 0), 0) + 1


_counter = _Counter()
_purse = _Purse()


def take(slug: str) -> str:
    """Counts one message of the connection and returns what ``give_back`` wants. Raises Throttled (429)."""
    key = f"crossdock:webhook:{slug[:40]}:{int(time.time())}"
    if not _purse.take(key):
        raise Throttled(wait=1)
    return key


def give_back(key: str) -> None:
    """For a forged message: a flood of them must not shut the partner out."""
    _purse.give_back(key)


@lru_cache(maxsize=1)
def _valkey(url: str) -> "redis.Redis":
    # Django's cache would make a client for every call, which costs more than the call.
    return redis.Redis.from_url(
        url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=Retry(NoBackoff(), 0)
    )
