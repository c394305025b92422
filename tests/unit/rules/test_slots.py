"""When a schedule is due, through changes of the clocks, and what is made up for after a pause."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from integration.rules.slots import ALL_HOURS, MOST, CatchUp, Cron, Every, Once, Times, owed

BERLIN, LORD_HOWE, CHICAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Chicago")
SPRING, AUTUMN = datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)  # the day before, in Europe
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def cron(minute: int, *hours: int, zone: ZoneInfo = BERLIN, weekdays: frozenset[int] = frozenset(range(7))) -> Cron:
    days, months = frozenset(range(1, 32)), frozenset(range(1, 13))
    return Cron(frozenset({minute}), frozenset(hours) or ALL_HOURS, weekdays, days, months, zone)


def told(times: Times, start: datetime, days: int) -> list[str]:
    """In UTC, the oldest first."""
    until = start + timedelta(days=days) - SECOND
    return [f"{slot:%d %H:%M}" for slot in times.newest_first(start, until)][::-1]


@pytest.mark.parametrize(
    ("times", "start", "slots"),
    [
        (cron(0, 4, zone=ZoneInfo("UTC")), SPRING, ["28 04:00", "29 04:00", "30 04:00"]),
        (cron(0, 4), SPRING, ["28 03:00", "29 02:00", "30 02:00"]),
        (cron(0, 4), AUTUMN, ["24 02:00", "25 03:00", "26 03:00"]),
        # 02:30 is skipped in spring and comes twice in autumn: once each day all the same
        (cron(30, 2), SPRING, ["28 01:30", "29 01:30", "30 00:30"]),
        (cron(30, 2), AUTUMN, ["24 00:30", "25 00:30", "26 01:30"]),
        # 02:00 and 03:00 are one moment in spring
        (cron(0, 2, 3), SPRING, ["28 01:00", "28 02:00", "29 01:00", "30 00:00", "30 01:00"]),
        (cron(30, 2, zone=CHICAGO), datetime(2026, 3, 8, tzinfo=UTC), ["08 08:30", "09 07:30", "10 07:30"]),
        # where the clocks change by half an hour
        (cron(15, 2, zone=LORD_HOWE), datetime(2026, 10, 3, tzinfo=UTC), ["03 15:45", "04 15:15", "05 15:15"]),
    ],
)  # fmt: skip
def test_a_time_of_the_day_comes_once_a_day(times: Cron, start: datetime, slots: list[str]) -> None:
    assert told(times, start, 3) == slots


@pytest.mark.parametrize("start", [SPRING, AUTUMN])
def test_every_hour_follows_real_time_through_a_change(start: datetime) -> None:
    found = [*cron(0).newest_first(start, start + timedelta(days=3))]
    assert len(found) == 72
    assert {before - after for before, after in pairwise(found)} == {timedelta(hours=1)}


def test_days_of_the_week_are_those_of_the_zone() -> None:
    sundays = cron(30, 0, weekdays=frozenset({0}))
    assert told(sundays, datetime(2026, 3, 5, tzinfo=UTC), 14) == ["07 23:30", "14 23:30"]


def test_an_interval_counts_from_1970_whoever_asks_and_when() -> None:
    every = Every(10 * SECOND)
    now = datetime(2026, 3, 2, 11, 40, 17, 250, tzinfo=UTC)
    assert [slot.second for slot in every.newest_first(now - 30 * SECOND, now)] == [10, 0, 50]
    assert every.next(now) == datetime(2026, 3, 2, 11, 40, 20, tzinfo=UTC)
    assert [*every.newest_first(now - 3 * SECOND, now)] == []


def test_a_moment_comes_once() -> None:
    once = Once(SPRING)
    assert [*once.newest_first(SPRING - SECOND, SPRING)] == [SPRING]
    assert [*once.newest_first(SPRING, SPRING + SECOND)] == []


@pytest.mark.parametrize(
    ("catch_up", "minutes", "found"),
    [
        (CatchUp.LATEST, 60, [0]),
        (CatchUp.LATEST, 0, []),
        (CatchUp.EVERY, 3, [2, 1, 0]),
        (CatchUp.EVERY, 10_000, [*range(MOST)][::-1]),
        (CatchUp.NONE, 60, [0]),
    ],
)
def test_missed_slots_are_made_up_for_by_policy(catch_up: CatchUp, minutes: int, found: list[int]) -> None:
    slots = owed(Every(MINUTE), catch_up, after=SPRING - minutes * MINUTE, now=SPRING + 59 * SECOND)
    assert slots == [SPRING - ago * MINUTE for ago in found]


def test_without_catching_up_a_slot_that_is_over_a_minute_old_is_dropped() -> None:
    daily = cron(0, 4, zone=ZoneInfo("UTC"))
    due = datetime(2026, 3, 28, 4, tzinfo=UTC)
    for late, found in ((59, [due]), (61, [])):
        assert owed(daily, CatchUp.NONE, after=SPRING, now=due + late * SECOND) == found


def test_what_was_missed_long_ago_is_forgotten() -> None:
    assert owed(Once(SPRING), CatchUp.LATEST, after=SPRING - SECOND, now=SPRING + timedelta(days=32)) == []
