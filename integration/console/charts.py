"""Small pictures of numbers, drawn here: they follow the page's colours, print, and need no script."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from integration.console.words import whole

WIDTH, GAP = 10, 2  # of a bar, in units of the picture
_NONE = SafeString(' class="cd-none"')


def bars(counts: Sequence[int], labels: Sequence[str], *, height: int, title: str, css: str) -> SafeString:
    """One bar for each count, with its label as a hint; ``title`` says the whole for who cannot see it."""
    most, step = max(*counts, 1), WIDTH + GAP
    rows = (
        (
            at * step,
            height - tall,
            WIDTH,
            tall,
            SafeString("" if count else ' class="cd-none"'),
            f"{label}: {whole(count)}",
        )
        for at, (count, label, tall) in enumerate(zip(counts, labels, _heights(counts, most, height), strict=True))
    )
    drawn = format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}"{}><title>{}</title></rect>', rows)
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        css, max(len(counts) * step - GAP, 1), height, title, drawn,
    )  # fmt: skip


def _heights(counts: Sequence[int], most: int, height: int) -> list[int]:
    """What is there can be seen, however little it is."""
    return [max(round(count / most * height), 2 if count else 1) for count in counts]
