"""Where units have been: order, release, shipment, return, credit note."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from integration.api.filters import TraceFilter
from integration.api.pages import Pages
from integration.jobs import trace
from integration.models import StockEvent

BY = ("lot", "serial", "order")


class NumberSerializer(serializers.Serializer[dict[str, str]]):
    type, number = serializers.CharField(), serializers.CharField()


class EntrySerializer(serializers.Serializer[dict[str, str]]):
    entry, kind, currency = serializers.CharField(), serializers.CharField(), serializers.CharField()
    net, total = serializers.CharField(), serializers.CharField()


class StepSerializer(serializers.Serializer[trace.Step]):
    id = serializers.IntegerField(source="event.pk")
    happened_at = serializers.DateTimeField(source="event.happened_at")
    movement = serializers.ChoiceField(StockEvent.Kind.choices, source="event.kind")
    sku, lot = serializers.CharField(source="event.sku"), serializers.CharField(source="event.lot")
    quantity = serializers.DecimalField(18, 6, source="event.quantity", normalize_output=True)
    condition = serializers.CharField(source="event.condition")
    warehouse = serializers.CharField(source="event.warehouse.name")
    document = serializers.CharField(source="event.document.reference", default=None, allow_null=True)
    order = serializers.CharField(source="event.document.parent.reference", default=None, allow_null=True)
    event = serializers.CharField(source="event.source")
    numbers, entries = NumberSerializer(many=True), EntrySerializer(many=True)


class Trace(ListModelMixin, GenericViewSet[StockEvent]):
    """Movements of a lot, a serial number or an order, the latest first. One of the three has to be named."""

    resource: ClassVar[str] = "orders"
    scope = ""
    pagination_class = Pages
    queryset = StockEvent.objects.select_related("warehouse", "document__parent", "effect")
    filterset_class = TraceFilter

    @extend_schema(responses=StepSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Each movement with its numbers at the warehouse, and the invoices and credit notes that it brought."""
        if not any(request.query_params.get(name) for name in BY):
            raise ValidationError({"lot": "Name a lot, a serial or an order."})
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        steps: Any = trace.steps(page or [])
        return self.get_paginated_response(StepSerializer(steps, many=True).data)
