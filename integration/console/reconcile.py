"""What does not agree, and the walks that looked for it."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from integration.console import links, variance_page
from integration.console.base import HistoryAdmin
from integration.console.words import badge, money, quantity
from integration.models import InboundMessage, ReconciliationRun, SyncJob, Variance, VarianceCause


class OpenFilter(admin.SimpleListFilter):
    """What does not agree now comes first."""

    title = _("agrees")
    parameter_name = "agrees"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Variance]) -> list[tuple[str, str]]:
        return [("no", str(_("Differs"))), ("yes", str(_("Agrees again")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Variance]) -> QuerySet[Variance]:
        return queryset.filter(gone_at__isnull=self.value() == "no") if self.value() else queryset


def _linked(model: type[SyncJob | InboundMessage], number: int | None) -> SafeString | str:
    """To its page, which says so if it is not kept any more or not the user's to see."""
    return links.link(model(pk=number), number) if number else "-"


@admin.register(Variance)
class VarianceAdmin(HistoryAdmin):
    exact = ("document__reference", "sku", "lot")
    search_help_text = _("Order or delivery number, SKU, lot")
    list_display = (
        "subject", "about", "sku", "lot", "says_shown", "found_shown", "unexplained_shown", "worth", "state",
        "first_seen", "gone_at",
    )  # fmt: skip
    list_filter = (OpenFilter, "subject", "warehouse")
    list_select_related = ("document", "warehouse")
    change_form_outer_before_template = "console/variance_panel.html"
    nothing = _("Everything adds up. What does not is listed here within a minute.")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        return variance_page.fields(obj) if isinstance(obj, Variance) else super().get_fields(request, obj)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context = variance_page.context(request, row) if row else {}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | context)

    @admin.display(description=_("about"))
    def about(self, row: Variance) -> SafeString | str:
        return links.document_link(row.document) if row.document else f"{row.warehouse}: {row.place_name}"

    @admin.display(description=_("unexplained"))
    def unexplained_shown(self, row: Variance) -> str:
        return "-" if row.unexplained is None else quantity(row.unexplained)

    @admin.display(description=_("value"))
    def worth(self, row: Variance) -> str:
        return money(row.value, row.currency) if row.value else "-"

    @admin.display(description=_("written down"))
    def says_shown(self, row: Variance) -> str:
        return quantity(row.says)

    @admin.display(description=_("comes to"))
    def found_shown(self, row: Variance) -> str:
        return quantity(row.found)

    @admin.display(description=_("as of"))
    def as_of_shown(self, row: Variance) -> str:
        return date_format(localtime(row.as_of), "DATETIME_FORMAT") if row.as_of else "-"

    @admin.display(description=_("Odoo has"))
    def odoo_has(self, row: Variance) -> str:
        return quantity(row.says)

    @admin.display(description=_("the warehouse has"))
    def warehouse_has(self, row: Variance) -> str:
        return quantity(row.found)

    @admin.display(description=_("state"))
    def state(self, row: Variance) -> SafeString:
        return badge(_("agrees again"), "resolved") if row.gone_at else badge(_("differs"), "open")


@admin.register(VarianceCause)
class VarianceCauseAdmin(HistoryAdmin):
    exact = ("variance__sku", "number")
    numbers = ("job",)
    search_help_text = _("SKU, number, job")
    list_display = ("cause", "quantity_shown", "number", "code", "job_page", "variance_page")
    list_filter = ("cause",)
    list_select_related = ("variance__document",)
    nothing = _("Causes appear when what a warehouse has and what Odoo has differ.")

    @admin.display(description=_("quantity"))
    def quantity_shown(self, cause: VarianceCause) -> str:
        return quantity(cause.quantity)

    @admin.display(description=_("job"))
    def job_page(self, cause: VarianceCause) -> SafeString | str:
        return _linked(SyncJob, cause.job)

    @admin.display(description=_("variance"))
    def variance_page(self, cause: VarianceCause) -> SafeString | str:
        return links.link(cause.variance)


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(HistoryAdmin):
    numbers = ()
    exact = ("subject",)
    search_help_text = _("Stock, lines, sales, purchases, transfers or confirmed")
    list_display = ("subject", "warehouse", "day", "progress", "compared", "different", "began_at", "ended_at")
    list_filter = ("subject", "warehouse")
    list_select_related = ("warehouse",)
    ordering = ("-id",)
    nothing = _("A row appears for each day once beat has started the first look at all lines.")

    @admin.display(description=_("progress"))
    def progress(self, run: ReconciliationRun) -> SafeString | str:
        if run.ended_at:
            return badge(_("over"), "succeeded")
        return f"{min(99, 100 * run.compared // run.total)} %" if run.total else badge(_("running"), "running")
