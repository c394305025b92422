"""The guard of the environment: what differs from what was confirmed, and the button by which a person lets it."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console import said
from integration.console.acting import Act, ActingAdmin
from integration.console.base import HistoryAdmin
from integration.console.words import badge
from integration.jobs import acts, confirming
from integration.models import EnvironmentLock, Installation, KnownSystem

RIGHT = "integration.confirm_environment"


def _confirm(pk: int, actor: acts.Actor, reason: str) -> str:
    count = confirming.confirm(pk, actor, reason)
    return str(_("{n} jobs that waited for it go on.").format(n=count))


CONFIRM = Act(
    "confirm",
    _("Confirm"),
    _confirm,
    _("confirmed"),
    asks=_("Why are these the systems that this installation is to speak to?"),
    grave=True,
    right=RIGHT,
)


@admin.register(EnvironmentLock)
class EnvironmentLockAdmin(ActingAdmin):
    acts = (CONFIRM,)
    exact = ()
    search_help_text = _("Number")
    list_display = ("began_at", "standing", "differs", "released_at", "released_by", "released_why")
    change_form_outer_before_template = "console/environment_panel.html"
    nothing = _("Nothing was ever locked: every system is the one that was confirmed.")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RIGHT)

    def acts_for(self, row: Model | None) -> Any:
        return self.acts if isinstance(row, EnvironmentLock) and row.released_at is None else ()

    def shown(self, row: Model) -> str:
        """Whoever confirms goes by this."""
        found = row.differences if isinstance(row, EnvironmentLock) else []
        return "; ".join(f"{each['about']}: {each['what']} {each['before']} → {each['after']}" for each in found)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context: dict[str, Any] = {"buttons": self.allowed(request, self.acts_for(row)) if row else ()}
        if row is not None:
            context |= {"differences": row.differences, "open": row.released_at is None}
            context |= {"waiting": confirming.waiting()}
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | context)

    @admin.display(description=_("state"))
    def standing(self, row: EnvironmentLock) -> SafeString:
        return badge(_("released"), "resolved") if row.released_at else badge(_("locked"), "critical")

    @admin.display(description=_("what differs"))
    def differs(self, row: EnvironmentLock) -> SafeString:
        told = [(said.below(each["about"]), said.below(each["what"])) for each in row.differences]
        return format_html_join("", "<p><b>{}</b> {}</p>", told)


@admin.register(Installation)
class InstallationAdmin(HistoryAdmin):
    numbers = ()
    exact = ("environment",)
    search_help_text = _("Environment")
    list_display = ("environment", "public_url", "confirmed_at", "confirmed_by")
    exclude = ("pepper",)
    nothing = _("A row appears with the first call elsewhere: it says which installation this is.")


@admin.register(KnownSystem)
class KnownSystemAdmin(HistoryAdmin):
    numbers = ()
    exact = ("connection__slug", "uuid")
    search_help_text = _("Short name of the connection, number of the Odoo database")
    list_display = ("connection", "environment", "base_url", "database", "uuid", "seen_at", "confirmed_at")
    list_select_related = ("connection",)
    exclude = ("credential", "former", "accepted")
    nothing = _("A row appears with the first call of a connection: it says which system was confirmed.")
