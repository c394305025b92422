"""What Odoo knows of orders, purchases, transfers and their pickings, in its words and ids, the same for every version.

Quantities are in the unit of their move. ``done`` counts only what is picked (17+) or written as done (16).
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from integration.canonical.base import Address, Moment, Money, Part, Reference, Tracking

RootModel = Literal["sale.order", "purchase.order", "transfer", "stock.picking"]
Usage = Literal["", "supplier", "customer", "internal", "transit", "other"]


class Root(Part):
    """What a record belongs to, and is read with. A ``transfer`` belongs to no order: its id is its first picking's.

    A ``stock.picking`` is still to be resolved: nothing in the record said more.
    """

    model: RootModel
    id: int


class Change(Part):
    """One record that a poll saw. ``root`` None: it has nothing to do with goods that come or go."""

    model: str
    id: int
    written_at: Moment
    root: Root | None = None


class Hold(Part):
    """A fact in Odoo that stops a release: a blocked customer, a credit limit passed."""

    kind: Literal["credit", "customer", "picking"]
    reason: str


class Carrier(Part):
    id: int
    name: str


class Customer(Part):
    """What rules go by. ``credit_limit`` and ``owed`` None: no limits are used, or we may not see them.

    ``tags``, ``country`` and ``is_company`` are of the customer itself, the money of its company.
    """

    tags: tuple[str, ...] = ()
    country: str = ""
    is_company: bool = False
    credit_limit: Decimal | None = None
    owed: Decimal | None = None


class LotLine(Part):
    """A move line: ``quantity`` is reserved or done, as its move's state says; ``done`` counts only what is done.

    Both are in the move's unit; ``own_unit`` false says that Odoo keeps the line in another one.
    """

    id: int
    lot: str | None = None
    lot_id: int | None = None
    quantity: Decimal
    done: Decimal = Decimal(0)
    package: str | None = None
    own_unit: bool = True
    location_id: int | None = None
    destination_id: int | None = None
    source_package_id: int | None = None


class Move(Part):
    """A stock move. ``demand``, ``reserved`` and ``done`` in ``unit``; ``rounding`` is the unit's.

    ``chained``: it ships what an earlier step (pick, pack, receipt) brings. ``takes_back``: the move that it returns.
    ``kit``: the code of the product that was sold, when this is a component of it. ``category``: the product's, with
    those above it, such as ``All / Tools``.
    """

    id: int
    sale_line_id: int | None = None
    purchase_line_id: int | None = None
    product_id: int
    sku: str | None = None
    kit: str = ""
    barcode: str | None = None
    product: str
    category: str = ""
    tracking: Tracking = "none"
    unit_id: int
    unit: str
    rounding: Decimal = Decimal("0.01")
    demand: Decimal
    reserved: Decimal = Decimal(0)
    done: Decimal = Decimal(0)
    state: str
    chained: bool = False
    location_id: int | None = None
    destination_id: int | None = None
    takes_back: int | None = None
    lines: tuple[LotLine, ...] = ()


class Picking(Part):
    """``state`` is Odoo's: draft, waiting, confirmed, assigned, done, cancel. ``mark`` is what we wrote when shipping.

    ``note`` is people's own text with the mark in it: kept in memory for the next write, never stored. ``currency`` is
    the company's, and that of ``freight``, which is None without Odoo's delivery app. ``made_for``: the mark of the
    shipment that it was made for, in the place of a cancelled delivery. ``routed_from``: the delivery of another
    warehouse that its goods were taken from.

    ``source`` and ``destination`` say what kind of place goods come from and go to; empty for a sales order's.
    """

    id: int
    name: Reference
    state: str
    code: Literal["outgoing", "internal", "incoming", "other"] = "outgoing"
    order_id: int | None = None
    warehouse_id: int | None = None
    company_id: int
    backorder_of: int | None = None
    return_of: int | None = None
    scheduled_at: Moment | None = None
    ship_complete: bool = False
    carrier: Carrier | None = None
    tracking_reference: str = ""
    freight: Decimal | None = None
    currency: str = ""
    mark: str | None = None
    made_for: str | None = None
    routed_from: int | None = None
    note: str = Field(default="", exclude=True, repr=False)
    ship_to: Address = Address()
    source: Usage = ""
    destination: Usage = ""
    done_at: Moment | None = None
    moves: tuple[Move, ...] = ()

    @property
    def ships_to_warehouse(self) -> bool:
        """The first leg of a transfer: out of one warehouse, on the way to another."""
        return self.source == "internal" and self.destination == "transit"

    def is_followed_by(self, other: "Picking") -> bool:
        """Whether ``other`` asks for the same once more, should this one be cancelled."""
        made = (other.backorder_of, other.return_of, other.made_for, other.routed_from)
        alike = other.code == self.code and other.warehouse_id == self.warehouse_id
        return alike and other.id > self.id and other.state not in ("done", "cancel") and not any(made)

    @property
    def comes_in(self) -> bool:
        return self.destination == "internal" and self.source in ("supplier", "customer", "transit")


class Order(Part):
    """A sales order with all its deliveries. ``written_at`` is the latest write of anything in it."""

    id: int
    name: Reference
    state: str
    locked: bool = False
    company_id: int
    warehouse_id: int
    customer_id: int
    customer: Customer = Customer()
    customer_reference: str = ""
    ordered_at: Moment | None = None
    commitment_at: Moment | None = None
    payment_terms: str = ""
    tags: tuple[str, ...] = ()
    total: Money | None = None
    written_at: Moment
    holds: tuple[Hold, ...] = ()
    pickings: tuple[Picking, ...] = ()


class Purchase(Part):
    """A purchase order with all its receipts. ``partner_ref`` is the supplier's own number."""

    id: int
    name: Reference
    state: str
    company_id: int
    warehouse_id: int = 0
    supplier_id: int
    supplier: str = ""
    partner_ref: str = ""
    planned_at: Moment | None = None
    total: Money | None = None
    written_at: Moment
    pickings: tuple[Picking, ...] = ()


