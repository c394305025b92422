"""What came in and what went out. Bodies have an address and a scope of their own: they hold names and addresses."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from integration.api.filters import InboundFilter, OutboundFilter
from integration.api.operations.base import Resource, Row
from integration.api.serializers import BodySerializer, InboundSerializer, OutboundSerializer
from integration.models import InboundMessage, OutboundMessage

HEAVY = ("body", "connection__secrets")


class Messages(Resource[Row]):
    resource = "messages"

    def get_queryset(self) -> QuerySet[Row]:
        rows = super().get_queryset()
        return rows if self.action == "body" else rows.select_related("connection", "document").defer(*HEAVY)

    @extend_schema(responses=BodySerializer)
    @action(detail=True, scope="messages:read_body")
    def body(self, request: Request, pk: int) -> Response:
        """The raw body."""
        return Response(BodySerializer(self.get_object()).data)


class Inbound(Messages[InboundMessage]):
    """What partners sent."""

    queryset = InboundMessage.objects.all()
    serializer_class = InboundSerializer
    filterset_class = InboundFilter


class Outbound(Messages[OutboundMessage]):
    """What partners were sent, and what they said to it."""

    queryset = OutboundMessage.objects.all()
    serializer_class = OutboundSerializer
    filterset_class = OutboundFilter
