"""One HTTP request to Odoo: inside the guard, within its time, and every failure as a typed error."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from pydantic_core import from_json

from integration.adapters.base import ConnectionSettings, Guard
from integration.adapters.http import NOT_SENT, pool
from integration.adapters.http_errors import retry_after
from integration.adapters.odoo.faults import Call, lost_answer
from integration.adapters.odoo.session import Session
from integration.errors import IntegrationError, Throttled, Unreachable

ANSWER_LIMIT = 64 * 1024 * 1024
COLD_PATIENCE = 2.0  # a worker that has just started takes 2-4 s for its first call, a registry up to a minute
WRITE_PATIENCE = 4.0  # Odoo repeats a conflicting write itself, for up to two minutes, before it answers
_ASKS = ("authenticate", "check_access_rights", "context_get", "has_access", "has_group", "version_info")
_LOADS = ("export_data", "fields_get", "read", "search", "search_count", "search_read", "web_search_read")
READS = frozenset((*_ASKS, *_LOADS))


class Answer:
    """Status and body of one answer."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body

    def json(self) -> object:
        """None for anything that is not JSON."""
        try:
            return from_json(self.body, cache_strings="keys")
        except ValueError:
            return None


Reader = Callable[[Answer, Call], object]


class Wire:
    """Posts to one connection. Errors name the model and method, never a value."""

    def __init__(self, settings: ConnectionSettings, guard: Guard, session: Session) -> None:
        self.settings = settings
        self.session = session
        self._guard = guard

    def call(self, model: str, method: str) -> Call:
        options = self.settings.options
        return Call(
            self.settings.name,
            model,
            method,
            writes=method not in READS,
            login=str(options.get("login") or "(by key)"),
            database=str(options.get("database") or "(none given)"),
        )

    def post(self, call: Call, path: str, body: bytes, headers: Mapping[str, str], read: Reader) -> object:
        """``read`` turns the answer into the result, or raises: inside the guard, which so learns the outcome."""
        client = pool.client(self.settings)
        patience = WRITE_PATIENCE if call.writes else 1.0
        timeout = self.settings.read_timeout * (patience if self.session.warm else max(patience, COLD_PATIENCE))
        limits = httpx.Timeout(timeout, connect=self.settings.connect_timeout)
        url = self.settings.base_url.rstrip("/") + path
        outgoing = client.build_request("POST", url, content=body, headers=headers, timeout=limits)
        total = timeout + self.settings.connect_timeout
        with self._guard.call(call.what, timeout=total, writes=call.writes):
            answer = self._exchange(client, outgoing, call, time.monotonic() + total)
            self.session.warm = True
            return read(answer, call)

    def _exchange(self, client: httpx.Client, outgoing: httpx.Request, call: Call, deadline: float) -> Answer:
        try:
            response = client.send(outgoing, stream=True)
            try:
                self._set_clock(response.headers.get("date", ""))
                if response.status_code == 429:
                    raise self._slowed_down(response.headers.get("retry-after", ""))
                body = _read(response, call, deadline)
            finally:
                response.close()
        except NOT_SENT as error:
            raise Unreachable("CD-1001", connection=call.connection, detail=type(error).__name__) from None
        except httpx.HTTPError as error:
            raise _cut(call, error) from None
        return Answer(response.status_code, body)

    def _set_clock(self, date: str) -> None:
        try:
            self.session.clock = parsedate_to_datetime(date).astimezone(UTC)
        except ValueError:
            self.session.clock = datetime.now(UTC)

    def _slowed_down(self, header: str) -> Throttled:
        return Throttled("CD-1002", connection=self.settings.name, retry_after=retry_after(header))


def _read(response: httpx.Response, call: Call, deadline: float) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > ANSWER_LIMIT or time.monotonic() > deadline:
            raise lost_answer(call, status=response.status_code, detail="the answer was too long or took too long")
    return bytes(body)


def _cut(call: Call, error: httpx.HTTPError) -> IntegrationError:
    lost = lost_answer(call, status="no answer", detail=type(error).__name__)
    if isinstance(lost, Unreachable):
        return Unreachable("CD-1001", connection=call.connection, detail=f"no whole answer ({type(error).__name__})")
    return lost
