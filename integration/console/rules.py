"""Business rules: exceptions from the default, with a version that counts their changes."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from integration.console.tries.offer import TryAct, TryFirst
from integration.console.words import quantity
from integration.jobs import tries
from integration.models import BusinessRule

MEASURED = (
    BusinessRule.Kind.OVER_PERCENT,
    BusinessRule.Kind.OVER_UNITS,
    BusinessRule.Kind.RECEIVE_OVER_PERCENT,
    BusinessRule.Kind.RECEIVE_OVER_UNITS,
    BusinessRule.Kind.ADJUST_UNITS,
    BusinessRule.Kind.ADJUST_VALUE,
)
TRY_REMOVING = TryAct("delete", _("Try deleting it"), tries.removed, deletes=True)


@admin.register(BusinessRule)
class BusinessRuleAdmin(TryFirst):
    search_fields = ("sku", "=customer_id", "reason", "note")
    list_display = ("__str__", "scope", "value_shown", "when_shown", "order", "version", "active")
    list_select_related = ("warehouse",)
    list_filter = ("kind", "active")
    readonly_fields = ("version",)
    tries = (TRY_REMOVING,)
    change_form_outer_before_template = "console/rule_panel.html"
    nothing = _("Without rules nothing is shipped over and nothing is released in fractions. Add a rule to allow it.")

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        obj.version += change
        super().save_model(request, obj, form, change)

    @admin.display(description=_("for"))
    def scope(self, rule: BusinessRule) -> str:
        parts = (
            rule.warehouse and rule.warehouse.name,
            rule.sku,
            rule.company_id and _("company {n}").format(n=rule.company_id),
            rule.customer_id and _("partner {n}").format(n=rule.customer_id),
            rule.reason and _("reason {name}").format(name=rule.reason),
        )
        return ", ".join(part for part in parts if part) or str(_("everything"))

    @admin.display(description=_("when"))
    def when_shown(self, rule: BusinessRule) -> str:
        """Of rules for the books."""
        if not rule.when:
            return "-"
        return f"{rule.get_when_display()}, {_('posted') if rule.posted else _('as a draft')}"

    @admin.display(description=_("value"))
    def value_shown(self, rule: BusinessRule) -> str:
        return quantity(rule.value) if rule.kind in MEASURED else "-"
