"""What Odoo has come to of the lines of sales and purchase orders, and the movements that made it."""

from decimal import Decimal

from integration.canonical.base import Part, Signed


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
