"""The server behind the protocols: databases, logins, the lock, the call log and injected faults."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from ..faults import FaultRules
from . import dispatch
from .business.automation import RuleWatch
from .faults import AccessDenied, unknown_database
from .orm.env import Database, Env
from .orm.registry import model_class, rpc_kind
from .traits import Traits

LOG_LENGTH = 20_000


@dataclass(frozen=True)
class CallRecord:
    """One call as the log shows it. ``companies``: those that it says it is about."""

    protocol: str
    model: str
    method: str
    uid: int
    ms: float
    outcome: str
    companies: tuple[int, ...] = ()


class Service:
    """One Odoo server with one database."""

    def __init__(
        self, traits: Traits, database: str, seed: Callable[[Database], None], apps: Iterable[str] = ()
    ) -> None:
        self.traits = traits
        self.apps = frozenset(apps)
        self.name = database
        self.faults = FaultRules()
        self.down_until = 0.0
        self._seed = seed
        self._lock = threading.RLock()
        self._count = threading.Lock()
        self.inside = 0
        self._log: deque[CallRecord] = deque(maxlen=LOG_LENGTH)
        self.reset()

    def reset(self) -> None:
        """Back to the seed, with no faults and an empty log."""
        with self._lock:
            self.database = Database(self.name, self.traits, apps=self.apps, watch=RuleWatch())
            self._seed(self.database)
            self.database.store.commit()
            self.faults.clear()
            self._log.clear()
            self._let_in: set[tuple[int, str]] = set()
            self.down_until = 0.0

    def version(self) -> dict[str, Any]:
        number = self.traits.number
        return {
            "server_version": self.traits.server_version,
            "server_version_info": [number, 0, 0, "final", 0, ""],
            "server_serie": self.traits.server_version,
            "protocol_version": 1,
        }

    def check_database(self, name: str) -> None:
        if name != self.name:
            raise unknown_database(name)

    def authenticate(self, database: str, login: str, secret: str) -> int | bool:
        """The uid, or false. Password and API key do the same."""
        self.check_database(database)
        user = Env(self.database, 1).first("res.users", ["login", "=", login], ["active", "=", True])
        return int(user.id) if user and secret in self._secrets(user) else False

    def uid_of_key(self, key: str) -> int:
        """The user of an API key. Raises AccessDenied; a password is no key."""
        for user in Env(self.database, 1).find("res.users", ["active", "=", True]):
            if key and key in self._keys(user):
                return int(user.id)
        raise AccessDenied("Invalid apikey")

    def check_login(self, database: str, uid: Any, secret: str) -> None:
        """Up to 18 a secret that was good once is good until the server is restarted, also a key that was removed."""
        self.check_database(database)
        if (uid, secret) in self._let_in:
            return
        user = Env(self.database, 1).browse("res.users", uid if isinstance(uid, int) else 0)
        if not (user and user.exists and user.active and secret in self._secrets(user)):
            raise AccessDenied
        if self.traits.number < 19:
            self._let_in.add((user.id, secret))

    def _secrets(self, user: Any) -> set[str]:
        return {secret for secret in (user.password, *self._keys(user)) if secret}

    def _keys(self, user: Any) -> set[str]:
        """Those that have not ended."""
        rows = Env(self.database, 1).find("res.users.apikeys", ["user_id", "=", user.id])
        ended = {row.secret for row in rows if row.expiration_date and row.expiration_date < self.database.now()}
        return set(user.api_keys or ()) - ended

    def execute(self, uid: int, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """One call as one transaction under the lock; what waits for the commit runs after it."""
        arrived = time.monotonic()
        kwargs = dict(kwargs)
        context = {**(kwargs.pop("context", None) or {})}
        outside = self.database.outside
        shown = outside.look() if outside is not None and method in dispatch.WITHOUT_WRITING else None
        if shown is not None:
            env = Env(self.database, uid, context, shown)
            return dispatch.call(env, model, method, list(args), kwargs)
        with self._queueing(), self._lock:
            env = Env(self.database, uid, context)
            env.arrived = arrived
            answer = dispatch.transact(env, lambda: dispatch.call(env, model, method, list(args), kwargs))
        for hook in env.after_commit:
            hook()
        return answer

    def methods(self, model: str) -> list[str]:
        """The methods of a model that clients may call."""
        served = model_class(model)
        return sorted(name for name in dir(served) if rpc_kind(served, name))

    def modules(self) -> list[str]:
        """Technical names of the installed apps."""
        with self._lock:
            found = Env(self.database, 1).find("ir.module.module", ["state", "=", "installed"])
            return sorted(module.name for module in found)

    def is_down(self) -> bool:
        return time.monotonic() < self.down_until

    def go_down(self, seconds: float) -> None:
        self.down_until = time.monotonic() + seconds

    @contextmanager
    def _queueing(self) -> Iterator[None]:
        with self._count:
            self.inside += 1
        try:
            yield
        finally:
            with self._count:
                self.inside -= 1

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Hold every call while this lasts: those that arrive meanwhile run at the same time, for all Odoo knows."""
        with self._lock:
            yield

    def record(self, entry: CallRecord) -> None:
        self._log.append(entry)

    def calls(self) -> dict[str, Any]:
        """The log with counts by method."""
        entries = list(self._log)
        counts = Counter(f"{entry.model}.{entry.method}" for entry in entries)
        return {"total": len(entries), "counts": dict(counts), "calls": [asdict(entry) for entry in entries]}

    def forget_calls(self) -> None:
        self._log.clear()

    def in_past(self, model: str, record_id: int, values: dict[str, Any], seconds: float) -> None:
        """A write whose transaction started `seconds` ago: its `write_date` is that old."""
        with self._lock:
            env = Env(self.database, 2)
            env.now -= _seconds(seconds)
            dispatch.transact(env, lambda: env.model(model).write([record_id], values))

    def set_clock(self, seconds: float) -> None:
        """Let the server's clock run `seconds` ahead (or behind)."""
        with self._lock:
            self.database.clock_offset = _seconds(seconds)


def _seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
