"""What the API shows. Secrets, options and headers are never among it."""

from base64 import b64encode
from decimal import Decimal
from functools import partial
from typing import Any

from rest_framework import serializers

from integration.adapters import registry
from integration.models import (
    Availability,
    CodeMapping,
    Connection,
    Document,
    DocumentLine,
    ExceptionCase,
    InboundMessage,
    InTransit,
    JobAttempt,
    OutboundMessage,
    Parcel,
    SyncJob,
    Warehouse,
)

Quantity = partial(serializers.DecimalField, max_digits=18, decimal_places=6, normalize_output=True)


def slug_of(**options: Any) -> serializers.SlugRelatedField[Any]:
    return serializers.SlugRelatedField(slug_field="slug", read_only=True, **options)


def reference_of() -> serializers.SlugRelatedField[Any]:
    return serializers.SlugRelatedField(slug_field="reference", read_only=True, allow_null=True)


class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    breaker = serializers.SerializerMethodField(help_text="open: calls are held back until a probe gets through")
    last_success_at = serializers.DateTimeField(source="gate.last_success_at", default=None, allow_null=True)

    class Meta:
        model = Connection
        fields = ("id", "slug", "name", "kind", "environment", "enabled", "probed_at", "breaker", "last_success_at")

    def get_breaker(self, row: Connection) -> str:
        return row.gate.breaker if hasattr(row, "gate") else "closed"


class WarehouseSerializer(serializers.ModelSerializer[Warehouse]):
    erp, wms = slug_of(), slug_of()

    class Meta:
        model = Warehouse
        fields = (
            *("id", "name", "erp", "company_id", "erp_warehouse_id", "wms", "site", "owner_code"),
            *("release_mode", "shipment_mode", "receipt_mode", "return_mode", "transfer_mode", "release_point"),
            *("remainder", "receipt_remainder", "notify_customer"),
        )


class InboundSerializer(serializers.ModelSerializer[InboundMessage]):
    connection, document = slug_of(), reference_of()

    class Meta:
        model = InboundMessage
        fields = (
            *("id", "connection", "external_id", "type", "reference", "document"),
            *("drift", "edits", "trace_id", "received_at"),
        )


class OutboundSerializer(serializers.ModelSerializer[OutboundMessage]):
    connection, document = slug_of(), reference_of()

    class Meta:
        model = OutboundMessage
        fields = (
            *("id", "connection", "key", "type", "reference", "version", "document", "state", "partner_reference"),
            *("reason", "trace_id", "created_at", "sent_at", "acknowledge_by", "answered_at"),
        )


class BodySerializer(serializers.Serializer[Any]):
    """A body as it was received or sent, whatever a person has edited since; one that is not UTF-8 comes as base64."""

    id = serializers.IntegerField()
    encoding = serializers.ChoiceField(["utf-8", "base64"])
    body = serializers.CharField()

    def to_representation(self, row: InboundMessage | OutboundMessage) -> dict[str, object]:
        try:
            return {"id": row.pk, "encoding": "utf-8", "body": row.body.decode()}
        except UnicodeDecodeError:
            return {"id": row.pk, "encoding": "base64", "body": b64encode(row.body).decode()}


class JobSerializer(serializers.ModelSerializer[SyncJob]):
    stream = serializers.SlugRelatedField[SyncJob](slug_field="key", read_only=True)
    lane = serializers.CharField(source="stream.get_lane_display")
    document, waits_for = reference_of(), slug_of(allow_null=True)

    class Meta:
        model = SyncJob
        fields = (
            *("id", "flow", "subject", "state", "stream", "lane", "document", "inbound", "outbound"),
            *("attempts", "tries", "crashes", "next_attempt_at", "waits_for"),
            *("failure_code", "failure_mode", "failure_text", "trace_id", "created_at", "finished_at"),
        )


class AttemptSerializer(serializers.ModelSerializer[JobAttempt]):
    class Meta:
        model = JobAttempt
        fields = ("id", "number", "worker", "started_at", "ended_at", "outcome", "code", "detail", "calls")


