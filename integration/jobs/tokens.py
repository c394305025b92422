"""Tokens of the API: ``cd_<prefix>_<secret>``, made by the API's commands and by the console."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from integration.models import ApiToken

SCOPES = {
    "connections:read": "Connections and warehouses",
    "orders:read": "Orders with their deliveries and lines; goods in transit",
    "inventory:read": "Stock by warehouse, product, lot and place",
    "reports:read": "Reports, without names of customers",
    "downtime:read": "Downtime packs: open orders with names and addresses",
    "messages:read": "Messages received and sent, without their bodies",
    "messages:read_body": "The bodies of messages, which hold names and addresses",
    "jobs:read": "Jobs and their attempts",
    "jobs:write": "Retry and cancel jobs",
    "cases:read": "Exception cases",
    "cases:write": "Retry and close exception cases",
    "alerts:read": "Alerts: what people are told, and what is over of it",
    "mappings:read": "Code mappings",
    "mappings:write": "Add code mappings",
    "metrics:read": "Figures for a monitor such as Prometheus",
}


def make(name: str, scopes: Sequence[str], expires_at: datetime | None) -> tuple[ApiToken, str]:
    """A new token and its text, which cannot be had again. Raises ValueError for an unknown scope."""
    if unknown := sorted(set(scopes) - set(SCOPES)):
        raise ValueError(f"unknown scopes: {', '.join(unknown)}")
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        name=name, prefix=prefix, sha256=hashed(secret), scopes=sorted(set(scopes)), expires_at=expires_at
    )
    return row, f"cd_{prefix}_{secret}"


def hashed(secret: str) -> bytes:
    # The secret is 32 random bytes, which nobody can guess: a slow password hash would only slow every request.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
