"""When the next parcels leave, by the warehouse's own clock."""

from datetime import UTC, date, datetime, time

import pytest

from integration.rules.calendars import Calendar, Hours
from integration.rules.cutoffs import CutOff, next_leaving

WORKDAYS = frozenset(range(5))
FRIDAY = datetime(2026, 11, 27, 15, 17, tzinfo=UTC)  # 16:17 in Berlin
BERLIN = "Europe/Berlin"
UPS = CutOff("UPS", time(17, 0), WORKDAYS)
UPS_NOON = CutOff("UPS", time(12, 0), WORKDAYS)
OTHERS = CutOff("", time(18, 30), frozenset(range(6)))


def left(cut_offs, carrier, now=FRIDAY, zone=BERLIN, **times):
    found = next_leaving(cut_offs, carrier, Calendar(zone, **times), now)
    return found and found.at.astimezone(UTC).isoformat()


def test_the_cut_off_is_read_by_the_warehouses_clock():
    assert left([UPS], "UPS") == "2026-11-27T16:00:00+00:00"
    assert left([UPS], "UPS", zone="America/New_York") == "2026-11-27T22:00:00+00:00"


def test_what_has_left_leaves_on_the_next_day_that_there_is_one():
    assert left([UPS], "UPS", datetime(2026, 11, 27, 16, 0, tzinfo=UTC)) == "2026-11-30T16:00:00+00:00"


def test_of_several_on_a_day_the_next_one_counts():
    assert left([UPS, UPS_NOON], "UPS", datetime(2026, 11, 27, 10, 59, tzinfo=UTC)) == "2026-11-27T11:00:00+00:00"
    assert left([UPS, UPS_NOON], "UPS") == "2026-11-27T16:00:00+00:00"


@pytest.mark.parametrize("carrier", ["DHL", ""])
def test_a_carrier_without_one_of_its_own_leaves_with_all_others(carrier):
    assert left([UPS, OTHERS], carrier) == "2026-11-27T17:30:00+00:00"


def test_a_carrier_with_one_of_its_own_does_not():
    assert left([UPS, OTHERS], "UPS") == "2026-11-27T16:00:00+00:00"


def test_where_nobody_has_said_it_there_is_none():
    assert left([UPS], "DHL") is None
    assert left([], "UPS") is None


def test_one_day_a_week_is_met_a_week_ahead():
    friday = CutOff("UPS", time(16, 0), frozenset({4}))
    assert left([friday], "UPS") == "2026-12-04T15:00:00+00:00"


def test_on_the_day_when_the_clocks_change_it_is_the_clock_that_counts():
    sunday = CutOff("", time(12, 0), frozenset({6}))
    assert left([sunday], "", datetime(2026, 10, 24, 12, 0, tzinfo=UTC)) == "2026-10-25T11:00:00+00:00"
    assert left([sunday], "", datetime(2027, 3, 27, 12, 0, tzinfo=UTC)) == "2027-03-28T10:00:00+00:00"


def test_none_leaves_on_a_day_off():
    monday = frozenset({date(2026, 11, 30)})
    evening = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
    assert left([UPS], "UPS", evening) == "2026-11-30T16:00:00+00:00"
    assert left([UPS], "UPS", evening, days_off=monday) == "2026-12-01T16:00:00+00:00"


def test_none_leaves_on_a_day_of_the_week_on_which_nobody_works():
    tuesdays = (Hours(time(6), time(14), frozenset({1})),)
    assert left([UPS], "UPS", hours=tuesdays) == "2026-12-01T16:00:00+00:00"


def test_one_that_leaves_on_days_off_only_never_does():
    friday = CutOff("UPS", time(16, 0), frozenset({4}))
    assert left([friday], "UPS", hours=(Hours(time(6), time(14), frozenset(range(4))),)) is None
