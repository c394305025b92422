"""Django's own admin as it comes, for the same tables: every page counts the table, twice.

Its lists have no filters and show each row by its name, which makes them quicker than what people write.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase

TEMPLATES = "plain"  # the engine with Django's own templates, without the console's theme


class PlainAdmin(admin.ModelAdmin[Any]):
    list_per_page = 50

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        page: Any = super().changelist_view(request, extra_context)
        page.using = TEMPLATES
        return page  # type: ignore[no-any-return]


def make() -> admin.AdminSite:
    site = admin.AdminSite(name="plain")
    for model, ours in admin.site._registry.items():
        if model._meta.app_label == "integration":
            related = ours.list_select_related
            site.register(model, type("Plain", (PlainAdmin,), {"list_select_related": related}))
    return site


def address(model: Any) -> str:
    return f"/plain/{model._meta.app_label}/{model._meta.model_name}/"
