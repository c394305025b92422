"""Small pictures of numbers, drawn here: they follow the page's colours, print, and need no script."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now

from integration.jobs.pulse import SLOT_SECONDS

WIDTH, GAP = 10, 2  # of a bar, in units of the picture
_PLAIN, _OVER = SafeString(""), SafeString(' class="cd-over"')


def slots(hours: int) -> list[datetime]:
    """When the ten minutes of the last hours begin for which things are counted. ``clock`` says it to the user."""
    first = int(now().timestamp()) // SLOT_SECONDS * SLOT_SECONDS - (hours * 3600 - SLOT_SECONDS)
    return [datetime.fromtimestamp(first + at, UTC) for at in range(0, hours * 3600, SLOT_SECONDS)]


def clock(moment: datetime) -> str:
    return f"{localtime(moment):%H:%M}"


def bars(
    counts: Sequence[float], hints: Sequence[str], *, height: int, title: str, css: str, limit: float | None = None
) -> SafeString:
    """One bar for each count that is not 0, with its hint; ``title`` says the whole for who cannot see it.

    ``limit``: what a count should not be above; such a bar is coloured.
    """
    most, step = max(*counts, 1e-9), WIDTH + GAP
    rows = (
        (at * step, height - tall, WIDTH, tall, _look(count, limit), hint)
        for at, (count, hint, tall) in enumerate(zip(counts, hints, _heights(counts, most, height), strict=True))
        if count
    )
    drawn = format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}"{}><title>{}</title></rect>', rows)
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}{}</svg>',
        css, max(len(counts) * step - GAP, 1), height, title, _nothing(counts, step, height), drawn,
    )  # fmt: skip


def _nothing(counts: Sequence[float], step: int, height: int) -> SafeString:
    """A stroke for each slot in which nothing was, all of them in one: most slots are such."""
    strokes = "".join(f"M{at * step} {height - 1}h{WIDTH}v1h-{WIDTH}z" for at, count in enumerate(counts) if not count)
    return format_html('<path class="cd-none" d="{}"/>', strokes) if strokes else SafeString("")


def _look(count: float, limit: float | None) -> SafeString:
    return _OVER if limit is not None and count > limit else _PLAIN


def _heights(counts: Sequence[float], most: float, height: int) -> list[int]:
    """What is there can be seen, however little it is."""
    return [max(round(count / most * height), 2) for count in counts]
