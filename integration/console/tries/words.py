"""How the console says what a tried change would do."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from integration.console import said
from integration.console.order_rules import words as rules
from integration.models import TriedDocument

Verdict = TriedDocument.Verdict
TONES: Mapping[str, str] = {  # how a verdict is coloured: as that state is
    Verdict.STOPS: "failed",
    Verdict.GOES: "succeeded",
    Verdict.OTHERWISE: "waiting",
    Verdict.STOPS_OTHERWISE: "retry",
    Verdict.UNTOLD: "",
}
STATES: Mapping[str, str] = {"trying": "running", "done": "succeeded", "cancelled": "cancelled"}
FIELDS: Mapping[str, StrOrPromise] = {
    "carrier": gettext_lazy("carrier"),
    "service": gettext_lazy("service"),
    "account": gettext_lazy("account"),
    "packing": gettext_lazy("packing notes"),
    "labels": gettext_lazy("labels"),
    "priority": gettext_lazy("priority"),
    "backorder": rules.FIELDS["backorder"],
    "substitutes": rules.FIELDS["substitutes"],
    "wave": gettext_lazy("wave"),
    "rank": rules.FIELDS["rank"],
    "when": gettext_lazy("when"),
    "posted": gettext_lazy("posted"),
}
LINE = "line "


def turns(row: TriedDocument) -> Iterator[tuple[str, str, str]]:
    """Field by field: what it is called, what it says, and what it would say."""
    before, after = row.before.get("says", {}), row.after.get("says", {})
    if row.verdict == Verdict.OTHERWISE:
        for name in {**before, **after}:
            yield field(name), _value(name, before.get(name, "")), _value(name, after.get(name, ""))


def field(name: str) -> str:
    if name.startswith(LINE):
        return _("line {n}").format(n=name.removeprefix(LINE))
    return str(FIELDS.get(name, name))


def _value(name: str, text: str) -> str:
    return str(rules.CHOICES.get(name, {}).get(text, text))


def stops(side: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Code and cause."""
    return [(code, _cause(cause, code)) for code, cause in side.get("stops", ())]


def _cause(cause: str, code: str) -> str:
    known = said.why(cause, code)
    return known if known != cause else said.below(cause)


def cells(row: TriedDocument) -> list[str]:
    """For a sheet, in plain text."""
    was, would_be = (_side(side) for side in (row.before, row.after))
    label = _(str(row.get_verdict_display()))
    return [
        said.named(row.kind),
        row.reference,
        f"{row.at:%Y-%m-%d %H:%M} UTC",
        label,
        was,
        would_be,
        said.below(row.why),
    ]


def _side(side: Mapping[str, Any]) -> str:
    told = [f"{code}: {cause}" for code, cause in stops(side)]
    return "; ".join(
        [*told, *(f"{field(name)}: {_value(name, text) or '-'}" for name, text in side.get("says", {}).items())]
    )


def heads() -> list[str]:
    return [_("Sort"), _("Number"), _("When"), _("What"), _("As it is"), _("With the change"), _("Why not")]
