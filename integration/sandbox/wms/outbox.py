"""Delivers the stand-in's webhooks: in order per release, again and again until taken, and badly on request."""

import http.client
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
TIMEOUT = 15.0
REORDER_LIMIT = 2.0
SENDERS = 2
REFUSED_FOR_GOOD = frozenset({400, 404, 413, 415})
Headers = Callable[[str, bytes], dict[str, str]]


@dataclass(eq=False)
class Delivery:
    """One message on its way. ``loose`` ones wait for no earlier message of their release, and hold none up."""

    number: str
    kind: str
    release: str
    body: bytes
    due: float
    sequence: int | None = None
    loose: bool = False
    held_back: bool = False
    place: int = 0
    busy: bool = False
    state: str = "pending"
    answers: list[str] = field(default_factory=list)
    answered_at: float = 0.0

    def describe(self) -> dict[str, Any]:
        shown = {"id": self.number, "type": self.kind, "release": self.release, "state": self.state}
        return {**shown, "tries": len(self.answers), "answers": self.answers, "at": self.answered_at}


class Outbox:
    """``send`` returns at once; two threads deliver. Never gives up on a message that was not refused for good."""

    def __init__(self, target: str, headers: Headers, is_down: Callable[[], bool]) -> None:
        self.target = target
        self._headers = headers
        self._is_down = is_down
        self._changed = threading.Condition()
        self._all: list[Delivery] = []
        self._pending: list[Delivery] = []
        self._stopped = False
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(SENDERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(TIMEOUT)

    def clear(self) -> None:
        with self._changed:
            self._all, self._pending = [], []

    def send(
        self,
        kind: str,
        release: str,
        body: bytes,
        *,
        faults: Collection[str] = (),
        delay: float = 0.0,
        sequence: int | None = None,
    ) -> str:
        """The message's number."""
        number = f"msg_{uuid4().hex}"
        due = time.monotonic() + delay
        message = Delivery(number, kind, release, body, due, sequence)
        if "reorder" in faults:
            message.loose = message.held_back = True
            message.due += REORDER_LIMIT
        if "lost" in faults:
            message.state = "lost"
        copies = [number] if "duplicate" in faults else []
        copies += [f"msg_{uuid4().hex}"] if "renumbered" in faults else []
        with self._changed:
            self._add(message)
            for copy in copies:
                self._add(Delivery(copy, kind, release, body, due, sequence, loose=True))
            self._changed.notify_all()
        return number

    def told(self) -> list[Delivery]:
        """All of it, delivered or not, in the order of its sending."""
        with self._changed:
            return list(self._all)

    def repeat(self, since: float) -> int:
        """Sends again, under its number, what was taken since a moment; returns how many messages that are."""
        with self._changed:
            taken = [each for each in self._all if each.state == "delivered" and each.answered_at >= since]
            found = list({each.number: each for each in taken}.values())
            for each in found:
                self._add(Delivery(each.number, each.kind, each.release, each.body, time.monotonic()))
            self._changed.notify_all()
        return len(found)

    def pending(self) -> int:
        with self._changed:
            return len(self._pending)

    def describe(self) -> dict[str, Any]:
        with self._changed:
            return {"pending": len(self._pending), "deliveries": [delivery.describe() for delivery in self._all]}

    def post(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """One try, without a second. Raises OSError or HTTPException."""
        url = urlsplit(self.target)
        made = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = made(url.hostname or "", url.port, timeout=TIMEOUT)
        try:
            connection.request("POST", url.path or "/", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(65536)
        finally:
            connection.close()

    def _add(self, delivery: Delivery) -> None:
        delivery.place = len(self._all)
        self._all.append(delivery)
        if delivery.state == "pending":
            self._pending.append(delivery)

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopped:
                    return
                delivery = self._next()
                if delivery is None:
                    self._changed.wait(self._idle())
                    continue
                delivery.busy = True
            outcome, state = self._try(delivery)
            with self._changed:
                self._settle(delivery, outcome, state)
                self._changed.notify_all()

    def _next(self) -> Delivery | None:
        if not self.target or self._is_down():
            return None
        now, waiting = time.monotonic(), set()
        for delivery in self._pending:
            free = delivery.loose or not delivery.release or delivery.release not in waiting
            if free and not delivery.busy and delivery.due <= now:
                return delivery
            if not delivery.loose:
                waiting.add(delivery.release)
        return None

    def _idle(self) -> float:
        due = [delivery.due for delivery in self._pending if not delivery.busy]
        return min(max(min(due, default=1e9) - time.monotonic(), 0.02), 0.5)

    def _try(self, delivery: Delivery) -> tuple[str, str]:
        try:
            status, _ = self.post(self._headers(delivery.number, delivery.body), delivery.body)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__, "pending"
        if 200 <= status < 300:
            return str(status), "delivered"
        return str(status), "refused" if status in REFUSED_FOR_GOOD else "pending"

    def _settle(self, delivery: Delivery, outcome: str, state: str) -> None:
        delivery.answers.append(outcome)
        delivery.answered_at = time.time()
        delivery.state, delivery.busy = state, False
        delivery.due = time.monotonic() + min(FIRST_PAUSE * 2 ** min(len(delivery.answers) - 1, 10), LONGEST_PAUSE)
        if state == "pending":
            return
        if delivery in self._pending:
            self._pending.remove(delivery)
        for other in self._pending:
            if other.held_back and other.release == delivery.release and other.place < delivery.place:
                other.held_back, other.due = False, time.monotonic()
