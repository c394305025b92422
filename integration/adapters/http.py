"""HTTP to remote systems: one pool per address, bounded time and size, and every failure as a typed error.

``pool.client(settings)`` is for any adapter; ``request`` adds the guard and the table of errors. What a failure
means depends on the call: a read, or a write that the partner recognises by its key, is simply tried again
(Unreachable); any other write whose answer is missing is OutcomeUnknown, because it may have landed.
"""

import os
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from integration.adapters.base import ConnectionSettings, Guard
from integration.adapters.http_errors import Call, lost, not_sent, refused
from integration.errors import ConfigurationError
from integration.observe import traces

ANSWER_LIMIT = 4 * 1024 * 1024
POOL_LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=20.0)
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back; header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class Pool:
    """Clients by process, address and time limits: made once, shared by all threads, never inherited by a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: dict[tuple[int, str, float, float], httpx.Client] = {}
        self._tls: ssl.SSLContext | None = None

    def client(self, settings: ConnectionSettings) -> httpx.Client:
        """Follows no redirect and reads no proxy or netrc from the environment (SSL_CERT_FILE is honoured).

        Raises ConfigurationError CD-2006 for plain HTTP off this machine, CD-2010 for an address that is none.
        """
        key = (os.getpid(), settings.base_url, settings.connect_timeout, settings.read_timeout)
        with self._lock:
            client = self._clients.get(key)
            if client is None:
                check_address(settings)
                client = self._clients[key] = self._open(settings)
            return client

    def _open(self, settings: ConnectionSettings) -> httpx.Client:
        self._tls = self._tls or httpx.create_ssl_context()
        timeout = httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout)
        return httpx.Client(
            verify=self._tls, trust_env=False, follow_redirects=False, timeout=timeout, limits=POOL_LIMITS
        )

    def close(self) -> None:
        with self._lock:
            for (process, *_), client in self._clients.items():
                if process == os.getpid():
                    client.close()
            self._clients.clear()


pool = Pool()


def check_address(settings: ConnectionSettings) -> None:
    """Raises ConfigurationError unless the base address is https, or http on this machine."""
    shown = settings.base_url[:200] if "@" not in settings.base_url else "its address"
    try:
        parts = urlsplit(settings.base_url)
        host, _ = parts.hostname or "", (parts.port, httpx.URL(settings.base_url))
    except (ValueError, httpx.InvalidURL):
        parts, host = urlsplit(""), ""
    if not host or parts.scheme not in {"http", "https"}:
        raise ConfigurationError("CD-2010", connection=settings.name, detail=f"{shown!r} is not an http(s) address")
    if "@" in parts.netloc or parts.query or parts.fragment:
        detail = "the address may hold no user, password, query or fragment"
        raise ConfigurationError("CD-2010", connection=settings.name, detail=detail)
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError("CD-2006", connection=settings.name, url=shown)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_safe(address: str) -> bool:
    """An https address, or an http one of this machine."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def request(
    settings: ConnectionSettings,
    guard: Guard,
    call: Call,
    method: str,
    path: str,
    *,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
) -> HttpAnswer:
    """One request under the connection's address, inside the guard; a 2xx answer. ``path`` starts with a slash.

    Raises Unreachable, Throttled, OutcomeUnknown, Rejected, Forbidden, ConfigurationError.
    """
    client = pool.client(settings)
    url = httpx.URL(settings.base_url.rstrip("/") + path)
    outgoing = client.build_request(method, url, params=params, headers=headers, content=content)
    total = settings.connect_timeout + settings.read_timeout
    with guard.call(call.verb, timeout=total, writes=call.writes):
        outgoing.headers.update(traces.handed_on())
        answer = _exchange(client, outgoing, settings, call, time.monotonic() + total)
        if not 200 <= answer.status < 300:
            raise refused(settings, call, answer.status, answer.headers, answer.body)
        return answer


def _exchange(
    client: httpx.Client, outgoing: httpx.Request, settings: ConnectionSettings, call: Call, deadline: float
) -> HttpAnswer:
    try:
        response = client.send(outgoing, stream=True)
        try:
            body = _read(response, settings, call, deadline)
        finally:
            response.close()
    except NOT_SENT as error:
        raise not_sent(settings, str(error)) from None
    except httpx.TimeoutException:
        raise lost(settings, call, f"no answer within {settings.read_timeout:g} s") from None
    except httpx.HTTPError as error:
        raise lost(settings, call, str(error) or "the connection was cut") from None
    return HttpAnswer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)


def _read(response: httpx.Response, settings: ConnectionSettings, call: Call, deadline: float) -> bytes:
    """The body, as long as it stays within the limit and the deadline: a dripping answer must not outlive its claim."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise lost(settings, call, f"the answer is larger than {ANSWER_LIMIT} bytes")
        if time.monotonic() > deadline:
            raise lost(settings, call, "the answer took too long")
    return bytes(body)
