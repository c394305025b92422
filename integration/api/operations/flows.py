"""What each flow is for, and how fast it was lately."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from integration.api.operations.lanes import Whole
from integration.api.serializers import FlowSerializer
from integration.jobs import latency


class Flows(ViewSet):
    """The flows, those of the most urgent lane first."""

    resource, scope = "jobs", ""
    pagination_class = Whole
    filter_backends = ()

    @extend_schema(responses=FlowSerializer(many=True))
    def list(self, request: Request) -> Response:
        """What hangs on each flow, what it promises, and what its latest jobs needed."""
        shown = FlowSerializer(latency.measured(), many=True)
        return Response({"next": None, "results": shown.data})
