"""What all resources share."""

from typing import ClassVar, TypeVar

from django.db.models import Model
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.viewsets import GenericViewSet

from integration.api.pages import Pages

Row = TypeVar("Row", bound=Model)


class Resource(ListModelMixin, RetrieveModelMixin, GenericViewSet[Row]):
    """Lists and single rows. ``resource`` and the method make the scope that is needed, unless ``scope`` names it."""

    resource: ClassVar[str]
    scope: str = ""
    pagination_class = Pages
    lookup_value_converter = "int"
