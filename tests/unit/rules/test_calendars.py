"""When a warehouse works, by its own clock."""

from datetime import UTC, date, datetime, time

import pytest

from integration.rules.calendars import Calendar, Hours

BERLIN = "Europe/Berlin"
DAY_SHIFT = Hours(time(6), time(14, 30), frozenset(range(5)))
NIGHT_SHIFT = Hours(time(22), time(6), frozenset({4}))  # Friday night
CHRISTMAS = frozenset({date(2026, 12, 24), date(2026, 12, 25)})


def at(day, hour, minute=0):
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


def opens(calendar, moment):
    found = calendar.next_open(moment)
    return found and found.isoformat()


def test_without_hours_it_works_around_the_clock():
    always = Calendar(BERLIN)
    assert always.is_open(at(6, 3))
    assert always.next_open(at(6, 3)) == at(6, 3)


def test_a_day_off_is_one_by_its_own_clock():
    closed = Calendar(BERLIN, days_off=CHRISTMAS)
    assert closed.is_open(at(23, 22, 59))
    assert not closed.is_open(at(23, 23))  # midnight in Berlin
    assert not closed.is_open(at(25, 22, 59))
    assert opens(closed, at(24, 12)) == "2026-12-25T23:00:00+00:00"


@pytest.mark.parametrize(
    ("moment", "is_open", "opens_at"),
    [
        (at(7, 4, 59), False, "2026-12-07T05:00:00+00:00"),
        (at(7, 5), True, "2026-12-07T05:00:00+00:00"),
        (at(7, 13, 29), True, "2026-12-07T13:29:00+00:00"),
        (at(7, 13, 30), False, "2026-12-08T05:00:00+00:00"),
        (at(11, 20), False, "2026-12-14T05:00:00+00:00"),  # Friday evening
    ],
)
def test_it_works_in_its_hours(moment, is_open, opens_at):
    calendar = Calendar(BERLIN, (DAY_SHIFT,))
    assert (calendar.is_open(moment), opens(calendar, moment)) == (is_open, opens_at)


def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_begins():
    calendar = Calendar(BERLIN, (DAY_SHIFT, NIGHT_SHIFT))
    assert calendar.is_open(at(12, 4, 59))  # Saturday, 05:59 in Berlin
    assert not calendar.is_open(at(12, 5))
    assert not Calendar(BERLIN, (NIGHT_SHIFT,), frozenset({date(2026, 12, 11)})).is_open(at(12, 3))
    assert Calendar(BERLIN, (NIGHT_SHIFT,), frozenset({date(2026, 12, 12)})).is_open(at(12, 3))


def test_of_two_shifts_the_next_one_opens():
    calendar = Calendar(BERLIN, (Hours(time(16), time(20), frozenset(range(7))), DAY_SHIFT))
    assert opens(calendar, at(7, 3)) == "2026-12-07T05:00:00+00:00"
    assert opens(calendar, at(7, 14)) == "2026-12-07T15:00:00+00:00"


def test_where_it_never_works_it_never_opens():
    sundays = Hours(time(6), time(7), frozenset({6}))
    every = frozenset(date.fromordinal(date(2026, 12, 6).toordinal() + 7 * week) for week in range(60))
    assert Calendar(BERLIN, (sundays,), every).next_open(at(7, 12)) is None


def test_in_the_night_in_which_the_clocks_change_its_own_clock_counts():
    early = Calendar(BERLIN, (Hours(time(2, 30), time(4), frozenset({6})),))
    spring, autumn = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert opens(early, spring) == "2026-03-29T01:30:00+00:00"  # 02:30 is none: it is 03:30
    assert opens(early, autumn) == "2026-10-25T00:30:00+00:00"  # the first of two
    assert early.is_open(datetime(2026, 10, 25, 2, 59, tzinfo=UTC))
    skipped = Calendar(BERLIN, (Hours(time(2, 30), time(3), frozenset({6})),))
    assert opens(skipped, spring) == "2026-04-05T00:30:00+00:00"  # the hours of that night are none


def test_whether_it_works_now_is_told_without_a_walk_through_the_year(monkeypatch):
    """It is asked for each delivery that rules decide about."""
    real, looked = Calendar._spans_of, []

    def spans_of(self, day):
        looked.append(day)
        return real(self, day)

    monkeypatch.setattr(Calendar, "_spans_of", spans_of)
    assert not Calendar(BERLIN, (DAY_SHIFT,)).is_open(at(12, 20))
    assert len(looked) <= 4
