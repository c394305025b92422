"""What warehouses were asked to do otherwise after a release, and what they said."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from integration.console import links
from integration.console.base import HistoryAdmin
from integration.console.words import badge, quantity
from integration.models import ChangeLine, ChangeRequest


class ChangeLineInline(TabularInline):  # type: ignore[misc]
    model = ChangeLine
    fields = readonly_fields = ("line", "sku", "known", "asked", "leaves", "stage", "reason")
    extra = 0
    can_delete = False
    max_num = 0

    @admin.display(description=_("it knew"))
    def known(self, line: ChangeLine) -> str:
        return quantity(line.was)

    @admin.display(description=_("wanted"))
    def asked(self, line: ChangeLine) -> str:
        return quantity(line.wanted)

    @admin.display(description=_("will leave"))
    def leaves(self, line: ChangeLine) -> str:
        return quantity(line.granted) or "-"


@admin.register(ChangeRequest)
class ChangeRequestAdmin(HistoryAdmin):
    exact = ("document__reference",)
    search_help_text = _("Delivery number")
    list_display = ("document_page", "number", "kind", "state_badge", "reason", "asked_at", "answered_at")
    list_display_links = ("number",)
    list_select_related = ("document",)
    list_filter = ("kind", "state")
    exclude = ("wish", "content_hash", "stands")
    inlines = (ChangeLineInline,)
    nothing = _("A row appears when an order is changed in Odoo after its release, where the warehouse takes changes.")

    @admin.display(description=_("delivery"))
    def document_page(self, request: ChangeRequest) -> SafeString | str:
        return links.document_link(request.document)

    @admin.display(description=_("state"))
    def state_badge(self, request: ChangeRequest) -> SafeString:
        return badge(request.get_state_display(), request.state)


@admin.register(ChangeLine)
class ChangeLineAdmin(HistoryAdmin):
    exact = ("sku", "request__document__reference")
    search_help_text = _("SKU, delivery number")
    list_display = ("sku", "line", "was", "wanted", "granted", "stage", "reason")
    nothing = _("Lines appear with their request.")
