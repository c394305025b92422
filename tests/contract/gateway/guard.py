"""A guard that lets every call through and counts it."""

from collections.abc import Iterator
from contextlib import contextmanager


class CountingGuard:
    def __init__(self) -> None:
        self.calls: list[str] = []

    @contextmanager
    def call(self, what: str, *, timeout: float, writes: bool = False) -> Iterator[None]:
        assert timeout > 0
        self.calls.append(what)
        yield

    def take(self) -> list[str]:
        """The calls since the last look."""
        taken, self.calls = self.calls, []
        return taken
