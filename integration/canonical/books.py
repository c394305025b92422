"""What an order has come to in Odoo's books: what moved of it, and its invoices, bills and credit notes."""

from datetime import date
from decimal import Decimal
from typing import Literal

from integration.canonical.base import Amount, Part, Reference, Signed

Ordering = Literal["sale.order", "purchase.order"]
EntryKind = Literal["out_invoice", "out_refund", "in_invoice", "in_refund", "other"]
REFUNDS: tuple[EntryKind, ...] = ("out_refund", "in_refund")


class EntryLine(Part):
    """A share of an order's line on an invoice. ``quantity`` as it stands there: above 0 on credit notes too."""

    order_line_id: int
    quantity: Signed
    price: Amount
    discount: Amount = Decimal(0)
    net: Amount = Decimal(0)


class Entry(Part):
    """An invoice, bill or credit note. ``state``: draft, posted or cancel.

    ``origin``: Odoo's text of where it comes from. ``ours``: made by the integration user. ``net`` is without taxes,
    ``total`` with them.
    """

    id: int
    kind: EntryKind
    name: str = ""
    state: str
    origin: str = ""
    ours: bool = False
    currency: str = ""
    net: Amount = Decimal(0)
    total: Amount = Decimal(0)
    lines: tuple[EntryLine, ...] = ()

    @property
    def sign(self) -> int:
        return -1 if self.kind in REFUNDS else 1

    def booked(self, order_line_id: int) -> Decimal:
        """What it bills of a line: below 0 when it credits."""
        shares = (line.quantity for line in self.lines if line.order_line_id == order_line_id)
        return self.sign * sum(shares, Decimal(0))


class OrderedLine(Part):
    """Quantities in the unit of the order's line. ``moved``: delivered or received, less what came back.

    ``open`` is what Odoo would bill now, below 0 what it would credit. ``by_order``: billed by what is ordered.
    """

    id: int
    sku: str = ""
    ordered: Signed
    moved: Signed
    booked: Signed
    open: Signed
    price: Amount
    discount: Amount = Decimal(0)
    by_order: bool = False


class OrderBooks(Part):
    """``partners``: the customer or supplier, its company, and who gets the invoice. ``entries`` by id.

    ``outstanding``: a delivery (for a purchase, a receipt) is still open. ``returning``: a return is.
    """

    model: Ordering
    id: int
    name: Reference
    state: str
    company_id: int
    currency: str = ""
    partners: tuple[int, ...] = ()
    outstanding: bool = False
    returning: bool = False
    lines: tuple[OrderedLine, ...] = ()
    entries: tuple[Entry, ...] = ()


class Booking(Part):
    """The event that an entry is made for. ``mark`` names it for good; ``on`` is its date, which a bill gets."""

    mark: str
    on: date
