"""Waiting for something, with an end to the patience."""

import time
from collections.abc import Callable


def until(condition: Callable[[], object], *, seconds: float, every: float = 0.02) -> None:
    """Polls until the condition holds. Raises TimeoutError."""
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            raise TimeoutError(f"it did not happen in {seconds:g} s")
        time.sleep(every)
