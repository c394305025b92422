"""Odoo's stock, in Odoo's words and ids, the same for every version. Quantities are in the product's own unit."""

from decimal import Decimal

from integration.canonical.base import Moment, Part, Tracking


class Layout(Part):
    """Where a warehouse keeps goods. ``parents``: every location that counts, with the one that it lies in.

    ``main``: the warehouse's stock location. ``currency``: the company's, which costs are in.
    """

    warehouse_id: int
    company_id: int
    currency: str = ""
    main: int
    parents: dict[int, int | None]
    names: dict[int, str]


class Product(Part):
    """``cost`` is the company's, of one ``unit``. One that is not ``active`` was archived, and may still lie there."""

    id: int
    sku: str
    name: str
    tracking: Tracking = "none"
    unit: str
    rounding: Decimal
    cost: Decimal
    active: bool = True


class Quantity(Part):
    """What lies in one location, of one lot; ``reserved`` is a part of ``on_hand``."""

    product_id: int
    location_id: int
    lot: str = ""
    on_hand: Decimal
    reserved: Decimal = Decimal(0)


class Adjustment(Part):
    """What was added to a product's stock, negative for what was lost.

    ``location_id``: where goods are added. What is lost is taken there first, then from ``also``. ``mark`` begins
    Odoo's text of the movement, and nothing else has it; ``text`` follows it, for people.
    """

    mark: str
    text: str
    company_id: int
    product_id: int
    sku: str
    tracking: Tracking = "none"
    lot: str = ""
    location_id: int
    also: tuple[int, ...] = ()
    quantity: Decimal


class Relocation(Part):
    """Goods that lie elsewhere in the warehouse now. ``mark`` as in ``Adjustment``."""

    mark: str
    text: str
    company_id: int
    warehouse_id: int
    product_id: int
    sku: str
    lot: str = ""
    from_id: int
    to_id: int
    quantity: Decimal


class Landed(Part):
    """What Odoo holds of a change with our mark: its moves, and how much they added (an adjustment) or moved."""

    moves: tuple[int, ...]
    quantity: Decimal
    picking: str = ""


class StockMove(Part):
    """A done movement that changed what a warehouse's stock is: of one product and lot. ``text`` is Odoo's name for it.

    ``from_id`` or ``to_id`` None: it came from, or went to, outside of the warehouse's stock, such as a scrap place.
    """

    id: int
    text: str
    product_id: int
    sku: str
    lot: str = ""
    quantity: Decimal
    from_id: int | None
    to_id: int | None
    done_at: Moment
    by: str = ""
