"""A PostgreSQL and a Valkey for one bench or drill alone: its own to measure, to stop, and to remove afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from config.local.place import CHECKOUT
from config.local.process import deferred_signals
from config.local.stack import DATABASE_URL, REDIS_URL, Stack


@contextmanager
def own_servers(name: str) -> Iterator[Stack]:
    """Both run while the block lasts. Those that the environment names are somebody else's, and left alone."""
    for variable in (DATABASE_URL, REDIS_URL):
        os.environ.pop(variable, None)
    folder = CHECKOUT / "var" / f"{name}-{os.getpid()}"
    folder.mkdir(parents=True)
    stack = Stack(folder)
    try:
        with deferred_signals():
            held = stack.enter()
        try:
            yield stack
        finally:
            with deferred_signals():
                stack.leave(held)
    finally:
        with deferred_signals():
            stack.wipe()
            folder.rmdir()
