"""When each lane will be clear."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from integration.api.pages import Pages
from integration.api.serializers import LaneSerializer
from integration.jobs import forecast


class Whole(Pages):
    """One page of everything: there are four lanes."""

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return []


class Lanes(ViewSet):
    """The lanes of work, the most urgent first."""

    resource, scope = "jobs", ""
    pagination_class = Whole
    filter_backends = ()

    @extend_schema(responses=LaneSerializer(many=True))
    def list(self, request: Request) -> Response:
        """What is due in each lane, how fast it drains, and when it will be clear if that goes on."""
        shown = LaneSerializer(forecast.lanes(), many=True)
        return Response({"next": None, "results": shown.data})
