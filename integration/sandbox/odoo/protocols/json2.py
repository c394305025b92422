"""JSON-2: `/json/2/<model>/<method>` (19 and later). Named arguments, HTTP status codes, bearer keys."""

from __future__ import annotations

import inspect
import json
from http import HTTPStatus
from typing import Any

from ..dispatch import find_method, parameters, takes_ids
from ..faults import AccessDenied, OdooFault, UnknownModel, json_body
from ..orm.env import Env
from ..service import Service
from .wire import Call, Request, Response

CONTENT_TYPE = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
HINT = "Did you mean POST /json/2/<model>/<method>?"
NO_KEY = "User not authenticated, use an API Key with a Bearer Authorization header."
NO_DATABASE = (
    "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n"
    "<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>\n"
    "<p>Please verify the hostname, <a href=/web/login>login</a> and try again.</p>\n\n"
    "<!-- Alternatively, use the X-Odoo-Database header. -->\n"
)
WRONG_TYPE = (
    "<!doctype html>\n<html lang=en>\n<title>415 Unsupported Media Type</title>\n<h1>Unsupported Media Type</h1>\n"
    "<p>Request inferred type is compatible with [&#39;http&#39;] but &#39;/json/2/&lt;__model__&gt;/"
    "&lt;__method__&gt;&#39; is type=&#39;json2&#39;.<br><br>Please verify the Content-Type request header "
    "and try again.</p>\n"
)


class HttpError(Exception):
    """An error of the web layer, with werkzeug's name."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        name = {400: "BadRequest", 401: "Unauthorized", 404: "NotFound", 422: "UnprocessableEntity"}[status]
        self.wire_name = f"werkzeug.exceptions.{name}"
        self.phrase = f"{status} {HTTPStatus(status).phrase}"


class Page(Exception):
    """An error that is answered as a web page."""

    def __init__(self, status: int, html: str) -> None:
        super().__init__(html)
        self.response = Response(status, HTML, html.encode())


class Json2:
    """The protocol of Odoo 19."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def parse(self, request: Request) -> Call:
        parts = request.path.strip("/").split("/")[2:]
        if request.method == "POST" and len(parts) == 2:
            self._check_content_type(request)
        uid = self.check_key(request)
        if request.method != "POST" or len(parts) != 2:
            raise HttpError(404, HINT)
        return Call("json2", "object", parts[1], [], uid, parts[0], self._body(request))

    def check_key(self, request: Request) -> int:
        """The user of the request's key. Raises Page or HttpError."""
        self._check_database(request)
        return self._uid(request)

    def _check_content_type(self, request: Request) -> None:
        if request.headers.get("Content-Type", "").split(";")[0].strip() != "application/json":
            raise Page(415, WRONG_TYPE)

    def _check_database(self, request: Request) -> None:
        if request.headers.get("X-Odoo-Database", self._service.name) != self._service.name:
            raise Page(404, NO_DATABASE)

    def _uid(self, request: Request) -> int:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise HttpError(401, NO_KEY)
        try:
            return self._service.uid_of_key(key.strip())
        except AccessDenied as error:
            raise HttpError(401, error.message) from None

    def _body(self, request: Request) -> dict[str, Any]:
        if not request.body:
            return {}
        try:
            body = json.loads(request.body)
        except ValueError as error:
            raise HttpError(400, f"could not parse the body as json: {error}") from None
        return body if isinstance(body, dict) else {}

    def run(self, call: Call) -> Any:
        """Carry out the call. Raises HttpError for what the web layer refuses itself."""
        kwargs = dict(call.kwargs)
        ids = kwargs.pop("ids", [])
        args = [[ids] if isinstance(ids, int) else ids]
        env = Env(self._service.database, call.uid)
        try:
            method = find_method(env, call.model, call.method)
        except UnknownModel as error:
            raise HttpError(404, f"the model '{error.model}' does not exist") from None
        except AttributeError as error:
            raise HttpError(404, str(error)) from None
        if not takes_ids(env, call.model, call.method):
            if ids:
                raise HttpError(422, f"cannot call {call.model}.{call.method} with ids")
            args = []
        _check_arguments(method, kwargs)
        answer = self._service.execute(call.uid, call.model, call.method, args, kwargs)
        return [answer] if call.method == "create" and isinstance(answer, int) else answer

    def answer(self, call: Call, result: Any) -> Response:
        return Response(200, CONTENT_TYPE, json.dumps(result).encode())

    def fault(self, call: Call | None, error: Exception) -> Response:
        if isinstance(error, Page):
            return error.response
        body = json_body(error)
        if isinstance(error, HttpError):
            body["arguments"] = [str(error), error.status]
            body["debug"] = (
                f"{body['debug'].rpartition(error.wire_name)[0]}{error.wire_name}: {error.phrase}: {error}\n"
            )
            headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
            return Response(error.status, CONTENT_TYPE, json.dumps(body).encode(), headers)
        status = error.http_status if isinstance(error, OdooFault) else 500
        return Response(status, CONTENT_TYPE, json.dumps(body).encode())


def _check_arguments(method: Any, kwargs: dict[str, Any]) -> None:
    signature: inspect.Signature = parameters(method)
    try:
        signature.bind(**{key: value for key, value in kwargs.items() if key != "context"})
    except TypeError as error:
        raise HttpError(422, str(error)) from None
