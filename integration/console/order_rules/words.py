"""What rules about orders are called in the console, and what they say."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from integration.rules.business.facts import Type
from integration.rules.business.outcomes import Allowed, Remaining, RuleKind, Split, Why

KINDS: Mapping[str, StrOrPromise] = {
    RuleKind.HOLD: gettext_lazy("holds the order"),
    RuleKind.SHIP: gettext_lazy("says how it is shipped"),
    RuleKind.PRIORITY: gettext_lazy("says how soon"),
    RuleKind.ROUTE: gettext_lazy("says where it leaves from"),
    RuleKind.REST: gettext_lazy("says what becomes of the rest"),
    RuleKind.WAVE: gettext_lazy("puts it into a wave"),
    RuleKind.ALLOCATION: gettext_lazy("says who of a wave comes first"),
}
WHY: Mapping[str, StrOrPromise] = {
    Why.CREDIT: gettext_lazy("credit"),
    Why.FRAUD: gettext_lazy("fraud check"),
    Why.ADDRESS: gettext_lazy("address"),
    Why.VALUE: gettext_lazy("value"),
    Why.CUSTOMER: gettext_lazy("customer"),
    Why.PRODUCT: gettext_lazy("product"),
    Why.DATE: gettext_lazy("date"),
    Why.OTHER: gettext_lazy("something else"),
}
SPLIT: Mapping[str, StrOrPromise] = {
    Split.WHOLE: gettext_lazy("no: one warehouse has to have all of it"),
    Split.LINES: gettext_lazy("by line of the order"),
}
REMAINING: Mapping[str, StrOrPromise] = {
    Remaining.KEEP: gettext_lazy("keep it as a backorder"),
    Remaining.CANCEL: gettext_lazy("cancel it"),
    Remaining.HOLD: gettext_lazy("keep it, and hold it until a person lets it go"),
}
ALLOWED: Mapping[str, StrOrPromise] = {
    Allowed.YES: gettext_lazy("yes"),
    Allowed.NO: gettext_lazy("no: a person is asked"),
}
FIELDS: Mapping[str, StrOrPromise] = {
    "why": gettext_lazy("what it is about"),
    "ask": gettext_lazy("what is to be done"),
    "carrier": gettext_lazy("carrier"),
    "service": gettext_lazy("service"),
    "account": gettext_lazy("account"),
    "packing": gettext_lazy("packing notes"),
    "labels": gettext_lazy("labels"),
    "priority": gettext_lazy("priority"),
    "warehouses": gettext_lazy("warehouses"),
    "stock": gettext_lazy("has to hold it"),
    "split": gettext_lazy("may be split"),
    "backorder": gettext_lazy("what a final short shipment leaves"),
    "substitutes": gettext_lazy("substitutes"),
    "times": gettext_lazy("times of the day"),
    "before_cutoff": gettext_lazy("minutes before the cut-off"),
    "size": gettext_lazy("deliveries in a wave"),
    "minutes": gettext_lazy("minutes at most"),
    "urgent_from": gettext_lazy("goes at once from priority"),
    "rank": gettext_lazy("rank"),
}
CHOICES: Mapping[str, Mapping[str, StrOrPromise]] = {
    "why": WHY,
    "split": SPLIT,
    "backorder": REMAINING,
    "substitutes": ALLOWED,
}
TYPES: Mapping[Type, StrOrPromise] = {
    Type.TEXT: gettext_lazy("text"),
    Type.YES_NO: gettext_lazy("yes or no"),
    Type.WHOLE: gettext_lazy("whole number"),
    Type.DECIMAL: gettext_lazy("exact number"),
    Type.MOMENT: gettext_lazy("moment"),
    Type.TEXTS: gettext_lazy("list of texts"),
    Type.QUANTITIES: gettext_lazy("quantities by code"),
}
OPEN: tuple[Any, ...] = ("", [], None)
EXAMPLES = (
    'order.value > decimal(10000) && order.currency == "EUR"',
    "customer.credit_limit > decimal(0) && customer.owed > customer.credit_limit",
    '"Fraud check" in order.tags || "Risky" in customer.tags',
    "ship_to.country != customer.country && !customer.is_company",
    'delivery.categories.exists(c, c.startsWith("All / Chemicals"))',
    '"CHAIR-OAK" in delivery.quantities && delivery.quantities["CHAIR-OAK"] >= decimal("12.5")',
    'ship_to.street.matches("(?i)p\\\\.?o\\\\.? box")',
    'order.promised_at > now + duration("240h")',
)


def says(said: Mapping[str, Any]) -> str:
    """What a rule says, field by field, without what it leaves open."""
    return "; ".join(
        f"{FIELDS.get(name, name)}: {_value(name, value)}"
        for name, value in said.items()
        if value not in ("", [], None)
    )


def _value(name: str, value: Any) -> str:
    if name in CHOICES:
        return str(CHOICES[name].get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def kind(name: str) -> str:
    return str(KINDS.get(name, name))


def place(line: int) -> str:
    return _("In line {n}:").format(n=line)
