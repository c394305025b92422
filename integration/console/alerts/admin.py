"""Alerts, which somebody takes, and each word that went out about them."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from integration.console import links
from integration.console.acting import Act, ActingAdmin
from integration.console.alerts import words
from integration.console.base import HistoryAdmin
from integration.console.words import ago, badge
from integration.jobs import acts, alerts
from integration.models import Alert, Notice

TONES = {Alert.State.GONE: "resolved", Alert.State.ACKNOWLEDGED: "running", Alert.State.OPEN: "open"}
SENT = {Notice.State.SENT: "succeeded", Notice.State.FAILED: "failed", Notice.State.SENDING: "running"}


def _take(pk: int, actor: acts.Actor, _reason: str) -> str:
    alerts.acknowledge(pk, actor)
    return str(_("It is told no louder, unless it gets worse."))


TAKE = Act("take", _("I take it"), _take, _("taken"))


class NoticeInline(TabularInline):  # type: ignore[misc]
    model = Notice
    fields = readonly_fields = ("channel", "what", "level", "state_badge", "due_at", "sent_at", "failure")
    extra = 0
    can_delete = False
    max_num = 0
    ordering = ("pk",)

    @admin.display(description=_("state"))
    def state_badge(self, notice: Notice) -> SafeString:
        return badge(notice.get_state_display(), SENT.get(Notice.State(notice.state), "pending"))


@admin.register(Alert)
class AlertAdmin(ActingAdmin):
    acts = (TAKE,)
    change_form_outer_before_template = "console/alert_panel.html"
    exact = ("fingerprint",)
    search_help_text = _("The whole name of a cause, such as away/3")
    list_display = ("told", "severity_badge", "state_badge", "team_shown", "since", "seen", "level", "acknowledged_by")
    list_display_links = ("told",)
    list_filter = ("state", "kind", "severity", "warehouse")
    list_select_related = ("warehouse",)
    exclude = ("says", "escalate_at")
    inlines = (NoticeInline,)
    ordering = ("-id",)
    nothing = _("Nothing had to be told yet. Say where people are told by adding an alert channel.")

    def acts_for(self, row: Model | None) -> tuple[Act, ...]:
        return (TAKE,) if isinstance(row, Alert) and row.state == Alert.State.OPEN else ()

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context = extra_context or {}
        if row is not None:
            context |= {
                "title": self.opts.verbose_name,
                "says": words.told(row),
                "todo": words.todo(row),
                "where": words.where(row),
                "buttons": self.allowed(request, self.acts_for(row)),
            }
        return super().changeform_view(request, object_id, form_url, context)

    @admin.display(description=_("alert"))
    def told(self, alert: Alert) -> SafeString:
        kind = alert.get_kind_display()
        return format_html('<b class="cd-title">{}</b><span class="cd-cause">{}</span>', kind, words.told(alert))

    @admin.display(description=_("severity"))
    def severity_badge(self, alert: Alert) -> SafeString:
        return badge(alert.get_severity_display(), alert.severity)

    @admin.display(description=_("state"))
    def state_badge(self, alert: Alert) -> SafeString:
        return badge(alert.get_state_display(), TONES.get(Alert.State(alert.state), "pending"))

    @admin.display(description=_("team"))
    def team_shown(self, alert: Alert) -> str:
        return str(_(alert.team)) if alert.team else "-"

    @admin.display(description=_("first seen"))
    def since(self, alert: Alert) -> str:
        return ago(now() - alert.first_seen)

    @admin.display(description=_("last seen"))
    def seen(self, alert: Alert) -> str:
        return ago(now() - alert.last_seen)


@admin.register(Notice)
class NoticeAdmin(HistoryAdmin):
    exact = ("channel__name",)
    search_help_text = _("The whole name of a channel")
    list_display = ("channel", "what", "alert_page", "level", "state_badge", "due_at", "sent_at", "tries", "failure")
    list_display_links = ("channel",)
    list_select_related = ("channel", "alert")
    list_filter = ("state", "what")
    ordering = ("-id",)
    nothing = _("A row appears with each thing that somebody is told.")

    @admin.display(description=_("alert"))
    def alert_page(self, notice: Notice) -> SafeString | str:
        return links.link(notice.alert, words.told(notice.alert)) if notice.alert else "-"

    @admin.display(description=_("state"))
    def state_badge(self, notice: Notice) -> SafeString:
        return badge(notice.get_state_display(), SENT.get(Notice.State(notice.state), "pending"))
