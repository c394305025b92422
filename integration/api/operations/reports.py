"""Reports: the same figures as in the console, as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from integration.api.filters import LARGEST_ID
from integration.models import Warehouse
from integration.reports.catalogue import REPORTS
from integration.reports.figures import Day
from integration.reports.parts import Ref, Report, Scope, Value

FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)


class AskedSerializer(serializers.Serializer[dict[str, Any]]):
    day = serializers.DateField(required=False, help_text="By the warehouses' calendars; without it today")
    days = serializers.IntegerField(
        required=False, min_value=1, max_value=90, help_text="Of the scorecards: how many days up to it, usually 30"
    )
    warehouse = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_ID, help_text="Its id; without it all are added up"
    )
    lot = serializers.CharField(required=False, max_length=100, help_text="Of the report of a lot")

    def validate_day(self, day: date) -> date:
        if not FIRST <= day <= LAST:
            raise ValidationError(f"Give a day between {FIRST} and {LAST}.")
        return day


class FigureSerializer(serializers.Serializer[dict[str, Any]]):
    key, title = serializers.CharField(), serializers.CharField()
    value = serializers.JSONField(allow_null=True, help_text="A number, or null where it is not known")


class SeriesSerializer(serializers.Serializer[dict[str, Any]]):
    key, title = serializers.CharField(), serializers.CharField()
    days = serializers.DictField(child=serializers.FloatField(allow_null=True), help_text="By day; null: not known")


class TableSerializer(serializers.Serializer[dict[str, Any]]):
    key, title = serializers.CharField(), serializers.CharField()
    rows = serializers.ListField(child=serializers.DictField(child=serializers.JSONField(allow_null=True)))


class ReportSerializer(serializers.Serializer[dict[str, Any]]):
    report, title = serializers.CharField(), serializers.CharField()
    day = serializers.DateField()
    as_of = serializers.DateTimeField(allow_null=True, help_text="When the newest figure was taken")
    nothing = serializers.CharField(allow_blank=True, help_text="Why there is nothing, and what to do; else empty")
    figures = FigureSerializer(many=True)
    series = SeriesSerializer(many=True)
    tables = TableSerializer(many=True)


class Reports(ViewSet):
    """Figures by report. Names of customers are never among them."""

    resource, scope = "reports", ""
    lookup_url_kwarg, lookup_value_converter = "name", "slug"

    @extend_schema(
        parameters=[
            OpenApiParameter("name", OpenApiTypes.STR, OpenApiParameter.PATH, enum=list(REPORTS)),
            AskedSerializer,
        ],
        responses=ReportSerializer,
    )
    def retrieve(self, request: Request, name: str) -> Response:
        """One report, of a day, of some days up to it, of a lot, or of now. Shares are in percent, times in seconds."""
        entry = REPORTS.get(name)
        if entry is None:
            raise NotFound(f"There is no report {name}; there are {', '.join(REPORTS)}.")
        asked = AskedSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        given: dict[str, Any] = asked.validated_data
        warehouses = _warehouses(given.get("warehouse"))
        moment = now()
        today = max(
            (moment.astimezone(Day(each, moment.date()).zone).date() for each in warehouses), default=moment.date()
        )
        days = given.get("days", entry.days[0]) if len(entry.days) > 1 else entry.days[0]
        scope = Scope(warehouses, given.get("day", today), days, given.get("lot", "") if entry.of_lot else "")
        return Response(ReportSerializer(_told(entry.build(scope), scope)).data)


def _warehouses(wanted: int | None) -> list[Warehouse]:
    rows = Warehouse.objects.order_by("name", "pk")
    found = list(rows if wanted is None else rows.filter(pk=wanted))
    if wanted is not None and not found:
        raise ValidationError({"warehouse": f"There is no warehouse {wanted}."})
    return found


def _told(report: Report, scope: Scope) -> dict[str, Any]:
    return {
        "report": report.key,
        "title": report.title,
        "day": scope.day,
        "as_of": report.as_of,
        "nothing": report.nothing,
        "figures": [{"key": tile.key, "title": tile.label, "value": _plain(tile.value)} for tile in report.tiles],
        "series": [
            {"key": each.key, "title": each.title, "days": {str(day): value for day, value in each.points}}
            for each in report.series
        ],
        "tables": [
            {
                "key": table.key,
                "title": table.title,
                "rows": [
                    {column.key: _plain(value) for column, value in zip(table.columns, row, strict=True)}
                    for row in table.rows
                ],
            }
            for table in report.tables
        ],
    }


def _plain(value: Value) -> Any:
    """Quantities and amounts as decimal strings, as everywhere in the API."""
    if isinstance(value, Ref):
        return value.text
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return serializers.DateTimeField().to_representation(value)
    return value
