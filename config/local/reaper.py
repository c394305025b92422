"""Outlives its supervisor by a moment: when the supervisor dies, even by kill -9, its process groups end too.

A pipe rather than the parent-death signal of Linux: that one reaches only direct children, fires when the starting
*thread* ends, and does not exist on macOS. The supervisor writes `+group` and `-group`; end of file means that it died.
"""

import signal
import subprocess
import sys
from contextlib import suppress

from config.local.place import CHECKOUT
from config.local.process import group_alive, signal_group, until

GRACE = 5.0


class Reaper:
    """The supervisor's side."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "config.local.reaper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd=CHECKOUT,
            start_new_session=True,
        )

    def watch(self, group: int) -> None:
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        self._tell(f"-{group}\n")

    def end(self) -> None:
        if self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process.stdin:
            with suppress(BrokenPipeError):  # somebody killed the reaper: stopping must go on without it
                self._process.stdin.write(line.encode())
                self._process.stdin.flush()


def main() -> None:
    """The reaper's side: read to the end of the pipe, then end what is left."""
    groups: set[int] = set()
    for line in sys.stdin:
        change, group = line[0], int(line[1:])
        if change == "+":
            groups.add(group)
        else:
            groups.discard(group)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for group in groups:
            signal_group(group, number)
        until(lambda: not any(group_alive(group) for group in groups), seconds=GRACE)


if __name__ == "__main__":
    main()
