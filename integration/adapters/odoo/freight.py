"""What a delivery's carriage costs, on its transfer."""

from decimal import Decimal

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.quantities import SMALLEST, exact, same
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import NAME
from integration.canonical.base import Money

KEPT = {"carrier_price": {}, "company_id": {"currency_id": NAME}}


class Freight:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def read(self, picking_id: int) -> Money | None:
        """In the company's currency. None without Odoo's delivery app, or when the transfer is gone."""
        rows = self._reading.by_id("stock.picking", [picking_id], KEPT)
        if not rows or rows[0].get("carrier_price") is None:
            return None
        currency = rows[0]["company_id"]["currency_id"]["name"]
        return Money(amount=exact(rows[0]["carrier_price"]), currency=str(currency))

    def write(self, picking_id: int, amount: Decimal, *, company: int) -> None:
        """Sets it, whatever it was. The order's own line for carriage stays as it is."""
        vals = {"carrier_price": float(amount)}
        self._call("stock.picking", "write", [picking_id], vals=vals, companies=[company])

    def is_written(self, picking_id: int, amount: Decimal) -> bool:
        held = self.read(picking_id)
        return held is not None and same(held.amount, amount, SMALLEST)
