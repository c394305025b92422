"""Which connections have been called as often as they may be for so long that it is no peak any more."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _

from integration.console.charts import slots
from integration.console.words import badge, span
from integration.jobs.pulse import SLOT_SECONDS
from integration.models import CallTally, Connection

HOURS = 6  # looked back at most
NEAR = 0.9  # of the most calls in a second
LONG = timedelta(minutes=30)


def most_calls(connection: Connection) -> float | None:
    """In ten minutes; more count as being at the limit. None without one."""
    return connection.calls_per_second * SLOT_SECONDS * NEAR if connection.calls_per_second else None


def slowed(connections: Collection[Connection]) -> dict[int, timedelta]:
    """By connection: how long it has been at its limit up to the last ten minutes that are over."""
    limits = {row.pk: most for row in connections if (most := most_calls(row))}
    if not limits:
        return {}
    length, past = timedelta(seconds=SLOT_SECONDS), slots(HOURS)
    over = [start for start in past if start + length <= now()]
    calls: dict[int, dict[datetime, int]] = defaultdict(dict)
    for tally in CallTally.objects.filter(connection__in=limits, slot__gte=past[0]):
        calls[tally.connection_id][tally.slot] = tally.calls
    return {pk: _streak([calls[pk].get(start, 0) > most for start in over]) * length for pk, most in limits.items()}


def said(time: timedelta) -> SafeString | str:
    """Empty as long as it may be a peak."""
    return badge(_("at its limit for {span}").format(span=span(time)), "failed") if time >= LONG else ""


def _streak(full: list[bool]) -> int:
    """How many of the last ones in a row."""
    for count, one in enumerate(reversed(full)):
        if not one:
            return count
    return len(full)
