"""Kills at the engine's named failpoints, one after the other, until each had its hits."""

import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from integration.jobs import failpoints
from integration.jobs.failpoints import BETWEEN, IN_WEB, IN_WORKERS, STANDS_STILL, WRITING
from tests.drills.crew import WORKERS, Crew

PAUSES = ((IN_WORKERS, 1.0), (IN_WEB, 3.0))  # seconds between two deaths: time to do some work
AT_ONCE = 3  # points that wait for somebody to come by
OCCASION = 5.0  # seconds after which a point that nobody came by waits beside the others
ASLEEP = 2  # at most
AHEAD = 4  # deaths more than their share of the work that is done: a slow machine has fewer of them in a minute
# Flows that write in Odoo or at a warehouse, and are played all along.
WRITERS = (
    "advice_send",
    "change_send",
    "inventory_adjustment",
    "inventory_count",
    "master_send",
    "parcel_posting",
    "posting",
    "progress_note",
    "put_away",
    "receipt_confirmation",
    "release_send",
    "return_receipt",
    "shipment_confirmation",
)


def in_each(flows: Sequence[str]) -> tuple[str, ...]:
    """The points around a write, of each flow apart."""
    return tuple(f"{point}{BETWEEN}{flow}" for flow in flows for point in WRITING)


class Failpoints:
    """All points are armed through one folder, for whatever process comes by first.

    ``writers``: flows that have each point around a write to themselves, ``of_each`` times. ``hits`` by point, or by
    point and flow where it had one to itself; ``flows``: all of them by the flow that was at work.
    """

    def __init__(
        self, folder: Path, wanted: int, crew: Crew, *, sleep: float, writers: Sequence[str] = (), of_each: int = 0
    ) -> None:
        folder.mkdir()
        self.hits: Counter[str] = Counter()
        self.flows: Counter[str] = Counter()
        self._folder, self._each_time = folder, wanted
        self.points = (*IN_WORKERS, *IN_WEB)
        self.apart = in_each(writers) if of_each else ()
        self._wanted = dict.fromkeys(self.points, wanted) | dict.fromkeys(self.apart, of_each)
        self._sleepers = Sleepers(crew, sleep)
        pauses = [*PAUSES, *([(self.apart, PAUSES[0][1])] if self.apart else [])]
        self._circles = [Circle(folder, points, pause, self) for points, pause in pauses]
        self.hit_at = time.monotonic()

    def look(self, share: float) -> None:
        """Counts the permits that were used, and gives new ones: as many as befit the ``share`` of the work done."""
        for circle in self._circles:
            circle.look(share)
        self.flows.update(flow for _, flow in failpoints.used(self._folder) if flow)

    def wake(self) -> None:
        """Wakes who stood still long enough."""
        for _ in range(self._sleepers.wake()):
            self.count(STANDS_STILL)

    def is_armed(self, point: str) -> bool:
        return any(point in circle.armed for circle in self._circles)

    def count(self, point: str) -> None:
        self.hits[point] += 1
        self.hit_at = time.monotonic()

    def may_still_be_hit(self) -> None:
        """The work that passes them goes on: some flows come last."""
        self.hit_at = time.monotonic()

    def befits(self, points: Sequence[str], share: float) -> bool:
        """Whether one more of these may be hit."""
        return sum(self.hits[point] for point in points) < share * sum(self._wanted[point] for point in points) + AHEAD

    def missing(self, point: str) -> bool:
        return self.hits[point] < self._wanted[point]

    def may_arm(self, point: str) -> bool:
        return self.missing(point) and (point != STANDS_STILL or len(self._sleepers.since) < ASLEEP)

    def is_asleep(self, name: str) -> bool:
        return self._sleepers.is_asleep(name)

    def once_more(self) -> None:
        """As many hits again, of each failpoint."""
        for point in self.points:
            self._wanted[point] += self._each_time

    def disarm(self) -> None:
        """Nobody dies any more."""
        for circle in self._circles:
            circle.disarm()

    @property
    def enough(self) -> bool:
        return not any(self.missing(point) for point in self._wanted)


class Circle:
    """Points that are passed by processes of one kind."""

    def __init__(self, folder: Path, points: Sequence[str], pause: float, all_points: Failpoints) -> None:
        self._folder, self._points, self._pause, self._all = folder, points, pause, all_points
        self.armed: dict[str, float] = {}
        self._rests_until = 0.0

    def look(self, share: float) -> None:
        now = time.monotonic()
        for point in [point for point in self.armed if not (self._folder / point).exists()]:
            del self.armed[point]
            self._rests_until = now + self._pause
            if point != STANDS_STILL:  # counts when it woke
                self._all.count(point)
        if now >= self._rests_until and self._all.befits(self._points, share):
            self._arm(now)

    def disarm(self) -> None:
        for point in self.armed:
            (self._folder / point).unlink(missing_ok=True)
        self._points = ()

    def _arm(self, now: float) -> None:
        waiting = sum(now - since < OCCASION for since in self.armed.values())
        free = [point for point in self._points if point not in self.armed and self._all.may_arm(point)]
        for point in sorted(free, key=lambda point: self._all.hits[point])[: max(AT_ONCE - waiting, 0)]:
            (self._folder / point).touch()
            self.armed[point] = now


class Sleepers:
    """Worker processes that stopped at ``stands_still``. They wake when nobody's claim can be theirs any more."""

    def __init__(self, crew: Crew, seconds: float) -> None:
        self._crew, self._seconds = crew, seconds
        self.since: dict[int, float] = {}

    def wake(self) -> int:
        """How many woke just now."""
        now = time.monotonic()
        asleep = {pid for name in WORKERS for pid in self._stopped(name)}
        self.since = {pid: self.since.get(pid, now) for pid in asleep}
        due = [pid for pid, since in self.since.items() if now - since > self._seconds]
        for pid in due:
            del self.since[pid]
            os.kill(pid, signal.SIGCONT)
        return len(due)

    def is_asleep(self, name: str) -> bool:
        return not self.since.keys().isdisjoint(self._stopped(name))

    def _stopped(self, name: str) -> list[int]:
        try:
            family = psutil.Process(self._crew.pid(name)).children(recursive=True)
            return [child.pid for child in family if child.status() == psutil.STATUS_STOPPED]
        except psutil.NoSuchProcess:  # one of them ended while we looked
            return []
