"""One request from end to end: route, injected faults, the call, the log."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from ..faults import Fault
from .control import Control
from .faults import serialization_failure, wire_name
from .protocols import services, web
from .protocols.json2 import HttpError, Json2, Page
from .protocols.jsonrpc import JsonRpc
from .protocols.wire import Call, Codec, Request, Response
from .protocols.xmlrpc import XmlRpc
from .service import CallRecord, Service

HTML = "text/html; charset=utf-8"
PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n"
INSTEAD = {
    "error500": Response(500, "text/plain", b"Internal Server Error\n"),
    "error503": Response(503, "text/plain", b"Service Unavailable\n"),
    "error429": Response(429, "text/plain", b"Too Many Requests\n"),
    "error_html": Response(502, HTML, PROXY_PAGE),
}
GARBAGE = Response(200, "text/plain", b"\x00\x01not an answer")
HANG_UP_BEFORE = ("cut_before", "refuse")


@dataclass(frozen=True)
class Reply:
    """A response and how to send it; none at all means: hang up."""

    response: Response | None
    drip_seconds: float = 0.0
    truncate: bool = False


class App:
    """All routes of one sandbox."""

    def __init__(self, service: Service, token: str = "") -> None:
        self.service = service
        self.control = Control(service, token)
        self._jsonrpc = JsonRpc(service.traits)
        self._xmlrpc = XmlRpc()
        self._json2 = Json2(service)

    def handle(self, request: Request, client: str) -> Reply:
        if request.path.startswith("/_sandbox"):
            return Reply(self.control.handle(request, client))
        if self.service.is_down():
            return Reply(None)
        codec = self._codec(request)
        if codec is None:
            return self._page(request)
        return self._call(codec, request)

    def _codec(self, request: Request) -> Codec | None:
        path = request.path
        if path.startswith("/xmlrpc/2/"):
            return self._xmlrpc
        if path.rstrip("/") == "/jsonrpc":
            return self._jsonrpc
        if self.service.traits.json2 and (path == "/json/2" or path.startswith("/json/2/")):
            return self._json2
        return None

    def _page(self, request: Request) -> Reply:
        fault = self.service.faults.decide({"protocol": "web", "path": request.path})
        if fault and fault.action in HANG_UP_BEFORE:
            return Reply(None)
        if fault and fault.action in INSTEAD:
            return Reply(_with_retry(INSTEAD[fault.action], fault))
        if self.service.traits.json2 and request.path == "/doc-bearer/index.json":
            return Reply(self._index(request))
        return Reply(web.page(self.service, request))

    def _index(self, request: Request) -> Response:
        try:
            self._json2.check_key(request)
        except (HttpError, Page) as error:
            return self._json2.fault(None, error)
        return web.index(self.service)

    def _call(self, codec: Codec, request: Request) -> Reply:
        try:
            call = codec.parse(request)
        except Exception as error:
            return Reply(codec.fault(None, error))
        fault = self.service.faults.decide(call.facts)
        if fault is None:
            return Reply(self._run(codec, call))
        return self._faulty(codec, call, fault)

    def _faulty(self, codec: Codec, call: Call, fault: Fault) -> Reply:
        """Do what the fault says, before, instead of or after the call."""
        if fault.action in HANG_UP_BEFORE:
            self._log(call, 0.0, fault.action)
            return Reply(None)
        if fault.action in INSTEAD:
            self._log(call, 0.0, fault.action)
            return Reply(_with_retry(INSTEAD[fault.action], fault))
        if fault.action == "serialization":
            self._log(call, 0.0, fault.action)
            return Reply(codec.fault(call, serialization_failure()))
        if fault.action == "latency":
            time.sleep(fault.seconds)
        response = self._run(codec, call)
        if fault.action == "cut_after_commit":
            return Reply(None)
        if fault.action == "garbage":
            return Reply(GARBAGE)
        return Reply(response, fault.seconds if fault.action == "slow_body" else 0.0, fault.action == "truncate")

    def _run(self, codec: Codec, call: Call) -> Response:
        started = time.perf_counter()
        try:
            result: Any = self._json2.run(call) if codec is self._json2 else services.run(self.service, call)
        except Exception as error:
            self._log(call, started, wire_name(error))
            return codec.fault(call, error)
        self._log(call, started, "ok")
        return codec.answer(call, result)

    def _log(self, call: Call, started: float, outcome: str) -> None:
        took = round((time.perf_counter() - started) * 1000, 1) if started else 0.0
        model = call.model or call.service
        about = tuple((call.kwargs.get("context") or {}).get("allowed_company_ids") or ())
        self.service.record(CallRecord(call.protocol, model, call.method, call.uid, took, outcome, about))


def _with_retry(response: Response, fault: Fault) -> Response:
    if response.status not in (429, 503):
        return response
    return Response(response.status, response.content_type, response.body, {"Retry-After": f"{fault.seconds:g}"})
