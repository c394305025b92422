"""Who uses the local servers now. A lease is a locked file: the kernel frees it however its owner ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

MOST = 64


class Lease:
    """One user of the servers. The slot is a small number that no other user has: it names test databases."""

    def __init__(self, slot: int, held: IO[str]) -> None:
        self.slot = slot
        self._held = held

    def end(self) -> None:
        self._held.close()


def take(folder: Path) -> Lease:
    """Take the lowest free slot, from 1."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for slot in range(1, MOST + 1):
        if held := lock(folder / str(slot)):
            return Lease(slot, held)
    raise RuntimeError(f"{MOST} sessions use the servers of this checkout already")


def count(folder: Path) -> int:
    """How many users there are."""
    return sum(is_locked(file) for file in folder.glob("*"))


def lock(file: Path) -> IO[str] | None:
    """Lock the file for as long as it stays open; None when somebody else has it."""
    opened = file.open("a+")
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        opened.close()
        return None
    opened.truncate(0)
    opened.write(str(os.getpid()))
    opened.flush()
    return opened


def is_locked(file: Path) -> bool:
    if not file.exists():
        return False
    with file.open() as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def door(file: Path) -> Iterator[None]:
    """One at a time: whoever starts or stops servers, or decides that nobody uses them."""
    with file.open("a") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
