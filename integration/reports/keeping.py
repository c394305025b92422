"""Keeps what the days came to: today's as it grows, a day's for good when the day after it is over.

Each day of each warehouse is a transaction: what one run leaves, the next one takes.
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from integration.jobs import sql
from integration.models import DayFigures, Warehouse
from integration.reports import figures
from integration.reports.figures import Day

BACK_DAYS = 14  # how far days are taken that nobody has looked at, such as before the first run
AGAIN = timedelta(minutes=30)  # how often a day that is over is looked at until it is closed
RUN_SECONDS = 60.0

_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('figures of ' || %s::text, 0))"
_KEEP = f"""
INSERT INTO {DayFigures._meta.db_table} AS known (warehouse_id, day, figures, closed, taken_at)
VALUES (%(warehouse)s, %(day)s, %(figures)s::jsonb, %(closed)s, now())
ON CONFLICT (warehouse_id, day) DO UPDATE
  SET figures = known.figures || EXCLUDED.figures, closed = EXCLUDED.closed, taken_at = now()
WHERE NOT known.closed"""  # noqa: S608


def run(*, seconds: float = RUN_SECONDS) -> int:
    """Looks at every day that is not closed, of all warehouses; returns how many. The oldest come first."""
    ends, count = time.monotonic() + seconds, 0
    for day in list(_open_days(datetime.now(UTC))):
        if time.monotonic() >= ends:
            break
        take(day)
        count += 1
    return count


@transaction.atomic
def take(day: Day) -> None:
    """Looks at one day. Two at once take turns, so that what is kept is never older than what was."""
    sql.rows(_TURN, [day.warehouse.pk])
    moment = datetime.now(UTC)
    closed = moment >= day.ends + timedelta(days=1)
    found = json.dumps(figures.take(day, moment))
    sql.run(_KEEP, {"warehouse": day.warehouse.pk, "day": day.date, "figures": found, "closed": closed})


def _open_days(moment: datetime) -> Iterator[Day]:
    for warehouse in Warehouse.objects.order_by("pk"):
        today = moment.astimezone(Day(warehouse, moment.date()).zone).date()
        first = today - timedelta(days=BACK_DAYS - 1)
        known = {row.day: row for row in DayFigures.objects.filter(warehouse=warehouse, day__gte=first)}
        for back in range(BACK_DAYS - 1, -1, -1):
            day = today - timedelta(days=back)
            if _is_to_be_taken(day, known.get(day), today, moment):
                yield Day(warehouse, day)


def _is_to_be_taken(day: date, known: DayFigures | None, today: date, moment: datetime) -> bool:
    if known is None or day == today:
        return True
    return not known.closed and known.taken_at < moment - AGAIN
