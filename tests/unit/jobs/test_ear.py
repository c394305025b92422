"""When a worker counts as deaf: messages go out, and nothing at all comes in."""

import pytest

from config.watchdog import BUSY_TIMES, Ear

PATIENCE = 90.0


@pytest.mark.parametrize(
    ("after", "count", "sent", "busy", "deaf"),
    [
        (90, 0, True, False, False),
        (91, 0, True, False, True),
        (91, 1, True, False, False),  # it took a task
        (91, 0, False, False, False),  # the broker is away
        (91, 0, True, True, False),  # every child has a task, which may take its time
        (91 * BUSY_TIMES, 0, True, True, True),
    ],
)
def test_deaf_is_who_hears_nothing_of_what_could_be_heard(
    after: float, count: int, sent: bool, busy: bool, deaf: bool
) -> None:
    ear = Ear(PATIENCE, since=1000.0)
    assert ear.is_deaf(now=1000.0 + after, count=count, sent=sent, busy=busy) is deaf


def test_patience_begins_anew_with_each_task_and_after_an_outage() -> None:
    ear = Ear(PATIENCE, since=0.0)
    assert not ear.is_deaf(now=80.0, count=1, sent=True, busy=False)
    assert not ear.is_deaf(now=160.0, count=1, sent=False, busy=False)
    assert not ear.is_deaf(now=250.0, count=1, sent=True, busy=False)
    assert ear.is_deaf(now=251.0, count=1, sent=True, busy=False)