class Transfer(Part):
    """Pickings that belong to no order, with all that goods pass before and after: ship legs, receive legs.

    Also a receipt or a return that somebody made without an order.
    """

    id: int
    name: Reference
    company_id: int
    written_at: Moment
    pickings: tuple[Picking, ...] = ()


Agreed = Order | Purchase | Transfer


class PostingDetail(Part):
    """A share of a posted line: one lot or serial (by name), one package, or the rest.

    ``location_id``: where received goods are put, if not where the move says. ``expires_on``: of a new lot.
    """

    quantity: Decimal
    lot: str | None = None
    package: str | None = None
    location_id: int | None = None
    expires_on: date | None = None


class PostingLine(Part):
    """What is done of one move. ``quantity`` is the sum of its details, in the move's unit."""

    move_id: int
    quantity: Decimal
    details: tuple[PostingDetail, ...] = ()


class RevivedLine(Part):
    """A cancelled move whose goods left all the same, and how much of them, in its unit."""

    move_id: int
    quantity: Decimal


class ExtraLine(Part):
    """Goods that no move asks for. ``sku`` and ``unit`` are Odoo's names."""

    sku: str
    unit: str
    quantity: Decimal
    details: tuple[PostingDetail, ...] = ()


class PostingPackage(Part):
    name: str
    weight_kg: Decimal | None = None


class ShipmentPosting(Part):
    """What one shipment does to one picking. Moves that no line names ship nothing.

    ``mark`` is ours for good (``<partner>/<shipment>``); ``carrier`` is the delivery method's name, empty to leave it
    as it is, and ``carrier_code`` the warehouse's word for it; ``keep_backorder`` false cancels the rest;
    ``notify_customer`` lets Odoo send its own message (SMS).
    """

    shipment: str
    mark: str
    lines: tuple[PostingLine, ...]
    tracking_reference: str = ""
    carrier: str = ""
    carrier_code: str = ""
    freight: Money | None = None
    packages: tuple[PostingPackage, ...] = ()
    keep_backorder: bool = True
    notify_customer: bool = False


class Swap(Part):
    """On an order: ``quantity`` less of a line, and as much of ``substitute`` (Odoo's code) at the line's price.

    ``line`` names it at the warehouse; ``product_id`` and ``unit`` are those of the line's move; ``shipment`` says by
    what.
    """

    line: str
    sale_line_id: int
    product_id: int
    sku: str
    unit: str
    substitute: str
    quantity: Decimal
    shipment: str


class Swapped(Part):
    """The order's line of a substitute, as read back. ``before``: what was ordered of the line in whose place it is."""

    line: str
    substitute: str
    sale_line_id: int
    product_id: int
    quantity: Decimal
    price: Decimal
    before: Decimal


class Replaced(Part):
    """An order's line that says that it stands for ``sku``, in whose place another product went."""

    sale_line_id: int
    sku: str


class ReceiptPosting(Part):
    """What one receipt does to one incoming picking. Moves that no line names receive nothing.

    ``mark`` as in ``ShipmentPosting``; ``keep_backorder`` false cancels what did not come.
    """

    receipt: str
    mark: str
    lines: tuple[PostingLine, ...] = ()
    extras: tuple[ExtraLine, ...] = ()
    keep_backorder: bool = True


class PutAwayMove(Part):
    """Goods that lie elsewhere in the warehouse now. ``unit`` is Odoo's name; a place of None is its stock location."""

    product_id: int
    unit: str
    quantity: Decimal
    lot: str | None = None
    from_id: int | None = None
    to_id: int | None = None


class PostedReceipt(Part):
    """The picking as read back. ``extras``: by SKU, the move that Odoo made for goods that no move asked for."""

    picking: Picking
    backorders: tuple[int, ...] = ()
    extras: dict[str, int] = {}


class PostedShipment(Part):
    """The picking as read back after posting, and the pickings that hold what is left."""

    picking: Picking
    backorders: tuple[int, ...] = ()


class Takeback(Part):
    """What comes back of one delivery: quantities by its moves, in their units. ``stock_id``: where good stock lies."""

    receipt: str
    delivery: Picking
    quantities: dict[int, Decimal]
    stock_id: int


class LooseLine(Part):
    """``unit`` is Odoo's name of it."""

    product_id: int
    unit: str
    quantity: Decimal


class LooseReturn(Part):
    """Goods that came back and belong to no order that anybody knows. ``mark`` is ours for good."""

    receipt: str
    mark: str
    company_id: int
    warehouse_id: int
    stock_id: int
    lines: tuple[LooseLine, ...]
