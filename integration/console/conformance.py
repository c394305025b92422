"""What conformance runs found, check by check."""

from collections.abc import Sequence

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console.base import HistoryAdmin
from integration.console.words import badge
from integration.models import ConformanceRun

VERDICTS = {True: (_("as agreed"), "succeeded"), False: (_("broken"), "failed"), None: (_("not asked"), "cancelled")}


@admin.register(ConformanceRun)
class ConformanceRunAdmin(HistoryAdmin):
    exact = ("connection__slug", "number")
    search_help_text = _("Short name of the connection, number of the report")
    list_display = ("number", "connection", "verdict", "started_at", "ended_at", "actor")
    list_select_related = ("connection",)
    list_filter = ("passed", "connection")
    exclude = ("checks", "passed")
    ordering = ("-id",)
    nothing = _("Nobody has asked a warehouse yet: run `manage.py conformance` with a connection.")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        return [*super().get_fields(request, obj), "verdict", "found"]

    @admin.display(description=_("verdict"))
    def verdict(self, run: ConformanceRun) -> SafeString:
        return badge(*VERDICTS[run.passed])

    @admin.display(description=_("checks"))
    def found(self, run: ConformanceRun) -> SafeString:
        rows = [(badge(*VERDICTS[each["ok"]]), each["name"], each["detail"]) for each in run.checks]
        return format_html_join("", "<p>{} <b>{}</b> {}</p>", rows)
