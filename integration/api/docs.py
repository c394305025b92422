"""The OpenAPI document, and pages to browse it that load nothing from elsewhere."""

from functools import cache
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularSwaggerView


@cache
def _generated() -> dict[str, Any]:
    """Made once per process: it changes with the code alone."""
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call, no-any-return]


@require_safe
def document(request: HttpRequest) -> JsonResponse:
    return JsonResponse(_generated(), headers={"Cache-Control": "max-age=300"})


class Pages(SpectacularSwaggerView):
    url_name = "openapi"
    authentication_classes = ()
