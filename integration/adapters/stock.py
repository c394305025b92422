"""What the rest of the code sees of Odoo's stock. Quantities are in the product's own unit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from integration.canonical.stock import Adjustment, Landed, Layout, Product, Quantity, Relocation, StockMove


class StockGateway(Protocol):
    """Every write is found again by its mark; ``adjusted`` and ``relocated`` look for it."""

    def layout(self, warehouse_id: int, places: Sequence[int]) -> Layout:
        """The locations of a warehouse, and those of ``places`` (ids) with what is below them."""
        ...

    def products(self, company_id: int, *, skus: Sequence[str] = (), ids: Sequence[int] = ()) -> Sequence[Product]:
        """By Odoo's product code, or by id, with the company's cost. Those that are not there are left out."""
        ...

    def products_after(self, company_id: int, after: int, limit: int) -> Sequence[Product]:
        """The next ones by id, archived ones too, without services. Empty: that was all."""
        ...

    def quantities(self, layout: Layout, product_ids: Sequence[int]) -> Sequence[Quantity]:
        """What lies in each location, of each lot."""
        ...

    def written(self, layout: Layout, since: datetime) -> frozenset[int]:
        """Products of which a quantity, a lot or the product itself was written since. What was removed is not seen."""
        ...

    def adjust(self, adjustment: Adjustment) -> Landed:
        """Adds the difference to whatever Odoo holds by then. A lot that it does not know is made when goods are added.

        Raises InvalidDocument CD-8007, Rejected CD-8006, CD-8008 (nothing is written), Locked, OutcomeUnknown.
        """
        ...

    def adjusted(self, adjustment: Adjustment) -> Landed | None: ...

    def relocate(self, relocation: Relocation) -> Landed:
        """Moves goods inside the warehouse. Raises Rejected CD-8008 (nothing moved), Locked, OutcomeUnknown."""
        ...

    def relocated(self, relocation: Relocation) -> Landed | None: ...

    def by_hand(self, layout: Layout, since: datetime, *, after_id: int, limit: int) -> Sequence[StockMove]:
        """What people did to this stock in Odoo since, by id: never what we did, nor what an order moved. Empty: that
        was all."""
        ...
