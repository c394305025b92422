"""What a warehouse works by while systems are down, to be fetched while they are not."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from integration.api.filters import PackFilter
from integration.api.operations.base import Resource
from integration.api.packs import PackContentSerializer, PackSerializer
from integration.api.tokens import actor
from integration.jobs import packs
from integration.models import DowntimePack


class DowntimePacks(Resource[DowntimePack]):
    """The open orders of each warehouse as of ``made_at``. They hold names and addresses."""

    resource = "downtime"
    queryset = DowntimePack.objects.select_related("warehouse")
    serializer_class = PackSerializer
    filterset_class = PackFilter

    def get_queryset(self) -> QuerySet[DowntimePack]:
        rows = super().get_queryset()
        return rows if self.action == "retrieve" else rows.defer("content")

    def get_serializer_class(self) -> Any:
        return PackContentSerializer if self.action == "retrieve" else PackSerializer

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The sheets as a page of HTML, and the form as CSV. ``id`` is the warehouse's."""
        pack = self.get_object()
        packs.taken_out(pack, actor(request), "by the API")
        return Response(self.get_serializer(pack).data)
