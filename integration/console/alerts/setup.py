"""Where people are told, and from when on. The address of a channel is written and never read."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminPasswordWidget

from integration.console import said
from integration.console.acting import Act, Acting
from integration.console.base import ConfigurationAdmin
from integration.console.words import ago, badge, quantity
from integration.errors import ConfigurationError
from integration.errors.catalogue import Owner
from integration.jobs import acts, notices
from integration.models import AlertChannel, AlertRule
from integration.rules.alerts.kinds import KINDS, Kind
from integration.rules.flows import FLOWS

ADDRESS = "secret_address"
RIGHT = "integration.change_secrets"
LONGEST = 525_600  # minutes: a year


def _test(pk: int, actor: acts.Actor, _reason: str) -> str:
    notices.ask_for_test(pk, actor)
    return str(_("Come back in a moment: the result stands on its page."))


TEST = Act("test", _("Send a test"), _test, _("is told that this is a test"))


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    """Entering the address replaces it; leaving it empty keeps it."""

    teams = forms.MultipleChoiceField(
        label=_("Teams"),
        choices=[(owner.value, _(owner.value)) for owner in Owner],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        help_text=_("None: all"),
    )
    flows = forms.MultipleChoiceField(
        label=_("Flows"),
        choices=[(name, _(flow.says)) for name, flow in FLOWS.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        help_text=_("None: all, and what is of no flow"),
    )

    class Meta:
        model = AlertChannel
        exclude = ("secrets",)  # noqa: DJ006  (the list of fields is in the page's fieldsets)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        entered = str(given.get(ADDRESS) or "").strip()
        kept = str(self.instance.secrets.get("address", "")) if self.instance.pk else ""
        if kind := given.get("kind"):
            self._check(str(given.get("name") or ""), kind, entered or kept)
        return given

    def _check(self, name: str, kind: str, address: str) -> None:
        try:
            notices.check_address(name, kind, address)
        except ConfigurationError as wrong:
            self.add_error(ADDRESS if ADDRESS in self.fields else "kind", said.why(str(wrong), wrong.code))

    def save(self, commit: bool = True) -> AlertChannel:
        if entered := str(self.cleaned_data.get(ADDRESS) or "").strip():
            self.instance.secrets = {"address": entered}
        saved: AlertChannel = super().save(commit)
        return saved


class AddressForm(ChannelForm):
    """For who may enter credentials."""

    secret_address = forms.CharField(
        label=_("Address"),
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.instance.pk and self.instance.secrets.get("address")
        shapes = "; ".join(f"{said_as}: {notices.shape(kind)}" for kind, said_as in AlertChannel.Kind.choices)
        self.fields[ADDRESS].help_text = f"{_('Set. Leave empty to keep it.') if kept else _('Not set.')} {shapes}"


@admin.register(AlertChannel)
class AlertChannelAdmin(Acting, ConfigurationAdmin):
    acts = (TEST,)
    form = ChannelForm
    change_form_outer_before_template = "console/channel_panel.html"
    search_fields = ("name",)
    list_display = ("name", "kind", "active", "severity", "from_level", "listens", "warehouse", "standing")
    list_filter = ("kind", "active", "warehouse")
    list_select_related = ("warehouse",)
    nothing = _("Say where people are told: a mailbox, a room of Slack or Teams, PagerDuty, an address of yours.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertChannel]:
        channels: QuerySet[AlertChannel] = super().get_queryset(request)
        return channels.defer("secrets")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if request.user.has_perm(RIGHT):
            kwargs["form"] = AddressForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: AlertChannel | None = None) -> Any:
        enters = request.user.has_perm(RIGHT) and (obj is None or self.has_change_permission(request, obj))
        return [
            (None, {"fields": (("name", "kind"), "active", *([ADDRESS] if enters else []))}),
            (_("What it is told"), {"fields": (("severity", "from_level"), "teams", "warehouse", "tells_gone")}),
            (_("Flows"), {"fields": ("flows",), "classes": ["collapse"]}),
            (_("When"), {"fields": ("time_zone", ("quiet_from", "quiet_to"), "digest_at", "breaks")}),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and request.user.has_perm(RIGHT)

    def get_readonly_fields(self, request: HttpRequest, obj: AlertChannel | None = None) -> Any:
        """What an address is goes with it."""
        return () if obj is None or request.user.has_perm(RIGHT) else ("kind",)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context = extra_context or {}
        if row is not None:
            context |= {"buttons": self.allowed(request, self.acts), "failure": said.why(row.last_failure)}
        return super().changeform_view(request, object_id, form_url, context)

    @admin.display(description=_("listens to"))
    def listens(self, channel: AlertChannel) -> str:
        parts = [*(str(_(team)) for team in channel.teams), *(said.named(flow) for flow in channel.flows)]
        return ", ".join(parts) or str(_("everything"))

    @admin.display(description=_("state"))
    def standing(self, channel: AlertChannel) -> SafeString | str:
        if not channel.active:
            return badge(_("switched off"), "cancelled")
        if channel.failures:
            return badge(_("takes nothing"), "failed")
        return badge(ago(now() - channel.told_at), "succeeded") if channel.told_at else str(_("not told anything yet"))


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = AlertRule
        fields = ("active", "threshold", "least", "patience_minutes", "escalate_minutes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        means = KINDS.get(Kind(self.instance.kind)) if self.instance.kind else None
        named = {"patience_minutes": _("Patience, in minutes"), "escalate_minutes": _("Told louder after, in minutes")}
        if means:
            named |= {"threshold": _(means.threshold), "least": _(means.least)}
        for field, label in named.items():
            if field in self.fields:
                self.fields[field].label = label

    def clean_threshold(self) -> float:
        value: float = self.cleaned_data["threshold"]
        if value < 0:
            raise ValidationError(_("Enter a number that is not below zero."))
        most = KINDS[Kind(self.instance.kind)].most
        if value > most:
            raise ValidationError(_("At most %(most)s: switch the rule off if nothing is to be told.") % {"most": most})
        return value

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("patience_minutes", "escalate_minutes"):
            if (given.get(name) or 0) > LONGEST:
                self.add_error(name, _("At most %(most)s: that is a year.") % {"most": LONGEST})
        return given


@admin.register(AlertRule)
class AlertRuleAdmin(ConfigurationAdmin):
    form = RuleForm
    list_display = ("when", "active", "threshold_shown", "least_shown", "patience_minutes", "escalate_minutes")
    list_display_links = ("when",)
    search_fields = ("kind",)
    nothing = _("The rules appear when a worker has looked for alerts once.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=_("it is told when"))
    def when(self, rule: AlertRule) -> str:
        return capfirst(rule.get_kind_display())

    @admin.display(description=_("from"))
    def threshold_shown(self, rule: AlertRule) -> str:
        return f"{quantity(Decimal(f'{rule.threshold:g}'))} ({_(KINDS[Kind(rule.kind)].threshold)})"

    @admin.display(description=_("at least"))
    def least_shown(self, rule: AlertRule) -> str:
        return f"{rule.least} ({_(KINDS[Kind(rule.kind)].least)})" if rule.least else "-"
