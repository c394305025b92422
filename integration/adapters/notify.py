"""Tells people something where they are: by mail, in Slack, in Teams, by PagerDuty, or by a webhook (apprise).

One address says it all, in apprise's notation or as the service shows it. Only what stands in ``SERVICES`` is spoken,
over TLS unless it is this machine, without following a redirect; an address may not name files or other servers.
"""

import logging
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import httpx
from apprise import AppriseAsset, NotifyType
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.email import NotifyEmail
from apprise.plugins.pagerduty import NotifyPagerDuty
from apprise.plugins.slack import NotifySlack
from apprise.plugins.workflows import NotifyWorkflows

from integration.adapters.http import is_loopback
from integration.errors import ConfigurationError, Unreachable

NOT_TOLD, NO_ADDRESS, NO_HEARTBEAT = "CD-9301", "CD-9302", "CD-9303"
CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0
LONGEST_SECONDS = 45.0  # all of one message, whatever the other side drips
SHORTEST_SECRET = 6
ASSET = AppriseAsset(
    http_redirects=False, async_mode=False, storage_mode="memory", pgp_autogen=False, pem_autogen=False,
    app_id="Crossdock", app_desc="Crossdock", secure_logging=True,
)  # fmt: skip
_heard = logging.getLogger("apprise")
_heard.propagate = False  # its words may hold what is secret: they are read below, and go nowhere else
_heard.addHandler(logging.NullHandler())
_heard.setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Service:
    """``options``: what its address may say after the question mark; None: all of it goes to the receiver."""

    plugin: type[Any]
    schemes: frozenset[str]
    options: frozenset[str] | None
    shape: str


