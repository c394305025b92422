"""The schedules in django-celery-beat's tables: written from the settings, read as what is due when."""

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery.schedules import ParseException, crontab
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from config.schedule import Schedule
from integration.jobs import schedules
from integration.rules.slots import CatchUp, Times

KINDS = ("interval", "crontab", "clocked")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """One schedule that is switched on. Nothing is owed for the time before ``since``."""

    name: str
    task: str
    args: list[Any]
    kwargs: dict[str, Any]
    expires: float | None
    times: Times
    catch_up: CatchUp
    since: datetime


def write(schedule: Schedule) -> None:
    """What has changed; a row's time of change tells from when on its slots are owed, so others are left alone."""
    for name, entry in schedule.items():
        wanted = _fields(entry)
        row, _ = PeriodicTask.objects.get_or_create(name=name, defaults=wanted)
        if any(getattr(row, field) != value for field, value in wanted.items()):
            for field, value in wanted.items():
                setattr(row, field, value)
            row.save()


def read() -> list[Plan]:
    """Celery's own schedules and those of the sun are not ours."""
    rows = PeriodicTask.objects.filter(enabled=True).exclude(task__startswith="celery.").select_related(*KINDS)
    return [plan for plan in map(_read, rows) if plan is not None]


def ran(plan: Plan, slot: datetime) -> None:
    """For people to read; an update, because a save would count as a change of the schedule."""
    row = PeriodicTask.objects.get(name=plan.name)
    off = {"enabled": False} if row.one_off else {}
    PeriodicTask.objects.filter(pk=row.pk).update(last_run_at=slot, total_run_count=row.total_run_count + 1, **off)


def _read(row: PeriodicTask) -> Plan | None:
    """A row that cannot be read must not stop the others."""
    try:
        times = schedules.times(row)
        return None if times is None else _plan(row, times)
    except (ValueError, ParseException) as wrong:
        log.warning("the schedule %s cannot be read: %s", row.name, wrong)
    return None


def _fields(entry: dict[str, Any]) -> dict[str, Any]:
    options = entry.get("options", {})
    when = entry["schedule"]
    cron = isinstance(when, crontab)
    return {
        "task": entry["task"],
        "interval": None if cron else _interval(when),
        "crontab": _crontab(when) if cron else None,
        "clocked": None,
        "solar": None,
        "args": json.dumps(entry.get("args", [])),
        "kwargs": json.dumps(entry.get("kwargs", {})),
        "headers": json.dumps(options.get("headers", {})),
        "expire_seconds": options.get("expire_seconds"),
    }


def _interval(span: timedelta) -> IntervalSchedule:
    """In seconds, or in what is left of them: the table holds whole numbers."""
    whole = span.total_seconds().is_integer()
    unit = IntervalSchedule.SECONDS if whole else IntervalSchedule.MICROSECONDS
    every = int(span / (timedelta(seconds=1) if whole else timedelta(microseconds=1)))
    return IntervalSchedule.objects.filter(every=every, period=unit).first() or IntervalSchedule.objects.create(
        every=every, period=unit
    )


def _crontab(when: crontab) -> CrontabSchedule:
    row = CrontabSchedule.from_schedule(when)
    if row.pk is None:
        row.save()
    return row


def _plan(row: PeriodicTask, times: Times) -> Plan:
    return Plan(
        name=row.name,
        task=row.task,
        args=json.loads(row.args or "[]"),
        kwargs=json.loads(row.kwargs or "{}"),
        expires=row.expire_seconds,
        times=times,
        catch_up=schedules.catch_up(row),
        since=max(row.date_changed, row.start_time or row.date_changed),
    )
