"""What Odoo has come to of the lines of orders and of transfers, and the movements that made it."""

from decimal import Decimal

from integration.canonical.base import Moment, Part, Signed
from integration.canonical.erp import Root


class Measure(Part):
    """A unit: ``size`` is how many of its kind's own unit it is, 12 of a dozen; ``rounding`` its smallest part."""

    name: str
    size: Decimal = Decimal(1)
    rounding: Decimal = Decimal("0.01")


class AgreedLine(Part):
    """One line of an order, in the line's unit. ``own``: the product's.

    ``moved``: delivered or received, less what came back and is refunded. ``open``: what Odoo would bill now, below 0
    what it would credit. ``by_moves``: Odoo counts it by movements of stock, as it does with goods alone.
    """

    id: int
    order_id: int
    product_id: int
    sku: str = ""
    unit: Measure
    own: Measure
    moved: Signed
    invoiced: Signed
    open: Signed
    by_moves: bool = True


class LineMove(Part):
    """A done movement of a line, in its own unit: above 0 in the order's direction, below 0 what came back.

    ``counts``: Odoo's figure of the line has it; what came back without a refund is not in it. ``mark``: what we wrote
    to its transfer, whatever became of it since.
    """

    id: int
    line_id: int
    picking_id: int | None
    product_id: int
    unit: Measure
    quantity: Signed
    counts: bool = True
    mark: str = ""


class LegMove(Part):
    """A done movement of a transfer, in its own unit: out of a warehouse (``leaves``), or into one.

    ``place``: Odoo's id of the place in between, 0 where it came from or went to somebody else. ``own``: the product's
    unit. ``lots``: how much of which lot, of what has one. ``mark``: what we wrote to its transfer, which may be a
    backorder.
    """

    id: int
    picking_id: int
    backorder_of: int | None = None
    product_id: int
    sku: str = ""
    unit: Measure
    own: Measure
    quantity: Signed
    leaves: bool
    place: int = 0
    lots: dict[str, Decimal] = {}
    mark: str = ""
    written_at: Moment


class Held(Part):
    """What lies in a place, in the product's own unit. An empty ``lot`` is what has none."""

    place: int
    product_id: int
    lot: str = ""
    unit: Measure
    quantity: Signed


class Confirmed(Part):
    """A transfer of Odoo's that is confirmed, and what it belongs to: ``root``, which people know as ``order``.

    ``root`` None: it leaves for a customer without an order, and is nobody's here.
    """

    id: int
    name: str
    root: Root | None
    order: str
    written_at: Moment
