"""Business rules: exceptions from the default, with a version that counts their changes."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from integration.console.base import ConfigurationAdmin
from integration.console.words import quantity
from integration.models import BusinessRule


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = BusinessRule
        exclude = ("version",)  # noqa: DJ006  (counted by the page)

    def clean_value(self) -> Decimal:
        value: Decimal = self.cleaned_data["value"]
        if value < 0:
            raise ValidationError("Enter a number that is not below zero.")
        return value


@admin.register(BusinessRule)
class BusinessRuleAdmin(ConfigurationAdmin):
    form = RuleForm
    search_fields = ("sku", "note")
    list_display = ("__str__", "warehouse", "sku", "value_shown", "order", "version", "active")
    list_select_related = ("warehouse",)
    list_filter = ("kind", "active")
    readonly_fields = ("version",)
    nothing = "Without rules nothing is shipped over and nothing is released in fractions. Add a rule to allow it."

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:
        obj.version += change
        super().save_model(request, obj, form, change)

    @admin.display(description="value")
    def value_shown(self, rule: BusinessRule) -> str:
        return quantity(rule.value)
