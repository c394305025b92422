"""The arithmetic of the forecast as a table, and the words for what is in the way of a lane."""

from datetime import UTC, datetime

import pytest

from integration.jobs.forecast import Facts, Held, Moments, Pace, come_per_second, done_per_second, forecast
from integration.models import Lane

STEADY = [(age / 10, 2) for age in range(600)]  # 20 a second
BURST = [(40.0, 5000)]


def every(seconds: float, count: int = 1, *, back: float = 60.0, until: float = 0.0) -> Moments:
    """So many jobs at once each time, from ``back`` seconds ago until ``until`` seconds ago."""
    return [(until + step * seconds, count) for step in range(int((back - until) / seconds) + 1)]


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([], 0.0),
        (STEADY, 20.0),
        (every(0.5, 64), 128.0),  # batches
        (every(15.0), 1 / 15),  # slow jobs: few in a minute, so older ones count too
        (every(30.0, 2, back=590), 2 / 30),  # two workers that end together
        (every(200.0, back=590), 1 / 200),
        ([*every(0.1, 2, back=20), *every(10.0, back=600, until=61)], 20.0),  # what was before says nothing
        ([(0.1 * tenth, 300) for tenth in range(33)], 3000.0),  # more in a minute than is looked at
        (every(1.0, 10, back=60, until=30), 300 / 60),  # it has stopped, and slows down as we look on
        ([(30.0, 1)], 1 / 60),
    ],
)
def test_what_is_done_a_second(ends: Moments, expected: float) -> None:
    assert done_per_second(ends) == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize(
    ("arrivals", "seconds", "expected"),
    [
        ([], 60.0, 0.0),
        (every(0.5, 5), 60.0, 10.0),
        (every(10.0, back=50), 60.0, 0.1),  # few: the mean
        (BURST, 60.0, 0.0),  # it is over
        ([*BURST, *every(0.5, 5)], 60.0, 10.0),
        ([(0.1 * tenth, 100) for tenth in range(100)], 10.0, 1000.0),
    ],
)
def test_what_comes_in_a_second(arrivals: Moments, seconds: float, expected: float) -> None:
    assert come_per_second(arrivals, seconds) == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize(
    ("facts", "state", "seconds"),
    [
        (Facts(Lane.ORDER), "clear", 0.0),
        (Facts(Lane.ORDER, due=1200, ends=STEADY), "draining", 60.0),
        (Facts(Lane.ORDER, due=1200, ends=STEADY, arrivals=BURST), "draining", 60.0),
        (Facts(Lane.ORDER, due=1200, ends=STEADY, arrivals=every(0.5, 5)), "draining", 120.0),
        (Facts(Lane.ORDER, due=1200, waited=61, ends=STEADY, arrivals=every(0.5, 50)), "stuck", None),
        (Facts(Lane.ORDER, due=7, waited=61), "stuck", None),
        (Facts(Lane.ORDER, due=7, waited=59), "starting", None),
        (Facts(Lane.ORDER, held=[Held("WMS", 40)]), "held", 0.0),
        (Facts(Lane.ORDER, due=1200, ends=STEADY, held=[Held("WMS", 40)]), "draining", 60.0),
    ],
)
def test_when_a_lane_is_clear(facts: Facts, state: str, seconds: float | None) -> None:
    found = forecast(facts)
    assert (found.state, found.seconds) == (state, None if seconds is None else pytest.approx(seconds, rel=0.06))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (
            Facts(Lane.ORDER, held=[Held("WMS", 1400, datetime(2026, 3, 2, 11, 40, tzinfo=UTC))]),
            ["1,400 wait for WMS, which does not answer since 2026-03-02 11:40 UTC"],
        ),
        (Facts(Lane.ORDER, due=9, ends=STEADY, paces=[Pace("Odoo", 1.0)]), ["Odoo takes 1 call a second"]),
        (
            Facts(Lane.ORDER, due=9, waited=61, paces=[Pace("Odoo", 0.0)]),
            ["Odoo is switched off", "no job of it has ended"],
        ),
        (
            Facts(Lane.ORDER, due=9, waited=61, ends=STEADY, arrivals=every(0.5, 50)),
            ["1e+02 jobs a second come in and 20 are done"],
        ),
        (Facts(Lane.ORDER, due=9, ends=STEADY), []),
    ],
)
def test_it_says_what_is_in_the_way(facts: Facts, why: list[str]) -> None:
    assert forecast(facts).why == why
