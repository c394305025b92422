"""What lists can be narrowed by."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet

from integration.models import (
    Alert,
    Availability,
    CodeMapping,
    Document,
    ExceptionCase,
    InboundMessage,
    InTransit,
    OutboundMessage,
    StockEvent,
    SyncJob,
    Warehouse,
)

LARGEST_ID = 2**63 - 1


class IdFilter(filters.NumberFilter):
    """A whole number. Numbers such as 1e999999, which decimals allow, are refused before anything computes them."""

    field_class = forms.IntegerField

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **options)


class WarehouseFilter(filters.FilterSet):
    erp = filters.CharFilter(field_name="erp__slug", label="Slug of the Odoo connection")
    wms = filters.CharFilter(field_name="wms__slug", label="Slug of the warehouse's connection")

    class Meta:
        model = Warehouse
        fields = ["erp", "wms", "site"]


class PackFilter(filters.FilterSet):
    site = filters.CharFilter(field_name="warehouse__site", label="The partner's code of the warehouse")


class InboundFilter(filters.FilterSet):
    connection = filters.CharFilter(field_name="connection__slug", label="Slug")
    received_after = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")
    received_before = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="lt")

    class Meta:
        model = InboundMessage
        fields = ["connection", "type", "reference", "external_id", "received_after", "received_before"]


class OutboundFilter(filters.FilterSet):
    connection = filters.CharFilter(field_name="connection__slug", label="Slug")
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = OutboundMessage
        fields = ["connection", "type", "reference", "key", "state", "created_after", "created_before"]


class JobFilter(filters.FilterSet):
    code = filters.CharFilter(method="with_code", label="Code of the failure, such as CD-3001")
    reference = filters.CharFilter(method="of_document", label="Odoo's name of the order or the delivery")
    waits_for = filters.CharFilter(field_name="waits_for__slug", label="Slug of the connection that is down")
    case = IdFilter(field_name="waits_on__case", label="Jobs that wait for this exception case")
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = SyncJob
        fields = ["state", "flow", "code", "reference", "waits_for", "case", "created_after", "created_before"]

    def of_document(self, queryset: QuerySet[SyncJob], name: str, value: str) -> QuerySet[SyncJob]:
        """Two look-ups in an index, where an OR would read all documents."""
        named, parts = Document.objects.filter(reference=value), Document.objects.filter(parent__reference=value)
        return queryset.filter(document__in=named.order_by().values("pk").union(parts.order_by().values("pk")))

    def with_code(self, queryset: QuerySet[SyncJob], name: str, value: str) -> QuerySet[SyncJob]:
        """A job that succeeded has none: the index of the others is enough."""
        return queryset.filter(failure_code=value).exclude(state=SyncJob.State.SUCCEEDED)


class OrderFilter(filters.FilterSet):
    connection = filters.CharFilter(field_name="connection__slug", label="Slug of the Odoo connection")
    state = filters.ChoiceFilter(field_name="progress", choices=Document.State.choices)
    delivery = filters.CharFilter(field_name="deliveries__reference", label="Odoo's name of one of its deliveries")
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Document
        fields = ["connection", "reference", "state", "delivery", "created_after", "created_before"]


class TransitFilter(filters.FilterSet):
    connection = filters.CharFilter(field_name="transfer__connection__slug", label="Slug of the Odoo connection")
    transfer = filters.CharFilter(field_name="transfer__reference", label="Odoo's name of the transfer")
    left_before = filters.IsoDateTimeFilter(field_name="left_at", lookup_expr="lt")

    class Meta:
        model = InTransit
        fields = ["connection", "transfer", "sku", "lot", "left_before"]


class InventoryFilter(filters.FilterSet):
    warehouse = IdFilter(field_name="warehouse", label="Id of the warehouse")
    site = filters.CharFilter(field_name="warehouse__site", label="The warehouse system's code of the site")
    differs = filters.BooleanFilter(method="that_differ", label="Whether the warehouse reported something else")

    class Meta:
        model = Availability
        fields = ["warehouse", "site", "sku", "lot", "condition", "differs"]

    def that_differ(self, queryset: QuerySet[Availability], name: str, value: bool) -> QuerySet[Availability]:
        apart = Q(difference__isnull=False) & ~Q(difference=0)
        return queryset.filter(apart if value else ~apart)


class CaseFilter(filters.FilterSet):
    connection = filters.CharFilter(field_name="connection__slug", label="Slug")
    reference = filters.CharFilter(field_name="document__reference", label="Odoo's name of the document")
    created_after = filters.IsoDateTimeFilter(field_name="first_seen", lookup_expr="gte")
    created_before = filters.IsoDateTimeFilter(field_name="first_seen", lookup_expr="lt")

    class Meta:
        model = ExceptionCase
        fields = ["state", "code", "severity", "owner", "connection", "reference", "created_after", "created_before"]


class AlertFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=[each for each in Alert.State.choices if each[0] != Alert.State.WATCHED])
    warehouse = IdFilter(field_name="warehouse", label="Id of the warehouse")
    connection = filters.CharFilter(field_name="connection__slug", label="Slug")
    seen_after = filters.IsoDateTimeFilter(field_name="first_seen", lookup_expr="gte")
    seen_before = filters.IsoDateTimeFilter(field_name="first_seen", lookup_expr="lt")

    class Meta:
        model = Alert
        fields = ["state", "kind", "severity", "team", "flow", "warehouse", "connection", "seen_after", "seen_before"]


class MappingFilter(filters.FilterSet):
    partner = filters.CharFilter(field_name="partner__slug", label="Slug")
    active = filters.BooleanFilter(
        field_name="valid_to", lookup_expr="isnull", label="False: only what was replaced or ended"
    )

    class Meta:
        model = CodeMapping
        fields = ["partner", "kind", "odoo_code", "partner_code", "sku", "alias", "active"]


class TraceFilter(filters.FilterSet):
    lot = filters.CharFilter(field_name="lot", label="Lot")
    serial = filters.CharFilter(field_name="lot", label="Serial number")
    order = filters.CharFilter(field_name="document__parent__reference", label="Odoo's number of the order")

    class Meta:
        model = StockEvent
        fields = ["lot", "serial", "order", "sku"]
