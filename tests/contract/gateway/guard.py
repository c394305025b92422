"""A guard that lets every call through and counts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar


class CountingGuard:
    total: ClassVar[int] = 0

    def __init__(self) -> None:
        self.calls: list[str] = []

    @contextmanager
    def call(self, what: str, *, timeout: float, writes: bool = False) -> Iterator[None]:
        assert timeout > 0
        self.calls.append(what)
        CountingGuard.total += 1
        yield

    def take(self) -> list[str]:
        """The calls since the last look."""
        taken, self.calls = self.calls, []
        return taken
