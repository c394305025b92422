"""What the rest of the code sees of order lines and transfers in Odoo, to compare them with its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from integration.canonical.agreed import AgreedLine, Confirmed, Held, LegMove, LineMove
from integration.canonical.books import Ordering


class AgreedGateway(Protocol):
    """Asked by the ids of lines that are known here, so that both sides come in one order, page by page."""

    def lines(self, model: Ordering, ids: Sequence[int]) -> Sequence[AgreedLine]:
        """By id, ascending, of whatever company; what is gone is left out. At most 1,000 ids. One call."""
        ...

    def moves(self, model: Ordering, ids: Sequence[int]) -> Sequence[LineMove]:
        """The done movements of these lines between us and the customer or supplier, by id. One call for 1,000."""
        ...

    def legs(self, picking_ids: Sequence[int]) -> Sequence[LegMove]:
        """The done movements over a warehouse's border of these transfers and of their backorders, by id. One call for
        1,000."""
        ...

    def held(self, places: Sequence[int], product_ids: Sequence[int]) -> Sequence[Held]:
        """What lies in these very places of these products. A call for 5,000 quantities, and one for their units."""
        ...

    def confirmed(
        self, warehouse_id: int, since: datetime, *, after_id: int, limit: int, ids: Sequence[int] | None = None
    ) -> Sequence[Confirmed]:
        """The transfers over the warehouse's border that are open, or were done since then, by id; of ``ids`` alone if
        there are any. One call."""
        ...
