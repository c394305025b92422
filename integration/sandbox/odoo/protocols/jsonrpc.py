"""JSON-RPC: `/jsonrpc`. Always 200; errors carry the exception's name."""

from __future__ import annotations

import json
from typing import Any

from ..faults import json_body
from ..traits import Traits
from .services import object_call
from .wire import Call, Request, Response

CONTENT_TYPE = "application/json; charset=utf-8"


class JsonRpc:
    """The protocol of the web client, for services."""

    def __init__(self, traits: Traits) -> None:
        self._error_code = traits.error_code

    def parse(self, request: Request) -> Call:
        body = json.loads(request.body)
        params = body.get("params") or {}
        service, method, args = params["service"], params["method"], list(params.get("args") or [])
        if service == "object":
            return object_call("jsonrpc", method, args, body.get("id"))
        return Call("jsonrpc", service, method, args, reference=body.get("id"))

    def answer(self, call: Call, result: Any) -> Response:
        return self._response({"jsonrpc": "2.0", "id": call.reference, "result": result})

    def fault(self, call: Call | None, error: Exception) -> Response:
        body = {"code": self._error_code, "message": "Odoo Server Error", "data": json_body(error)}
        return self._response({"jsonrpc": "2.0", "id": call.reference if call else None, "error": body})

    def _response(self, body: dict[str, Any]) -> Response:
        return Response(200, CONTENT_TYPE, json.dumps(body).encode())
