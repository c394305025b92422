"""What people at the stand-in warehouse do to its stock without an order: adjust, move, count, list all of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from integration.canonical.base import Condition
from integration.canonical.inventory import (
    AdjustedLine,
    CountedLine,
    InventoryAdjusted,
    InventoryCounted,
    InventorySnapshot,
    StockLine,
)
from integration.sandbox.wms.stock import Slot, Stock

UNIT = "EA"


class Spot(BaseModel):
    """Goods at a place. ``quantity`` of what is filled in."""

    model_config = ConfigDict(extra="forbid")

    site: str = ""
    sku: str
    lot: str = ""
    location: str = ""
    condition: Condition = "good"
    quantity: Decimal = Decimal(0)

    def slot(self, site: str) -> Slot:
        return Slot(self.site or site, self.sku, self.lot, self.location, self.condition)


class Filling(BaseModel):
    """What /_sandbox/stock takes: goods that lie there from now on, or no more if below zero, beside what lies there.

    ``document`` names it among the movements.
    """

    model_config = ConfigDict(extra="forbid")

    site: str
    document: str = ""
    lines: list[Spot]


class Adjusting(BaseModel):
    """What /_sandbox/adjust takes: lines of the contract's inventory.adjusted."""

    model_config = ConfigDict(extra="forbid")

    site: str
    owner: str = ""
    adjustment: str = ""
    adjusted_at: datetime | None = None
    lines: list[dict[str, object]]
    faults: list[str] = []
    delay: float = 0.0


class Counted(Spot):
    """``quantity`` absent: what really lies there at that moment."""

    quantity: Decimal | None = None  # type: ignore[assignment]  # a count of nothing differs from no count
    counted_at: datetime | None = None


class Counting(BaseModel):
    """What /_sandbox/count takes. Without ``lines`` all that the site has, or had, is counted."""

    model_config = ConfigDict(extra="forbid")

    site: str
    owner: str = ""
    count: str = ""
    counted_at: datetime | None = None
    reason: str | None = None
    lines: list[Counted] = []
    faults: list[str] = []
    delay: float = 0.0


class Listing(BaseModel):
    """What /_sandbox/snapshot takes."""

    model_config = ConfigDict(extra="forbid")

    site: str
    owner: str = ""
    snapshot: str = ""
    page_size: int = 200
    faults: list[str] = []
    delay: float = 0.0


def fill(stock: Stock, filling: Filling) -> None:
    for spot in filling.lines:
        stock.move(spot.slot(filling.site), spot.quantity, "filled", filling.document)


def adjust(stock: Stock, script: Adjusting, number: str) -> InventoryAdjusted:
    """Does it, and says so. Raises ValidationError for impossible lines."""
    at = script.adjusted_at or datetime.now(UTC)
    lines = tuple(AdjustedLine.model_validate({"unit": UNIT, "reason": "FOUND", **line}) for line in script.lines)
    document = InventoryAdjusted(
        adjustment=script.adjustment or number, site=script.site, owner=script.owner, adjusted_at=at, lines=lines
    )
    for line in lines:
        here = Slot(script.site, line.sku, line.lot or "", line.location or "", line.condition)
        if not line.moves:
            stock.move(here, line.quantity, "adjusted", document.adjustment, at)
            continue
        stock.move(here, -line.quantity, "moved", document.adjustment, at)
        there = here.elsewhere(location=line.to_location, condition=line.to_condition)
        stock.move(there, line.quantity, "moved", document.adjustment, at)
    return document


def count(stock: Stock, script: Counting, number: str) -> InventoryCounted:
    """Counts what really lies there as of the scan, unless told what to say."""
    at = script.counted_at or datetime.now(UTC)
    wanted = script.lines or [_spot(slot) for slot in stock.known(script.site)]
    return InventoryCounted(
        count=script.count or number,
        site=script.site,
        owner=script.owner,
        counted_at=at,
        reason=script.reason,
        lines=tuple(_counted(stock, script.site, line, at) for line in wanted),
    )


def listed(stock: Stock, site: str, owner: str, number: str, page_size: int) -> list[InventorySnapshot]:
    """All that a site has, in pages; one empty page when it has nothing."""
    lines = list(_lines(stock, site))
    chunks = [lines[start : start + page_size] for start in range(0, len(lines), page_size)] or [[]]
    now = datetime.now(UTC)
    return [
        InventorySnapshot(
            snapshot=number,
            site=site,
            owner=owner,
            taken_at=now,
            page=place + 1,
            pages=len(chunks),
            lines=tuple(chunk),
        )
        for place, chunk in enumerate(chunks)
    ]


def _lines(stock: Stock, site: str) -> Iterator[StockLine]:
    for slot, quantity in sorted(stock.lines(site), key=str):
        yield StockLine(
            sku=slot.sku,
            unit=UNIT,
            on_hand=quantity,
            lot=slot.lot or None,
            location=slot.location or None,
            condition=slot.condition,
        )


def _counted(stock: Stock, site: str, line: Counted, at: datetime) -> CountedLine:
    moment = line.counted_at or at
    there = stock.as_of(line.slot(site), moment) if line.quantity is None else line.quantity
    return CountedLine(
        sku=line.sku,
        quantity=max(there, Decimal(0)),
        unit=UNIT,
        lot=line.lot or None,
        location=line.location or None,
        condition=line.condition,
        counted_at=line.counted_at,
    )


def _spot(slot: Slot) -> Counted:
    return Counted(sku=slot.sku, lot=slot.lot, location=slot.location, condition=slot.condition)
