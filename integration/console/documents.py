"""Orders and deliveries with their lines, and the movements of stock that came of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline

from integration.console import links, said
from integration.console.base import HistoryAdmin
from integration.console.reach import scoped
from integration.console.words import badge, money, quantity, span
from integration.models import Document, DocumentLine, InTransit, StockEvent

QUANTITIES = (
    *("ordered", "released", "picked", "packed", "short", "shipped", "substituted", "received", "damaged", "over"),
    "cancelled",
)

LONG_ON_THE_WAY = (1, 3, 7, 14)


def _shown(name: str) -> Callable[[DocumentLine], str]:
    """A column with a quantity as people write it."""

    @admin.display(description=_(name))
    def column(line: DocumentLine) -> str:
        return quantity(getattr(line, name))

    return column


class LineInline(TabularInline):  # type: ignore[misc]
    model = DocumentLine
    fields = readonly_fields = ("line", "sku", "partner_sku", "unit", "stage", *QUANTITIES)
    extra = 0
    can_delete = False
    max_num = 0


class ProgressFilter(admin.SimpleListFilter):
    """By the state that the list shows: that of an order is told by its deliveries."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> list[tuple[str, str]]:
        return [(state.value, str(capfirst(_(str(state.label))))) for state in Document.State]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(progress=self.value()) if self.value() else queryset


@admin.register(Document)
class DocumentAdmin(HistoryAdmin):
    exact = ("reference", "parent__reference", "customer_reference", "lines__sku")
    search_help_text = _("Order or delivery number, customer reference, SKU")
    list_display = (
        "number", "kind", "order", "state_badge", "customer_reference", "amount", "warehouse", "updated_at",
    )  # fmt: skip
    list_display_links = None
    list_filter = ("kind", ProgressFilter)
    list_select_related = ("parent", "warehouse")
    inlines = (LineInline,)
    nothing = _("Documents appear when Odoo confirms an order that ships from a connected warehouse.")
    change_form_outer_before_template = "console/document_panel.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return scoped(request, Document.objects.with_progress())

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["state_badge" if name == "state" else name for name in super().get_fields(request, obj)]

    @admin.display(description=_("number"))
    def number(self, document: Document) -> SafeString | str:
        return links.document_link(document)

    @admin.display(description=_("order"))
    def order(self, document: Document) -> SafeString | str:
        return links.document_link(document.parent)

    @admin.display(description=_("state"))
    def state_badge(self, document: Document) -> SafeString:
        return badge(said.below(document.get_progress_display()), document.progress)

    @admin.display(description=_("value"))
    def amount(self, document: Document) -> str:
        return money(document.value, document.currency) or "-"


@admin.register(DocumentLine)
class DocumentLineAdmin(HistoryAdmin):
    exact = ("sku", "document__reference")
    search_help_text = _("SKU, delivery number")
    list_display = ("line", "document_page", "sku", "partner_sku", "unit", *(_shown(name) for name in QUANTITIES))
    list_select_related = ("document",)
    ordering = ("-id",)
    nothing = _("Lines appear with their delivery.")

    @admin.display(description=_("delivery"))
    def document_page(self, line: DocumentLine) -> SafeString | str:
        return links.document_link(line.document)


@admin.register(StockEvent)
class StockEventAdmin(HistoryAdmin):
    exact = ("document__reference", "sku", "package")
    search_help_text = _("Delivery number, SKU, package or tracking number")
    list_display = (
        "sku", "kind", "amount", "condition", "lot", "package", "document_page", "warehouse", "happened_at",
        "effect_page",
    )  # fmt: skip
    list_select_related = ("document", "warehouse", "effect")
    list_filter = ("warehouse", "kind")
    nothing = _("Movements appear when the warehouse confirms a shipment or a receipt and Odoo has taken it.")

    @admin.display(description=_("quantity"))
    def amount(self, event: StockEvent) -> str:
        return quantity(event.quantity)

    @admin.display(description=_("delivery"))
    def document_page(self, event: StockEvent) -> SafeString | str:
        return links.document_link(event.document)

    @admin.display(description=_("write"))
    def effect_page(self, event: StockEvent) -> SafeString | str:
        return links.link(event.effect, event.effect.verb) if event.effect else "-"


class AgeFilter(admin.SimpleListFilter):
    """How long goods have been on their way."""

    title = _("on the way")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> list[tuple[str, str]]:
        return [
            (str(days), ngettext("more than {n} day", "more than {n} days", days).format(n=days))
            for days in LONG_ON_THE_WAY
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days = self.value()
        return queryset.filter(left_at__lt=Now() - timedelta(days=int(days))) if days else queryset


@admin.register(InTransit)
class InTransitAdmin(HistoryAdmin):
    exact = ("transfer__reference", "sku", "lot")
    search_help_text = _("Transfer number, SKU, lot")
    list_display = ("transfer_page", "sku", "lot", "amount", "unit", "left_at", "age")
    list_display_links = None
    list_filter = (AgeFilter,)
    list_select_related = ("transfer",)
    ordering = ("left_at", "id")
    nothing = _("Nothing is on its way between two warehouses.")

    @admin.display(description=_("transfer"))
    def transfer_page(self, row: InTransit) -> SafeString | str:
        return links.document_link(row.transfer)

    @admin.display(description=_("quantity"))
    def amount(self, row: InTransit) -> str:
        return quantity(row.quantity)

    @admin.display(description=_("age"))
    def age(self, row: InTransit) -> str:
        return span(datetime.now(UTC) - row.left_at) if row.left_at else "-"
