"""HTTP requests as bytes: what a warehouse posts, signed."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

LINES = ({"line": "318", "sku": "100-441", "quantity": "8", "unit": "EA"},)


def shipment(release: str = "", lines: Sequence[Mapping[str, Any]] = LINES) -> bytes:
    """The document; without a release each is of another delivery, which nobody knows."""
    number, now = uuid.uuid4().hex[:12], datetime.now(UTC).isoformat()
    about = {"shipment": f"SHP-{number}", "release": release or f"WH/OUT/{number}"}
    data = {**about, "shipped_at": now, "lines": list(lines)}
    return json.dumps({"type": "shipment.confirmed", "timestamp": now, "data": data}).encode()


def signed(slug: str, secret: str, number: str, body: bytes) -> bytes:
    now = datetime.now(UTC)
    headers = {
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(number, now, body.decode()),
    }
    return request(f"/api/v1/webhooks/{slug}", body, headers)


def request(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    named = {"host": "127.0.0.1", "content-type": "application/json", "content-length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode() + body
