"""A script of what a customer sent back, as a message; said again with dispositions, it is an inspection."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from integration.canonical.receipts import ReceiptAdvice, ReturnedLine, ReturnReceived
from integration.sandbox.wms.stock import Slot, Stock

PLACES = {"resell": None, "quarantine": "quarantine", None: "quarantine"}  # a condition, or the goods' own


class ParcelBack(BaseModel):
    """``lines`` say what came. ``advice`` for an announced return; else whatever the parcel names. A ``receipt`` that
    was told before is told again: what its lines say now counts. ``faults`` are for the delivery of the message."""

    model_config = ConfigDict(extra="forbid")

    site: str
    owner: str = ""
    receipt: str = ""
    advice: str | None = None
    release: str | None = None
    shipment: str | None = None
    order: str | None = None
    tracking_number: str = ""
    lines: list[dict[str, Any]]
    final: bool = True
    receipt_count: int | None = None
    received_at: datetime | None = None
    faults: list[str] = []
    delay: float = 0.0


def as_expected(advice: ReceiptAdvice) -> ParcelBack:
    """All of an announced return, to be sold again."""
    lines = [
        {**line.model_dump(include={"line", "sku", "quantity", "unit", "lots", "serials"}), "disposition": "resell"}
        for line in advice.lines
    ]
    return ParcelBack(site=advice.site, owner=advice.owner, advice=advice.advice, lines=lines)


class Returns:
    """Not thread-safe: hold the orders' lock."""

    def __init__(self, stock: Stock) -> None:
        self.told: dict[str, ReturnReceived] = {}
        self._stock = stock

    def take_in(self, script: ParcelBack) -> ReturnReceived:
        """Books it, and gives its message. Raises ValidationError for impossible lines."""
        named = script.model_dump(exclude={"receipt", "received_at", "lines", "faults", "delay"})
        number = script.receipt or f"RET-{len(self.told) + 1:06d}"
        before = self.told.get(number)
        at = script.received_at or (before.received_at if before else datetime.now(UTC))
        told = ReturnReceived(receipt=number, received_at=at, lines=tuple(_said(script.lines)), **named)
        if before is not None:
            self._book(before, -1)
        self._book(told, 1)
        self.told[number] = told
        return told

    def came(self, advice: str) -> bool:
        return any(told.advice == advice for told in self.told.values())

    def _book(self, told: ReturnReceived, sign: int) -> None:
        """What is to be scrapped lies nowhere any more."""
        for line in told.lines:
            if line.disposition == "scrap":
                continue
            condition = PLACES[line.disposition] or line.condition
            for lot, quantity in _shares(line):
                slot = Slot(told.site, line.sku, lot, "", condition)
                self._stock.move(slot, sign * quantity, "returned", told.receipt, told.received_at)


def _said(lines: list[dict[str, Any]]) -> Iterator[ReturnedLine]:
    return (ReturnedLine.model_validate(line) for line in lines)


def _shares(line: ReturnedLine) -> list[tuple[str, Decimal]]:
    if line.serials:
        return [(serial, line.quantity / len(line.serials)) for serial in line.serials]
    return [(lot.lot, lot.quantity) for lot in line.lots] or [("", line.quantity)]
