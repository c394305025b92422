"""A script of what comes in at the warehouse, as a receipt confirmation."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from integration.canonical.receipts import AdviceLine, LotShare, PutAway, ReceiptConfirmed, ReceivedLine
from integration.sandbox.wms.advices import Advices
from integration.sandbox.wms.shipping import BadScript
from integration.sandbox.wms.stock import Slot, Stock

Mode = Literal["full", "partial", "short", "over", "nothing"]
FINAL: Mapping[Mode, bool] = {"full": True, "partial": False, "short": True, "over": True, "nothing": True}
GOOD_FOR = timedelta(days=365)


class Arrival(BaseModel):
    """``lines`` say exactly what came; without them ``mode`` does, from what is open. ``damaged``: so much of the first
    line. ``faults`` are for the delivery of the message."""

    model_config = ConfigDict(extra="forbid")

    advice: str
    receipt: str = ""
    mode: Mode = "full"
    lines: list[dict[str, Any]] | None = None
    damaged: Decimal = Decimal(0)
    final: bool | None = None
    receipt_count: int | None = None
    received_at: datetime | None = None
    faults: list[str] = []
    delay: float = 0.0


def receive(advices: Advices, script: Arrival) -> ReceiptConfirmed:
    """Books the receipt and gives its confirmation. Raises BadScript, or ValidationError for impossible lines."""
    held = advices.held.get(script.advice)
    if held is None and script.lines is None:
        raise BadScript(f"{script.advice} is not held: say the lines")
    number = script.receipt or f"RCV-{len(advices.receipts) + 1:06d}"
    lines = _said(script.lines) if script.lines is not None else _by_mode(advices, script, number)
    final = FINAL[script.mode] if script.final is None else script.final
    counted = len(advices.received(script.advice)) + 1
    confirmed = ReceiptConfirmed(
        receipt=number,
        advice=script.advice,
        received_at=script.received_at or datetime.now(UTC),
        final=final,
        receipt_count=(script.receipt_count or counted) if final else None,
        lines=tuple(lines),
    )
    advices.book(confirmed)
    return confirmed


def put_away(stock: Stock, told: PutAway) -> PutAway:
    """Moves goods from place to place in the books."""
    for line in told.lines:
        slot = Slot(told.site, line.sku, line.lot or "", line.from_location or "")
        stock.move(slot, -line.quantity, "moved", told.put_away, told.at)
        stock.move(slot.elsewhere(location=line.to_location), line.quantity, "moved", told.put_away, told.at)
    return told


def _said(lines: list[dict[str, Any]]) -> list[ReceivedLine]:
    return [ReceivedLine.model_validate(line) for line in lines]


def _by_mode(advices: Advices, script: Arrival, number: str) -> list[ReceivedLine]:
    made: list[ReceivedLine] = []
    for place, line in enumerate(advices.held[script.advice].advice.lines):
        quantity = _quantity(script.mode, advices.open_quantity(script.advice, line))
        damaged = min(script.damaged, quantity) if place == 0 else Decimal(0)
        if quantity - damaged > 0:
            made.append(_line(advices, line, quantity - damaged, f"{number}-{place + 1}"))
        if damaged > 0:
            bad = _line(advices, line, damaged, f"{number}-{place + 1}D")
            made.append(bad.model_copy(update={"condition": "damaged", "reason": "crushed"}))
    return made


def _quantity(mode: Mode, left: Decimal) -> Decimal:
    if mode == "nothing" or left <= 0:
        return Decimal(0)
    if mode == "over":
        return left + 1
    return left if mode == "full" else max(Decimal(1), (left / 2).to_integral_value(ROUND_FLOOR))


def _line(advices: Advices, line: AdviceLine, quantity: Decimal, name: str) -> ReceivedLine:
    """Numbers as announced; where none were, the goods bring new ones."""
    usual: dict[str, Any] = {"line": line.line, "sku": line.sku, "quantity": quantity, "unit": line.unit}
    if line.tracking == "serial":
        there = {number for one in advices.receipts for part in one.lines for number in part.serials}
        known = [serial for serial in line.serials if serial not in there]
        fresh = [f"SN-{name}-{count + 1}" for count in range(int(quantity))]
        usual["serials"] = (known or fresh)[: int(quantity)]
    elif line.tracking == "lot":
        usual["lots"] = _lots(line, quantity, name)
    return ReceivedLine(**usual)


def _lots(line: AdviceLine, quantity: Decimal, name: str) -> list[LotShare]:
    left, lots = quantity, []
    for known in line.lots:
        part = min(left, known.quantity)
        left -= part
        if part > 0:
            lots.append(LotShare(lot=known.lot, quantity=part))
    if left > 0 and lots:  # a surplus is of the last lot
        lots[-1] = lots[-1].model_copy(update={"quantity": lots[-1].quantity + left})
    elif left > 0:
        expires = datetime.now(UTC).date() + GOOD_FOR
        lots.append(LotShare(lot=f"LOT-{name}", quantity=left, expires_on=date(expires.year, expires.month, 28)))
    return lots
