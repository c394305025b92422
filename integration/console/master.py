"""Master data as it was read from Odoo, what each warehouse was told of it, how far we are, and warehouses' items."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console.base import HistoryAdmin
from integration.console.words import badge
from integration.models import MasterRecord, MasterRun, MasterTold, PartnerItem


@admin.register(MasterRecord)
class MasterRecordAdmin(HistoryAdmin):
    exact, numbers = ("mapped_by",), ("erp_id",)
    search_help_text = _("The whole code of a product or unit, Odoo's id")
    list_display = ("__str__", "kind", "name", "connection", "in_use", "version", "seen_at")
    list_filter = ("kind", "active", "connection")
    list_select_related = ("connection",)
    exclude = ("snapshot", "content_hash")
    nothing = _("Rows appear with the first look at master data, some minutes after an Odoo is connected.")

    @admin.display(description=_("state"))
    def in_use(self, record: MasterRecord) -> SafeString:
        if record.gone_at:
            return badge(_("deleted"), "cancelled")
        return badge(_("in use"), "accepted") if record.active else badge(_("archived"), "superseded")


@admin.register(MasterTold)
class MasterToldAdmin(HistoryAdmin):
    exact = ("record__mapped_by",)
    search_help_text = _("The whole code in Odoo")
    list_display = ("record", "partner", "partner_code", "state_badge", "reason", "version", "batch", "told_at")
    list_filter = ("state", "partner")
    list_select_related = ("record", "partner")
    nothing = _("Rows appear when a warehouse is told of master data: say on its connection of which.")

    @admin.display(description=_("state"))
    def state_badge(self, told: MasterTold) -> SafeString:
        return badge(told.get_state_display(), told.state)


@admin.register(MasterRun)
class MasterRunAdmin(HistoryAdmin):
    exact = ("connection__slug",)
    search_help_text = _("A connection's short name")
    list_display = ("__str__", "state_badge", "met", "changed", "gone", "number", "updated_at", "ended_at")
    list_filter = ("task", "kind", "state")
    list_select_related = ("connection",)
    ordering = ("connection", "kind", "task")
    nothing = _("Rows appear with the first look at master data.")

    @admin.display(description=_("state"))
    def state_badge(self, run: MasterRun) -> SafeString:
        return badge(run.get_state_display(), run.state)


@admin.register(PartnerItem)
class PartnerItemAdmin(HistoryAdmin):
    exact = ("sku",)
    search_help_text = _("A whole SKU")
    list_display = ("sku", "name", "partner", "active", "seen_at")
    list_filter = ("partner", "active")
    list_select_related = ("partner",)
    nothing = _("Have a warehouse's list read, or bring it in as a file, on the page Match products.")
