"""A worker that dies, or stands still, between any two of its statements, commits and calls.

What a dead one had not committed is gone. One that stood still goes on as if nothing had happened meanwhile.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import psycopg
import pytest
from django.db import connection as database
from psycopg.pq import TransactionStatus

from integration.jobs import effects, remote, taking, work
from tests.component.engine.yard import until


class Killed(BaseException):
    """The process ends here. No handler of errors sees it, and what its ``finally`` does comes too late."""


@dataclass
class Death:
    """``left``: so many points it still passes; None: it lives.

    ``meanwhile``: it does not die there but stands still, with no transaction open, for as long as this takes.
    """

    left: int | None = None
    meanwhile: Callable[[], None] | None = None
    dead: bool = False
    passed: int = 0
    kills: int = 0
    stops: int = 0
    process: threading.Thread = field(default_factory=threading.current_thread)

    def point(self) -> None:
        """Between two statements. Raises Killed."""
        if threading.current_thread() is not self.process:
            return
        if self.dead:
            raise Killed
        self.passed += 1
        if self.left is None:
            return
        if self.left > 0:
            self.left -= 1
        elif self.meanwhile is None:
            self.dead, self.kills = True, self.kills + 1
            raise Killed
        elif _nothing_open():
            self.left = None
            self._stand_still(self.meanwhile)

    def _stand_still(self, meanwhile: Callable[[], None]) -> None:
        """Others go on, by a connection of their own."""
        self.stops += 1
        raised: list[BaseException] = []

        def others() -> None:
            with closing(database):
                try:
                    meanwhile()
                except BaseException as error:  # told where the test can see it
                    raised.append(error)

        thread = threading.Thread(target=others)
        thread.start()
        thread.join()
        if raised:
            raise raised[0]

    @contextmanager
    def after(self, points: int | None, meanwhile: Callable[[], None] | None = None) -> Iterator[None]:
        """What is done in here is one process, which dies after so many points; returns when it is dead or done."""
        self.left, self.dead, self.meanwhile = points, False, meanwhile
        try:
            yield
        except BaseException:  # what the dying process still stumbled over says nothing
            if not self.dead:
                raise
        finally:
            died, self.left, self.dead = self.dead, None, False
            if died:
                _bury()


class Clock:
    """A process's own clock: ``ahead`` seconds have passed that nobody waited for."""

    ahead = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


CLOCK = Clock()


def install(death: Death, patch: pytest.MonkeyPatch) -> None:
    """Every cursor, Django's and the engine's own, is one of psycopg's."""
    for owner, name in ((psycopg.Cursor, "execute"), (psycopg.Cursor, "executemany"), (psycopg.Connection, "commit")):
        patch.setattr(owner, name, _counted(death, getattr(owner, name)))
    for module in (effects, remote, taking, work):
        patch.setattr(module, "time", CLOCK)
    CLOCK.ahead = 0.0
    call = remote.RemoteGuard.call

    @contextmanager
    def counted(guard: remote.RemoteGuard, *given: Any, **named: Any) -> Iterator[None]:
        with call(guard, *given, **named):
            death.point()
            yield
            death.point()

    patch.setattr(remote.RemoteGuard, "call", counted)


def _counted(death: Death, method: Any) -> Any:
    @wraps(method)
    def counted(self: Any, *given: Any, **named: Any) -> Any:
        death.point()
        return method(self, *given, **named)

    return counted


def _nothing_open() -> bool:
    held = database.connection
    return held is None or held.info.transaction_status == TransactionStatus.IDLE


def _bury() -> None:
    """The server rolls back what the dead process had open, and Django forgets its connection."""
    corpse, database.connection = database.connection, None
    database.in_atomic_block = database.closed_in_transaction = database.needs_rollback = False
    database.savepoint_ids, database.atomic_blocks, database.run_on_commit = [], [], []
    if corpse is None:
        return
    pid = corpse.info.backend_pid
    corpse.close()
    until(lambda: not _is_there(pid))


def _is_there(pid: int) -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid])
        return cursor.fetchone() is not None
