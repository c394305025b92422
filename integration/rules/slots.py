"""When a schedule is due: its slots, each an instant in UTC that every beat computes alike.

Times of a zone follow RFC 5545, 3.3.5: what a change of the clocks skips happens as if they had not changed yet, what
they repeat happens the first time. A schedule of every hour follows real time: each hour once, also the repeated one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import Protocol
from zoneinfo import ZoneInfo

CATCH_UP = "catch-up"  # the header that holds a schedule's policy
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
ALL_HOURS = frozenset(range(24))


class CatchUp(StrEnum):
    """What becomes of slots that nobody started in time."""

    LATEST = "latest"  # one run serves for all
    EVERY = "every"  # each of them is run, as far as MOST allows
    NONE = "none"  # they are dropped


MOST = 100  # the latest so many missed slots are run with EVERY
LATE = timedelta(seconds=60)  # a slot that is older was missed: a change of leader takes half of that
LONGEST = timedelta(days=31)  # what was missed before is not looked for


class Times(Protocol):
    """When something is to be done."""

    def newest_first(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """The slots in (after, until], the latest first."""

    def next(self, after: datetime) -> datetime | None:
        """The first slot after; None where a look every other second is near enough."""


@dataclass(frozen=True, slots=True)
class Every:
    """Counted from 1970, so that every process and every restart has the same slots."""

    span: timedelta

    def newest_first(self, after: datetime, until: datetime) -> Iterator[datetime]:
        slot = until - (until - EPOCH) % self.span
        while slot > after:
            yield slot
            slot -= self.span

    def next(self, after: datetime) -> datetime:
        return after - (after - EPOCH) % self.span + self.span


@dataclass(frozen=True, slots=True)
class Once:
    at: datetime

    def newest_first(self, after: datetime, until: datetime) -> Iterator[datetime]:
        if after < self.at <= until:
            yield self.at

    def next(self, after: datetime) -> datetime | None:
        return self.at if self.at > after else None


@dataclass(frozen=True, slots=True)
class Cron:
    """Minutes and hours of a zone's clock; the three kinds of days must all fit. Sunday is 0."""

    minutes: frozenset[int]
    hours: frozenset[int]
    weekdays: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    zone: ZoneInfo

    def newest_first(self, after: datetime, until: datetime) -> Iterator[datetime]:
        day = until.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None) + DAY
        oldest = after.astimezone(self.zone).replace(tzinfo=None) - 2 * DAY
        while day > oldest:
            yield from (slot for slot in self._of(day) if after < slot <= until)
            day -= DAY

    def next(self, after: datetime) -> None:
        return None

    def _of(self, day: datetime) -> list[datetime]:
        if day.day not in self.days or day.month not in self.months or day.isoweekday() % 7 not in self.weekdays:
            return []
        walls = (day.replace(hour=hour, minute=minute) for hour in self.hours for minute in self.minutes)
        return sorted({slot for wall in walls for slot in self._instants(wall)}, reverse=True)

    def _instants(self, wall: datetime) -> set[datetime]:
        first, second = (wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if self.hours != ALL_HOURS:
            return {first}
        return {each for each in (first, second) if each.astimezone(self.zone).replace(tzinfo=None) == wall}


def owed(times: Times, catch_up: CatchUp, *, after: datetime, now: datetime) -> list[datetime]:
    """The slots to be run now, the oldest first; ``after`` is the last one that was run."""
    since = max(after, now - LONGEST)
    if catch_up is CatchUp.NONE:
        since = max(since, now - LATE)
    most = MOST if catch_up is CatchUp.EVERY else 1
    return [*islice(times.newest_first(since, now), most)][::-1]
