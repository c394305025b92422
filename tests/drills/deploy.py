"""A deploy under load: every process is replaced, one by one, by the previous release and then by this one again.

So the previous release runs on this one's tables, which is what a deploy meets half-way and a way back needs.
"""

import os
import time
from collections.abc import Callable

from tests.drills.crew import NAMES, Crew
from tests.drills.http import Balanced
from tests.drills.releases import OURS, NotThere, Release, previous
from tests.drills.troubles import Trouble

GRACE = 40.0  # seconds for a soft shutdown, then it is killed
PAUSE = 2.0  # seconds beside its neighbours before the next one goes


class Deploy:
    """``missing``: why there is no previous release to run."""

    def __init__(self, crew: Crew, web: Balanced) -> None:
        self._crew, self._web = crew, web
        self._steps: list[tuple[str, Release]] = []
        self._act: Callable[[], bool] = self._ask
        self.missing = self.note = ""
        try:
            self._before = previous()
        except NotThere as why:
            self.missing = str(why)

    def begin(self) -> None:
        self._asked, self._unserved = self._web.asked, self._web.unserved
        self._steps = [(name, release) for release in (self._before, OURS) for name in NAMES]

    def is_done(self) -> bool:
        if self._steps and self._act():
            self._steps.pop(0)
        asked, unserved = self._web.asked - self._asked, self._web.unserved - self._unserved
        self.note = f"{self._before.name} and back; of {asked} requests meanwhile {unserved} got no answer"
        return not self._steps

    def _ask(self) -> bool:
        self._since = time.monotonic()
        self._crew.ask_to_end(self._steps[0][0])
        self._act = self._replace
        return False

    def _replace(self) -> bool:
        name, release = self._steps[0]
        if self._crew.is_gone(name) or time.monotonic() - self._since > GRACE:
            self._crew.take_up(name, release)
            self._since = time.monotonic()
            self._act = self._settle
        return False

    def _settle(self) -> bool:
        settled = time.monotonic() - self._since > PAUSE and self._crew.is_up(self._steps[0][0])
        if settled:
            self._act = self._ask
        return settled


def deploys(crew: Crew, web: Balanced, *, quick: bool) -> tuple[list[Trouble], list[str]]:
    """The trouble, or why it is not run. Raises LocalError where a build server lacks the previous release."""
    if quick:
        return [], ["a deploy: not run, the drill was to be quick"]
    course = Deploy(crew, web)
    if not course.missing:
        return [Trouble("a deploy: all processes replaced, and back", 0.46, course)], []
    if os.environ.get("CI") == "true":
        raise NotThere(course.missing)
    return [], [f"a deploy: not run, {course.missing}"]
