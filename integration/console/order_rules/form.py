"""The form of a rule about orders: its condition is checked, and what it says has to be of its kind."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError as Unfit
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from integration.console import said
from integration.console.order_rules import words
from integration.models import OrderRule
from integration.rules.business import conditions
from integration.rules.business.outcomes import BOTH, KINDS, ONE_WAY, RuleKind, outcome_of

LONGEST = {
    "ask": 500, "service": 500, "packing": 500, "carrier": 64, "account": 64, "labels": 500, "warehouses": 2000,
    "times": 200,
}  # fmt: skip
LISTS = ("labels", "warehouses", "times")


def _text(name: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=words.FIELDS[name],
        max_length=LONGEST[name],
        widget=UnfoldAdminTextInputWidget,
        required=False,
        help_text=help_text,
    )


def _choice(name: str, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=words.FIELDS[name],
        choices=[("", "---"), *words.CHOICES[name].items()],
        widget=UnfoldAdminSelectWidget,
        required=False,
        help_text=help_text,
    )


def _number(name: str, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=words.FIELDS[name],
        min_value=least,
        max_value=most,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=help_text,
    )


class OrderRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    kind = forms.ChoiceField(
        label=_("What it does"), choices=[("", "---"), *words.KINDS.items()], widget=UnfoldAdminSelectWidget
    )
    condition = forms.CharField(
        label=_("Counts if"),
        max_length=conditions.LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5, "spellcheck": "false", "style": "font-family: monospace"}),
        help_text=_("When it counts, in CEL. The list below has all names."),
    )
    why = _choice("why", _("It decides the case's code, and so whose desk it lands on."))
    ask = _text("ask", _("Stands in the case, such as: Ask the accountants."))
    carrier = _text("carrier", _("The warehouse's code; empty: as Odoo says"))
    service = _text("service", _("Of the carrier, in the warehouse's words"))
    account = _text("account", _("Whom the carrier bills"))
    packing = _text("packing", _("The warehouse's people read it"))
    labels = _text("labels", _("What is to be stuck on, with commas between"))
    warehouses = _text("warehouses", _("Their names here, the best first, with commas between"))
    stock = forms.BooleanField(
        label=words.FIELDS["stock"],
        widget=UnfoldBooleanSwitchWidget,
        required=False,
        help_text=_("By Odoo's free quantity, less what its own inventory has lately not found"),
    )
    split = _choice("split", _("A delivery that may only leave as a whole is never split."))
    backorder = _choice("backorder", _("Empty: as the warehouse's setting says"))
    substitutes = _choice("substitutes", _("Empty: as the rules under Business rules say"))
    priority = _number("priority", 0, 9, _("0 is usual, 9 the most urgent"))
    times = _text("times", _("By the warehouse's clock, with commas between, such as 10:00, 14:00"))
    before_cutoff = _number("before_cutoff", 1, 1440, _("Of its carrier at the warehouse"))
    size = _number("size", 2, 5000, _("As soon as there are so many"))
    minutes = _number("minutes", 1, 1440, _("After these, fewer go as well"))
    rank = _number("rank", 0, 99, _("0 is usual, 99 comes first: it gets first what is short"))
    urgent_from = _number("urgent_from", 1, 9, _("Empty: nothing passes"))

    class Meta:
        model = OrderRule
        fields = ("kind", "name", "enabled", "condition", "erp", "warehouse", "active_from", "active_to", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in self.instance.outcome.items():
            self.initial[name] = ", ".join(value) if isinstance(value, list) else value
        if self.instance.pk and "kind" in self.fields:
            self.fields["kind"].disabled = True

    def clean_condition(self) -> str:
        condition: str = self.cleaned_data["condition"].replace("\r\n", "\n").strip()
        mistake = conditions.check(condition)
        if mistake is not None:
            raise ValidationError(_shown(mistake, condition), code="condition")
        return condition

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind"):
            self._clean_outcome(RuleKind(given["kind"]), given)
        if given.get("active_from") and given.get("active_to") and given["active_from"] >= given["active_to"]:
            self.add_error("active_to", _("It ends before it begins."))
        if given.get("erp") and given["erp"].kind != "odoo":
            self.add_error("erp", _("This is not an Odoo."))
        return given

    def _clean_outcome(self, kind: RuleKind, given: Mapping[str, Any]) -> None:
        own = KINDS[kind].outcome.model_fields
        said_of = {name: _listed(name, given.get(name)) for name in own if _is_said(given.get(name))}
        for name in words.FIELDS:
            if name not in own and _is_said(given.get(name)):
                self.add_error(name, _("The rule does something else: {kind}.").format(kind=words.kind(kind)))
        try:
            self.instance.outcome = outcome_of(kind, said_of).model_dump(mode="json")
        except Unfit as wrong:
            for each in wrong.errors():
                self.add_error(*_fault(each, next(iter(own))))
            return
        if not said_of:
            self.add_error(next(iter(own)), _("Say at least one of these."))


def _is_said(value: Any) -> bool:
    """A nought is."""
    return value is not False and value not in (None, "")


def _fault(each: Mapping[str, Any], first: str) -> tuple[str, Any]:
    """The field, and what is wrong with it; of what several say together, the first one."""
    told = next((mistake for mistake in (ONE_WAY, BOTH) if mistake in str(each["msg"])), None)
    if told is not None:
        return first, _(told)
    name = str(each["loc"][0])
    return name, _("Give times such as 10:00.") if name == "times" else _("Say it, at most 64 or 500 characters.")


def _listed(name: str, value: Any) -> Any:
    return [part.strip() for part in str(value).split(",") if part.strip()] if name in LISTS else value


def _shown(mistake: conditions.Mistake, condition: str) -> Any:
    """The words, and under them the line with a caret at the place."""
    says = said.mistake(mistake.says)
    if not mistake.line:
        return says
    pointed = mistake.pointed(condition)
    return format_html('{} {}<pre class="cd-pointed">{}</pre>', words.place(mistake.line), says, pointed)
