"""What a delivery's carriage costs, on its transfer."""

from decimal import Decimal

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.quantities import SMALLEST, exact, same
from integration.canonical.base import Money


class Freight:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def read(self, picking_id: int) -> Money | None:
        """In the company's currency. None without Odoo's delivery app, or when the transfer is gone."""
        rows = self._call.rows("stock.picking", [("id", "=", picking_id)], ["carrier_price", "company_id"])
        if not rows or "carrier_price" not in rows[0]:
            return None
        companies = self._call.rows("res.company", [("id", "=", rows[0]["company_id"][0])], ["currency_id"])
        return Money(amount=exact(rows[0]["carrier_price"]), currency=str(companies[0]["currency_id"][1]))

    def write(self, picking_id: int, amount: Decimal, *, company: int) -> None:
        """Sets it, whatever it was. The order's own line for carriage stays as it is."""
        vals = {"carrier_price": float(amount)}
        self._call("stock.picking", "write", [picking_id], vals=vals, companies=[company])

    def is_written(self, picking_id: int, amount: Decimal) -> bool:
        held = self.read(picking_id)
        return held is not None and same(held.amount, amount, SMALLEST)
