"""Lines of an order of which more left than they ask for: raised to what left, so that it can be invoiced."""

from collections.abc import Sequence

from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.quantities import exact

FIELDS = ["product_uom_qty", "qty_delivered", "price_unit", "discount"]


class OrderLines:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def below(self, line_ids: Sequence[int], company: int) -> list[int]:
        """Those that ask for less than was delivered."""
        return [int(row["id"]) for row in self._rows(line_ids, company)]

    def raise_to_delivered(self, line_ids: Sequence[int], company: int) -> None:
        """Odoo asks the warehouse for nothing by it: what moved covers the line. The price goes along, as a change of
        the quantity alone has Odoo look it up anew."""
        for row in self._rows(line_ids, company):
            kept = {name: row[name] for name in ("price_unit", "discount")}
            vals = {"product_uom_qty": row["qty_delivered"], **kept}
            self._call("sale.order.line", "write", [int(row["id"])], vals=vals, companies=[company])

    def _rows(self, line_ids: Sequence[int], company: int) -> list[Row]:
        rows = self._call.rows("sale.order.line", [("id", "in", sorted(line_ids))], FIELDS, companies=[company])
        return [row for row in rows if exact(row["product_uom_qty"]) < exact(row["qty_delivered"])]
