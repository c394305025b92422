"""The sandbox's own API under `/_sandbox/`: faults, the call log, outages, the clock, a fresh start."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ..faults import BadRule
from .faults import OdooFault
from .protocols.wire import Request, Response
from .service import Service

JSON = "application/json; charset=utf-8"
LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


class Control:
    """Answers only the loopback, or whoever brings the token."""

    def __init__(self, service: Service, token: str = "") -> None:
        self._service = service
        self._token = token
        self._routes: dict[tuple[str, str], Callable[[dict[str, Any]], Any]] = {
            ("POST", "faults"): self._add_fault,
            ("GET", "faults"): lambda _body: self._service.faults.describe(),
            ("DELETE", "faults"): self._clear_faults,
            ("GET", "calls"): lambda _body: self._service.calls(),
            ("DELETE", "calls"): self._forget_calls,
            ("POST", "down"): self._down,
            ("POST", "clock"): self._clock,
            ("POST", "past"): self._past,
            ("POST", "reset"): self._reset,
        }

    def handle(self, request: Request, client: str) -> Response:
        if not self._may(request, client):
            return _json(403, {"error": "the control API answers the loopback only, or its token"})
        name = request.path.removeprefix("/_sandbox").strip("/")
        route = self._routes.get((request.method, name))
        if route is None:
            return _json(404, {"error": f"no {request.method} {request.path}"})
        try:
            body = json.loads(request.body) if request.body else {}
            return _json(200, route(body))
        except (BadRule, OdooFault, ValueError, KeyError, TypeError) as error:
            return _json(400, {"error": f"{type(error).__name__}: {error}"})

    def _may(self, request: Request, client: str) -> bool:
        if self._token:
            return request.headers.get("X-Sandbox-Token") == self._token
        return client in LOOPBACK

    def _add_fault(self, body: dict[str, Any]) -> Any:
        for rule in body if isinstance(body, list) else [body]:
            self._service.faults.add(rule)
        return self._service.faults.describe()

    def _clear_faults(self, _body: dict[str, Any]) -> Any:
        self._service.faults.clear()
        return []

    def _forget_calls(self, _body: dict[str, Any]) -> Any:
        self._service.forget_calls()
        return {"total": 0}

    def _down(self, body: dict[str, Any]) -> Any:
        """`{"seconds": n}`: every connection is reset for so long; 0 ends an outage."""
        self._service.go_down(float(body["seconds"]))
        return {"down": float(body["seconds"])}

    def _clock(self, body: dict[str, Any]) -> Any:
        """`{"offset_seconds": n}`: the server's clock runs n seconds ahead of ours."""
        self._service.set_clock(float(body["offset_seconds"]))
        return {"offset_seconds": float(body["offset_seconds"])}

    def _past(self, body: dict[str, Any]) -> Any:
        """`{"model", "id", "values", "seconds"}`: a write that commits now and began so long ago."""
        self._service.in_past(body["model"], int(body["id"]), body.get("values") or {}, float(body["seconds"]))
        return {"written": int(body["id"])}

    def _reset(self, _body: dict[str, Any]) -> Any:
        self._service.reset()
        return {"reset": True}


def _json(status: int, body: Any) -> Response:
    return Response(status, JSON, json.dumps(body, default=str).encode())
