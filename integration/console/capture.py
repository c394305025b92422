"""How far Odoo has been read, and what it looked like."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from integration.console.base import HistoryAdmin
from integration.console.personal import PersonalAdmin
from integration.models import CaptureCursor, CapturedRecord, SeenWrite

FOLLOWS = "Rows appear once an Odoo connection is enabled and the scheduler runs."


@admin.register(CaptureCursor)
class CaptureCursorAdmin(HistoryAdmin):
    list_display = ("model", "connection", "read_to", "swept_at")
    list_select_related = ("connection",)
    search_fields = ("model",)
    ordering = ("connection", "model")
    nothing = FOLLOWS


@admin.register(SeenWrite)
class SeenWriteAdmin(HistoryAdmin):
    numbers = ("record_id",)
    search_help_text = _("Odoo's id of the record")
    list_display = ("__str__", "connection", "written_at")
    list_select_related = ("connection",)
    ordering = ("-id",)
    nothing = FOLLOWS


@admin.register(CapturedRecord)
class CapturedRecordAdmin(PersonalAdmin):
    personal = "snapshot"
    numbers = ("record_id",)
    search_help_text = _("Odoo's id of the order")
    list_display = ("__str__", "connection", "version", "read_at", "dirty_at")
    list_select_related = ("connection",)
    list_filter = ("connection",)
    nothing = FOLLOWS
