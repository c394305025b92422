"""After a backup was restored: what is locked, what has to be done first, and the button that lets writes go on."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console.acting import Act, ActingAdmin
from integration.console.base import HistoryAdmin
from integration.console.words import badge
from integration.jobs import acts, recovery
from integration.models import Generation, Recovery

RIGHT = "integration.release_recovery"


def _release(pk: int, actor: acts.Actor, reason: str) -> str:
    count = recovery.release(pk, actor, reason)
    return str(_("{n} jobs that waited for it go on.").format(n=count))


RELEASE = Act(
    "release",
    _("Release"),
    _release,
    _("released"),
    asks=_("Who has had each warehouse send again what it sent since the backup?"),
    grave=True,
    right=RIGHT,
)


@admin.register(Recovery)
class RecoveryAdmin(ActingAdmin):
    acts = (RELEASE,)
    exact = ()
    search_help_text = _("Number")
    list_display = ("lost_after", "standing", "why", "began_at", "begun_by", "released_at", "released_by")
    change_form_outer_before_template = "console/recovery_panel.html"
    nothing = _("No backup was ever restored here. When one is, everything that writes is locked by itself.")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RIGHT)

    def acts_for(self, row: Model | None) -> Any:
        return self.acts if isinstance(row, Recovery) and row.released_at is None else ()

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context: dict[str, Any] = {"buttons": self.allowed(request, self.acts_for(row)) if row else ()}
        if row is not None and row.released_at is None:
            context |= {"steps": recovery.steps(row), "waiting": recovery.waiting(), "partners": recovery.partners()}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | context)

    @admin.display(description=_("state"))
    def standing(self, row: Recovery) -> SafeString:
        return badge(_("released"), "resolved") if row.released_at else badge(_("locked"), "critical")


@admin.register(Generation)
class GenerationAdmin(HistoryAdmin):
    numbers = ()
    exact = ("identity",)
    search_help_text = _("Identity")
    list_display = ("identity", "count", "counted_at")
    nothing = _("A row appears once beat leads: it says which database this is.")
