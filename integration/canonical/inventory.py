"""What a warehouse says about its stock: adjustments (X12 947), cycle counts, and all of it (846)."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from integration.canonical.base import Condition, Moment, Part, Quantity, Reference, Signed, Text

PAGES = Annotated[int, Field(ge=1, le=100_000)]


class AdjustedLine(Part):
    """``quantity`` is what was added, negative for what was lost: never 0.

    With ``to_condition`` or ``to_location`` nothing is added or lost: that much moved from the one to the other.
    ``reason`` is the warehouse's code.
    """

    sku: Reference
    quantity: Signed
    unit: Reference
    lot: Reference | None = None
    location: Reference | None = None
    condition: Condition = "good"
    to_location: Reference | None = None
    to_condition: Condition | None = None
    reason: Reference
    note: Text = ""

    @property
    def moves(self) -> bool:
        return self.to_condition is not None or self.to_location is not None

    @model_validator(mode="after")
    def _means_something(self) -> "AdjustedLine":
        if self.quantity == 0 or (self.moves and self.quantity < 0):
            raise ValueError("quantity must not be 0, and more than 0 for goods that moved")
        return self


class InventoryAdjusted(Part):
    """What the warehouse did to its stock, line by line: it is done there already."""

    adjustment: Reference
    site: Reference
    owner: Text = ""
    adjusted_at: Moment
    lines: Annotated[tuple[AdjustedLine, ...], Field(min_length=1)]


class CountedLine(Part):
    """``quantity`` is what lay there when it was scanned, of this lot in this condition at this place."""

    sku: Reference
    quantity: Quantity
    unit: Reference
    lot: Reference | None = None
    location: Reference | None = None
    condition: Condition = "good"
    counted_at: Moment | None = None


class InventoryCounted(Part):
    """A cycle count. ``counted_at`` holds for lines that do not say when they were scanned."""

    count: Reference
    site: Reference
    owner: Text = ""
    counted_at: Moment
    reason: Reference | None = None
    lines: Annotated[tuple[CountedLine, ...], Field(min_length=1)]


class StockLine(Part):
    """Kept apart, never summed: ``on_hand`` lies there; ``allocated`` of it is for orders. Damaged and held goods are
    lines of their own, by ``condition``."""

    sku: Reference
    unit: Reference
    on_hand: Signed
    allocated: Quantity = Decimal(0)
    lot: Reference | None = None
    location: Reference | None = None
    condition: Condition = "good"


class InventorySnapshot(Part):
    """All of a site's stock at one moment, in ``pages`` messages. What no line names is not there."""

    snapshot: Reference
    site: Reference
    owner: Text = ""
    taken_at: Moment
    page: PAGES = 1
    pages: PAGES = 1
    lines: tuple[StockLine, ...] = ()

    @model_validator(mode="after")
    def _one_of_its_pages(self) -> "InventorySnapshot":
        if self.page > self.pages:
            raise ValueError(f"page {self.page} of {self.pages}")
        return self
