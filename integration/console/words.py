"""How the console says things, as the language of the page writes them: states, quantities, spans of time."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from django.utils.formats import get_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

TONES = {
    "good": (
        "succeeded",
        "landed",
        "accepted",
        "shipped",
        "received",
        "resolved",
        "closed",
        "live",
        "production",
        "delivered",
    ),
    "busy": (
        "running",
        "pending",
        "released",
        "sent",
        "queued",
        "intended",
        "low",
        "dispatched",
        "in_transit",
        "out_for_delivery",
    ),
    "warn": (
        "retry",
        "waiting",
        "blocked",
        "part_shipped",
        "part_accepted",
        "part_received",
        "medium",
        "already_done",
        "test",
    ),
    "bad": (
        "needs_attention",
        "rejected",
        "refused",
        "open",
        "high",
        "critical",
        "failed",
        "poison",
        "exception",
        "returned",
    ),
}
_TONE_OF = {word: tone for tone, words in TONES.items() for word in words}
_SPANS = (
    (86400, gettext_lazy("{n} d")),
    (3600, gettext_lazy("{n} h")),
    (60, gettext_lazy("{n} min")),
)
NOUNS: Mapping[str, Callable[[int], str]] = {
    "api token": lambda n: ngettext("{count} api token", "{count} api tokens", n),
    "case": lambda n: ngettext("{count} case", "{count} cases", n),
    "code mapping": lambda n: ngettext("{count} code mapping", "{count} code mappings", n),
    "configuration change": lambda n: ngettext("{count} configuration change", "{count} configuration changes", n),
    "connection": lambda n: ngettext("{count} connection", "{count} connections", n),
    "exception case": lambda n: ngettext("{count} exception case", "{count} exception cases", n),
    "job": lambda n: ngettext("{count} job", "{count} jobs", n),
    "line": lambda n: ngettext("{count} line", "{count} lines", n),
    "order": lambda n: ngettext("{count} order", "{count} orders", n),
    "key rotation": lambda n: ngettext("{count} key rotation", "{count} key rotations", n),
    "environment lock": lambda n: ngettext("{count} environment lock", "{count} environment locks", n),
    "right": lambda n: ngettext("{count} right", "{count} rights", n),
    "periodic task": lambda n: ngettext("{count} periodic task", "{count} periodic tasks", n),
    "sync job": lambda n: ngettext("{count} sync job", "{count} sync jobs", n),
}
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+")


def tone(state: str) -> str:
    """good, busy, warn, bad or quiet."""
    return _TONE_OF.get(state.lower().replace(" ", "_"), "quiet")


def badge(text: object, state: str = "") -> SafeString:
    """A small label, coloured by the state (or by the text itself)."""
    return format_html('<span class="cd-badge cd-{}">{}</span>', tone(state or str(text)), text)


def span(length: timedelta) -> str:
    """The two largest units of a span: "2 d 4 h", "12 min", "8 s"."""
    seconds = abs(int(length.total_seconds()))
    parts: list[str] = []
    for size, unit in _SPANS:
        if seconds >= size:
            parts.append(unit.format(n=seconds // size))
            seconds %= size
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or _("{n} s").format(n=seconds)


def ago(length: timedelta) -> str:
    """ "12 min ago"."""
    return _("{span} ago").format(span=span(length))


def until(length: timedelta) -> str:
    """ "in 43 min"."""
    return _("in {span}").format(span=span(length))


def late(length: timedelta) -> str:
    """ "12 min late"."""
    return _("{span} late").format(span=span(length))


def duration(milliseconds: float) -> str:
    """ "840 ms", "1.2 s", "3 min 5 s"."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 60_000:
        return _("{n} s").format(n=_localized(f"{milliseconds / 1000:.1f}"))
    return span(timedelta(milliseconds=milliseconds))


def quantity(value: Decimal | None) -> str:
    """Without trailing zeros and without an exponent."""
    if value is None:
        return ""
    text = f"{value:f}"
    return _localized(text.rstrip("0").rstrip(".") if "." in text else text)


def money(value: Decimal | None, currency: str) -> str:
    """Two places with separated thousands."""
    if value is None:
        return ""
    return f"{number_format(Decimal(f'{value:.2f}'), 2, force_grouping=True)} {currency}".strip()


def whole(count: int) -> str:
    """With separated thousands."""
    return str(number_format(count, force_grouping=True))


def typed(text: str) -> Decimal | None:
    """A number as a person writes it, with a comma or a point; None for what is none.

    A point that may separate thousands as well as decimals, as in "1.000" on a German page, is not guessed at.
    """
    if get_format("THOUSAND_SEPARATOR") == "." and _GROUPED.fullmatch(text):
        return None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def plural(count: int, noun: str) -> str:
    """ "1 job", "3 jobs". ``noun``: one of ``NOUNS``, in English."""
    one_or_many = NOUNS.get(noun)
    return one_or_many(count).format(count=whole(count)) if one_or_many else f"{whole(count)} {noun}"


def _localized(plain: str) -> str:
    """With the decimal separator of the language."""
    return plain.replace(".", str(get_format("DECIMAL_SEPARATOR")))
