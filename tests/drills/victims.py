"""The workers that are killed: from outside by kill -9, and by themselves at the engine's named failpoints."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from config.local import services
from config.local.supervisor import Supervisor
from integration.jobs.failpoints import POINTS

NAMES = ("worker-1", "worker-2")
PROCESSES = 2  # in each
PAUSE = 1.5  # seconds between two hits of one worker: time to take another job


@dataclass
class Armed:
    """What one worker was started with: its failpoint, and the file that permits one more kill there."""

    point: str
    permit: Path
    since: float
    hit_at: float = 0.0


class Victims:
    def __init__(self, processes: Supervisor, env: Mapping[str, str], folder: Path, hits: int) -> None:
        self._processes, self._env, self._folder, self._wanted = processes, env, folder, hits
        self._each_time = hits
        self._armed: dict[str, Armed] = {}
        self.hits: Counter[str] = Counter()
        self.kills = 0

    def start(self) -> None:
        for name in NAMES:
            self._start(name)

    def look(self) -> None:
        """Counts the permits that were used, and gives new ones."""
        for armed in self._armed.values():
            if armed.hit_at:
                if time.monotonic() - armed.hit_at > PAUSE and self.hits[armed.point] < self._wanted:
                    armed.permit.touch()
                    armed.hit_at = 0.0
            elif not armed.permit.exists():
                armed.hit_at = time.monotonic()
                self.hits[armed.point] += 1

    def kill_one(self) -> None:
        """The worker that has done its part or run longest; it comes back with the failpoint that was hit least."""
        name = min(NAMES, key=lambda name: (not self._is_spent(name), self._armed[name].since))
        self._processes.kill(name)
        self.kills += 1
        self.look()
        self._armed.pop(name).permit.unlink(missing_ok=True)
        self._start(name)

    def once_more(self) -> None:
        """As many hits again, of each failpoint."""
        self._wanted += self._each_time

    @property
    def enough(self) -> bool:
        return all(self.hits[point] >= self._wanted for point in POINTS)

    @property
    def spent(self) -> bool:
        """A worker's failpoint had its hits, and another failpoint waits for a worker."""
        armed = {each.point for each in self._armed.values()}
        waiting = any(self.hits[point] < self._wanted for point in POINTS if point not in armed)
        return waiting and any(self._is_spent(name) for name in NAMES)

    def _is_spent(self, name: str) -> bool:
        return self.hits[self._armed[name].point] >= self._wanted

    def _start(self, name: str) -> None:
        taken = [armed.point for armed in self._armed.values()]
        point = min((point for point in POINTS if point not in taken), key=lambda point: self.hits[point])
        permit = self._folder / f"{name}-{point}"
        if self.hits[point] < self._wanted:
            permit.touch()
        self._armed[name] = Armed(point, permit, time.monotonic(), 0.0 if permit.exists() else time.monotonic())
        made = services.worker({**self._env, "CROSSDOCK_FAILPOINT": f"{point}:{permit}"}, name)
        self._processes.start(replace(made, argv=[*made.argv, "--concurrency", str(PROCESSES)]))
