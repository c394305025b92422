"""A bell that is rung for a burst twice: at its first event at once, and once for all that came right after it."""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key")


@dataclass(slots=True)
class Bell(Generic[Key]):
    """``ring`` is called for a key at most twice in ``quiet`` seconds, and at least once after every event."""

    ring: Callable[[Key], None]
    quiet: float
    _rung: dict[Key, float] = field(default_factory=dict)
    _gathering: set[Key] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        os.register_at_fork(after_in_child=self._forget)

    def event(self, key: Key) -> None:
        with self._lock:
            if key in self._gathering:
                return
            now = time.monotonic()
            soon = now - self._rung.get(key, -self.quiet) < self.quiet
            if soon:
                self._gathering.add(key)
            else:
                self._rung[key] = now
        if not soon or not self._rings_later(key):
            self.ring(key)

    def _rings_later(self, key: Key) -> bool:
        try:
            threading.Timer(self.quiet, self._ring_once_more, [key]).start()
        except RuntimeError:  # no thread to be had: rung at once, then
            with self._lock:
                self._gathering.discard(key)
            return False
        return True

    def _ring_once_more(self, key: Key) -> None:
        """What comes from here on is gathered anew: it may be too late for this ring."""
        with self._lock:
            self._gathering.discard(key)
            self._rung[key] = time.monotonic()
        self.ring(key)

    def _forget(self) -> None:
        """A fork has none of its parent's timers."""
        self._lock = threading.Lock()
        self._gathering.clear()
