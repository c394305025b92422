"""Which wave a delivery waits for, and until when."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from integration.rules.business.deciding import Rule
from integration.rules.business.outcomes import RuleKind, Wave, outcome_of
from integration.rules.business.waves import Spot, goes_at_once, spot
from integration.rules.calendars import Calendar, Hours

BERLIN = Calendar("Europe/Berlin")
NOON = datetime(2026, 12, 1, 11, tzinfo=UTC)  # a Tuesday, 12:00 in Berlin


def rule(**says: Any) -> Rule:
    return Rule(7, 2, RuleKind.WAVE, 1, "Waves", "true", outcome_of(RuleKind.WAVE, says))


def waits(calendar: Calendar = BERLIN, now: datetime = NOON, leaves: datetime | None = None, **says: Any) -> str:
    found = spot(rule(**says), calendar, "DHL", leaves, now)
    return f"{found.due_at:%a %d %H:%M}" if found and found.due_at else "at once"


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (NOON, "Tue 01 13:00"),
        (NOON + timedelta(hours=2), "Wed 02 09:00"),  # the moment itself is over
        (NOON - timedelta(hours=3), "Tue 01 09:00"),
    ],
)
def test_the_next_time_of_the_day_by_the_warehouses_clock(now: datetime, due: str) -> None:
    assert waits(now=now, times=["14:00", "10:00"]) == due


def test_no_wave_on_a_day_off_and_none_where_nobody_works() -> None:
    closed = Calendar("Europe/Berlin", days_off=frozenset({date(2026, 12, 2)}))
    assert waits(closed, times=["10:00"]) == "Thu 03 09:00"
    fridays = Calendar("Europe/Berlin", (Hours(time(6), time(14), frozenset({4})),))
    assert waits(fridays, times=["10:00"]) == "Fri 04 09:00"


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), "Sun 29 01:30"),  # 02:30 is none: 03:30 in summer time
        (datetime(2026, 3, 29, 2, tzinfo=UTC), "Mon 30 00:30"),
        (datetime(2026, 10, 24, 12, tzinfo=UTC), "Sun 25 00:30"),  # the first of two
        (datetime(2026, 10, 25, 1, tzinfo=UTC), "Mon 26 01:30"),  # once on that day, not twice
    ],
)
def test_once_a_day_when_the_clocks_change(now: datetime, due: str) -> None:
    assert waits(now=now, times=["02:30"]) == due


def test_minutes_before_the_carrier_leaves() -> None:
    leaves = NOON + timedelta(hours=3)
    assert waits(leaves=leaves, before_cutoff=60) == "Tue 01 13:00"
    assert waits(leaves=leaves, before_cutoff=180) == "at once"  # the wave has gone, the carrier still comes
    assert waits(leaves=None, before_cutoff=60) == "at once"


def test_by_size_there_is_one_wave_at_a_time() -> None:
    assert spot(rule(size=20, minutes=15), BERLIN, "DHL", None, NOON) == Spot(7, 2, "7.2 size", size=20, minutes=15)


def test_what_waits_together_has_the_same_key() -> None:
    times, leaves = rule(times=["14:00"]), NOON + timedelta(hours=3)
    keys = [spot(times, BERLIN, carrier, None, NOON) for carrier in ("DHL", "UPS")]
    assert keys[0] == keys[1]
    before = [spot(rule(before_cutoff=5), BERLIN, carrier, leaves, NOON) for carrier in ("DHL", "UPS")]
    assert [each.key if each else "" for each in before] == ["7.2 1796133300 DHL", "7.2 1796133300 UPS"]


@pytest.mark.parametrize(("priority", "passes"), [(6, False), (7, True), (9, True)])
def test_what_is_urgent_passes(priority: int, passes: bool) -> None:
    assert goes_at_once(Wave(times=("10:00",), urgent_from=7), priority) is passes
    assert not goes_at_once(Wave(times=("10:00",)), priority)


@pytest.mark.parametrize(
    "says",
    [
        {},
        {"times": []},
        {"times": ["24:00"]},
        {"times": ["9:00"]},
        {"times": ["10:00"], "before_cutoff": 60},
        {"size": 5},
        {"minutes": 5},
        {"times": ["10:00"], "minutes": 5},
        {"size": 1, "minutes": 5},
        {"before_cutoff": 0},
        {"times": ["10:00"], "urgent_from": 10},
    ],
)
def test_one_way_and_all_that_belongs_to_it(says: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        outcome_of(RuleKind.WAVE, says)
