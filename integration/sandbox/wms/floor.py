"""The floor when it works by itself: what the warehouse said yes to leaves, or comes in, a while later."""

import heapq
import threading
import time
from collections.abc import Callable
from itertools import count

from integration.sandbox.wms.advices import HeldAdvice
from integration.sandbox.wms.orders import HeldOrder

LONGEST_NAP = 0.5
Planned = HeldOrder | HeldAdvice


class Floor:
    """``plan`` returns at once; one thread hands over what is due."""

    def __init__(self, leave: Callable[[Planned], None]) -> None:
        self._leave = leave
        self._changed = threading.Condition()
        self._planned: list[tuple[float, int, Planned]] = []
        self._places = count()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join()

    def clear(self) -> None:
        with self._changed:
            self._planned = []

    def plan(self, order: Planned, seconds: float) -> None:
        with self._changed:
            heapq.heappush(self._planned, (time.monotonic() + seconds, next(self._places), order))
            self._changed.notify_all()

    def _run(self) -> None:
        while (order := self._wait()) is not None:
            self._leave(order)

    def _wait(self) -> Planned | None:
        """The next order, when it is due. None: it is time to go home."""
        with self._changed:
            while not self._stopped:
                left = self._planned[0][0] - time.monotonic() if self._planned else LONGEST_NAP
                if left <= 0:
                    return heapq.heappop(self._planned)[2]
                self._changed.wait(min(left, LONGEST_NAP))
        return None
