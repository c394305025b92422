"""Every failure of the API in one shape: {"error": {"code", "message", "field"?, "detail"?, "fix"?}}."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.response import Response

from integration.errors import Forbidden, IntegrationError, InvalidDocument
from integration.jobs.acts import NotAllowed

RETRY_SECONDS = 5
SIGNATURE = {"WWW-Authenticate": "Standard-Webhooks"}
PAUSE = {"Retry-After": str(RETRY_SECONDS)}


@dataclass(frozen=True, slots=True)
class Failure:
    """What the client gets. Empty parts are left out."""

    status: int
    code: str
    message: str
    field: str = ""
    detail: str = ""
    fix: str = ""
    headers: Mapping[str, str] | None = None

    def body(self) -> dict[str, dict[str, str]]:
        parts = {"field": self.field, "detail": self.detail, "fix": self.fix}
        return {"error": {"code": self.code, "message": self.message} | {k: v for k, v in parts.items() if v}}


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit} bytes.")


def answer(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. None: a bug of ours, which Django reports and answers with 500."""
    for kind, explain in _EXPLAINED:
        if isinstance(exc, kind):
            failure = explain(exc)
            return Response(failure.body(), status=failure.status, headers=failure.headers)
    return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    return _json(Failure(400, "bad_request", "The request cannot be understood."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    return _json(_missing(exception))


def server_error(request: HttpRequest) -> HttpResponse:
    if not _is_api(request):
        return defaults.server_error(request)
    return _json(Failure(500, "internal", "Something went wrong here. It has been logged."))


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _json(failure: Failure) -> JsonResponse:
    return JsonResponse(failure.body(), status=failure.status, headers=failure.headers)


def _catalogued(code: int, headers: Mapping[str, str] | None = None) -> Callable[[Any], Failure]:
    def explain(exc: IntegrationError) -> Failure:
        named = {part: str(exc.context.get(part, "")) for part in ("field", "detail")}
        return Failure(code, exc.code, exc.cause, **named, fix=exc.fix, headers=headers)

    return explain


def _missing(_: Exception) -> Failure:
    return Failure(404, "not_found", "There is nothing at this address.")


def _refused_act(exc: Exception) -> Failure:
    return Failure(409, "not_allowed", str(exc))


def _unstorable(_: Exception) -> Failure:
    return Failure(400, "unstorable", "The request holds a value that cannot be stored.")


def _database_down(_: Exception) -> Failure:
    message = "The database cannot be reached just now; nothing was taken."
    return Failure(503, "unavailable", message, fix="Send it again.", headers=PAUSE)


def _invalid(exc: exceptions.ValidationError) -> Failure:
    path, detail = _first(exc.detail)
    return Failure(400, "invalid", f"{path}: {detail}" if path else detail, field=path, detail=detail)


def _first(detail: Any, path: str = "") -> tuple[str, str]:
    """The first problem and the path of its field, such as ``lines.0.sku``."""
    if isinstance(detail, Mapping):
        name, inner = next(iter(detail.items()))
        own = "" if name in {"non_field_errors", "__all__"} else str(name)
        return _first(inner, f"{path}.{own}".strip("."))
    if isinstance(detail, list):
        return _first(detail[0], path)
    return path, str(detail)


def _framework(exc: exceptions.APIException) -> Failure:
    code = exc.default_code if isinstance(exc.detail, (list, dict)) else str(exc.detail.code)
    headers = {"WWW-Authenticate": header} if (header := getattr(exc, "auth_header", None)) else {}
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(max(1, round(wait)))
    return Failure(exc.status_code, code, _first(exc.detail)[1], headers=headers)


# The first kind that fits decides.
_EXPLAINED: tuple[tuple[type[Exception], Callable[[Any], Failure]], ...] = (
    (Forbidden, _catalogued(401, SIGNATURE)),
    (InvalidDocument, _catalogued(400)),
    (NotAllowed, _refused_act),
    (Http404, _missing),
    (exceptions.ValidationError, _invalid),
    (exceptions.APIException, _framework),
    (DataError, _unstorable),  # a NUL or a number out of range that no earlier check met
    (OperationalError, _database_down),
    (InterfaceError, _database_down),
)
