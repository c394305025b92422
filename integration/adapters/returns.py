"""What the rest of the code sees of Odoo's returns. Quantities are in the unit of their move."""

from collections.abc import Sequence
from typing import Protocol

from integration.canonical.erp import LooseReturn, Picking, Takeback


class ReturnGateway(Protocol):
    """``incoming`` and ``receive`` of the gateway post to the transfers that are made here."""

    def left(self, picking_ids: Sequence[int]) -> Sequence[Picking]:
        """These deliveries, with the lots that left. Ids that are gone are left out."""
        ...

    def back(self, picking_ids: Sequence[int]) -> Sequence[Picking]:
        """The transfers that take something of these deliveries back, whatever their state."""
        ...

    def take_back(self, takeback: Takeback) -> int:
        """Makes the transfer by Odoo's wizard, and returns its id. Not repeated by itself: look at ``back`` first.

        Raises Rejected CD-7035, Locked, OutcomeUnknown.
        """
        ...

    def loose(self, wanted: LooseReturn) -> int:
        """Makes a transfer that belongs to no order, once; its id. Raises Rejected CD-7035, Locked, OutcomeUnknown."""
        ...

    def loose_made(self, mark: str, company_id: int) -> int | None: ...

    def stock_place(self, warehouse_id: int) -> int:
        """Where the warehouse keeps good stock."""
        ...

    def scrap_place(self, company_id: int) -> int | None:
        """Where scrapped goods go to: out of the stock, and out of what is sold."""
        ...
