"""Whose desk new cases land on, and what people and the clock did about them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from integration.console.base import ConfigurationAdmin, HistoryAdmin
from integration.console.cases.desk import people
from integration.errors.catalogue import PROBLEMS, Owner
from integration.models import CaseEvent, CaseRule, CaseTally
from integration.rules.flows import FLOWS

ANY = [("", _("any"))]


class CaseRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    team = forms.ChoiceField(
        label=_("Team"),
        choices=[("", _("as the code says")), *((owner.value, _(owner.value)) for owner in Owner)],
        widget=UnfoldAdminSelectWidget,
        required=False,
    )
    flow = forms.ChoiceField(
        label=_("Flow"),
        choices=[*ANY, *((name, _(flow.says)) for name, flow in FLOWS.items())],
        widget=UnfoldAdminSelectWidget,
        required=False,
    )

    class Meta:
        model = CaseRule
        fields = (
            *("order", "active", "code", "flow", "warehouse", "erp_partner_id", "team", "assignee"),
            *("deadline_minutes", "escalate_minutes", "escalate_to"),
        )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip().upper()
        if code and not any(known.startswith(code) for known in PROBLEMS):
            raise ValidationError(_("No code begins with {code}.").format(code=code))
        return code

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        named = {pk for pk, _name in people()}
        for field in ("assignee", "escalate_to"):
            user = given.get(field)
            if user is not None and user.pk not in named:
                self.add_error(field, _("Choose somebody who is active."))
        return given


@admin.register(CaseRule)
class CaseRuleAdmin(ConfigurationAdmin):
    form = CaseRuleForm
    list_display = (
        "__str__",
        "order",
        "team",
        "assignee",
        "deadline_minutes",
        "escalate_minutes",
        "escalate_to",
        "active",
    )
    list_select_related = ("warehouse", "assignee", "escalate_to")
    list_filter = ("active", "warehouse")
    search_fields = ("code", "flow")
    nothing = _("Without rules a case goes to the team that its code names, and gets more severe at its deadline.")
    fieldsets = (
        (None, {"fields": (("order", "active"),)}),
        (_("Which cases"), {"fields": (("code", "flow"), ("warehouse", "erp_partner_id"))}),
        (_("Whose they are"), {"fields": (("team", "assignee"), "deadline_minutes")}),
        (_("When they age"), {"fields": (("escalate_minutes", "escalate_to"),)}),
    )


@admin.register(CaseEvent)
class CaseEventAdmin(HistoryAdmin):
    exact = ("actor",)
    search_help_text = _("The whole name of a person")
    list_display = ("at", "actor", "kind", "text", "case")
    list_display_links = ("at",)
    list_select_related = ("case",)
    list_filter = ("kind",)
    ordering = ("-id",)
    nothing = _("What people, and the clock, did about cases leaves a row here.")


@admin.register(CaseTally)
class CaseTallyAdmin(HistoryAdmin):
    exact, numbers = (), ("case_id",)
    search_help_text = _("Number of a case")
    list_display = ("case", "hour", "count")
    list_select_related = ("case",)
    ordering = ("-id",)
    nothing = _("A row counts how often a cause was met in an hour.")
