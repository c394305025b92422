"""Pages by cursor, newest first. A page is found by id, so rows that arrive meanwhile move nothing."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from typing import Any

from django.db.models import Model
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

DEFAULT_SIZE = 50
LARGEST_SIZE = 200
_CURSOR = re.compile(rb"before:([1-9][0-9]{0,17})")


class Pages(BasePagination):
    """``next`` is the address of the following page, null on the last. Nothing is counted."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        size = _size(request.query_params.get("page_size"))
        before = _before(request.query_params.get("cursor"))
        if before is not None:
            queryset = queryset.filter(pk__lt=before)
        rows = list(queryset.order_by("-pk")[: size + 1])
        self._next = _address(request, rows[size - 1]) if len(rows) > size else None
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {"type": ["string", "null"], "format": "uri", "description": "The following page"}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_SIZE, "default": DEFAULT_SIZE}
        return [
            _parameter("cursor", {"type": "string"}, "Where the page begins: take it from `next`"),
            _parameter("page_size", size, "Rows on a page"),
        ]


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _size(given: str | None) -> int:
    if given is None:
        return DEFAULT_SIZE
    if re.fullmatch(r"[1-9][0-9]{0,2}", given) and int(given) <= LARGEST_SIZE:
        return int(given)
    raise ValidationError({"page_size": f"Give a whole number from 1 to {LARGEST_SIZE}."})


def _before(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        found = _CURSOR.fullmatch(urlsafe_b64decode(cursor.encode()))
    except NotBase64:
        found = None
    if found is None:
        raise ValidationError({"cursor": "This is not a cursor of ours: take it from `next`."})
    return int(found[1])


def _address(request: Request, last: Model) -> str:
    cursor = urlsafe_b64encode(f"before:{last.pk}".encode()).decode()
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor)
