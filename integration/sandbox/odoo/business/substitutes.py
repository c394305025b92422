"""Goods shipped for an order that nobody ordered: the order gets a line for them."""

from __future__ import annotations

from ..orm.record import Record
from .amounts import move_done
from .products import label_of


def add_order_lines(picking: Record) -> None:
    """A line with ordered 0 for each done move to the customer that has no line."""
    order = picking.sale_id
    if not order:
        return
    for move in picking.move_ids:
        to_customer = move.location_dest_id.usage == "customer"
        if move.state != "done" or move.sale_line_id or not to_customer or move_done(move) <= 0:
            continue
        values = {
            "order_id": order.id,
            "product_id": move.product_id.id,
            "name": label_of(move.product_id),
            "product_uom_qty": 0.0,
            "product_uom": move.product_uom.id,
        }
        env = move.env.with_context(skip_procurement=True)
        move.put(sale_line_id=env.model("sale.order.line").create_all([values])[0])
