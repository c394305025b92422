"""What a process remembers of one Odoo connection: the user's id, the version, field lists, the server's clock."""

import hashlib
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from integration.adapters.base import ConnectionSettings

Fields = Mapping[str, Mapping[str, object]]


@dataclass
class Session:
    """Shared by all threads and gateways of one connection; ``lock`` keeps two of them from asking the same thing."""

    uid: int | None = None
    version: str = ""
    company_ids: tuple[int, ...] = ()
    companies_read_at: float = 0.0  # monotonic
    clock: datetime | None = None
    warm: bool = False
    fields: dict[str, dict[str, dict[str, object]]] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def remember(self, facts: Mapping[str, object]) -> None:
        """Takes over what an earlier probe learned. What this process learnt itself wins."""
        self.uid = self.uid or cast("int | None", facts.get("uid"))
        self.version = self.version or str(facts.get("version") or "")
        if not self.company_ids:
            self.company_ids = tuple(cast("list[int]", facts.get("company_ids") or ()))
            self.companies_read_at = time.monotonic()
        known = cast("Mapping[str, Fields]", facts.get("fields") or {})
        for model, names in known.items():
            if model not in self.asked:
                self.asked[model] = set(names)
                self.fields[model] = {name: dict(about) for name, about in names.items() if about}

    def forget(self) -> None:
        """Whoever asks what is so now must not be told what was so when this process first asked."""
        with self.lock:
            self.uid, self.version, self.company_ids, self.fields, self.asked = None, "", (), {}, {}


_sessions: dict[tuple[int, str, str, str], Session] = {}
_lock = threading.Lock()


def facts_of(settings: ConnectionSettings) -> dict[str, object]:
    """The connection's options with what a probe learned, whether kept beside them or under ``facts``."""
    facts = settings.options.get("facts")
    return {**(facts if isinstance(facts, Mapping) else {}), **settings.options}


def session(settings: ConnectionSettings) -> Session:
    """One per process, set of credentials and probe: a changed key or database, or what a new probe found otherwise
    (Odoo was upgraded, or has another app), starts afresh."""
    options, facts = settings.options, facts_of(settings)
    found = (facts.get(name) for name in ("version", "company_ids", "fields_mark"))
    parts = (
        options.get("database"),
        options.get("login"),
        options.get("transport"),
        settings.secrets.get("key"),
        *found,
    )
    credentials = "\x00".join(str(part) for part in parts)
    key = (os.getpid(), settings.slug, settings.base_url, hashlib.sha256(credentials.encode()).hexdigest())
    with _lock:
        known = _sessions.setdefault(key, Session())
    with known.lock:
        known.remember(facts)
    return known
