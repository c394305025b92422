"""What Odoo knows of an order and its pickings, in Odoo's words and ids, the same for every version.

Quantities are in the unit of their move. ``done`` counts only what is picked (17+) or written as done (16).
"""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from integration.canonical.base import Address, Moment, Money, Part, Reference, Tracking


class Change(Part):
    """One record that a poll saw: ``order_id`` is the sales order that it belongs to, when there is one."""

    model: str
    id: int
    written_at: Moment
    order_id: int | None = None


class Hold(Part):
    """A fact in Odoo that stops a release: a blocked customer, a credit limit passed."""

    kind: Literal["credit", "customer", "picking"]
    reason: str


class Carrier(Part):
    id: int
    name: str


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
    source_package_id: int | None = None


class Move(Part):
    """A stock move. ``demand``, ``reserved`` and ``done`` in ``unit``; ``rounding`` is the unit's.

    ``chained``: it ships what an earlier step (pick, pack, receipt) brings. ``kit``: the code of the product that was
    sold, when this is a component of it.
    """

    id: int
    sale_line_id: int | None = None
    product_id: int
    sku: str | None = None
    kit: str = ""
    barcode: str | None = None
    product: str
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
    lines: tuple[LotLine, ...] = ()


class Picking(Part):
    """``state`` is Odoo's: draft, waiting, confirmed, assigned, done, cancel. ``mark`` is what we wrote when shipping.

    ``note`` is people's own text with the mark in it: kept in memory for the next write, never stored. ``currency`` is
    the company's, and that of ``freight``, which is None without Odoo's delivery app. ``made_for``: the mark of the
    shipment that it was made for, in the place of a cancelled delivery.
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
    note: str = Field(default="", exclude=True, repr=False)
    ship_to: Address = Address()
    moves: tuple[Move, ...] = ()


class Order(Part):
    """A sales order with all its deliveries. ``written_at`` is the latest write of anything in it."""

    id: int
    name: Reference
    state: str
    locked: bool = False
    company_id: int
    warehouse_id: int
    customer_id: int
    customer_reference: str = ""
    commitment_at: Moment | None = None
    total: Money | None = None
    written_at: Moment
    holds: tuple[Hold, ...] = ()
    pickings: tuple[Picking, ...] = ()


class PostingDetail(Part):
    """A share of a posted line: one lot or serial (by name), one package, or the rest."""

    quantity: Decimal
    lot: str | None = None
    package: str | None = None


class PostingLine(Part):
    """What to ship of one move. ``quantity`` is the sum of its details, in the move's unit."""

    move_id: int
    quantity: Decimal
    details: tuple[PostingDetail, ...] = ()


class RevivedLine(Part):
    """A cancelled move whose goods left all the same, and how much of them, in its unit."""

    move_id: int
    quantity: Decimal


class PostingPackage(Part):
    name: str
    weight_kg: Decimal | None = None


class ShipmentPosting(Part):
    """What one shipment does to one picking. Moves that no line names ship nothing.

    ``mark`` is ours for good (``<partner>/<shipment>``); ``carrier`` is the delivery method's name, empty to leave it
    as it is; ``keep_backorder`` false cancels the rest; ``notify_customer`` lets Odoo send its own message (SMS).
    """

    shipment: str
    mark: str
    lines: tuple[PostingLine, ...]
    tracking_reference: str = ""
    carrier: str = ""
    freight: Money | None = None
    packages: tuple[PostingPackage, ...] = ()
    keep_backorder: bool = True
    notify_customer: bool = False


class PostedShipment(Part):
    """The picking as read back after posting, and the pickings that hold what is left."""

    picking: Picking
    backorders: tuple[int, ...] = ()
