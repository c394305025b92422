"""Crossdock's own processes: two of web, two of beat, three workers, each on a release and each to be replaced."""

import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from config.local import services
from config.local.server import HOST, free_port
from config.local.supervisor import Command, answers
from integration.management.demo.town import Town
from tests.drills.releases import OURS, Release
from tests.rig.rolling import Rolling

WEBS, BEATS, WORKERS = ("web-1", "web-2"), ("beat-1", "beat-2"), ("worker-1", "worker-2", "worker-3")
NAMES = (*WEBS, *BEATS, *WORKERS)
PROCESSES = 2  # in each worker
READY = 300.0  # seconds that a web process may take to answer, on a machine that is busy with other things
SKEWED, SKEW = "worker-3", 120  # whose clock is off, and by how many seconds: ahead and behind in turn
TASK = "Task tasks.work.run_lane["
SKEWING = Path(__file__).with_name("skewed.py")


class Crew:
    """``permits`` is the folder of permissions to die at a failpoint. Partners know the first web process only."""

    def __init__(self, processes: Rolling, town: Town, env: Mapping[str, str], permits: Path) -> None:
        self._processes, self._env = processes, env
        self._dying = {**env, "CROSSDOCK_FAILPOINTS": str(permits)}
        self._ports = {"web-1": town.web_port, "web-2": free_port()}
        self._on = dict.fromkeys(NAMES, OURS)
        self._skews = cycle((SKEW, -SKEW))
        self._away: set[str] = set()
        self.since: dict[str, float] = {}
        self._logged: dict[str, int] = {}
        self.skewed = self.revived = 0

    def start(self) -> None:
        """Returns when both web processes answer. Raises LocalError."""
        for name in NAMES:
            self._start(self._command(name), name)

    def urls(self) -> list[str]:
        """The second one first: the first is the partners', and dies of it."""
        return [f"http://{HOST}:{self._ports[name]}" for name in reversed(WEBS)]

    def pid(self, name: str) -> int:
        return self._processes.pid(name)

    def workers(self) -> list[str]:
        """Those that nobody is about to replace, the one that runs longest first."""
        return sorted(set(WORKERS) - self._away, key=lambda name: self.since[name])

    def kill(self, name: str) -> None:
        """kill -9 of all its processes; it comes again."""
        self._processes.kill(name)
        self.up(name)

    def kill_only(self, name: str) -> None:
        """kill -9; it stays away until it is started."""
        self._away.add(name)
        self._processes.kill(name)

    def up(self, name: str) -> None:
        """Starts it and does not wait for it."""
        self._start(replace(self._command(name), ready=None), name)
        self._away.discard(name)

    def ask_to_end(self, name: str) -> None:
        self._away.add(name)
        self._processes.ask_to_end(name)

    def is_gone(self, name: str) -> bool:
        return self._processes.is_gone(name)

    def take_up(self, name: str, release: Release) -> None:
        """Starts it on another release, when it is gone or has had its time."""
        self._on[name] = release
        self._processes.kill(name)
        self.up(name)

    def is_up(self, name: str) -> bool:
        return self._processes.alive(name) and (name not in WEBS or answers(self._url(name)))

    def slices(self, name: str, *, now: bool = False) -> int:
        """How many slices of work a worker has done, by its own log; ``now``: since its latest start."""
        with self._processes.log(name).open(errors="replace") as log:
            log.seek(self._logged[name] if now else 0)
            return sum(TASK in line and " succeeded in " in line for line in log)

    def revive(self) -> None:
        """Starts what ended by itself, as whatever supervises it would."""
        for name in NAMES:
            if name not in self._away and not self._processes.alive(name):
                self.kill(name)
                self.revived += 1

    def _start(self, command: Command, name: str) -> None:
        log = self._processes.log(name)
        self._logged[name] = log.stat().st_size if log.exists() else 0
        self._processes.start(command)
        self._processes.may_end(name)
        self.since[name] = time.monotonic()

    def _url(self, name: str) -> str:
        return f"http://{HOST}:{self._ports[name]}/"

    def _command(self, name: str) -> Command:
        if name in WEBS:
            made = services.web(self._dying, self._ports[name])
        elif name in BEATS:
            made = services.beat(self._env)
        else:
            made = services.worker(self._dying, name)
            made = replace(made, argv=[*made.argv, "--concurrency", str(PROCESSES)])
        release = self._on[name]
        argv = [str(release.python), *made.argv[1:]]
        if name == SKEWED and release.python == OURS.python:
            self.skewed += 1
            argv = [argv[0], str(SKEWING), str(next(self._skews)), *argv[2:]]
        return replace(made, name=name, argv=argv, folder=release.folder, ready_seconds=READY)
