"""The OpenAPI document, and pages to browse it that load nothing from elsewhere."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerView

from integration.canonical.schemas import published

KEPT = {"Cache-Control": "max-age=300"}


@cache
def _generated() -> dict[str, Any]:
    """Made once per process: it changes with the code alone."""
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call, no-any-return]


@require_safe
def document(request: HttpRequest) -> JsonResponse:
    return JsonResponse(_generated(), headers=KEPT)


@cache
def _schemas() -> Mapping[str, dict[str, Any]]:
    return published()


@require_safe
def schemas(request: HttpRequest) -> JsonResponse:
    """Where each message's JSON Schema is."""
    found = {name: reverse("schema", args=[name]) for name in _schemas()}
    return JsonResponse({"schemas": found}, headers=KEPT)


@require_safe
def schema(request: HttpRequest, name: str) -> JsonResponse:
    if name not in _schemas():
        raise Http404(name)
    return JsonResponse(_schemas()[name], headers=KEPT, content_type="application/schema+json")


class Pages(SpectacularSwaggerView):
    url_name = "openapi"
    authentication_classes = ()
