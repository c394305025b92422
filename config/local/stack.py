"""PostgreSQL and Valkey together: up and down by hand, or running for as long as somebody uses them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.local import account, guard, keys, lease, place
from config.local.lease import Lease
from config.local.place import CHECKOUT
from config.local.postgres import ROLE, Postgres
from config.local.process import deferred_signals
from config.local.server import Server
from config.local.valkey import Valkey

DATABASE_URL = "DATABASE_URL"
REDIS_URL = "REDIS_URL"
BROKERS_PER_SLOT = 32  # one broker database for the session itself, the others for its parallel test workers


@dataclass(frozen=True)
class Local:
    """What a process needs to work here. `slot` tells sessions apart; 0 where nothing was started for this one."""

    database_url: str
    redis_url: str
    slot: int
    secrets: dict[str, str]

    def environment(self) -> dict[str, str]:
        return {DATABASE_URL: self.database_url, REDIS_URL: self.redis_url, **self.secrets}


@contextmanager
def running(database: str = ROLE, *, checkout: Path = CHECKOUT) -> Iterator[Local]:
    """A database and a broker while the block lasts, started unless the environment names others.

    The servers are shared by all sessions of the checkout and stop with the last one. Each session has a broker
    database of its own; `{slot}` in the name of the database gives it a database of its own too.
    """
    if os.environ.get(DATABASE_URL) and os.environ.get(REDIS_URL):
        yield _given(checkout)
        return
    stack = Stack(checkout)
    with deferred_signals():
        held = stack.enter()
    try:
        with deferred_signals():
            local = stack.local(database.format(slot=held.slot), held.slot)
        yield local
    finally:
        with deferred_signals():
            stack.leave(held)


class Stack:
    """The servers of one checkout."""

    def __init__(self, checkout: Path = CHECKOUT) -> None:
        user = account.current()
        self.place = place.prepare(checkout, user)
        self.postgres = Postgres(self.place, user)
        self.valkey = Valkey(self.place, user)

    def up(self) -> None:
        """Start the servers and keep them until `down`."""
        with deferred_signals(), lease.door(self._door):
            self._kept.touch()
            self._start()

    def down(self) -> None:
        """Stop the servers, whoever uses them."""
        with deferred_signals(), lease.door(self._door):
            self._kept.unlink(missing_ok=True)
            guard.stop(self.place)
            self._stop()

    def wipe(self) -> None:
        """Stop the servers and remove their data."""
        self.down()
        shutil.rmtree(self.place.data)
        shutil.rmtree(self.place.var)

    def status(self) -> dict[str, str]:
        """One line for each server, and how many sessions use them."""
        lines = {server.name: _describe(server) for server in (self.postgres, self.valkey)}
        kept = "kept until down" if self._kept.exists() else "stopped with the last session"
        return lines | {"sessions": f"{lease.count(self._users)} ({kept})", "data": str(self.place.data)}

    def is_up(self) -> bool:
        return all(server.ready() for server in self._wanted())

    def enter(self) -> Lease:
        """Become a user of the servers, and start them if nobody did."""
        with lease.door(self._door):
            held = lease.take(self._users)
            try:
                if not self._kept.exists():
                    guard.ensure(self.place)
                self._start()
            except BaseException:
                held.end()
                raise
            return held

    def leave(self, held: Lease) -> None:
        """Stop being a user; the last one stops the servers unless they are kept."""
        with lease.door(self._door):
            held.end()
            if not self._in_use():
                guard.stop(self.place)
                self._stop()

    def watch(self) -> None:
        """Be the guard of these servers."""
        guard.watch(self.place, self._door, self._nobody_left)

    def local(self, database: str = ROLE, slot: int = 0) -> Local:
        """The addresses of the running servers; the database is made if it is new."""
        database_url = os.environ.get(DATABASE_URL)
        if not database_url:
            self.postgres.create_database(database)
            database_url = self.postgres.url(database)
        redis_url = os.environ.get(REDIS_URL) or self.valkey.url(slot * BROKERS_PER_SLOT)
        return Local(database_url, redis_url, slot, keys.local_env(self.place.var / "local.env"))

    @property
    def _door(self) -> Path:
        return self.place.state / "door.lock"

    @property
    def _kept(self) -> Path:
        return self.place.state / "kept"

    @property
    def _users(self) -> Path:
        return self.place.state / "users"

    def _wanted(self) -> list[Server]:
        wanted: list[Server] = []
        if not os.environ.get(DATABASE_URL):
            wanted.append(self.postgres)
        if not os.environ.get(REDIS_URL):
            wanted.append(self.valkey)
        return wanted

    def _start(self) -> None:
        for server in self._wanted():
            server.start()

    def _stop(self) -> None:
        for server in (self.valkey, self.postgres):
            server.stop()

    def _in_use(self) -> bool:
        return self._kept.exists() or lease.count(self._users) > 0

    def _nobody_left(self) -> bool:
        """Whether the guard may go: the servers are kept by hand, or it has just stopped them."""
        if lease.count(self._users) > 0:
            return False
        if not self._kept.exists():
            self._stop()
        return True


def _given(checkout: Path) -> Local:
    (checkout / "var").mkdir(exist_ok=True)
    secrets = keys.local_env(checkout / "var" / "local.env")
    return Local(os.environ[DATABASE_URL], os.environ[REDIS_URL], 0, secrets)


def _describe(server: Server) -> str:
    pid = server.pid()
    if pid is None:
        return "stopped"
    return f"{'ready' if server.ready() else 'starting'}, process {pid}, port {server.port()}"
