"""For pages of our own: who may open them, and what every page's frame needs."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest


def site_context(request: HttpRequest, model: type[Model]) -> dict[str, Any]:
    """The frame's context. Raises PermissionDenied for a user who may not view the table."""
    if not may_view(request, model):
        raise PermissionDenied
    return admin.site.each_context(request)


def may_view(request: HttpRequest, model: type[Model]) -> bool:
    return admin.site.get_model_admin(model).has_view_permission(request)
