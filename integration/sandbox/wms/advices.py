"""The goods that the stand-in warehouse expects: by advice and version, each idempotency key once."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from integration.canonical.receipts import AdviceLine, ReceiptAdvice, ReceiptCancel, ReceiptConfirmed, ReceivedLine
from integration.sandbox.wms.stock import Slot, Stock

Taken = tuple[HTTPStatus, dict[str, Any]]


@dataclass
class HeldAdvice:
    advice: ReceiptAdvice
    warehouse_order: str
    key: str
    status: str = "received"
    reason: str = ""
    closed: bool = False
    cancelled: bool = False
    replaced: list[int] = field(default_factory=list)

    def answer(self) -> dict[str, Any]:
        return {"status": self.status, "warehouse_order": self.warehouse_order, "reason": self.reason}


class Advices:
    """Not thread-safe: hold the orders' lock."""

    def __init__(self, stock: Stock) -> None:
        self.stock = stock
        self.held: dict[str, HeldAdvice] = {}
        self.receipts: list[ReceiptConfirmed] = []
        self.cancels: dict[str, ReceiptCancel] = {}
        self._of_advice: defaultdict[str, list[ReceiptConfirmed]] = defaultdict(list)
        self._answers: dict[str, tuple[str, dict[str, Any]]] = {}
        self.sites: set[str] = set()

    def take(self, advice: ReceiptAdvice, key: str) -> tuple[Taken, HeldAdvice | None]:
        """The answer, and the advice if it is new or replaces its lower version."""
        digest = _fingerprint(advice)
        if key in self._answers:
            return self._repeat(key, digest), None
        held = self.held.get(advice.advice)
        if held is not None and advice.version <= held.advice.version:
            same = advice.version == held.advice.version and _fingerprint(held.advice) == digest
            reason = f"version {held.advice.version} is held"
            return ((HTTPStatus.OK, held.answer()) if same else (HTTPStatus.CONFLICT, {"reason": reason})), None
        fresh = self._keep(advice, key, held)
        self._answers[key] = (digest, fresh.answer())
        return (HTTPStatus.ACCEPTED, self._answers[key][1]), fresh

    def take_back(self, cancel: ReceiptCancel, key: str) -> Taken:
        """Too late once something has come in."""
        digest = _fingerprint(cancel)
        if key in self._answers:
            return self._repeat(key, digest)
        held = self.held.get(cancel.advice)
        late = held is not None and (held.closed or self.received(cancel.advice))
        answer = {"status": "rejected" if late else "accepted", "reason": "goods have come in" if late else ""}
        if held is not None and not late:
            held.cancelled = True
            self.cancels[cancel.advice] = cancel
        self._answers[key] = (digest, answer)
        return HTTPStatus.ACCEPTED, answer

    def find(self, number: str, version: int) -> list[dict[str, Any]]:
        held = self.held.get(number)
        if held is None or held.advice.version < version:
            return []
        status = "arrived" if self.received(number) else held.status
        return [{"advice": number, "version": held.advice.version, **held.answer(), "status": status}]

    def find_cancel(self, number: str, version: int) -> list[dict[str, Any]]:
        cancel = self.cancels.get(number)
        known = cancel is not None and cancel.version >= version
        return [{"advice": number, "version": version, "status": "accepted"}] if known else []

    def received(self, number: str) -> Sequence[ReceiptConfirmed]:
        return self._of_advice.get(number, ())

    def open_quantity(self, number: str, line: AdviceLine) -> Decimal:
        came = (part.quantity for one in self.received(number) for part in one.lines if part.line == line.line)
        return line.quantity - sum(came, Decimal(0))

    def book(self, receipt: ReceiptConfirmed) -> None:
        """Puts a receipt into the books, and its goods on the shelves."""
        self.receipts.append(receipt)
        self._of_advice[receipt.advice].append(receipt)
        held = self.held.get(receipt.advice)
        site = held.advice.site if held else ""
        for part in receipt.lines:
            for lot, quantity in _shares(part):
                slot = Slot(site, part.sku, lot, part.location or "", part.condition)
                self.stock.move(slot, quantity, "received", receipt.receipt, receipt.received_at)
        if held is not None:
            held.closed = held.closed or receipt.final

    def _repeat(self, key: str, digest: str) -> Taken:
        before, answer = self._answers[key]
        if before == digest:
            return HTTPStatus.OK, answer
        return HTTPStatus.CONFLICT, {"reason": "this Idempotency-Key was used for another document"}

    def _keep(self, advice: ReceiptAdvice, key: str, before: HeldAdvice | None) -> HeldAdvice:
        replaced = [*before.replaced, before.advice.version] if before else []
        number = before.warehouse_order if before else f"EXP-{len(self.held) + 1:06d}"
        self.held[advice.advice] = held = HeldAdvice(advice, number, key, replaced=replaced)
        return held


def _shares(part: ReceivedLine) -> list[tuple[str, Decimal]]:
    if part.serials:
        return [(serial, part.quantity / len(part.serials)) for serial in part.serials]
    return [(lot.lot, lot.quantity) for lot in part.lots] or [("", part.quantity)]


def _fingerprint(document: ReceiptAdvice | ReceiptCancel) -> str:
    content = json.dumps(document.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
