"""Request bodies: bounded, JSON, and never the cause of a failure of ours."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from integration.api.errors import TooLarge

JSON = "application/json"


def read(request: HttpRequest) -> bytes:
    """The raw JSON body. Raises TooLarge (413) and UnsupportedMediaType (415)."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        body = request.body
    except RequestDataTooBig:
        raise TooLarge(limit) from None
    if len(body) > limit:  # sent in chunks, without a length
        raise TooLarge(limit)
    if request.content_type != JSON:
        raise UnsupportedMediaType(request.content_type or "")
    return body


def parse(body: bytes) -> Any:
    """Raises ParseError (400) for what is not JSON: also for text that is nested too deep, and for NaN."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except RecursionError:
        raise ParseError("The body is nested too deep.") from None
    except ValueError as wrong:
        raise ParseError(f"The body is not JSON: {wrong}.") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


class BoundedJSON(BaseParser):
    """DRF's own parser reads a body of any size."""

    media_type = JSON

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        request: Request = (parser_context or {})["request"]
        return parse(read(request._request))


class AnyAccept(DefaultContentNegotiation):
    """Answers in JSON whatever the sender asks for: a message must not be lost over an Accept header."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
