"""What is kept of the days, put together: by day over warehouses, or by warehouse over days."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from integration.models import DayFigures
from integration.reports.parts import Kind, Scope, Series, share
from integration.reports.words import say

Key = TypeVar("Key")
Sums = Mapping[str, Any]
LARGEST = frozenset({"told_slowest"})  # what is not summed up
NOTHING: Sums = {}


@dataclass(frozen=True, slots=True)
class History:
    """The rows of a scope's days up to its own one. ``as_of``: when the newest of its own day was taken."""

    scope: Scope
    rows: Sequence[DayFigures]

    @property
    def days(self) -> list[date]:
        return [self.scope.day - timedelta(days=back) for back in range(self.scope.days - 1, -1, -1)]

    @property
    def as_of(self) -> datetime | None:
        return max((row.taken_at for row in self.rows), default=None)

    def of_day(self, day: date) -> Sums:
        """Over all warehouses; what none of them knows is missing."""
        return _summed(row.figures for row in self.rows if row.day == day)

    def by(self, key: Callable[[DayFigures], Key]) -> Mapping[Key, Sums]:
        """Over the days, and all rows that have the same key."""
        parts: defaultdict[Key, list[Sums]] = defaultdict(list)
        for row in self.rows:
            parts[key(row)].append(row.figures)
        return {name: _summed(figures) for name, figures in parts.items()}

    def series(self, key: str, title: str, value: Callable[[Sums], float | None], **more: Any) -> Series:
        kind, limit = more.get("kind", Kind.COUNT), more.get("limit")
        days = {day: self.of_day(day) for day in self.days}
        return Series(key, title, [(day, value(sums)) for day, sums in days.items()], kind, limit)


def load(scope: Scope) -> History:
    """One statement: as many rows as warehouses times days."""
    first = scope.day - timedelta(days=scope.days - 1)
    rows = DayFigures.objects.filter(warehouse__in=scope.ids, day__gte=first, day__lte=scope.day)
    return History(scope, list(rows.order_by("day", "warehouse")))


def period(day: date, days: int = 1) -> str:
    """A day, or so many up to it."""
    last = say(day, Kind.DAY)
    return last if days == 1 else _("{n} days up to {day}").format(n=days, day=last)


def share_of(part: str, *whole: str) -> Callable[[Sums], float | None]:
    """In percent; None where it is not known, or of nothing."""

    def value(sums: Sums) -> float | None:
        known = part in sums and any(name in sums for name in whole)
        return share(sums[part], sum(sums.get(name, 0) for name in whole)) if known else None

    return value


def number(name: str) -> Callable[[Sums], float | None]:
    return lambda sums: sums.get(name)


def _summed(parts: Iterable[Sums]) -> Sums:
    found: dict[str, Any] = {}
    for figures in parts:
        for name, value in figures.items():
            found[name] = _added(name, found[name], value) if name in found else value
    return found


def _added(name: str, known: Any, value: Any) -> Any:
    if name in LARGEST:
        return max(known, value)
    if isinstance(value, dict):
        return {key: known.get(key, 0) + value.get(key, 0) for key in {**known, **value}}
    return known + value
