"""The few web pages that clients probe: the version, the method index, and what stands in the way of JSON-2."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from ..service import Service
from .wire import Request, Response

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"
NOT_FOUND = (
    '<!DOCTYPE html>\n<html>\n    <head>\n        <meta charset="utf-8"/>\n'
    '        <meta http-equiv="X-UA-Compatible" content="IE=edge"/>\n        <title>404: Not Found</title>\n'
    "    </head>\n    <body><h1>404: Page not found!</h1></body>\n</html>\n"
)
REDIRECT = (
    "<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n"
    '<p>You should be redirected automatically to the target URL: <a href="{url}">{url}</a>. '
    "If not, click the link.\n"
)


def page(service: Service, request: Request) -> Response:
    """The answer to any path that is no call."""
    path = request.path.rstrip("/")
    if path == "/web/webclient/version_info":
        return _json({"jsonrpc": "2.0", "id": None, "result": service.version()})
    number = service.traits.number
    if path in ("/web/version", "/json/version") and number >= 19:
        full = service.version()
        return _json({"version_info": full["server_version_info"], "version": full["server_version"]})
    if path.startswith("/json/") and number == 18:
        url = f"/web/login?redirect={quote(path, safe='')}%3F"
        return Response(303, HTML, REDIRECT.format(url=url).encode(), {"Location": url})
    return Response(404, HTML, NOT_FOUND.encode())


def index(service: Service) -> Response:
    """`/doc-bearer/index.json`: models with their fields and methods."""
    models = [
        {"model": name, "name": name, "fields": sorted(fields), "methods": service.methods(name)}
        for name, fields in service.database.schema.items()
    ]
    return _json({"modules": service.modules(), "models": models})


def _json(body: Any) -> Response:
    return Response(200, JSON, json.dumps(body).encode())
