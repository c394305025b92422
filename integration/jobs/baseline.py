"""What people typed in by hand, week by week: all of it in shadow, and what is left of it once the flow is live."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count
from django.db.models.functions import TruncWeek

from integration.models import DayFigures, Rollout, ShadowDocument


@dataclass(frozen=True, slots=True)
class Week:
    """``keyed``: documents of the flow that people keyed while they did it all. ``again``: what hypercare found keyed
    by people in the warehouse, of whatever flow. ``change``: of that against the baseline, in percent."""

    monday: date
    keyed: int
    again: int
    live: bool
    change: int | None


def keyed(of: Rollout) -> dict[str, int]:
    """By week (its Monday). What has been counted stays, whatever is removed later."""
    rows = ShadowDocument.objects.filter(warehouse=of.warehouse_id, flow=of.flow, keyed_at__isnull=False).order_by()
    found = rows.annotate(week=TruncWeek("keyed_at")).values_list("week").annotate(count=Count("pk"))
    fresh = {week.date().isoformat(): count for week, count in found}
    return {week: max(count, of.keyed.get(week, 0)) for week, count in ({**of.keyed, **fresh}).items()}


def baseline(of: Rollout) -> int | None:
    """Documents of an average week in shadow. None: nobody has keyed any."""
    counts = list(of.keyed.values())
    return round(sum(counts) / len(counts)) if counts else None


def weeks(of: Rollout) -> Sequence[Week]:
    """Since it has been in shadow, the latest first."""
    usual, again = baseline(of), _again(of)
    live_from = _monday(of.live_since.date()) if of.live_since else None
    mondays = sorted({date.fromisoformat(week) for week in of.keyed} | set(again), reverse=True)
    return [
        Week(
            monday=monday,
            keyed=of.keyed.get(monday.isoformat(), 0),
            again=again.get(monday, 0),
            live=live_from is not None and monday >= live_from,
            change=_change(again.get(monday, 0), usual) if live_from is not None and monday >= live_from else None,
        )
        for monday in mondays
    ]


def _again(of: Rollout) -> Mapping[date, int]:
    days = DayFigures.objects.filter(warehouse=of.warehouse_id, day__gte=_monday(of.shadow_since.date()))
    found: Counter[date] = Counter()
    for day, figures in days.order_by("day").values_list("day", "figures"):
        found[_monday(day)] += int(figures.get("by_hand", 0))
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _change(now: int, usual: int | None) -> int | None:
    return round((now - usual) * 100 / usual) if usual else None
