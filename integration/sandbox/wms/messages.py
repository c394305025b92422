"""The stand-in's webhooks as bytes, and their signatures."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from standardwebhooks import Webhook

from integration.canonical.base import Part

Signing = Literal["good", "bad", "old", "none"]
SIGNINGS: tuple[Signing, ...] = ("good", "bad", "old", "none")
WRONG_SECRET = b"this is not the secret of anybody"
TOO_OLD = timedelta(minutes=6)


def body(kind: str, document: Part, sequence: int | None = None) -> bytes:
    data = document.model_dump(exclude_none=True)
    head = {"type": kind, "timestamp": datetime.now(UTC), **({"sequence": sequence} if sequence else {})}
    return json.dumps({**head, "data": data}, default=plain).encode()


def plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def headers(secret: str, number: str, content: bytes, signing: Signing = "good") -> dict[str, str]:
    """Made anew for each try: the number stays, the timestamp does not."""
    sent_at = datetime.now(UTC) - (TOO_OLD if signing == "old" else timedelta(0))
    named = {"content-type": "application/json", "webhook-id": number}
    if signing == "none":
        return named
    signer = Webhook(WRONG_SECRET if signing == "bad" else secret)
    signature = signer.sign(number, sent_at, content.decode("utf-8", "replace"))
    return {**named, "webhook-timestamp": str(int(sent_at.timestamp())), "webhook-signature": signature}


def raw_body(asked: dict[str, Any]) -> bytes:
    """What ``/_sandbox/send`` shall send: ``base64``, ``text`` or ``body`` (JSON)."""
    if "base64" in asked:
        return base64.b64decode(asked["base64"])
    if "text" in asked:
        return str(asked["text"]).encode()
    return json.dumps(asked.get("body")).encode()
