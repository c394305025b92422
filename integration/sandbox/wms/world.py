"""Everything that one stand-in warehouse knows and does, whoever asks: the contract or the control API."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from itertools import count
from typing import Any

from pydantic import ValidationError

from integration.canonical.base import Part
from integration.canonical.inventory import InventorySnapshot
from integration.canonical.orders import (
    OrderAccepted,
    OrderCancel,
    OrderChange,
    OrderRejected,
    OrderRelease,
    RefusedLine,
    Stage,
)
from integration.canonical.receipts import PutAway, ReceiptAccepted, ReceiptAdvice, ReceiptCancel, ReceiptRejected
from integration.canonical.shipments import ShipmentConfirmed
from integration.sandbox.faults import FaultRules
from integration.sandbox.wms import messages, news, stocktaking
from integration.sandbox.wms.advices import HeldAdvice
from integration.sandbox.wms.changes import answer
from integration.sandbox.wms.floor import Floor
from integration.sandbox.wms.master import Master
from integration.sandbox.wms.news import Progress, Track
from integration.sandbox.wms.orders import HeldOrder, Orders, Taken
from integration.sandbox.wms.outbox import Outbox
from integration.sandbox.wms.receiving import Arrival, put_away, receive
from integration.sandbox.wms.returning import ParcelBack, as_expected
from integration.sandbox.wms.shipping import BadScript, Script, correct, ship
from integration.sandbox.wms.stocktaking import Adjusting, Counting, Listing

DELIVERY_FAULTS = frozenset({"duplicate", "renumbered", "reorder", "lost", "latency"})


class UnknownRelease(LookupError):
    """The text names it."""


@dataclass
class Behaviour:
    """``acknowledge_after`` seconds, None: only on request. ``answer_at_once``: the yes or no in the answer itself.

    ``ship_after``: seconds from the yes until all of it leaves, None: only on request. ``receive_after``: seconds from
    the yes until all of an advice is here. ``answer_changes``: at once, or only on request. ``show_progress``: picking
    and packing are told before it leaves. ``deliver_after``: seconds from then until the customer has it.
    ``freight_each``: what each parcel costs, as an amount and a currency. ``number_messages``: it counts what it sends.
    """

    acknowledge_after: float | None = 0.0
    answer_at_once: bool = False
    ship_after: float | None = None
    answer_changes: bool = True
    show_progress: bool = False
    deliver_after: float | None = None
    freight_each: dict[str, str] | None = None
    receive_after: float | None = None
    number_messages: bool = False


class World:
    def __init__(self, secret: str, token: str, target: str, behaviour: Behaviour) -> None:
        self.secret, self.token = secret, token
        self.behaviour = behaviour
        self.orders = Orders()
        self.master = Master()
        self.rules = FaultRules()
        self.outbox = Outbox(target, lambda number, body: messages.headers(self.secret, number, body), self.is_down)
        self.floor = Floor(self._work_off)
        self._down_until = 0.0
        self._documents = 0
        self._sequence = count(1)
        self._listed: dict[tuple[str, str], list[InventorySnapshot]] = {}

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
        self._listed = {}
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

    def expect(self, advice: ReceiptAdvice, key: str) -> Taken:
        """An advice that is new or changed, answered now or by a message later."""
        with self.orders.lock:
            (status, answer), held = self.orders.advices.take(advice, key)
            if held is None:
                return status, answer
            if self.behaviour.answer_at_once:
                self._decide_advice(held)
                answer.update(held.answer())
            elif self.behaviour.acknowledge_after is not None:
                self._decide_advice(held)
                self._answer_advice(held, (), self.behaviour.acknowledge_after)
        return status, answer

    def expect_no_more(self, cancel: ReceiptCancel, key: str) -> Taken:
        with self.orders.lock:
            return self.orders.advices.take_back(cancel, key)

    def acknowledge_advice(self, advice: str, faults: Collection[str] = (), delay: float = 0.0) -> str:
        """Says yes; the message's number. Raises UnknownRelease."""
        with self.orders.lock:
            held = self._held_advice(advice)
            held.status, held.reason = "accepted", ""
            return self._answer_advice(held, faults, delay)

    def reject_advice(self, advice: str, reason: str, faults: Collection[str] = ()) -> str:
        with self.orders.lock:
            held = self._held_advice(advice)
            held.status, held.reason = "rejected", reason
            return self._answer_advice(held, faults, 0.0)

    def receive(self, script: Arrival) -> tuple[dict[str, Any], str]:
        """The confirmation, and its message's number. Raises BadScript, ValidationError."""
        with self.orders.lock:
            confirmed = receive(self.orders.advices, script)
        number = self._send("receipt.confirmed", confirmed.advice, confirmed, script.faults, script.delay)
        return confirmed.model_dump(mode="json", exclude_none=True), number

    def take_back(self, script: ParcelBack) -> tuple[dict[str, Any], str]:
        """What a customer sent back, or what was found of it; its message's number. Raises ValidationError."""
        with self.orders.lock:
            told = self.orders.returns.take_in(script)
        return self._tell("return.received", told.advice or told.receipt, told, script.faults, script.delay)

    def put_away(self, told: PutAway, faults: Collection[str] = ()) -> str:
        """The message's number."""
        with self.orders.lock:
            put_away(self.orders.stock, told)
        return self._send("receipt.put_away", told.put_away, told, faults, 0.0)

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

    def tell(self, asked: Progress) -> tuple[dict[str, Any], str]:
        """The document, and its message's number. Raises UnknownRelease, ValidationError."""
        with self.orders.lock:
            held = self._held(asked.release)
            told = news.progress(held, asked)
            held.stage, held.stages = told.stage, {}
            held.picked = {line.line: line.picked for line in told.lines if line.picked}
            number = self._send("order.progressed", asked.release, told, asked.faults, asked.delay)
            return told.model_dump(mode="json", exclude_none=True), number

    def track(self, asked: Track) -> tuple[dict[str, Any], str]:
        """The document, and its message's number. Raises UnknownRelease, BadNews, ValidationError."""
        with self.orders.lock:
            found = next((each for each in self.orders.shipments if each.shipment == asked.shipment), None)
            if found is None:
                raise UnknownRelease(f"shipment {asked.shipment} is not in the books")
            told = news.track(found, asked)
            self.orders.parcels[told.tracking_number] = asked.status
            kind = "shipment.delivered" if asked.status == "delivered" else "shipment.tracked"
            number = self._send(kind, found.release, told, asked.faults, asked.delay)
            return told.model_dump(mode="json", exclude_none=True), number

    def adjust(self, script: Adjusting) -> tuple[dict[str, Any], str]:
        """The adjustment, and its message's number. Raises ValidationError."""
        with self.orders.lock:
            document = stocktaking.adjust(self.orders.stock, script, self._next("ADJ"))
        return self._tell("inventory.adjusted", document.adjustment, document, script.faults, script.delay)

    def count(self, script: Counting) -> tuple[dict[str, Any], str]:
        with self.orders.lock:
            document = stocktaking.count(self.orders.stock, script, self._next("CNT"))
        return self._tell("inventory.counted", document.count, document, script.faults, script.delay)

    def list_stock(self, site: str, owner: str = "", page_size: int = 200, number: str = "") -> list[InventorySnapshot]:
        with self.orders.lock:
            stock = self.orders.stock
            return stocktaking.listed(stock, site, owner, number or self._next("SNAP"), page_size)

    def pages(self, site: str, owner: str, page_size: int, *, fresh: bool) -> list[InventorySnapshot]:
        """For whoever asks page by page: the first page takes the snapshot."""
        if fresh or (site, owner) not in self._listed:
            self._listed[site, owner] = self.list_stock(site, owner, page_size)
        return self._listed[site, owner]

    def snapshot(self, script: Listing) -> list[str]:
        """Sends all pages; the numbers of their messages."""
        pages = self.list_stock(script.site, script.owner, script.page_size, script.snapshot)
        return [self._send("inventory.snapshot", page.snapshot, page, script.faults, script.delay) for page in pages]

    def _next(self, kind: str) -> str:
        self._documents += 1
        return f"{kind}-{self._documents:06d}"

    def _tell(
        self, kind: str, number: str, document: Part, faults: Collection[str], delay: float
    ) -> tuple[dict[str, Any], str]:
        message = self._send(kind, number, document, faults, delay)
        return document.model_dump(mode="json", exclude_none=True), message

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

    def _held_advice(self, advice: str) -> HeldAdvice:
        held = self.orders.advices.held.get(advice)
        if held is None:
            raise UnknownRelease(f"{advice} is not held")
        return held

    def _decide_advice(self, held: HeldAdvice) -> None:
        ours = not self.orders.sites or held.advice.site in self.orders.sites
        held.reason = "" if ours else f"site {held.advice.site} is not ours"
        held.status = "accepted" if ours else "rejected"
        if ours and self.behaviour.receive_after is not None:
            self.floor.plan(held, (self.behaviour.acknowledge_after or 0.0) + self.behaviour.receive_after)

    def _answer_advice(self, held: HeldAdvice, faults: Collection[str], delay: float) -> str:
        named: dict[str, Any] = {"advice": held.advice.advice, "version": held.advice.version}
        if held.status == "rejected":
            no = ReceiptRejected(**named, reason=held.reason)
            return self._send("receipt.rejected", held.advice.advice, no, faults, delay)
        yes = ReceiptAccepted(**named, warehouse_order=held.warehouse_order)
        return self._send("receipt.accepted", held.advice.advice, yes, faults, delay)

    def _work_off(self, planned: HeldOrder | HeldAdvice) -> None:
        if isinstance(planned, HeldOrder):
            self._leave(planned)
        else:
            self._arrive(planned)

    def _arrive(self, held: HeldAdvice) -> None:
        """Takes in what is still expected, unless the advice was replaced, taken back or closed meanwhile."""
        with self.orders.lock:
            same = self.orders.advices.held.get(held.advice.advice) is held
            if not same or held.closed or held.cancelled or held.status != "accepted":
                return
            if held.advice.kind != "return":
                self.receive(Arrival(advice=held.advice.advice))
            elif not self.orders.returns.came(held.advice.advice):
                self.take_back(as_expected(held.advice))

    def _leave(self, order: HeldOrder) -> None:
        """Ships what is still open, unless the release was replaced, refused or closed meanwhile."""
        with self.orders.lock:
            same = self.orders.held.get(order.release.release) is order
            if not same or order.closed or order.status != "accepted":
                return
            try:
                self._pick_and_pack(order)
                leaves = {"release": order.release.release, "packages": 1, "freight_each": self.behaviour.freight_each}
                self.ship(Script.model_validate(leaves))
                self._bring(self.orders.shipments[-1])
            except (BadScript, ValidationError) as wrong:
                order.reason = str(wrong)  # told by the books: nobody waits for an answer

    def _pick_and_pack(self, order: HeldOrder) -> None:
        stages: tuple[Stage, ...] = ("picking", "picked", "packed") if self.behaviour.show_progress else ()
        for stage in stages:
            self.tell(Progress(release=order.release.release, stage=stage, cartons=stage == "packed"))

    def _bring(self, shipment: ShipmentConfirmed) -> None:
        """The carrier says where the parcel is, and that the customer has it."""
        if (seconds := self.behaviour.deliver_after) is None:
            return
        for number in news.numbers(shipment):
            about: dict[str, Any] = {"shipment": shipment.shipment, "number": number}
            self.track(Track(**about, status="in_transit", delay=seconds / 2))
            self.track(Track(**about, status="delivered", signed_by="the customer", proof=True, delay=seconds))

    def _send(self, kind: str, release: str, document: Part, faults: Collection[str], delay: float) -> str:
        struck = self.rules.decide({"side": "delivery", "type": kind, "release": release})
        names = {*faults, struck.action} if struck else set(faults)
        late = struck.seconds if struck and struck.action == "latency" else 0.0
        sequence = next(self._sequence) if self.behaviour.number_messages else None
        content = messages.body(kind, document, sequence)
        return self.outbox.send(kind, release, content, faults=names, delay=delay + late, sequence=sequence)
