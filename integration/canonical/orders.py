"""The order release that a warehouse gets, and its answers to it."""

from typing import Annotated, Literal

from pydantic import Field

from integration.canonical.base import Address, Moment, Part, Quantity, Reference, Text


class Carrier(Part):
    """``code`` and ``service`` in the warehouse's own words."""

    code: Reference
    service: Text = ""


class ReleaseLine(Part):
    """``line`` names the line for good: confirmations repeat it. ``sku`` and ``unit`` are the warehouse's codes."""

    line: Reference
    sku: Reference
    quantity: Annotated[Quantity, Field(gt=0)]
    unit: Reference
    description: Text = ""
    tracking: Literal["none", "lot", "serial"] = "none"
    lots: tuple[Reference, ...] = ()


class OrderRelease(Part):
    """Ship this (X12 940). ``release`` is the warehouse's order number; a higher ``version`` replaces a lower one."""

    release: Reference
    version: Annotated[int, Field(ge=1)] = 1
    order: Reference
    customer_reference: Text = ""
    site: Reference
    owner: Text = ""
    ship_to: Address
    carrier: Carrier | None = None
    ship_by: Moment | None = None
    ship_complete: bool = False
    priority: Annotated[int, Field(ge=0, le=9)] = 0
    notes: Text = ""
    lines: Annotated[tuple[ReleaseLine, ...], Field(min_length=1)]


class OrderAccepted(Part):
    """The warehouse has the release and will work on it."""

    release: Reference
    version: int | None = None
    warehouse_order: Text = ""


class RefusedLine(Part):
    line: Reference
    reason: Text


class OrderRejected(Part):
    """The warehouse will not work on the release; ``reason`` is for a person."""

    release: Reference
    version: int | None = None
    reason: Annotated[Text, Field(min_length=1)]
    lines: tuple[RefusedLine, ...] = ()
