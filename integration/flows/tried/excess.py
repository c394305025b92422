"""More than was open: by what is kept of a release or an advice, and of what was booked of it before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Min, Sum

from integration.canonical.receipts import ReceiptConfirmed
from integration.canonical.shipments import ShipmentConfirmed
from integration.errors import Causes, Permanent, Rejected
from integration.models import Document, StockEvent
from integration.rules import received, shipping
from integration.rules.choices import OVER
from integration.rules.otherwise import Untold
from integration.rules.shipping import ReleasedLine

Kind = StockEvent.Kind
NOTHING = Decimal(0)
NOT_KNOWN = "More came than was open, and how much was open then is not kept: the document was changed on the way."


def shipped(
    shipment: ShipmentConfirmed, delivery: Document, shares: Sequence[shipping.ShippedQuantity], facts: shipping.Facts
) -> None:
    """Raises Causes, Untold."""
    totals: defaultdict[ReleasedLine, Decimal] = defaultdict(Decimal)
    for share in shares:
        totals[share.line] += share.quantity
    about = {"shipment": shipment.shipment, "release": facts.release}
    against: list[Permanent] = []
    for line, total in totals.items():
        open_ = _open(delivery, line, facts.source, Kind.SHIPPED)
        tolerance = facts.rules.tolerance(line.sku, line.ordered, facts.customer)
        if total > open_ and _unclear(delivery, line, totals):
            raise Untold(NOT_KNOWN)
        if total > open_ + tolerance:
            against.append(_over("CD-5004", facts.connection, about, line, total, open_, tolerance))
    _raise(against)


def came_in(
    receipt: ReceiptConfirmed, document: Document, shares: Sequence[received.ReceivedQuantity], facts: received.Facts
) -> None:
    """Raises Causes, Untold."""
    totals: defaultdict[ReleasedLine, Decimal] = defaultdict(Decimal)
    for share in shares:
        if share.line is not None:
            totals[share.line] += share.quantity
    about = {"receipt": receipt.receipt, "advice": facts.advice}
    against: list[Permanent] = []
    for line, total in totals.items():
        open_ = _open(document, line, facts.source, Kind.RECEIVED)
        tolerance = facts.rules.receive_tolerance(line.sku, line.ordered)
        if total > open_ and _unclear(document, line, totals):
            raise Untold(NOT_KNOWN)
        if total > open_ + tolerance:
            against.append(_over(OVER, facts.connection, about, line, total, open_, tolerance))
    _raise(against)


def _open(document: Document, line: ReleasedLine, source: str, kind: StockEvent.Kind) -> Decimal:
    """What was left of it when the message was worked on: without what others had booked by then."""
    events = StockEvent.objects.filter(document=document, product_id=line.product_id, kind=kind)
    own = events.filter(source=source).aggregate(first=Min("pk"))["first"]
    before = events.exclude(source=source)
    if own is not None:
        before = before.filter(pk__lt=own)
    gone: Decimal = before.aggregate(total=Sum("quantity"))["total"] or NOTHING
    return line.released - abs(gone)


def _unclear(document: Document, line: ReleasedLine, totals: Mapping[ReleasedLine, Decimal]) -> bool:
    """Odoo asked for something else on the way, or two lines of one product share what was booked."""
    alike = sum(other.product_id == line.product_id for other in totals)
    return bool(document.change_count) or line.released != line.ordered or alike > 1


def _over(
    code: str,
    connection: str,
    about: Mapping[str, Any],
    line: ReleasedLine,
    total: Decimal,
    open_: Decimal,
    tolerance: Decimal,
) -> Rejected:
    named: dict[str, Any] = {**about, "connection": connection, "partner": connection}
    return Rejected(code, **named, quantity=total, sku=line.sku, open=open_, tolerance=tolerance)


def _raise(against: Sequence[Permanent]) -> None:
    if against:
        raise Causes(against)
