"""How the console says things: the tone of a state, quantities, spans of time."""

from datetime import timedelta
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

TONES = {
    "good": ("succeeded", "landed", "accepted", "shipped", "received", "resolved", "closed", "live", "production"),
    "busy": ("running", "pending", "released", "sent", "queued", "intended", "low"),
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
    "bad": ("needs_attention", "rejected", "refused", "open", "high", "critical", "failed", "poison"),
}
_TONE_OF = {word: tone for tone, words in TONES.items() for word in words}
_SPANS = ((86400, "d"), (3600, "h"), (60, "min"))


def tone(state: str) -> str:
    """good, busy, warn, bad or quiet."""
    return _TONE_OF.get(state.lower().replace(" ", "_"), "quiet")


def badge(text: object, state: str = "") -> SafeString:
    """A small label, coloured by the state (or by the text itself)."""
    return format_html('<span class="cd-badge cd-{}">{}</span>', tone(state or str(text)), text)


def span(length: timedelta) -> str:
    """The two largest units of a span: "2 d 4 h", "12 min", "8 s"."""
    seconds = abs(int(length.total_seconds()))
    parts = []
    for size, unit in _SPANS:
        if seconds >= size:
            parts.append(f"{seconds // size} {unit}")
            seconds %= size
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or f"{seconds} s"


def duration(milliseconds: float) -> str:
    """ "840 ms", "1.2 s", "3 min 5 s"."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    return span(timedelta(milliseconds=milliseconds))


def quantity(value: Decimal | None) -> str:
    """Without trailing zeros and without an exponent."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Decimal | None, currency: str) -> str:
    """Two places with separated thousands."""
    return "" if value is None else f"{value:,.2f} {currency}".strip()


def plural(count: int, noun: str) -> str:
    """ "1 job", "3 jobs"."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"
