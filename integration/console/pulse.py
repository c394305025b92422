"""What went through, by flow and ten minutes: what the charts are drawn from."""

from django.contrib import admin

from integration.console.base import HistoryAdmin
from integration.models import FlowTally


@admin.register(FlowTally)
class FlowTallyAdmin(HistoryAdmin):
    exact, numbers = ("flow",), ()
    search_help_text = "The whole name of a flow"
    list_display = ("flow", "slot", "jobs", "kept", "seconds")
    exclude = ("upto",)
    ordering = ("-slot", "flow")
    nothing = "A row appears a minute after the first job has gone through."
