"""What goes wrong beside the kills: when, for how long, and how soon work goes on afterwards."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import redis

from config.local.stack import Stack
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.wms import Wms
from tests.drills.prepare import PROTOCOL

OUTAGE, BROKER_OUTAGE = 6.0, 30.0
SLOW, FAULTY = 2.0, 10  # seconds that a slow call takes, or is asked to wait; how many calls are slow or refused
RECOVERY = 60.0  # the next trouble waits so long for work to go on after this one
SHARE = 0.02  # of remote calls are cut before they are done, and as many after
AGAIN = 0.05  # of messages come twice, and as many out of order
REFUSED, REFUSED_EVERY = 4, 8.0  # calls in a row, which is enough to open a breaker, and how soon again
CALLS = {"protocol": PROTOCOL}
REQUESTS = {"side": "request"}
TWICE = {"side": "delivery"}  # any message
LATE = ("order.accepted", "receipt.confirmed", "inventory.adjusted", "inventory.counted")  # comes after the next one
BEFORE, AFTER = "cut_before", "cut_after_commit"
WMS_FAULTS = (
    (AFTER, REQUESTS, SHARE),
    (BEFORE, REQUESTS, SHARE),
    ("duplicate", TWICE, AGAIN),
    *(("reorder", {"side": "delivery", "type": kind}, AGAIN) for kind in LATE),
)


class Course(Protocol):
    """How a trouble runs. ``note``: what is to be said of it afterwards, or why it was not run."""

    note: str

    def begin(self) -> None: ...

    def is_done(self) -> bool:
        """Asked again and again; does what is due meanwhile."""
        ...


class Outage:
    """Lasts so many seconds."""

    note = ""

    def __init__(self, begin: Callable[[], None], seconds: float = 0.0, end: Callable[[], None] | None = None) -> None:
        self._begin, self._seconds, self._end = begin, seconds, end

    def begin(self) -> None:
        self._begin()
        self._ends = time.monotonic() + self._seconds

    def is_done(self) -> bool:
        if time.monotonic() < self._ends:
            return False
        if self._end is not None:
            self._end()
        return True


@dataclass
class Trouble:
    """Begins when ``after`` of the work is done (0 to 1). ``recovery``: seconds from its end to the next booking.

    ``since`` and ``until``, by the clock of this machine: from its begin until work went on.
    """

    name: str
    after: float
    course: Course
    since: float = 0.0
    until: float = 0.0
    ended: float = 0.0
    booked: int = 0
    recovery: float | None = None

    @property
    def over(self) -> bool:
        return self.ended > 0

    @property
    def calm(self) -> bool:
        """It has not begun, or work goes on again."""
        recovered = self.recovery is not None or time.monotonic() - self.ended > RECOVERY
        return not self.since or (self.over and recovered)

    def look(self, booked: int) -> None:
        if self.since and not self.over and self.course.is_done():
            self.ended, self.booked = time.monotonic(), booked
        elif self.over and self.recovery is None and booked > self.booked:
            self.recovery, self.until = time.monotonic() - self.ended, time.time()


class Troubles:
    """``calls``: those to Odoo that may be cut. ``outage``: what happens to Odoo. ``more``: what else goes wrong."""

    def __init__(
        self,
        stack: Stack,
        broker_url: str,
        odoo: Odoo,
        wms: Wms,
        *,
        calls: Mapping[str, str] = CALLS,
        outage: str = "Odoo down",
        more: Sequence[Trouble] = (),
        quick: bool = False,
    ) -> None:
        self._stack, self._odoo, self._wms = stack, odoo, wms
        self._odoo_faults = ((AFTER, calls, SHARE), (BEFORE, calls, SHARE))
        self._broker = redis.Redis.from_url(broker_url)
        self._refused = 0.0
        self.refusals = 0
        silence = OUTAGE if quick else BROKER_OUTAGE
        stopped = Outage(stack.valkey.stop, silence, stack.valkey.start)
        found = [
            *more,
            Trouble("Valkey wiped", 0.04, Outage(self._wipe)),
            Trouble(f"Valkey stopped for {silence:g} s", 0.08, stopped),
            Trouble(f"{outage} for {OUTAGE:g} s", 0.2, Outage(self._odoo_down, OUTAGE)),
            Trouble("PostgreSQL restarted", 0.4, Outage(self._restart_postgres)),
            Trouble("the warehouse says 429", 0.66, Outage(self._warehouse_busy, OUTAGE)),
            Trouble("Valkey wiped again", 0.74, Outage(self._wipe)),
        ]
        if calls:
            slow, faulty = partial(self._odoo_answers, "latency"), partial(self._odoo_answers, "error500")
            found += [
                Trouble("Odoo slow", 0.8, Outage(slow, OUTAGE)),
                Trouble("Odoo answers 500", 0.88, Outage(faulty, OUTAGE)),
            ]
        self.all = sorted(found, key=lambda trouble: trouble.after)

    def cut(self) -> None:
        """From now on some calls and messages meet a fault."""
        for side, faults in ((self._odoo, self._odoo_faults), (self._wms, WMS_FAULTS)):
            for fault, match, share in faults:
                side.control("faults", {"fault": fault, "match": match, "probability": share})

    def look(self, share: float, booked: int | None) -> list[str]:
        """Begins and ends what is due, one at a time; the names of what began. ``booked`` None: Odoo does not say."""
        for trouble in self.all:
            if booked is not None or not trouble.over:
                trouble.look(booked or trouble.booked)
        due = [trouble for trouble in self.all if not trouble.since and share >= trouble.after]
        if not due or not all(trouble.calm for trouble in self.all):
            return []
        first = due[0]
        first.since, first.booked = time.time(), booked or 0
        first.course.begin()
        return [first.name]

    def refuse(self) -> None:
        """The warehouse hangs up on a few calls in a row, now and then: a breaker opens, and closes."""
        if self.struck("refuse") < REFUSED * self.refusals:
            self._refused = time.monotonic()
        elif time.monotonic() - self._refused > REFUSED_EVERY:
            self.refusals += 1
            self._wms.control("faults", {"fault": "refuse", "match": REQUESTS, "times": REFUSED})

    @property
    def over(self) -> bool:
        return all(trouble.over for trouble in self.all)

    def struck(self, fault: str) -> int:
        """How many calls or messages met it, at both sides."""
        rules: Sequence[dict[str, Any]] = [*self._odoo.faults(), *self._wms.faults()]
        return sum(int(rule["hit"]) for rule in rules if rule["fault"] == fault)

    def _wipe(self) -> None:
        self._broker.flushall()

    def _restart_postgres(self) -> None:
        self._stack.postgres.stop()
        self._stack.postgres.start()

    def _odoo_answers(self, fault: str) -> None:
        self._odoo.control("faults", {"fault": fault, "match": CALLS, "seconds": SLOW, "times": FAULTY})

    def _warehouse_busy(self) -> None:
        self._wms.control("faults", {"fault": "error429", "match": REQUESTS, "seconds": SLOW, "times": FAULTY})

    def _odoo_down(self) -> None:
        self._odoo.control("down", {"seconds": OUTAGE})
