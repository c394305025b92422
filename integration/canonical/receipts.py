"""Goods that a warehouse is to expect (X12 943, 856), and what came in (944)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from integration.canonical.base import Condition, Moment, Part, Quantity, Reference, Text, Tracking

AdviceKind = Literal["purchase", "return", "transfer"]


class LotShare(Part):
    """A lot's share of a line. ``expires_on`` by the maker; a warehouse that does not know it leaves it out."""

    lot: Reference
    quantity: Annotated[Quantity, Field(gt=0)]
    expires_on: date | None = None


class AdviceLine(Part):
    """``line`` names the line for good: confirmations repeat it. ``lots``: as far as they are known beforehand."""

    line: Reference
    sku: Reference
    quantity: Annotated[Quantity, Field(gt=0)]
    unit: Reference
    description: Text = ""
    tracking: Tracking = "none"
    lots: tuple[LotShare, ...] = ()
    serials: tuple[Reference, ...] = ()


class ReceiptAdvice(Part):
    """Expect this. ``advice`` is the warehouse's number of it; a higher ``version`` replaces a lower one.

    ``order``: the purchase order, sales order or transfer that it comes from; ``sender`` and ``sender_reference``
    are the supplier's name and number, the customer's, or the other warehouse's.
    """

    advice: Reference
    version: Annotated[int, Field(ge=1)] = 1
    kind: AdviceKind
    order: Reference
    sender: Text = ""
    sender_reference: Text = ""
    site: Reference
    owner: Text = ""
    expected_at: Moment | None = None
    notes: Text = ""
    lines: Annotated[tuple[AdviceLine, ...], Field(min_length=1)]


class ReceiptCancel(Part):
    """Nothing more of an advice will come. Goods that come all the same are confirmed as they would have been."""

    advice: Reference
    version: Annotated[int, Field(ge=1)]
    site: Reference
    owner: Text = ""
    reason: Text = ""


class ReceiptAccepted(Part):
    """The warehouse has the advice and expects the goods."""

    advice: Reference
    version: int | None = None
    warehouse_order: Text = ""


class ReceiptRejected(Part):
    """The warehouse will not take the goods in; ``reason`` is for a person."""

    advice: Reference
    version: int | None = None
    reason: Annotated[Text, Field(min_length=1)]


class ReceivedLine(Part):
    """One line's share of one lot, condition or package: the same ``line`` may stand several times.

    Without ``line``: goods that the advice does not know. ``location`` is the warehouse's place, where it says one.
    """

    line: Reference | None = None
    sku: Reference
    quantity: Annotated[Quantity, Field(gt=0)]
    unit: Reference
    lots: tuple[LotShare, ...] = ()
    serials: tuple[Reference, ...] = ()
    condition: Condition = "good"
    reason: Text = ""
    location: Reference | None = None


class ReceiptConfirmed(Part):
    """What came in of one advice at one time. ``final``: nothing else of the advice will be confirmed.

    ``receipt_count``: on the final one, how many there are, itself included. Without lines, nothing came.
    """

    receipt: Reference
    advice: Reference
    received_at: Moment
    final: bool = True
    receipt_count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    lines: tuple[ReceivedLine, ...] = ()


class PutAwayLine(Part):
    sku: Reference
    quantity: Annotated[Quantity, Field(gt=0)]
    unit: Reference
    lot: Reference | None = None
    from_location: Reference | None = None
    to_location: Reference


class PutAway(Part):
    """Where received goods lie now. It never holds up the receipt."""

    put_away: Reference
    receipt: Reference | None = None
    site: Reference
    owner: Text = ""
    at: Moment
    lines: Annotated[tuple[PutAwayLine, ...], Field(min_length=1)]


Disposition = Literal["resell", "quarantine", "scrap"]


class ReturnedLine(Part):
    """``line``: of the advice, or of the release that the goods left with. Without a disposition: not inspected yet."""

    line: Reference | None = None
    sku: Reference
    quantity: Annotated[Quantity, Field(gt=0)]
    unit: Reference
    lots: tuple[LotShare, ...] = ()
    serials: tuple[Reference, ...] = ()
    condition: Condition = "good"
    disposition: Disposition | None = None
    reason: Text = ""


class ReturnReceived(Part):
    """Goods that a customer sent back (RMA). Announced: ``advice`` names it. Blind: whatever the parcel says.

    ``release``, ``shipment``, ``order``, ``tracking_number`` name what the goods left with: the first one that helps.
    """

    receipt: Reference
    advice: Reference | None = None
    release: Reference | None = None
    shipment: Reference | None = None
    order: Reference | None = None
    tracking_number: Text = ""
    site: Reference
    owner: Text = ""
    received_at: Moment
    final: bool = True
    receipt_count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    lines: Annotated[tuple[ReturnedLine, ...], Field(min_length=1)]
