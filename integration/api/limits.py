"""How many messages a connection may post in a second. Counted in Valkey; without Valkey nothing is limited."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.exceptions import Throttled

PAUSE_SECONDS = 5.0
_KEPT_SECONDS = 5


@dataclass(slots=True)
class _Counter:
    """``asleep_until``: a Valkey that does not answer must not cost every message its time-out."""

    asleep_until: float = 0.0

    def count(self, key: str) -> int:
        """The number of this message in its second; 0 when nobody counts."""
        if time.monotonic() < self.asleep_until:
            return 0
        try:
            return _increment(key)
        except RedisError:
            self.asleep_until = time.monotonic() + PAUSE_SECONDS
            return 0

    def give_back(self, key: str) -> None:
        if time.monotonic() < self.asleep_until:
            return
        try:
            cache.decr(key)
        except (RedisError, ValueError):  # gone already: that second is over
            return


_counter = _Counter()


def take(slug: str) -> str:
    """Counts one message of the connection and returns what ``give_back`` wants. Raises Throttled (429)."""
    key = f"webhook:{slug[:40]}:{int(time.time())}"
    if _counter.count(key) > settings.WEBHOOK_RATE:
        raise Throttled(wait=1)
    return key


def give_back(key: str) -> None:
    """For a forged message: a flood of them must not shut the partner out."""
    _counter.give_back(key)


def _increment(key: str) -> int:
    try:
        return cache.incr(key)
    except ValueError:  # the first of this second, or one of several first
        return 1 if cache.add(key, 1, timeout=_KEPT_SECONDS) else cache.incr(key)