class LaneSerializer(serializers.Serializer[Any]):
    lane = serializers.CharField(source="lane.label")
    state = serializers.ChoiceField(
        ["clear", "draining", "starting", "held", "stuck"],
        help_text="held: all that is left waits for a system; starting: too new to tell; stuck: see why",
    )
    due = serializers.IntegerField(help_text="Jobs that go on by themselves, now or within a minute")
    held = serializers.IntegerField(help_text="Jobs that wait for a system which does not answer")
    done_per_second = serializers.FloatField()
    come_per_second = serializers.FloatField()
    clear_at = serializers.DateTimeField(allow_null=True, help_text="If it goes on like this; null: not at all")
    why = serializers.ListField(child=serializers.CharField(), help_text="What is in the way, for people")


class FlowSerializer(serializers.Serializer[Any]):
    flow = serializers.CharField(source="name")
    says = serializers.CharField(source="flow.says", help_text="What it does, for people")
    lane = serializers.CharField(source="lane.label")
    impact = serializers.CharField(source="flow.impact.value", help_text="Who notices first when it does not run")
    money = serializers.CharField(
        source="flow.money.value", help_text="direct: an amount is booked or billed by it; indirect: decided; none"
    )
    latency = serializers.CharField(source="flow.latency.value", help_text="seconds, minutes or scheduled")
    promise_seconds = serializers.FloatField(help_text="95 of 100 jobs are through by then")
    severity = serializers.CharField(source="flow.severity.value", help_text="The least that a case is which stops it")
    jobs = serializers.IntegerField(help_text="Of the latest jobs, those of this flow that succeeded")
    half = serializers.FloatField(allow_null=True, help_text="Seconds that half of them needed at most")
    most = serializers.FloatField(allow_null=True, help_text="Seconds that 95 of 100 needed at most")
    kept = serializers.FloatField(allow_null=True, help_text="Share of them that kept the promise")


class LineSerializer(serializers.ModelSerializer[DocumentLine]):
    factor, per, ordered, released = Quantity(), Quantity(), Quantity(), Quantity()
    shipped, over, cancelled = Quantity(), Quantity(), Quantity()
    picked, packed, short, substituted = Quantity(), Quantity(), Quantity(), Quantity()
    stage = serializers.CharField(
        help_text="How far it is at the warehouse: accepted, picking, picked, packed, shipped"
    )
    received, damaged = Quantity(), Quantity()

    class Meta:
        model = DocumentLine
        fields = (
            *("line", "sku", "unit", "tracking", "partner_sku", "partner_unit", "factor", "per"),
            *("ordered", "released", "shipped", "received", "damaged", "over", "cancelled"),
            *("stage", "picked", "packed", "short", "substituted"),
        )


class ParcelSerializer(serializers.ModelSerializer[Parcel]):
    """A parcel. Who signed for it is personal, and not told here."""

    freight = Quantity(allow_null=True)

    class Meta:
        model = Parcel
        fields = (
            *("shipment", "number", "package", "status", "status_at", "place", "delivered_at"),
            *("freight", "currency"),
        )


class InventorySerializer(serializers.ModelSerializer[Availability]):
    warehouse = serializers.CharField(source="warehouse.name")
    on_hand, reserved = Quantity(help_text="By Odoo"), Quantity(help_text="Of what is on hand, by Odoo")
    in_flight = Quantity(help_text="Received from the warehouse and not posted to Odoo yet; signed")
    to_ship = Quantity(help_text="Released to the warehouse and not shipped yet")
    reported = Quantity(allow_null=True, help_text="By the warehouse's latest snapshot")
    expected = Quantity(allow_null=True, help_text="By Odoo, as of that snapshot")
    difference = Quantity(allow_null=True, help_text="Reported less expected")
    reported_at = serializers.DateTimeField(source="compared_at", allow_null=True, required=False)
    read_at = serializers.DateTimeField(source="seen_at", read_only=True)

    class Meta:
        model = Availability
        fields = (
            *(
                "id",
                "warehouse",
                "sku",
                "lot",
                "condition",
                "place_name",
                "on_hand",
                "reserved",
                "in_flight",
                "to_ship",
            ),
            *("reported", "expected", "difference", "reported_at", "read_at"),
        )


