"""Canonical documents as the bytes of the contract: quantities as plain decimal strings, moments in UTC."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

from integration.canonical.outgoing import Outgoing, type_of


def envelope(document: Outgoing, now: datetime) -> bytes:
    body = {"type": type_of(document), "timestamp": now, "data": document.model_dump(exclude_none=True)}
    return json.dumps(body, default=_plain, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")  # str() would write 1E+1 for ten
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a document")
