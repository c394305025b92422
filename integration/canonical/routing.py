"""A delivery that is to leave from another warehouse, or from several: what Odoo knows of both, and what was made.

Quantities are in the products' own units.
"""

from decimal import Decimal

from integration.canonical.base import Part


class RouteMove(Part):
    """An open move. ``line``: of the order, if it is one's; ``stocked`` false: Odoo counts no stock of it."""

    id: int
    line: int | None = None
    product_id: int
    sku: str
    quantity: Decimal
    reserved: Decimal
    stocked: bool = True


class RoutePlace(Part):
    """A warehouse. ``one_step``: what it delivers leaves straight from its stock; ``held`` and ``free``: by product."""

    warehouse_id: int
    company_id: int
    one_step: bool
    held: dict[int, Decimal] = {}
    free: dict[int, Decimal] = {}


class RouteLook(Part):
    """The delivery as it is now. ``state`` empty: it is gone; ``begun``: somebody has begun to pick it in Odoo;
    ``moves``: those that are open."""

    state: str = ""
    begun: bool = False
    warehouse_id: int | None = None
    moves: tuple[RouteMove, ...] = ()
    places: tuple[RoutePlace, ...] = ()


class RouteGoal(Part):
    """The moves of it that are to leave from a warehouse."""

    warehouse_id: int
    moves: tuple[int, ...]


class Routed(Part):
    """A delivery that was made, with the moves that are in it."""

    warehouse_id: int
    picking_id: int
    name: str
    moves: tuple[int, ...] = ()
