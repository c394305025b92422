"""The workers that are killed from outside, by kill -9, while they work."""

import time

from tests.drills.crew import Crew
from tests.drills.failpoints import Failpoints


class Victims:
    """Kills the worker that has run longest, when it has done some work: a slow machine is given the time to start one.

    One that holds a sleeper is left alone, so that it may wake.
    """

    def __init__(self, crew: Crew, failpoints: Failpoints, every: float) -> None:
        self._crew, self._failpoints, self._every = crew, failpoints, every
        self._killed = time.monotonic()
        self.kills = 0

    def look(self) -> None:
        if time.monotonic() - self._killed < self._every:
            return
        awake = (name for name in self._crew.workers() if not self._failpoints.is_asleep(name))
        name = next((name for name in awake if self._crew.slices(name, now=True)), None)
        if name is not None:
            self._crew.kill(name)
            self._killed = time.monotonic()
            self.kills += 1
