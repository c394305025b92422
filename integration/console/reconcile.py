"""What does not agree, and the walks that looked for it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console import links
from integration.console.base import HistoryAdmin
from integration.console.words import badge, quantity
from integration.models import ReconciliationRun, Variance


class OpenFilter(admin.SimpleListFilter):
    """What does not agree now comes first."""

    title = _("agrees")
    parameter_name = "agrees"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Variance]) -> list[tuple[str, str]]:
        return [("no", str(_("Differs"))), ("yes", str(_("Agrees again")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Variance]) -> QuerySet[Variance]:
        return queryset.filter(gone_at__isnull=self.value() == "no") if self.value() else queryset


@admin.register(Variance)
class VarianceAdmin(HistoryAdmin):
    exact = ("document__reference", "sku")
    search_help_text = _("Order or delivery number, SKU")
    list_display = ("subject", "document_page", "sku", "says_shown", "found_shown", "state", "first_seen", "gone_at")
    list_filter = (OpenFilter, "subject", "warehouse")
    list_select_related = ("document",)
    nothing = _("Everything adds up. What does not is listed here within a minute.")

    @admin.display(description=_("document"))
    def document_page(self, row: Variance) -> SafeString | str:
        return links.document_link(row.document)

    @admin.display(description=_("written down"))
    def says_shown(self, row: Variance) -> str:
        return quantity(row.says)

    @admin.display(description=_("comes to"))
    def found_shown(self, row: Variance) -> str:
        return quantity(row.found)

    @admin.display(description=_("state"))
    def state(self, row: Variance) -> SafeString:
        return badge(_("agrees again"), "resolved") if row.gone_at else badge(_("differs"), "open")


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(HistoryAdmin):
    numbers = ()
    exact = ("subject",)
    search_help_text = _("Lines")
    list_display = ("subject", "day", "compared", "different", "began_at", "ended_at")
    ordering = ("-id",)
    nothing = _("A row appears for each day once beat has started the first look at all lines.")