class DeliverySerializer(serializers.ModelSerializer[Document]):
    warehouse = serializers.SlugRelatedField[Document](slug_field="name", read_only=True, allow_null=True)
    lines = LineSerializer(many=True)
    parcels = ParcelSerializer(many=True)

    class Meta:
        model = Document
        fields = ("id", "reference", "erp_id", "warehouse", "state", "version", "stage", "lines", "parcels")


class OrderSerializer(serializers.ModelSerializer[Document]):
    connection = slug_of()
    state = serializers.ChoiceField(Document.State.choices, source="progress", read_only=True)
    value = Quantity(allow_null=True)
    deliveries = DeliverySerializer(many=True)

    class Meta:
        model = Document
        fields = (
            *("id", "connection", "reference", "erp_id", "state", "customer_reference", "value", "currency"),
            *("created_at", "updated_at", "deliveries"),
        )


class TransitSerializer(serializers.ModelSerializer[InTransit]):
    connection = serializers.SlugRelatedField[InTransit](
        slug_field="slug", read_only=True, source="transfer.connection"
    )
    transfer, quantity = reference_of(), Quantity()

    class Meta:
        model = InTransit
        fields = ("id", "connection", "transfer", "sku", "lot", "unit", "quantity", "left_at")


class CaseSerializer(serializers.ModelSerializer[ExceptionCase]):
    connection, document = slug_of(allow_null=True), reference_of()
    assignee = serializers.SlugRelatedField[Any](
        slug_field="username", read_only=True, allow_null=True, help_text="The user who has it"
    )

    class Meta:
        model = ExceptionCase
        fields = (
            *("id", "code", "title", "cause", "fix", "owner", "assignee", "severity", "state", "snoozed_until"),
            *("connection", "document"),
            *("context", "value", "currency", "deadline", "count", "first_seen", "last_seen", "regression_of"),
            *("resolved_at", "resolution"),
        )


class MappingSerializer(serializers.ModelSerializer[CodeMapping]):
    partner = slug_of()
    factor, per = Quantity(), Quantity()

    class Meta:
        model = CodeMapping
        fields = (
            *("id", "kind", "partner", "odoo_code", "partner_code", "sku", "factor", "per", "alias"),
            *("version", "valid_from", "valid_to", "made_by"),
        )


class CancelSerializer(serializers.Serializer[None]):
    reason = serializers.CharField(max_length=300, help_text="For people; kept in the audit log")


class ResolveSerializer(serializers.Serializer[None]):
    resolution = serializers.CharField(max_length=300, help_text="What was done about it, for people")


class RetriedSerializer(serializers.Serializer[None]):
    retried = serializers.IntegerField(help_text="How many jobs are due now")


class NewMappingSerializer(serializers.Serializer[None]):
    kind = serializers.ChoiceField(CodeMapping.Kind.choices)
    partner = serializers.SlugRelatedField(slug_field="slug", queryset=Connection.objects.filter(kind__in=registry.WMS))
    odoo_code = serializers.CharField(max_length=100)
    partner_code = serializers.CharField(max_length=100)
    sku = serializers.CharField(max_length=100, default="", allow_blank=True, help_text="For a unit: this product only")
    factor = Quantity(default=Decimal(1), help_text="For a unit: so many partner units ...")
    per = Quantity(default=Decimal(1), help_text="... are so many Odoo units")
    alias = serializers.BooleanField(
        default=False, help_text="Understood when the partner says it; what we send uses the other code"
    )
    odoo_has_it = serializers.BooleanField(
        default=False, help_text="Take Odoo's code although it was not seen there, such as one that is new"
    )

    def validate_factor(self, value: Decimal) -> Decimal:
        if value <= 0:
            raise serializers.ValidationError("The factor is not above zero.")
        return value

    def validate_per(self, value: Decimal) -> Decimal:
        if value <= 0:
            raise serializers.ValidationError("It is not above zero.")
        return value
