"""Whatever the zone, the hours, the days off and the moment: the next wave is the next one, and on a working day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from integration.rules.business.outcomes import Wave
from integration.rules.business.waves import next_time
from integration.rules.calendars import Calendar, Hours

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
DAYS = st.frozensets(st.integers(0, 6), min_size=1)
CLOCKS = st.lists(st.times().map(lambda at: f"{at:%H:%M}"), min_size=1, max_size=4)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
OFF = st.frozensets(st.dates(date(2026, 1, 1), date(2028, 1, 31)), max_size=20)
HOURS = st.lists(st.builds(Hours, st.times(), st.times(), DAYS), max_size=2).map(tuple)


@given(st.sampled_from(ZONES), HOURS, OFF, CLOCKS, MOMENTS)
def test_the_next_wave_is_the_next_time_of_a_working_day(zone, hours, off, clocks, now) -> None:  # type: ignore[no-untyped-def]
    calendar = Calendar(zone, hours, off)
    found = next_time(Wave(times=tuple(clocks)), calendar, now)
    assert found is not None
    assert found > now
    here = now.astimezone(ZoneInfo(zone)).date()
    days = [here + timedelta(days=ahead) for ahead in range((found - now).days + 3)]
    waves = sorted(
        calendar.at(day, time.fromisoformat(each)) for day in days for each in clocks if calendar.works_on(day)
    )
    assert found == next(at for at in waves if at > now)


@given(st.sampled_from(ZONES), HOURS, OFF, MOMENTS)
def test_a_warehouse_opens_when_it_is_open_and_not_before(zone, hours, off, now) -> None:  # type: ignore[no-untyped-def]
    calendar = Calendar(zone, hours, off)
    opens = calendar.next_open(now)
    assert opens is not None
    assert opens >= now
    assert calendar.is_open(now) == (opens == now)
    before = [now + each * (opens - now) / 7 for each in range(7)]
    assert not any(calendar.is_open(each) for each in before if each != opens)
