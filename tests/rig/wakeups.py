"""No wake-up that an earlier test sent is on its way: a worker would make room for its lane, and stop early."""

from integration.jobs import marks
from integration.models import Lane


def pytest_runtest_setup() -> None:
    for lane in Lane:
        marks.clear(lane)
