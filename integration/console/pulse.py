"""What went through: by flow and ten minutes, for the charts, and for each connection the last time."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from integration.console.base import HistoryAdmin
from integration.models import CallTally, FlowSuccess, FlowTally


@admin.register(FlowTally)
class FlowTallyAdmin(HistoryAdmin):
    exact, numbers = ("flow",), ()
    search_help_text = _("The whole name of a flow")
    list_display = ("flow", "slot", "jobs", "kept", "seconds")
    exclude = ("upto",)
    ordering = ("-slot", "flow")
    nothing = _("A row appears a minute after the first job has gone through.")


@admin.register(CallTally)
class CallTallyAdmin(HistoryAdmin):
    exact, numbers = ("connection__slug",), ()
    search_help_text = _("The whole slug of a connection")
    list_display = ("connection", "slot", "calls", "failed", "seconds")
    list_display_links = ("slot",)
    list_select_related = ("connection",)
    ordering = ("-slot", "connection")
    nothing = _("A row appears a minute after the first call.")


@admin.register(FlowSuccess)
class FlowSuccessAdmin(HistoryAdmin):
    exact, numbers = ("flow", "connection__slug"), ()
    search_help_text = _("The whole name of a flow, or of a connection's slug")
    list_display = ("connection", "flow", "at")
    list_display_links = ("flow",)
    list_select_related = ("connection",)
    ordering = ("connection", "flow")
    nothing = _("A row appears a minute after the first job has gone through.")
