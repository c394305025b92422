"""What was removed because it was old enough."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from integration.console.base import HistoryAdmin
from integration.models import Retention


@admin.register(Retention)
class RetentionAdmin(HistoryAdmin):
    numbers = ()
    exact = ("subject",)
    search_help_text = _("Jobs, messages received, messages sent, documents in shadow, message numbers, writes")
    list_display = ("subject", "last_removed", "ended_at", "removed", "total")
    ordering = ("subject",)
    nothing = _("A row appears for each sort of rows when beat has started the first removal.")
