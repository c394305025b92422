"""What partners and Odoo say, or have, that the code was not written for."""

from collections.abc import Iterator, Sequence

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from integration.console.base import HistoryAdmin
from integration.console.words import badge, whole
from integration.jobs import shapes
from integration.models import Drift, ServerShape
from integration.rules.flows import FLOWS

TONES = {Drift.Kind.SHAPE: "failed", Drift.Kind.SERVER: "retry"}


@admin.register(Drift)
class DriftAdmin(HistoryAdmin):
    exact = ("connection__slug", "subject", "path")
    search_help_text = _("Short name of the connection, type of message, model or field, each in full")
    list_display = ("path", "connection", "kind_badge", "subject", "detail", "times", "first_at", "last_at", "example")
    list_select_related = ("connection",)
    list_filter = ("kind", "connection")
    ordering = ("-id",)
    nothing = _("Nothing was met that is not as agreed. What is done about it is a setting of each connection.")

    @admin.display(description=_("what"))
    def kind_badge(self, row: Drift) -> SafeString:
        return badge(_(row.get_kind_display()), TONES.get(Drift.Kind(row.kind), "cancelled"))

    @admin.display(description=_("times"))
    def times(self, row: Drift) -> str:
        return whole(row.count)


@admin.register(ServerShape)
class ServerShapeAdmin(HistoryAdmin):
    exact, numbers = ("connection__slug",), ()
    search_help_text = _("Short name of the connection")
    list_display = ("connection", "version", "looked_at")
    list_select_related = ("connection",)
    exclude = ("shape",)
    nothing = _("A row appears when an Odoo was looked at for the first time, within a day.")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        return [*super().get_fields(request, obj), "upgrades"]

    @admin.display(description=_("upgrades"))
    def upgrades(self, row: ServerShape) -> SafeString:
        """What each later version would change, flow by flow; what it breaks first."""
        found = [shapes.rehearse(row.connection, target) for target in shapes.targets(row.connection)]
        return format_html_join("", "{}", ((_rehearsed(each),) for each in found)) or format_html("{}", "-")


def _rehearsed(found: shapes.Rehearsal) -> SafeString:
    said = _("From {source} to {target}").format(source=found.source, target=found.target)
    return format_html("<h3>{}</h3>{}", said, format_html_join("", "<p>{} <b>{}</b> {}</p>", _flows(found)))


def _flows(found: shapes.Rehearsal) -> Iterator[tuple[SafeString, str, str]]:
    for flow in sorted(found.flows, key=lambda each: not each.breaks):
        verdict = badge(_("breaks"), "failed") if flow.breaks else badge(_("goes on"), "succeeded")
        shown = [each.said for each in flow.found if each.breaks or not flow.breaks]
        unknown = [_("not recorded: {models}").format(models=", ".join(flow.unknown))] if flow.unknown else []
        yield verdict, str(_(FLOWS[flow.flow].says)), " ".join([*shown, *unknown])
