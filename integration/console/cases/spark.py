"""How often a cause was met, hour by hour, as a small picture."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils.safestring import SafeString
from django.utils.timezone import localtime, now
from django.utils.translation import ngettext

from integration.console.charts import bars
from integration.console.words import whole
from integration.models import CaseTally, ExceptionCase

HOURS = 24
HEIGHT = 60


def of(cases: Iterable[ExceptionCase]) -> Mapping[int, SafeString]:
    """By case, the last day."""
    last = now().replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in reversed(range(HOURS))]
    counts: dict[int, dict[datetime, int]] = {case.pk: {} for case in cases}
    for tally in CaseTally.objects.filter(case__in=counts, hour__gte=hours[0]):
        counts[tally.case_id][tally.hour] = tally.count
    labels = [f"{localtime(hour):%H:%M}" for hour in hours]
    return {case: _draw([seen.get(hour, 0) for hour in hours], labels) for case, seen in counts.items()}


def _draw(counts: list[int], labels: list[str]) -> SafeString:
    title = ngettext(
        "seen {count} time in the last {hours} hours", "seen {count} times in the last {hours} hours", sum(counts)
    ).format(count=whole(sum(counts)), hours=HOURS)
    hints = [f"{label}: {whole(count)}" if count else "" for label, count in zip(labels, counts, strict=True)]
    return bars(counts, hints, height=HEIGHT, title=title, css="cd-spark")
