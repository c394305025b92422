"""Invoiced is what was shipped at the order's price, credited what came back, and nothing of it twice."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.component.flows.odoo import Odoo
from tests.component.flows.yard import Sale
from tests.component.property import goods
from tests.component.property.depot import Depot

SIGNS = {"out_invoice": 1, "out_refund": -1}
PRECISE = Decimal("0.01")  # Odoo counts every unit by that


def wrong(depot: Depot, stopped: set[str], waiting: set[str]) -> Iterator[str]:
    """``stopped``: orders with a case of their own. ``waiting``: of which something that came back is not judged."""
    for sale in depot.sales:
        rows = _lines(depot.odoo, sale)
        for row in rows:
            yield from _at_its_price(depot.odoo, sale, row)
            apart = sale.name in stopped or (sale.name in waiting)
            if not apart and abs(Decimal(str(row["qty_invoiced"])) - Decimal(str(row["qty_delivered"]))) > PRECISE:
                yield f"{sale.name}: delivered {row['qty_delivered']} and invoiced {row['qty_invoiced']}: {row}"


def _lines(odoo: Odoo, sale: Sale) -> list[dict[str, Any]]:
    fields = ("product_id", "qty_delivered", "qty_invoiced", "price_unit", "discount", goods.unit_field(odoo))
    return odoo.rows("sale.order.line", [["order_id", "=", sale.id]], *fields)


def _at_its_price(odoo: Odoo, sale: Sale, row: dict[str, Any]) -> Iterator[str]:
    """Each line of a document has the order's price; together they are what Odoo calls invoiced, never more."""
    fields = ("quantity", "price_unit", "discount", "move_id")
    booked = odoo.rows("account.move.line", [["sale_line_ids", "in", [row["id"]]]], *fields)
    moves = [line["move_id"] for line in booked]
    kinds = {move["id"]: move for move in odoo.rows("account.move", [["id", "in", moves]], "move_type", "state")}
    total = Decimal(0)
    for line in booked:
        move = kinds[line["move_id"]]
        if move["state"] == "cancel":
            continue
        total += SIGNS[move["move_type"]] * Decimal(str(line["quantity"]))
        if (line["price_unit"], line["discount"]) != (row["price_unit"], row["discount"]):
            yield f"{sale.name}: invoiced at {line['price_unit']} less {line['discount']} %: {row}"
    if abs(total - Decimal(str(row["qty_invoiced"]))) > PRECISE:
        yield f"{sale.name}: its documents hold {total}, and Odoo says {row['qty_invoiced']}: {row}"
