"""A worker that dies between any two of its statements, commits and calls; what it had not committed is gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import psycopg
import pytest
from django.db import connection as database

from integration.jobs import remote
from tests.component.engine.yard import until


class Killed(BaseException):
    """The process ends here. No handler of errors sees it, and what its ``finally`` does comes too late."""


@dataclass
class Death:
    """``left``: so many points it still passes; None: it lives."""

    left: int | None = None
    dead: bool = False
    passed: int = 0
    kills: int = 0

    def point(self) -> None:
        """Between two statements. Raises Killed."""
        if self.dead:
            raise Killed
        self.passed += 1
        if self.left is None:
            return
        if self.left == 0:
            self.dead, self.kills = True, self.kills + 1
            raise Killed
        self.left -= 1

    @contextmanager
    def after(self, points: int | None) -> Iterator[None]:
        """What is done in here is one process, which dies after so many points; returns when it is dead or done."""
        self.left, self.dead = points, False
        try:
            yield
        except BaseException:  # what the dying process still stumbled over says nothing
            if not self.dead:
                raise
        finally:
            died, self.left, self.dead = self.dead, None, False
            if died:
                _bury()


def install(death: Death, patch: pytest.MonkeyPatch) -> None:
    """Every cursor, Django's and the engine's own, is one of psycopg's."""
    for owner, name in ((psycopg.Cursor, "execute"), (psycopg.Cursor, "executemany"), (psycopg.Connection, "commit")):
        patch.setattr(owner, name, _counted(death, getattr(owner, name)))
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
