"""The schedules in django-celery-beat's tables: when one is due, what is caught up with, a run on demand."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django_celery_beat.models import PeriodicTask

from integration.jobs import dispatch
from integration.jobs.acts import Actor, NotAllowed, note
from integration.rules.slots import CATCH_UP, CatchUp, Cron, Every, Once, Times

SHORTEST = timedelta(milliseconds=100)
AHEAD = (timedelta(days=1), timedelta(days=32))  # how far the next time is looked for


def times(row: PeriodicTask) -> Times | None:
    """None: it follows the sun. Raises ValueError, ParseException for what cannot be read."""
    if row.interval is not None:
        return Every(max(row.interval.schedule.run_every, SHORTEST))
    if row.crontab is not None:
        cron = row.crontab.schedule
        days = (frozenset(cron.day_of_week), frozenset(cron.day_of_month), frozenset(cron.month_of_year))
        return Cron(frozenset(cron.minute), frozenset(cron.hour), *days, zone=row.crontab.timezone)
    return Once(row.clocked.clocked_time) if row.clocked is not None else None


def catch_up(row: PeriodicTask) -> CatchUp:
    return CatchUp(json.loads(row.headers or "{}").get(CATCH_UP, CatchUp.LATEST))


def next_run(row: PeriodicTask, after: datetime) -> datetime | None:
    """None: none is near, or it is switched off."""
    found = times(row) if row.enabled else None
    if found is None:
        return None
    near = found.next(after)
    for ahead in AHEAD if near is None else ():
        near = min(found.newest_first(after, after + ahead), default=None)
        if near is not None:
            break
    return near


def run_now(pk: int, actor: Actor) -> None:
    """Sends the schedule's task to a worker once, beside its times. Raises NotAllowed."""
    with transaction.atomic():
        row = PeriodicTask.objects.filter(pk=pk).first()
        if row is None:
            raise NotAllowed("There is no such schedule any more.")
        note(actor, "run schedule", row.name, task=row.task)
        try:
            dispatch.start(row.task, *_arguments(row))
        except dispatch.DOWN as down:
            said = f"The broker does not answer ({type(down).__name__}): nothing was started. Try again in a moment."
            raise NotAllowed(said) from down


def _arguments(row: PeriodicTask) -> tuple[list[Any], dict[str, Any]]:
    return json.loads(row.args or "[]"), json.loads(row.kwargs or "{}")
