"""Calls to one Odoo: the transport, the version, and the context that goes with every call."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from integration.adapters.base import ConnectionSettings, Guard
from integration.adapters.odoo.faults import load_error
from integration.adapters.odoo.session import facts_of, session
from integration.adapters.odoo.transports import RpcTransport, Transport, open_transport, server_version
from integration.adapters.odoo.versions import Version, version
from integration.adapters.odoo.wire import Wire
from integration.errors import Forbidden

ABOUT = ["type", "relation", "selection"]
COMPANIES_SECONDS = 300.0  # that what we know of the user's companies may be old
Row = Mapping[str, Any]


class Caller:
    """Knows how to ask; the modules beside it know what. Made per gateway; what it learns is kept per process."""

    def __init__(self, settings: ConnectionSettings, guard: Guard) -> None:
        self.settings = settings
        self.session = session(settings)
        self.wire = Wire(settings, guard, self.session)
        self._transport: Transport | None = None

    @property
    def slug(self) -> str:
        return self.settings.name

    @property
    def version(self) -> Version:
        return version(self.version_text, connection=self.slug)

    @property
    def version_text(self) -> str:
        with self.session.lock:
            if not self.session.version:
                self.session.version = server_version(self.wire)
            return self.session.version

    @property
    def transport(self) -> Transport:
        if self._transport is None:
            chosen = facts_of(self.settings).get("transport") or ("json2" if self.version.json2 else "jsonrpc")
            self._transport = open_transport(str(chosen), self.wire)
        return self._transport

    def use(self, transport: Transport) -> None:
        """The probe tries one transport after the other."""
        self._transport = transport

    def __call__(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None = None,
        *,
        companies: Iterable[int] | None = None,
        context: Mapping[str, object] | None = None,
        **named: object,
    ) -> Any:
        """``companies``: those that the call is about; without it all that the user may see."""

        def call(allowed: Iterable[int]) -> Any:
            whole = {"lang": "en_US", "tz": "UTC", "allowed_company_ids": list(allowed), **(context or {})}
            return self.transport.call(model, method, ids, named, whole)

        if companies is not None:
            return call(companies)
        known = self.company_ids()
        try:
            return call(known)
        except Forbidden:  # nothing was done; the user may have been taken out of one of them
            left = self._companies_now()
            if left == known:
                raise
            return call(left)

    def ping(self) -> None:
        """The cheapest call that there is."""
        server_version(self.wire)

    def log_in(self) -> None:
        """Afresh, whatever this process knows. Raises ConfigurationError CD-2001 where Odoo does not let us in."""
        transport = self.transport
        if isinstance(transport, RpcTransport):
            transport.authenticate(afresh=True)
        else:
            self._own_id(transport)

    def uid(self) -> int:
        """The user's id: logs in once per process, or asks Odoo where there is no login (JSON-2)."""
        with self.session.lock:
            if self.session.uid is None:
                transport = self.transport
                if isinstance(transport, RpcTransport):
                    return transport.authenticate()
                self.session.uid = self._own_id(transport)
            return self.session.uid

    def company_ids(self) -> tuple[int, ...]:
        """Those of the user. They are asked for anew now and then: somebody may have given it one more."""
        memory = self.session
        with memory.lock:
            if not memory.company_ids or time.monotonic() - memory.companies_read_at > COMPANIES_SECONDS:
                return self._companies_now()
            return memory.company_ids

    def _companies_now(self) -> tuple[int, ...]:
        memory = self.session
        with memory.lock:
            found = self.transport.call("res.users", "read", [self.uid()], {"fields": ["company_ids"]}, {})
            memory.company_ids = tuple(_rows(found)[0]["company_ids"])
            memory.companies_read_at = time.monotonic()
            return memory.company_ids

    def rows(self, model: str, domain: Sequence[object], fields: Sequence[str], **how: Any) -> list[Row]:
        """``search_read`` of the fields that this server has."""
        known = self.fields(model, fields)
        found = self(
            model, "search_read", domain=list(domain), fields=[name for name in fields if name in known], **how
        )
        return _rows(found)

    def fields(self, model: str, names: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Those of ``names`` that the server has and lets the user read, with type, relation and selection."""
        wanted, memory = set(names) - {"id"}, self.session
        with memory.lock:
            unknown = wanted - memory.asked.get(model, set())
            if unknown:
                found = self(model, "fields_get", allfields=sorted(unknown), attributes=ABOUT)
                memory.fields.setdefault(model, {}).update(found)
                memory.asked.setdefault(model, set()).update(unknown)
            return {name: about for name, about in memory.fields.get(model, {}).items() if name in wanted}

    def load(self, model: str, fields: Sequence[str], data: Sequence[Sequence[object]], **how: Any) -> list[int]:
        """Creates by external id, once; answers the ids. Raises Locked or Rejected with what Odoo says."""
        answer = self(model, "load", fields=list(fields), data=[list(row) for row in data], **how)
        if not answer.get("ids"):
            raise load_error(answer.get("messages") or (), self.wire.call(model, "load"))
        return [int(number) for number in answer["ids"]]

    def create(self, model: str, values: Mapping[str, object], **how: Any) -> int:
        made = self(model, "create", vals_list=[dict(values)], **how)
        return int(made[0] if isinstance(made, list) else made)

    def _own_id(self, transport: Transport) -> int:
        answer = transport.call("res.users", "context_get", None, {}, {})
        return int(answer["uid"]) if isinstance(answer, Mapping) else 0


def _rows(found: object) -> list[Row]:
    return list(found) if isinstance(found, list) else []
