"""Everything that one stand-in warehouse knows and does, whoever asks: the contract or the control API."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from integration.canonical.base import Part
from integration.canonical.orders import (
    OrderAccepted,
    OrderCancel,
    OrderChange,
    OrderRejected,
    OrderRelease,
    RefusedLine,
    Stage,
)
from integration.canonical.shipments import ShipmentConfirmed
from integration.sandbox.faults import FaultRules
from integration.sandbox.wms import messages
from integration.sandbox.wms.changes import answer
from integration.sandbox.wms.floor import Floor
from integration.sandbox.wms.master import Master
from integration.sandbox.wms.orders import HeldOrder, Orders, Taken
from integration.sandbox.wms.outbox import Outbox
from integration.sandbox.wms.shipping import BadScript, Script, correct, ship

DELIVERY_FAULTS = frozenset({"duplicate", "renumbered", "reorder", "lost", "latency"})


class UnknownRelease(LookupError):
    """The text names it."""


@dataclass
class Behaviour:
    """``acknowledge_after`` seconds, None: only on request. ``answer_at_once``: the yes or no in the answer itself.

    ``ship_after``: seconds from the yes until all of it leaves, None: only on request. ``answer_changes``: at once, or
    only on request.
    """

    acknowledge_after: float | None = 0.0
    answer_at_once: bool = False
    ship_after: float | None = None
    answer_changes: bool = True


class World:
    def __init__(self, secret: str, token: str, target: str, behaviour: Behaviour) -> None:
        self.secret, self.token = secret, token
        self.behaviour = behaviour
        self.orders = Orders()
        self.master = Master()
        self.rules = FaultRules()
        self.outbox = Outbox(target, lambda number, body: messages.headers(secret, number, body), self.is_down)
        self.floor = Floor(self._leave)
        self._down_until = 0.0

    def is_down(self) -> bool:
        return time.monotonic() < self._down_until

    def go_down(self, seconds: float) -> None:
        self._down_until = time.monotonic() + seconds

    def reset(self) -> None:
        self.orders.clear()
        self.master.clear()
        self.rules.clear()
        self.floor.clear()
        self.outbox.clear()
        self._down_until = 0.0

    def take(self, release: OrderRelease, key: str) -> Taken:
        """A release that is new, changed or sent again without an answer, answered now or by a message later."""
        with self.orders.lock:
            (status, answer), order = self.orders.take(release, key)
            if status == HTTPStatus.OK:
                order = self.orders.undecided(release)
            if order is None:
                return status, answer
            if self.behaviour.answer_at_once:
                self._answer(order)
                answer.update(order.answer())
            elif self.behaviour.acknowledge_after is not None:
                self._decide(order, self.behaviour.acknowledge_after)
        return status, answer

    def take_change(self, asked: OrderChange | OrderCancel, key: str) -> Taken:
        with self.orders.lock:
            (status, said), order = self.orders.take_change(asked, key)
            if order is not None and self.behaviour.answer_changes:
                self.answer_changes(order.release.release)
        return status, said

    def answer_changes(self, release: str, faults: Collection[str] = (), delay: float = 0.0) -> list[str]:
        """Answers what is not answered yet; the messages' numbers. Raises UnknownRelease."""
        with self.orders.lock:
            order = self._held(release)
            sent = []
            for number, asked in sorted(order.changes.items()):
                if number not in order.answers:
                    kind, document = answer(self.orders, order, asked)
                    order.answers[number] = kind.rpartition(".")[2]
                    self.orders.changes.append(release)
                    sent.append(self._send(kind, release, document, faults, delay))
            return sent

    def progress(self, release: str, stage: Stage, stages: Mapping[str, Stage], picked: Mapping[str, Decimal]) -> None:
        """How far the order is, without telling anybody. Raises UnknownRelease."""
        with self.orders.lock:
            order = self._held(release)
            order.stage, order.stages, order.picked = stage, dict(stages), dict(picked)

    def acknowledge(self, release: str, faults: Collection[str] = (), delay: float = 0.0) -> str:
        """Says yes, whatever the item master says; the message's number. Raises UnknownRelease."""
        with self.orders.lock:
            return self._accept(self._held(release), faults, delay)

    def reject(
        self, release: str, reason: str, lines: Collection[RefusedLine] = (), faults: Collection[str] = ()
    ) -> str:
        with self.orders.lock:
            return self._refuse(self._held(release), reason, lines, faults, 0.0)

    def ship(self, script: Script) -> tuple[dict[str, Any], str]:
        """The confirmation, and its message's number. Raises BadScript, ValidationError."""
        return self._confirm(ship(self.orders, script), script.faults, script.delay)

    def correct(self, number: str, changes: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """The corrected confirmation, and its message's number. Raises BadScript, ValidationError."""
        return self._confirm(correct(self.orders, number, changes))

    def _confirm(
        self, confirmed: ShipmentConfirmed, faults: Collection[str] = (), delay: float = 0.0
    ) -> tuple[dict[str, Any], str]:
        number = self._send("shipment.confirmed", confirmed.release, confirmed, faults, delay)
        return confirmed.model_dump(mode="json", exclude_none=True), number

    def _held(self, release: str) -> HeldOrder:
        held = self.orders.held.get(release)
        if held is None:
            raise UnknownRelease(f"{release} is not held")
        return held

    def _decide(self, order: HeldOrder, delay: float) -> None:
        reason, lines = self.orders.refusal(order.release)
        if reason:
            self._refuse(order, reason, lines, (), delay)
        else:
            self._accept(order, (), delay)

    def _answer(self, order: HeldOrder) -> None:
        order.reason, _ = self.orders.refusal(order.release)
        order.status = "rejected" if order.reason else "accepted"
        if not order.reason:
            self._plan(order, 0.0)

    def _accept(self, order: HeldOrder, faults: Collection[str], delay: float) -> str:
        order.status, order.reason = "accepted", ""
        order.stage = "accepted"
        self._plan(order, delay)
        release = order.release
        document = OrderAccepted(
            release=release.release, version=release.version, warehouse_order=order.warehouse_order
        )
        return self._send("order.accepted", release.release, document, faults, delay)

    def _refuse(
        self, order: HeldOrder, reason: str, lines: Collection[RefusedLine], faults: Collection[str], delay: float
    ) -> str:
        order.status, order.reason = "rejected", reason
        release = order.release
        document = OrderRejected(release=release.release, version=release.version, reason=reason, lines=tuple(lines))
        return self._send("order.rejected", release.release, document, faults, delay)

    def _plan(self, order: HeldOrder, delay: float) -> None:
        if self.behaviour.ship_after is not None:
            self.floor.plan(order, delay + self.behaviour.ship_after)

    def _leave(self, order: HeldOrder) -> None:
        """Ships what is still open, unless the release was replaced, refused or closed meanwhile."""
        with self.orders.lock:
            same = self.orders.held.get(order.release.release) is order
            if not same or order.closed or order.status != "accepted":
                return
            try:
                self.ship(Script(release=order.release.release, packages=1))
            except (BadScript, ValidationError) as wrong:
                order.reason = str(wrong)  # told by the books: nobody waits for an answer

    def _send(self, kind: str, release: str, document: Part, faults: Collection[str], delay: float) -> str:
        struck = self.rules.decide({"side": "delivery", "type": kind, "release": release})
        names = {*faults, struck.action} if struck else set(faults)
        late = struck.seconds if struck and struck.action == "latency" else 0.0
        return self.outbox.send(kind, release, messages.body(kind, document), faults=names, delay=delay + late)
