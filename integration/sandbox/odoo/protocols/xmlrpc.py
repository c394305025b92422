"""XML-RPC: `/xmlrpc/2/common` and `/xmlrpc/2/object`. Always 200; `None` cannot be answered."""

from __future__ import annotations

import xmlrpc.client
from typing import Any

from ..faults import OdooFault, traceback_text
from .services import object_call
from .wire import Call, Request, Response

CONTENT_TYPE = "text/xml; charset=utf-8"


class XmlRpc:
    """The oldest protocol."""

    def parse(self, request: Request) -> Call:
        params, method = xmlrpc.client.loads(request.body)
        service = request.path.rstrip("/").rpartition("/")[2]
        if service == "object":
            return object_call("xmlrpc", str(method), list(params))
        return Call("xmlrpc", service, str(method), list(params))

    def answer(self, call: Call, result: Any) -> Response:
        try:
            text = xmlrpc.client.dumps((result,), methodresponse=True, allow_none=False)
        except TypeError as error:
            return self.fault(call, error)
        return self._response(text)

    def fault(self, call: Call | None, error: Exception) -> Response:
        if isinstance(error, OdooFault):
            fault = xmlrpc.client.Fault(error.xmlrpc_code, str(error))
        else:
            fault = xmlrpc.client.Fault(1, traceback_text(error))
        return self._response(xmlrpc.client.dumps(fault))

    def _response(self, text: str) -> Response:
        return Response(200, CONTENT_TYPE, text.encode())
