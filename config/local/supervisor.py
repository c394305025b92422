"""Runs named processes side by side and leaves none behind: each in a process group and with a log of its own."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self
from urllib.parse import urlsplit

from config.local.errors import LocalError
from config.local.process import deferred_signals, group_alive, signal_group, until
from config.local.reaper import Reaper
from config.local.server import last_line

ENDING = (signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Command:
    """One process to run. `ready` is a URL that must answer below 500, or a callable that must say True."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    ready: str | Callable[[], bool] | None = None
    ready_seconds: float = 60.0
    grace_seconds: float = 10.0


@dataclass
class Running:
    command: Command
    process: subprocess.Popen[bytes]
    expected_to_end: bool = False


class ProcessEnded(LocalError):
    """A process ended that nobody had asked to end."""


class Supervisor:
    """Used as a context manager, on the main thread: Ctrl-C, SIGTERM, an error or the end of the block stop all.

    Processes stop in the reverse of the order in which they started.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._running: dict[str, Running] = {}

    def __enter__(self) -> Self:
        self._log.mkdir(parents=True, exist_ok=True)
        self._before = {number: signal.signal(number, _end) for number in ENDING}
        self._reaper = Reaper()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with deferred_signals():
            for name in reversed(list(self._running)):
                self.stop(name)
            self._reaper.end()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def start(self, command: Command) -> None:
        """Start the process and return when it is ready. Raises ProcessEnded, or LocalError when time is over."""
        if self.alive(command.name):
            raise LocalError(f"{command.name} runs already")
        with deferred_signals():
            self._running.pop(command.name, None)
            self._running[command.name] = Running(command, self._spawn(command))
        if not until(lambda: self._settled(command), seconds=command.ready_seconds):
            raise LocalError(
                f"{command.name} was not ready in {command.ready_seconds:g} s. {self._last_words(command.name)}"
            )
        self.check()

    def stop(self, name: str) -> None:
        """Ask the process group to end, and end it by force when its grace is over."""
        running = self._expect_end(name)
        group = running.process.pid
        for number, seconds in ((signal.SIGTERM, running.command.grace_seconds), (signal.SIGKILL, 10.0)):
            signal_group(group, number)
            if until(lambda: self._group_is_gone(running), seconds=seconds):
                break
        self._reaper.forget(group)

    def kill(self, name: str) -> None:
        """kill -9 the whole process group, as a machine that fails would."""
        running = self._expect_end(name)
        signal_group(running.process.pid, signal.SIGKILL)
        until(lambda: self._group_is_gone(running), seconds=10.0)
        self._reaper.forget(running.process.pid)

    def restart(self, name: str) -> None:
        """Stop the process if it runs, and start it again with the same command."""
        command = self._running[name].command
        self.stop(name)
        self.start(command)

    def alive(self, name: str) -> bool:
        running = self._running.get(name)
        return running is not None and running.process.poll() is None

    def pid(self, name: str) -> int:
        return self._running[name].process.pid

    def log(self, name: str) -> Path:
        return self._log / f"{name}.log"

    def check(self) -> None:
        """Raise ProcessEnded if a process ended by itself."""
        for name, running in self._running.items():
            status = running.process.poll()
            if status is not None and not running.expected_to_end:
                raise ProcessEnded(f"{name} ended with status {status}. {self._last_words(name)}")

    def wait(self) -> None:
        """Wait until Ctrl-C or SIGTERM; raises ProcessEnded if a process ends by itself."""
        while True:
            self.check()
            time.sleep(0.2)

    def _spawn(self, command: Command) -> subprocess.Popen[bytes]:
        with self.log(command.name).open("ab") as output:
            child = subprocess.Popen(
                command.argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=command.folder,
                env={**os.environ, **command.env},
                start_new_session=True,
            )
        self._reaper.watch(child.pid)
        return child

    def _expect_end(self, name: str) -> Running:
        running = self._running[name]
        running.expected_to_end = True
        return running

    def _settled(self, command: Command) -> bool:
        return not self.alive(command.name) or is_ready(command.ready)

    @staticmethod
    def _group_is_gone(running: Running) -> bool:
        """A dead leader that is not reaped keeps its group; it is reaped when the last of its threads has ended."""
        return running.process.poll() is not None and not group_alive(running.process.pid)

    def _last_words(self, name: str) -> str:
        return f"{self.log(name)} ends with: {last_line(self.log(name))}"


def is_ready(ready: str | Callable[[], bool] | None) -> bool:
    if isinstance(ready, str):
        return answers(ready)
    return ready is None or ready()


def answers(url: str) -> bool:
    """Whether the http:// URL answers below 500."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
