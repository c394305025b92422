"""What went through: by flow and ten minutes, for the charts; in all, for a monitor; and for each connection the last
time."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from integration.console.base import HistoryAdmin
from integration.models import CallTally, CallTotal, FlowSuccess, FlowTally, TryTotal


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


@admin.register(CallTotal)
class CallTotalAdmin(HistoryAdmin):
    exact, numbers = ("connection__slug", "method"), ()
    search_help_text = _("The whole name of a method, or of a connection's slug")
    list_display = ("connection", "method", "outcome", "within", "calls", "seconds")
    list_display_links = ("method",)
    list_select_related = ("connection",)
    ordering = ("connection", "method", "outcome", "within")
    nothing = _("A row appears a minute after the first call.")


@admin.register(TryTotal)
class TryTotalAdmin(HistoryAdmin):
    exact, numbers = ("flow",), ()
    search_help_text = _("The whole name of a flow")
    list_display = ("flow", "outcome", "within", "tries", "kept", "seconds")
    ordering = ("flow", "outcome", "within")
    nothing = _("A row appears a minute after the first job has gone through.")
