"""What goes wrong beside the kills: when, for how long, and how soon work goes on afterwards."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import redis

from config.local.stack import Stack
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.wms import Wms
from tests.drills.prepare import PROTOCOL

OUTAGE = 6.0
SLOW, FAULTY = 2.0, 10  # seconds that a slow call takes, or is asked to wait; how many calls are slow or refused
SHARE = 0.02  # of remote calls are cut before they are done, and as many after
AGAIN = 0.05  # of messages come twice, and as many out of order
CALLS = {"protocol": PROTOCOL}
REQUESTS = {"side": "request"}
ANSWERS, SHIPMENTS = (
    {"side": "delivery", "type": "order.accepted"},
    {"side": "delivery", "type": "shipment.confirmed"},
)
BEFORE, AFTER = "cut_before", "cut_after_commit"
WMS_FAULTS = (
    (AFTER, REQUESTS, SHARE),
    (BEFORE, REQUESTS, SHARE),
    ("duplicate", ANSWERS, AGAIN),
    ("reorder", ANSWERS, AGAIN),
    ("duplicate", SHIPMENTS, AGAIN),
)


@dataclass
class Trouble:
    """Begins when ``after`` of the drill is over (0 to 1). ``recovery``: seconds from its end to the next booking."""

    name: str
    after: float
    seconds: float
    begin: Callable[[], None]
    end: Callable[[], None]
    ends: float = 0.0
    over: bool = False
    booked: int = 0
    recovery: float | None = None


class Troubles:
    """``calls``: those to Odoo that may be cut. ``outage``: what happens to Odoo."""

    def __init__(
        self,
        stack: Stack,
        broker_url: str,
        odoo: Odoo,
        wms: Wms,
        *,
        calls: Mapping[str, str] = CALLS,
        outage: str = "Odoo down",
    ) -> None:
        self._stack, self._odoo, self._wms = stack, odoo, wms
        self._odoo_faults = ((AFTER, calls, SHARE), (BEFORE, calls, SHARE))
        self._broker = redis.Redis.from_url(broker_url)
        self.all = [
            Trouble("Valkey wiped", 0.1, 0.0, self._wipe, _nothing),
            Trouble(f"Valkey stopped for {OUTAGE:g} s", 0.2, OUTAGE, stack.valkey.stop, stack.valkey.start),
            Trouble(f"{outage} for {OUTAGE:g} s", 0.35, OUTAGE, self._odoo_down, _nothing),
            Trouble("PostgreSQL restarted", 0.5, 0.0, self._restart_postgres, _nothing),
            Trouble("the warehouse says 429", 0.6, OUTAGE, self._warehouse_busy, _nothing),
            Trouble("Valkey wiped again", 0.7, 0.0, self._wipe, _nothing),
        ]
        if calls:
            self.all += [
                Trouble("Odoo slow", 0.78, OUTAGE, partial(self._odoo_answers, "latency"), _nothing),
                Trouble("Odoo answers 500", 0.88, OUTAGE, partial(self._odoo_answers, "error500"), _nothing),
            ]

    def cut(self) -> None:
        """From now on some calls and messages meet a fault."""
        for side, faults in ((self._odoo, self._odoo_faults), (self._wms, WMS_FAULTS)):
            for fault, match, share in faults:
                side.control("faults", {"fault": fault, "match": match, "probability": share})

    def look(self, share: float, booked: int | None) -> list[str]:
        """Begins and ends what is due; the names of what began. ``booked`` None: Odoo does not say."""
        now, begun = time.monotonic(), []
        for trouble in self.all:
            if not trouble.ends and share >= trouble.after and self._calm():
                trouble.begin()
                trouble.ends = now + trouble.seconds
                begun.append(trouble.name)
            if booked is None:
                continue
            if trouble.ends and not trouble.over and now >= trouble.ends:
                trouble.end()
                trouble.over, trouble.booked, trouble.ends = True, booked, time.monotonic()
            if trouble.over and trouble.recovery is None and booked > trouble.booked:
                trouble.recovery = now - trouble.ends
        return begun

    def _calm(self) -> bool:
        """One at a time."""
        return all(trouble.over for trouble in self.all if trouble.ends)

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


def _nothing() -> None:
    """It ended by itself."""
