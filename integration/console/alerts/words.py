"""An alert's sentence in the language of the page."""

import re
from collections.abc import Mapping, Sequence

from django.utils.formats import get_format
from django.utils.translation import gettext as _

from integration.console import links
from integration.models import Alert, Connection, ExceptionCase, SyncJob, Variance
from integration.rules.alerts.kinds import KINDS, Kind
from integration.rules.alerts.says import WORDS, Value, whole

FIGURES = frozenset({"worth", "jobs", "kept", "least", "today"})
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")


def told(alert: Alert) -> str:
    """A text of an older release stays as it was written."""
    return whole([_part(template, values) for template, values in alert.says])


def todo(alert: Alert) -> str:
    return _(KINDS[Kind(alert.kind)].todo) if alert.kind in KINDS else ""


def where(alert: Alert) -> str:
    """The page that shows more of it; empty: there is none but Today."""
    match alert.kind:
        case Kind.PROMISE:
            return links.listing(SyncJob, flow__exact=alert.flow)
        case Kind.AWAY | Kind.KEY:
            return links.page(Connection(pk=alert.connection_id)) if alert.connection_id else ""
        case Kind.VARIANCE:
            return links.listing(Variance, agrees="no")
        case Kind.CUTOFF:
            return links.listing(ExceptionCase)
        case Kind.CASE:
            return links.listing(ExceptionCase, q=_code(alert.says))
    return ""


def _part(template: str, values: Mapping[str, Value]) -> str:
    try:
        return _(template).format_map({name: _value(name, value) for name, value in values.items()})
    except (KeyError, ValueError):
        return template


def _value(name: str, value: Value) -> str:
    text = f"{value:,}" if isinstance(value, int) else value
    if name in WORDS and text:
        return _(text)
    return _FIGURE.sub(_localized, text) if name in FIGURES or isinstance(value, int) else text


def _localized(figure: re.Match[str]) -> str:
    swap = {",": str(get_format("THOUSAND_SEPARATOR")), ".": str(get_format("DECIMAL_SEPARATOR"))}
    return "".join(swap.get(letter, letter) for letter in figure[0])


def _code(says: Sequence[tuple[str, Mapping[str, Value]]]) -> str:
    return next((str(values["code"]) for _template, values in says if "code" in values), "")
