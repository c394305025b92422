"""Permits to die: how many are given, what counts as a hit, and who stood still wakes."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from integration.jobs.failpoints import IN_WEB, IN_WORKERS, STANDS_STILL, WRITING
from tests.drills import failpoints
from tests.drills.failpoints import AHEAD, AT_ONCE, Failpoints, Sleepers
from tests.rig.poll import until

STOPS = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"
STARTS_ONE_THAT_STOPS = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', {STOPS!r}]))"


class Workers:
    """One process has all the names."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def pid(self, name: str) -> int:
        return self._pid


@pytest.fixture
def points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Failpoints:
    monkeypatch.setattr(failpoints, "PAUSES", ((IN_WORKERS, 0.0), (IN_WEB, 0.0)))
    return Failpoints(tmp_path / "permits", 2, Workers(0), sleep=60.0)  # type: ignore[arg-type]


def use(folder: Path) -> list[str]:
    """Whoever comes by the points of workers dies there, of each permit once."""
    found = [permit.name for permit in folder.iterdir() if permit.name in IN_WORKERS]
    for name in found:
        (folder / name).unlink()
    return found


def test_a_used_permit_is_a_hit_and_deaths_come_with_the_work(points: Failpoints, tmp_path: Path) -> None:
    used: list[str] = []
    for _ in range(9):
        points.look(0.0)
        used += use(tmp_path / "permits")
    points.look(0.0)
    assert (AHEAD <= len(used) < AHEAD + AT_ONCE, points.hits.total()) == (True, len(used))
    for _ in range(40):
        points.look(1.0)
        used += use(tmp_path / "permits")
    points.look(1.0)
    rest = [point for point in IN_WORKERS if point != STANDS_STILL]
    assert [points.hits[point] for point in rest] == [2] * len(rest)
    assert (points.hits[STANDS_STILL], points.missing(STANDS_STILL)) == (0, True)


def test_a_flow_has_the_points_around_its_writes_to_itself(tmp_path: Path) -> None:
    folder = tmp_path / "permits"
    points = Failpoints(folder, 0, Workers(0), sleep=60.0, writers=("posting", "put_away"), of_each=1)  # type: ignore[arg-type]
    points.look(1.0)
    armed = sorted(permit.name for permit in folder.iterdir())
    assert len(armed) == AT_ONCE
    assert {name.partition("@")[2] for name in armed} <= {"posting", "put_away"}
    for name in armed:
        (folder / name).rename(folder / f"used.{name}.123")
    points.look(1.0)
    assert (points.hits.total(), points.flows.total(), points.enough) == (AT_ONCE, AT_ONCE, False)
    assert {name.partition("@")[0] for name in points.hits} <= set(WRITING)


def test_who_stood_still_is_woken_when_the_time_is_over() -> None:
    parent = subprocess.Popen([sys.executable, "-c", STARTS_ONE_THAT_STOPS], start_new_session=True)
    try:
        sleepers = Sleepers(Workers(parent.pid), 0.2)  # type: ignore[arg-type]
        until(lambda: sleepers.wake() or sleepers.is_asleep("worker-1"), seconds=20)
        assert sleepers.since
        until(sleepers.wake, seconds=5)
        assert parent.wait(timeout=20) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()
