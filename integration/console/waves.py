"""The tables of waves, with a button to let one go before its time."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import TabularInline

from integration.console import links
from integration.console.acting import Act, ActingAdmin
from integration.console.base import HistoryAdmin
from integration.console.in_waves import clock
from integration.console.reach import scoped
from integration.console.words import badge
from integration.jobs import acts, waves
from integration.models import Wave, WaveOrder

RIGHT = "integration.release_wave"


def _release(pk: int, actor: acts.Actor, reason: str) -> str:
    waves.release_now(pk, actor, reason)
    return _("What waits in it is looked at now, and goes out as part of it.")


RELEASE = Act(
    "release",
    gettext_lazy("Release it now"),
    _release,
    gettext_lazy("released"),
    asks=gettext_lazy("Why does it go before its time?"),
    right=RIGHT,
)


class OrderInline(TabularInline):  # type: ignore[misc]
    model = WaveOrder
    fields = readonly_fields = ("release", "order", "rank", "priority", "promised_at", "joined_at")
    extra = 0
    per_page = 50  # a wave may hold thousands
    can_delete = False
    max_num = 0
    ordering = waves.FIRST

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaveOrder]:
        return scoped(request, super().get_queryset(request).select_related("document"))

    @admin.display(description=gettext_lazy("order"))
    def order(self, row: WaveOrder) -> SafeString | str:
        return links.link(row.document)


@admin.register(Wave)
class WaveAdmin(ActingAdmin):
    acts = (RELEASE,)
    change_form_outer_before_template = "console/wave_panel.html"
    search_help_text = gettext_lazy("The number of a wave, without its W")
    list_display = ("number", "warehouse", "state_badge", "goes", "holds", "rule", "carrier", "hurried_by")
    list_display_links = ("number",)
    list_filter = ("state", "warehouse")
    list_select_related = ("warehouse", "rule")
    inlines = (OrderInline,)
    exclude = ("key",)
    ordering = ("-id",)
    nothing = gettext_lazy("A rule for orders that puts deliveries into waves makes them.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).annotate(waits=Count("waiting"))
        return rows

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(RIGHT)

    def acts_for(self, row: Model | None) -> Sequence[Act]:
        return (RELEASE,) if isinstance(row, Wave) and row.state == Wave.State.OPEN else ()

    def shown(self, row: Any) -> str:
        return ngettext("{n} delivery", "{n} deliveries", row.waits).format(n=row.waits)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        buttons = self.allowed(request, self.acts_for(row)) if row else ()
        return super().changeform_view(request, object_id, form_url, (extra_context or {}) | {"buttons": buttons})

    @admin.display(description=gettext_lazy("number"))
    def number(self, wave: Wave) -> str:
        return wave.number

    @admin.display(description=gettext_lazy("state"))
    def state_badge(self, wave: Wave) -> SafeString:
        return badge(wave.get_state_display(), "waiting" if wave.state == Wave.State.OPEN else "succeeded")

    @admin.display(description=gettext_lazy("goes"))
    def goes(self, wave: Wave) -> str:
        return clock(wave, wave.released_at or wave.due_at)

    @admin.display(description=gettext_lazy("deliveries"))
    def holds(self, wave: Any) -> int:
        return wave.orders or int(wave.waits)


@admin.register(WaveOrder)
class WaveOrderAdmin(HistoryAdmin):
    exact = ("release", "document__reference")
    search_help_text = gettext_lazy("The whole number of a delivery or an order")
    list_display = ("release", "order", "wave", "state", "rank", "priority", "promised_at", "joined_at")
    list_display_links = ("release",)
    list_filter = ("wave__warehouse",)
    list_select_related = ("wave", "document")
    ordering = ("-id",)
    nothing = gettext_lazy("Each delivery that a rule puts into a wave is a row here.")

    @admin.display(description=gettext_lazy("order"))
    def order(self, row: WaveOrder) -> SafeString | str:
        return links.link(row.document)

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: WaveOrder) -> SafeString:
        return badge(row.wave.get_state_display(), "waiting" if row.wave.state == Wave.State.OPEN else "succeeded")
