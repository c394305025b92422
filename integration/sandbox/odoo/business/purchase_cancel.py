"""Cancelling purchase orders with what is still to come."""

from __future__ import annotations

from ..faults import UserError
from ..orm.record import Record
from .moves import cancel

# 19 cancels what was received in part, too.
RECEIVED = {
    "16": "Unable to cancel purchase order {name} as some receptions have already been done.",
    "17": "Unable to cancel purchase order {name} as some receptions have already been done.",
    "18": "Unable to cancel purchase order(s): {label} since they have receipts that are already done.",
}
BILLED = "Unable to cancel this purchase order. You must first cancel the related vendor bills."
BILLED_18 = "Unable to cancel purchase order(s): {label}. You must first cancel their related vendor bills."
LOCKED = "Unable to cancel purchase order(s): {label}. You must first unlock them."


def cancel_orders(orders: list[Record]) -> None:
    """All of the orders, or none."""
    for order in orders:
        _refuse(order)
    for order in orders:
        moves = [move for line in order.order_line for move in line.move_ids]
        cancel([move for move in moves if move.state != "done"])
        for picking in order.picking_ids:
            cancel([move for move in picking.move_ids if move.state != "done"])
        order.put(state="cancel")


def _refuse(order: Record) -> None:
    """Raises UserError for locked (19), received (until 18) and billed orders."""
    traits = order.env.traits
    if traits.purchase_lock_flag and order.locked:
        raise UserError(LOCKED.format(label=order.label))
    received = any(move.state == "done" for line in order.order_line for move in line.move_ids)
    text = RECEIVED.get(traits.version)
    if received and text:
        raise UserError(text.format(name=order.name, label=order.label))
    if any(bill.state not in ("draft", "cancel") for bill in order.invoice_ids):
        raise UserError((BILLED_18 if traits.number >= 18 else BILLED).format(label=order.label))
