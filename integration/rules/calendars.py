"""When a warehouse works: on which days, from when to when, by its own clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

DAYS_AHEAD = 370  # beyond that a warehouse counts as closed for good
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """``days``: 0 is Monday. What closes no later than it opens, closes on the next day."""

    opens: time
    closes: time
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Without ``hours`` it works around the clock, but on its days off."""

    zone: str
    hours: tuple[Hours, ...] = ()
    days_off: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        if day in self.days_off:
            return False
        return not self.hours or any(day.weekday() in each.days for each in self.hours)

    def days(self, since: datetime) -> Iterator[date]:
        """The days on which it works, from that of ``since`` on."""
        first = since.astimezone(ZoneInfo(self.zone)).date()
        return (day for ahead in range(DAYS_AHEAD) if self.works_on(day := first + ahead * DAY))

    def at(self, day: date, clock: time) -> datetime:
        """In UTC. A time that the clocks jump over comes an hour later; one that comes twice is the first one."""
        return datetime.combine(day, clock, ZoneInfo(self.zone)).astimezone(UTC)

    def is_open(self, moment: datetime) -> bool:
        begun = takewhile(lambda span: span[0] <= moment, self._spans(moment))
        return any(moment < closes for _opens, closes in begun)

    def next_open(self, moment: datetime) -> datetime | None:
        """``moment`` itself while it works; None: not within a year."""
        if self.is_open(moment):
            return moment
        return next((opens for opens, _closes in self._spans(moment) if opens >= moment), None)

    def _spans(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """From the days before on, whose shift may last until now; by the time that they open. One of hours that the
        clocks jump over is none."""
        for day in self.days(moment - 2 * DAY):
            yield from sorted(span for span in self._spans_of(day) if span[0] < span[1])

    def _spans_of(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        whole = (Hours(time.min, time.min, frozenset({day.weekday()})),)
        for each in self.hours or whole:
            if day.weekday() in each.days:
                ends = day if each.closes > each.opens else day + DAY
                yield self.at(day, each.opens), self.at(ends, each.closes)
