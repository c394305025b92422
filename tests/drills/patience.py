"""Waiting as long as anything comes to an end: a busy machine is slow, and only one where nothing ends is stuck."""

import time
from collections.abc import Callable
from contextlib import suppress

import psycopg

from config.local.errors import LocalError
from integration.sandbox.day.crossdock import ROUTINE
from integration.sandbox.day.http import NoAnswer, Refused

SECONDS, PAUSE, LOOK_EVERY = 300.0, 0.5, 2.0
ENDED = "SELECT count(*) FROM integration_syncjob WHERE finished_at IS NOT NULL AND flow <> ALL(%s)"


class Patience:
    """``database_url``: where jobs are counted that came to their end; routine ones come to it for ever."""

    def __init__(self, database_url: str, seconds: float = SECONDS) -> None:
        self._url, self._seconds = database_url, seconds

    def until(self, happened: Callable[[], bool], otherwise: str, *, every: float = PAUSE) -> None:
        """Raises LocalError in the words of ``otherwise`` when nothing has come to its end for too long."""
        ended, since, look_at = None, time.monotonic(), 0.0
        while not _is_so(happened):
            if time.monotonic() > look_at:
                now, look_at = self._ended(), time.monotonic() + LOOK_EVERY
                if now not in (ended, None):
                    ended, since = now, time.monotonic()
            if time.monotonic() - since > self._seconds:
                raise LocalError(f"{otherwise}: nothing has changed for {self._seconds:.0f} s.")
            time.sleep(every)

    def _ended(self) -> int | None:
        """None: the database is away."""
        with suppress(psycopg.OperationalError), psycopg.connect(self._url) as database:
            [(count,)] = database.execute(ENDED, [list(ROUTINE)]).fetchall()
            return int(count)
        return None


def _is_so(happened: Callable[[], bool]) -> bool:
    """Nobody answers: it is not so yet."""
    try:
        return happened()
    except (NoAnswer, Refused):
        return False
