"""What our rules said about an order, for its page: the latest of each kind and delivery first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integration.console import said
from integration.console.order_rules import words
from integration.console.reach import scoped
from integration.models import Document, OrderDecision

MOST = 50
GOES_TO = "goes to"  # beside the facts: what came of a rule that says where it leaves from


@dataclass(frozen=True, slots=True)
class Said:
    """One rule's word. ``tone`` colours it."""

    name: str
    version: int
    pk: int
    says: str
    tone: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision. ``asked``: how many rules, in words."""

    kind: str
    release: str
    asked: str
    rules: list[Said]
    facts: str
    at: datetime
    times: int


def of(request: HttpRequest, order: Document) -> list[Decided]:
    rows = scoped(request, OrderDecision.objects.filter(document=order).order_by("-last_at", "-id"))
    return [_decided(row) for row in rows[:MOST]]


def _decided(row: OrderDecision) -> Decided:
    asked = ngettext("{n} rule asked", "{n} rules asked", row.asked).format(n=row.asked)
    rules = [*map(_matched, row.matched), *map(_unasked, row.unasked)]
    facts = "; ".join(_fact(name, value) for name, value in row.facts.items())
    return Decided(words.kind(row.kind), row.release, asked, rules, facts, row.last_at, row.times)


def _fact(name: str, value: str) -> str:
    if name == GOES_TO:
        return _("goes to: {places}").format(places=said.goes(value))
    return f"{name}: {value or '-'}"


def _matched(each: dict[str, Any]) -> Said:
    says = words.says(each["says"])
    if each["let_go"]:
        let_go = _("{says} (let go by a person)").format(says=says)
        return Said(each["name"], each["version"], each["rule"], let_go, "good")
    return Said(each["name"], each["version"], each["rule"], says, "warn")


def _unasked(each: dict[str, Any]) -> Said:
    why = _("could not be asked: {why}").format(why=said.below(each["why"]))
    return Said(each["name"], each["version"], each["rule"], why, "bad")
