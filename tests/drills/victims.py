"""The workers that are killed from outside, by kill -9, while they work."""

import time

from tests.drills.crew import Crew
from tests.drills.failpoints import Failpoints


class Victims:
    """Kills the worker that has run longest; one that holds a sleeper is left alone, so that it may wake."""

    def __init__(self, crew: Crew, failpoints: Failpoints, every: float) -> None:
        self._crew, self._failpoints, self._every = crew, failpoints, every
        self._killed = time.monotonic()
        self.kills = 0

    def look(self) -> None:
        if time.monotonic() - self._killed < self._every:
            return
        awake = [name for name in self._crew.workers() if not self._failpoints.is_asleep(name)]
        if awake:
            self._crew.kill(awake[0])
            self._killed = time.monotonic()
            self.kills += 1
