"""The order release that a warehouse gets, what is asked of it afterwards, and its answers."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from integration.canonical.base import Address, Moment, Part, Quantity, Reference, Text, Tracking

Stage = Literal["received", "accepted", "picking", "picked", "packed", "shipped"]
STAGES: tuple[Stage, ...] = ("received", "accepted", "picking", "picked", "packed", "shipped")


class Carrier(Part):
    """``code`` and ``service`` in the warehouse's own words; ``account``: whom the carrier bills, by its number."""

    code: Reference
    service: Text = ""
    account: Text | None = None


class ReleaseLine(Part):
    """``line`` names the line for good: confirmations repeat it. ``sku`` and ``unit`` are the warehouse's codes.

    ``kit``: it is a component of this product, which was sold.
    """

    line: Reference
    sku: Reference
    quantity: Annotated[Quantity, Field(gt=0)]
    unit: Reference
    description: Text = ""
    tracking: Tracking = "none"
    lots: tuple[Reference, ...] = ()
    kit: Text | None = None


class OrderRelease(Part):
    """Ship this (X12 940). ``release`` is the warehouse's order number; a higher ``version`` replaces a lower one.

    ``wave``: what is released together has the same one; the warehouse may pick it together.
    """

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
    labels: tuple[Reference, ...] | None = None
    wave: Reference | None = None
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


class ChangedLine(Part):
    """What is wanted of one line now: ``quantity`` in all, 0 to take it off. ``was``: before; 0 for an added line."""

    line: Reference
    sku: Reference
    quantity: Quantity
    was: Quantity
    unit: Reference
    description: Text = ""
    tracking: Tracking = "none"
    lots: tuple[Reference, ...] = ()
    kit: Text | None = None


class OrderChange(Part):
    """A request about a release. ``change`` counts the requests about it; what is left out stays as it is.

    The warehouse accepts it, accepts it in part, or refuses it as too late.
    """

    release: Reference
    change: Annotated[int, Field(ge=1)]
    version: Annotated[int, Field(ge=1)]
    site: Reference
    owner: Text = ""
    lines: tuple[ChangedLine, ...] = ()
    ship_to: Address | None = None
    carrier: Carrier | None = None
    ship_by: Moment | None = None
    customer_reference: Text | None = None


class OrderCancel(Part):
    """The wish to stop a release: a change of everything to nothing, with an answer of its own."""

    release: Reference
    change: Annotated[int, Field(ge=1)]
    version: Annotated[int, Field(ge=1)]
    site: Reference
    owner: Text = ""
    reason: Text = ""


ChangedField = Literal["ship_to", "carrier", "ship_by", "customer_reference"]


class AnsweredLine(Part):
    """``quantity`` is what the warehouse ships of the line in all; ``stage``: how far it is, hence too late."""

    line: Reference
    quantity: Quantity
    stage: Stage | None = None
    reason: Text = ""


class ChangeAccepted(Part):
    """Everything as asked."""

    release: Reference
    change: Annotated[int, Field(ge=1)]


class ChangePartlyAccepted(Part):
    """``lines``: those that will not ship as asked, and how much of them will. ``refused``: fields that stay."""

    release: Reference
    change: Annotated[int, Field(ge=1)]
    lines: tuple[AnsweredLine, ...] = ()
    refused: tuple[ChangedField, ...] = ()
    reason: Text = ""


class ChangeRefused(Part):
    """Nothing changes: it is too late. ``lines`` may say how far each is."""

    release: Reference
    change: Annotated[int, Field(ge=1)]
    reason: Annotated[Text, Field(min_length=1)]
    lines: tuple[AnsweredLine, ...] = ()


class CancelAccepted(Part):
    """Nothing more of the release will leave."""

    release: Reference
    change: Annotated[int, Field(ge=1)]


class CancelRefused(Part):
    """It is too late: ``lines`` says how much of each will leave all the same; all of it, when there are none."""

    release: Reference
    change: Annotated[int, Field(ge=1)]
    reason: Annotated[Text, Field(min_length=1)]
    lines: tuple[AnsweredLine, ...] = ()


class ProgressLine(Part):
    """Totals so far, in the release's unit. ``short``: will not be found. ``substitute``: the SKU that goes instead."""

    line: Reference
    picked: Quantity = Decimal(0)
    packed: Quantity = Decimal(0)
    short: Quantity = Decimal(0)
    substitute: Reference | None = None


class CartonLine(Part):
    line: Reference
    sku: Reference
    quantity: Annotated[Quantity, Field(gt=0)]
    lots: tuple[Reference, ...] = ()


class Carton(Part):
    """What lies in one package before it leaves."""

    package: Reference
    lines: tuple[CartonLine, ...] = ()


class OrderProgressed(Part):
    """How far the warehouse is. ``at`` orders the messages: an older one changes nothing."""

    release: Reference
    stage: Stage
    at: Moment
    lines: tuple[ProgressLine, ...] = ()
    cartons: tuple[Carton, ...] = ()
