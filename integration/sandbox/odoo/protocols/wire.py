"""What the protocols share: the request, the response, the call in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Request:
    """One HTTP request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Response:
    """One HTTP response."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """What a request asks for: a `common` method, or a model's method."""

    protocol: str
    service: str
    method: str
    args: list[Any] = field(default_factory=list)
    uid: int = 0
    model: str = ""
    kwargs: dict[str, Any] = field(default_factory=dict)
    reference: Any = None

    @property
    def facts(self) -> dict[str, Any]:
        """What fault rules can match."""
        model = self.model or self.service
        return {"protocol": self.protocol, "model": model, "method": self.method, "uid": self.uid}


class Codec(Protocol):
    """One protocol."""

    def parse(self, request: Request) -> Call: ...

    def answer(self, call: Call, result: Any) -> Response: ...

    def fault(self, call: Call | None, error: Exception) -> Response: ...
