"""What the users of our connections may do in Odoo: what they lack, and what they have and never used."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console.base import HistoryAdmin
from integration.console.words import badge, plural
from integration.jobs import rights
from integration.models import HeldRights


@admin.register(HeldRights)
class HeldRightsAdmin(HistoryAdmin):
    numbers = ()
    exact = ("connection__slug",)
    search_help_text = _("Short name of the connection")
    list_display = ("connection", "lacking", "spare", "version", "looked_at")
    list_select_related = ("connection",)
    exclude = ("held", "groups")
    change_form_outer_before_template = "console/rights_panel.html"
    nothing = _("Each Odoo is looked at once a day: what its user may do, beside what is needed.")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context = {"judged": rights.judged(row), "groups": row.groups} if row is not None else {}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | context)

    @admin.display(description=_("lacks"))
    def lacking(self, row: HeldRights) -> SafeString | str:
        count = sum(len(each.lacks) for each in rights.judged(row))
        return badge(plural(count, "right"), "failed") if count else "-"

    @admin.display(description=_("has and never used"))
    def spare(self, row: HeldRights) -> str:
        count = sum(len(each.unused) for each in rights.judged(row))
        return plural(count, "right") if count else "-"
