"""What warehouses, and people in Odoo, found to be otherwise; what there is, by Odoo and by the warehouse."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console.base import HistoryAdmin
from integration.console.words import badge, money, quantity
from integration.models import Availability, StockDifference, StockLevel, StockLook, StockSnapshot
from integration.models.stock import AvailabilityQuerySet


def _shown(name: str) -> Any:
    """A column of plain quantities."""

    @admin.display(description=_(name.replace("_", " ")))
    def column(self: HistoryAdmin, row: Any) -> str:
        return quantity(getattr(row, name))

    return column


@admin.register(StockDifference)
class StockDifferenceAdmin(HistoryAdmin):
    exact = ("number", "sku")
    search_help_text = _("Number of an adjustment or count, SKU")
    list_display = (
        "number", "kind", "sku", "lot", "condition", "quantity_shown", "expected_shown", "posted_shown", "worth",
        "reason", "state_badge", "warehouse", "happened_at",
    )  # fmt: skip
    list_filter = ("state", "kind", "warehouse")
    list_select_related = ("warehouse",)
    nothing = _("Adjustments and counts appear when a warehouse sends them, and what people change in Odoo.")
    quantity_shown, expected_shown, posted_shown = _shown("quantity"), _shown("expected"), _shown("posted")

    @admin.display(description=_("value"))
    def worth(self, row: StockDifference) -> str:
        return money(row.value, row.currency) if row.value else "-"

    @admin.display(description=_("state"))
    def state_badge(self, row: StockDifference) -> SafeString:
        return badge(row.get_state_display(), row.state)


class DifferenceFilter(admin.SimpleListFilter):
    """What Today counts as stock that differs, and what nobody could compare yet."""

    title = _("difference")
    parameter_name = "difference"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        return [("some", _("Differs")), ("none", _("Agrees")), ("unknown", _("Not compared"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "some":
            return queryset.exclude(difference=None).exclude(difference=0)
        if self.value() == "none":
            return queryset.filter(difference=0)
        return queryset.filter(difference=None) if self.value() == "unknown" else queryset


@admin.register(Availability)
class AvailabilityAdmin(HistoryAdmin):
    exact = ("sku", "lot")
    search_help_text = _("SKU, lot")
    list_display = (
        "sku", "lot", "condition", "place_name", "on_hand_shown", "reserved_shown", "in_flight_shown", "to_ship_shown",
        "reported_shown", "expected_shown", "difference_shown", "warehouse", "seen_at",
    )  # fmt: skip
    exclude = ("read_at", "reported_at")
    list_filter = ("warehouse", "condition", DifferenceFilter)
    list_select_related = ("warehouse",)
    ordering = ("sku", "lot", "place")
    nothing = _("Stock appears once a warehouse does inventory: set it to live under Warehouses.")
    on_hand_shown, reserved_shown, in_flight_shown = _shown("on_hand"), _shown("reserved"), _shown("in_flight")
    to_ship_shown, reported_shown = _shown("to_ship"), _shown("reported")
    expected_shown, difference_shown = _shown("expected"), _shown("difference")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Availability]:
        return cast("AvailabilityQuerySet", super().get_queryset(request)).looked_at()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        return [*super().get_fields(request, obj), "compared_at", "seen_at"]

    @admin.display(description=_("reported at"))
    def compared_at(self, row: Any) -> datetime | None:
        moment: datetime | None = row.compared_at
        return moment

    @admin.display(description=_("read at"))
    def seen_at(self, row: Any) -> datetime:
        moment: datetime = row.seen_at
        return moment


@admin.register(StockLook)
class StockLookAdmin(HistoryAdmin):
    list_display = ("product_id", "warehouse", "read_at", "reported_at", "quiet")
    list_filter = ("warehouse", "quiet")
    list_select_related = ("warehouse",)
    nothing = _("Looks appear once a warehouse does inventory: set it to live under Warehouses.")


@admin.register(StockSnapshot)
class StockSnapshotAdmin(HistoryAdmin):
    exact = ("number",)
    search_help_text = _("Number of the snapshot")
    list_display = ("number", "warehouse", "taken_at", "pages", "complete")
    list_filter = ("warehouse",)
    list_select_related = ("warehouse",)
    nothing = _("Snapshots appear when a warehouse sends what it has, or is asked for it.")


@admin.register(StockLevel)
class StockLevelAdmin(HistoryAdmin):
    exact = ("partner_sku", "lot")
    search_help_text = _("The warehouse's SKU, lot")
    list_display = (
        "partner_sku", "lot", "location", "condition", "on_hand_shown", "allocated_shown", "unit", "snapshot",
    )  # fmt: skip
    list_select_related = ("snapshot",)
    ordering = ("-id",)
    nothing = _("Lines appear with their snapshot.")
    on_hand_shown, allocated_shown = _shown("on_hand"), _shown("allocated")
