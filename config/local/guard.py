"""A small process that stops the servers when their last user has gone, even by kill -9."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from config.local import lease, process
from config.local.place import CHECKOUT, Place

INTERVAL = 0.5
GRACE = 10.0


def ensure(place: Place) -> None:
    """Start the guard of the checkout unless it runs. Called under the door lock, before the servers start."""
    if lease.is_locked(_lock_file(place)):
        return
    pid = process.spawn(
        [sys.executable, "-m", "config.local", "--checkout", str(place.checkout), "guard"],
        log=place.log / "guard.log",
        folder=CHECKOUT,
        env=os.environ,
    )
    process.until(lambda: lease.is_locked(_lock_file(place)) or not process.alive(pid), seconds=GRACE)


def watch(place: Place, door: Path, nobody_left: Callable[[], bool]) -> None:
    """Be the guard: end when `nobody_left`, asked under the door lock, says that its work is done."""
    held = lease.lock(_lock_file(place))
    while held:
        with lease.door(door):
            if nobody_left():
                held.close()
                return
        time.sleep(INTERVAL)


def stop(place: Place) -> None:
    """Stop the guard, under the door lock: the caller has stopped the servers itself."""
    if lease.is_locked(_lock_file(place)):
        process.stop(int(_lock_file(place).read_text()), (signal.SIGTERM, signal.SIGKILL), grace=GRACE)


def _lock_file(place: Place) -> Path:
    return place.state / "guard.lock"
