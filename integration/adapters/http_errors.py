"""What each HTTP failure means, as one of our errors. The words of the other side are quoted, short and redacted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from integration.adapters.base import ConnectionSettings
from integration.adapters.redaction import quote
from integration.errors import (
    ConfigurationError,
    Forbidden,
    IntegrationError,
    OutcomeUnknown,
    Rejected,
    Throttled,
    Unreachable,
)

RETRY_AFTER_DEFAULT = 30.0
RETRY_AFTER_LIMIT = 24 * 3600.0
PASSING = frozenset({408, 425})
REASON_FIELDS = ("reason", "detail", "message", "error", "title")


@dataclass(frozen=True, slots=True)
class Call:
    """``verb`` names the call, ``document`` what it is about; ``private`` values never appear in an error."""

    verb: str
    document: str = ""
    writes: bool = False
    private: tuple[str, ...] = field(default=(), repr=False)


def not_sent(settings: ConnectionSettings, detail: str) -> Unreachable:
    """No connection, so nothing was done."""
    return Unreachable("CD-1001", connection=settings.name, detail=_quoted(settings, detail) or "no connection")


def lost(settings: ConnectionSettings, call: Call, detail: str) -> IntegrationError:
    """Sent, and no whole answer. CD-1006 says that a write may have been carried out."""
    if not call.writes:
        return Unreachable("CD-1001", connection=settings.name, detail=_quoted(settings, detail, call))
    return OutcomeUnknown("CD-1006", connection=settings.name, verb=call.verb, document=call.document)


def unreadable(
    settings: ConnectionSettings, call: Call, status: int, detail: str, pause: float | None = None
) -> IntegrationError:
    """An answer that says nothing about the call: the remote system, or a proxy before it, fails."""
    if call.writes:
        about = {"connection": settings.name, "verb": call.verb, "document": call.document}
        return OutcomeUnknown("CD-1006", retry_after=pause, **about)
    shown = _quoted(settings, detail, call)
    return Unreachable("CD-1003", connection=settings.name, status=status, detail=shown, retry_after=pause)


def refused(
    settings: ConnectionSettings, call: Call, status: int, headers: Mapping[str, str], body: bytes
) -> IntegrationError:
    """The error for an answer that is not 2xx."""
    reason = _reason(body, headers.get("content-type", ""))
    if status == 429:
        return Throttled("CD-1002", connection=settings.name, retry_after=retry_after(headers.get("retry-after", "")))
    if status == 401:
        login = str(settings.options.get("login", "by token"))
        return ConfigurationError("CD-2001", connection=settings.name, login=login)
    if status == 403:
        detail = _quoted(settings, reason, call) or "it gave no reason"
        return Forbidden("CD-2004", connection=settings.name, verb=call.verb, detail=detail)
    if 300 <= status < 400:
        detail = "it redirects, and redirects are not followed: set the address that it redirects to"
        return Unreachable("CD-1003", connection=settings.name, status=status, detail=detail)
    if status in PASSING or status >= 500 or status < 200:
        pause = retry_after(headers["retry-after"]) if "retry-after" in headers else None
        return unreadable(settings, call, status, reason or "it gave no reason", pause)
    detail = _quoted(settings, reason, call) or "it gave no reason"
    document = call.document or call.verb
    return Rejected("CD-4008", connection=settings.name, document=document, status=status, detail=detail)


def retry_after(header: str, *, now: datetime | None = None) -> float:
    """Seconds to wait, from seconds or an HTTP date; half a minute when it says neither, a day at most."""
    text = header.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:9]), RETRY_AFTER_LIMIT)
    try:
        due = parsedate_to_datetime(text)
    except ValueError:
        return RETRY_AFTER_DEFAULT
    wait = (due.replace(tzinfo=due.tzinfo or UTC) - (now or datetime.now(UTC))).total_seconds()
    return min(max(wait, 1.0), RETRY_AFTER_LIMIT)


def _reason(body: bytes, content_type: str) -> str:
    """The partner's own words: a reason field of a JSON answer, or plain text. A page of HTML says nothing."""
    text = body[:20_000].decode("utf-8", "replace").strip()
    if "html" in content_type or text.startswith("<"):
        return "a page of HTML instead of an answer"
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return "" if text.startswith(("{", "[")) else text
    if not isinstance(answer, dict):
        return ""
    return next((str(answer[name]) for name in REASON_FIELDS if isinstance(answer.get(name), str)), "")


def _quoted(settings: ConnectionSettings, text: str, call: Call | None = None) -> str:
    private = call.private if call else ()
    return quote(text, secrets=settings.secrets.values(), private=private).rstrip(".")
