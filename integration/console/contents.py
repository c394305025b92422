"""What a message holds, for who looks at it: as it came, and as the contract reads it.

Who may not see names and addresses gets both with every field hidden that is not known to be harmless.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError, create_model

from integration.canonical.base import Moment, Part
from integration.canonical.outgoing import DOCUMENTS, Outgoing
from integration.console.personal import HIDDEN, readable
from integration.errors import InvalidDocument
from integration.jobs import bodies
from integration.models import InboundMessage, OutboundMessage
from integration.rules import leaves, personal

LONGEST = 2000  # characters of one value


@dataclass(frozen=True, slots=True)
class Content:
    """``part``: what the contract reads; None, and why in ``trouble``, when it does not take it."""

    raw: str
    canonical: str
    part: BaseModel | None
    trouble: str = ""


def received(message: InboundMessage, body: bytes, *, all_of_it: bool) -> Content:
    """One of its bodies. ``all_of_it``: with names and addresses."""
    try:
        event = bodies.parsed(message, body).event
    except InvalidDocument as wrong:
        return _unread(body, wrong.cause, all_of_it=all_of_it)
    return _content(body, event, all_of_it=all_of_it)


def sent(message: OutboundMessage, *, all_of_it: bool) -> Content:
    """Its document, where what was sent is the contract's own form of it."""
    body, document = bytes(message.body), DOCUMENTS.get(message.type)
    raw = leaves.read(body)
    if document is None or raw is None:
        return _unread(body, "", all_of_it=all_of_it)
    try:
        part = _envelope(document).model_validate(raw)
    except ValidationError:
        return _unread(body, "", all_of_it=all_of_it)
    return _content(body, part, all_of_it=all_of_it)


@cache
def _envelope(document: type[Outgoing]) -> type[Part]:
    fields: dict[str, Any] = {"type": (str, ...), "timestamp": (Moment, ...), "data": (document, ...)}
    return create_model(f"Sent{document.__name__}", __base__=Part, **fields)


def _content(body: bytes, part: Part, *, all_of_it: bool) -> Content:
    raw, canonical = leaves.read(body), part.model_dump(mode="json", exclude_none=True)
    if all_of_it:
        came = readable(body) if raw is None else leaves.indented(_cut(raw))
        return Content(came, leaves.indented(_cut(canonical)), part)
    came = str(HIDDEN) if raw is None else leaves.indented(personal.masked(raw, part))
    return Content(came, leaves.indented(personal.masked(canonical, part)), part)


def _unread(body: bytes, why: str, *, all_of_it: bool) -> Content:
    if not all_of_it:
        return Content(str(HIDDEN), "", None, why)
    raw = leaves.read(body)
    return Content(readable(body) if raw is None else leaves.indented(_cut(raw)), "", None, why)


def _cut(node: Any) -> Any:
    """A file in base64 is not what people read."""
    if isinstance(node, dict):
        return {name: _cut(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_cut(value) for value in node]
    if isinstance(node, str) and len(node) > LONGEST:
        return f"{node[:LONGEST]}... ({len(node):,} characters)"
    return node