SERVICES: Mapping[str, Service] = {
    "mail": Service(
        NotifyEmail,
        frozenset({"mailtos", "mailto"}),
        frozenset({"to", "cc", "bcc", "from", "smtp", "mode", "user", "pass", "reply"}),
        "mailtos://user:password@mail.example.com?from=crossdock@example.com&to=ops@example.com",
    ),
    "slack": Service(
        NotifySlack, frozenset({"slack", "https"}), frozenset({"mode"}), "https://hooks.slack.com/services/..."
    ),
    "teams": Service(
        NotifyWorkflows,
        frozenset({"workflows", "workflow", "https"}),
        frozenset({"api-version", "sp", "sv", "sig", "pa"}),
        "https://...logic.azure.com/workflows/.../triggers/manual/paths/invoke?...",
    ),
    "pagerduty": Service(
        NotifyPagerDuty,
        frozenset({"pagerduty"}),
        frozenset({"region", "group", "class"}),
        "pagerduty://integration-key@api-key",
    ),
    "webhook": Service(NotifyJSON, frozenset({"https", "http", "jsons", "json"}), None, "https://example.com/path"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """``identity``: the same when it is sent again. ``key``: of the one thing that it is about, where it is one.

    ``items``: the same as data, for a webhook.
    """

    identity: str
    title: str
    text: str
    severity: str
    over: bool = False
    key: str = ""
    items: Sequence[Mapping[str, Any]] = field(default=())


def check(name: str, kind: str, address: str) -> None:
    """Raises ConfigurationError CD-9302, without the address, for one that is none or may not be used."""
    _open(name, kind, address)


def send(name: str, kind: str, address: str, message: Message) -> None:
    """Raises Unreachable CD-9301, ConfigurationError CD-9302. It may have been taken all the same."""
    plugin = _open(name, kind, address)
    if isinstance(plugin, NotifyPagerDuty) and message.key:
        plugin.dedup, plugin.action = message.key, "resolve" if message.over else "trigger"
    if isinstance(plugin, NotifyJSON):
        plugin.payload_extras = {"id": message.identity, "alerts": list(message.items)}
    taken, words = _within(LONGEST_SECONDS, lambda: bool(plugin.notify(
        body=message.text, title=message.title, notify_type=_type(message), body_format="text"
    )))  # fmt: skip
    if not taken:
        raise Unreachable(NOT_TOLD, channel=name, detail=_without_secrets(words, address)[:200])


def ping(address: str) -> None:
    """A sign of life to whoever watches from outside. Raises Unreachable CD-9303."""
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        with (
            httpx.Client(trust_env=False, follow_redirects=False, timeout=timeout) as client,
            client.stream("GET", address) as answer,  # what it says is of no interest
        ):
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(NO_HEARTBEAT, detail=type(error).__name__) from None
    if not 200 <= status < 300:
        raise Unreachable(NO_HEARTBEAT, detail=f"HTTP {status}")


def _open(name: str, kind: str, address: str) -> Any:
    """apprise's own plugin, held to what stands above."""
    service = SERVICES[kind]
    known = _parsed(service, kind, address)
    if known is None:
        raise ConfigurationError(NO_ADDRESS, channel=name, detail=f"it should look like {service.shape}")
    wrong = sorted(
        key for key, _ in _pairs(address) if service.options is not None and key.lower() not in service.options
    )
    if wrong:
        raise ConfigurationError(NO_ADDRESS, channel=name, detail=f"it may not say {', '.join(wrong)[:100]}")
    try:
        plugin = service.plugin(**{**known, "asset": ASSET})
    except Exception:  # apprise tells what is wrong with the secret in it
        raise ConfigurationError(NO_ADDRESS, channel=name, detail=f"it should look like {service.shape}") from None
    plugin.redirects, plugin.verify_certificate = False, True
    plugin.socket_connect_timeout, plugin.socket_read_timeout = CONNECT_SECONDS, READ_SECONDS
    if not _is_private(plugin):
        raise ConfigurationError(NO_ADDRESS, channel=name, detail="it is not encrypted: only TLS is spoken")
    return plugin


def _parsed(service: Service, kind: str, address: str) -> dict[str, Any] | None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in service.schemes or re.search(r"\s", address):
        return None
    if kind == "webhook":
        query = urlencode([(key if key[:1] in "+-" else f"-{key}", value) for key, value in _pairs(address)])
        scheme = {"https": "jsons", "http": "json"}.get(parts.scheme, parts.scheme)
        address = urlunsplit((scheme, parts.netloc, parts.path, query, ""))
    native = parts.scheme == "https" and kind != "webhook"
    found = service.plugin.parse_native_url(address) if native else service.plugin.parse_url(address)
    return found or None


def _pairs(address: str) -> list[tuple[str, str]]:
    """A plus at the beginning of a name is one: apprise's sign for a header."""
    return [
        (unquote(key), unquote(value)) for key, value in parse_qsl(
            urlsplit(address).query.replace("+", "%2B"), keep_blank_values=True
        )
    ]  # fmt: skip


def _is_private(plugin: Any) -> bool:
    """Slack, Teams and PagerDuty are spoken to by TLS alone."""
    if isinstance(plugin, NotifyEmail):
        return plugin.secure_mode != "insecure" or is_loopback(plugin.smtp_host)
    return not isinstance(plugin, NotifyJSON) or bool(plugin.secure) or is_loopback(plugin.host)


def _type(message: Message) -> NotifyType:
    if message.over:
        return NotifyType.SUCCESS
    return {"low": NotifyType.INFO, "medium": NotifyType.WARNING}.get(message.severity, NotifyType.FAILURE)


class _Words(logging.Handler):
    """What apprise says about one sending."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def _within(seconds: float, work: Callable[[], bool]) -> tuple[bool, str]:
    """Whether it was done in time, and what was said. Its sockets have time limits, an answer that drips has none."""
    words, done = _Words(), []

    def run() -> None:
        try:
            done.append(work())
        except Exception as error:  # whatever a service makes apprise stumble over
            words.said.append(type(error).__name__)

    thread = threading.Thread(target=run, daemon=True, name="notify")
    _heard.addHandler(words)
    try:
        thread.start()
        thread.join(seconds)
    finally:
        _heard.removeHandler(words)
    if thread.is_alive():
        return False, f"no end within {seconds:g} s"
    return bool(done and done[0]), " ".join(dict.fromkeys(words.said)) or "no reason given"


def _without_secrets(words: str, address: str) -> str:
    """No part of an address, but for its host and port, is told."""
    parts = urlsplit(address)
    shown = {parts.hostname or "", str(parts.port or "")}
    pieces = {piece for text in (address, unquote(address)) for piece in re.split(r"[/:@?&=+#]+", text)}
    for piece in sorted(pieces - shown, key=len, reverse=True):
        if len(piece) >= SHORTEST_SECRET:
            words = words.replace(piece, "***")
    return words
