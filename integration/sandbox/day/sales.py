"""The salesperson: sells, and changes orders behind the warehouse's back."""

from integration.sandbox.day.goods import Shop
from integration.sandbox.day.ledger import PlannedOrder
from integration.sandbox.day.odoo import Odoo

UNASKED = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}


class Sales:
    def __init__(self, odoo: Odoo, shop: Shop) -> None:
        self._odoo = odoo
        self._shop = shop

    def sell(self, order: PlannedOrder) -> None:
        """Enters the order and confirms it. May be repeated when Odoo went away in between."""
        if not order.id:
            order.id = self._odoo.create("sale.order", self._values(order))
        self._odoo.call("sale.order", "action_confirm", [order.id])
        [row] = self._odoo.rows("sale.order", [["id", "=", order.id]], ["name"])
        order.name = row["name"]

    def cancel_first_line(self, order: PlannedOrder) -> None:
        line = self._odoo.rows("sale.order.line", [["order_id", "=", order.id]], ["product_id"])[0]
        self._odoo.call("sale.order.line", "write", [line["id"]], {"product_uom_qty": 0})

    def order_more(self, order: PlannedOrder) -> None:
        """Once, also when the answer got lost."""
        wanted = float(order.basket[0][1]) + 1
        line = self._odoo.rows("sale.order.line", [["order_id", "=", order.id]], ["product_id"])[0]
        self._odoo.call("sale.order.line", "write", [line["id"]], {"product_uom_qty": wanted})

    def cancel_order(self, order: PlannedOrder) -> None:
        self._odoo.call("sale.order", "action_cancel", [order.id], context={"disable_cancel_warning": True})

    def validate_by_hand(self, order: PlannedOrder) -> None:
        """May be repeated when the answer got lost."""
        still_open = [["sale_id", "=", order.id], ["state", "not in", ["done", "cancel"]]]
        for picking in self._odoo.rows("stock.picking", still_open, ["state"]):
            self._odoo.call("stock.picking", "button_validate", [picking["id"]], context=UNASKED)

    def has_note(self, order: PlannedOrder, text: str) -> bool:
        """On one of its deliveries."""
        deliveries = [row["id"] for row in self._odoo.rows("stock.picking", [["sale_id", "=", order.id]], ["name"])]
        notes = [["model", "=", "stock.picking"], ["res_id", "in", deliveries], ["body", "ilike", text]]
        return bool(self._odoo.call("mail.message", "search_count", notes))

    def is_booked(self, order: PlannedOrder) -> bool:
        """All that was to leave has left, and is on a posted invoice."""
        lines = self._odoo.rows(
            "sale.order.line", [["order_id", "=", order.id]], ["qty_delivered", "qty_invoiced", "qty_to_invoice"]
        )
        return all(line["qty_delivered"] and line["qty_invoiced"] and not line["qty_to_invoice"] for line in lines)

    def announce_return(self, order: PlannedOrder, quantity: float) -> bool:
        """By the wizard on the delivery; once, also when the answer got lost."""
        [done] = self._odoo.rows("stock.picking", [["sale_id", "=", order.id], ["state", "=", "done"]], ["name"])
        [move, *_] = self._odoo.rows("stock.move", [["picking_id", "=", done["id"]]], ["product_id"])
        if self._odoo.rows("stock.move", [["origin_returned_move_id", "=", move["id"]]], ["product_id"]):
            return True
        line = {"product_id": move["product_id"], "quantity": quantity, "move_id": move["id"], "to_refund": True}
        about = {"active_id": done["id"], "active_ids": [done["id"]], "active_model": "stock.picking"}
        wanted = {"picking_id": done["id"], "product_return_moves": [[5, 0, 0], [0, 0, line]]}
        wizard = self._odoo.create("stock.return.picking", wanted, context=about)
        method = "action_create_returns" if self._shop.version >= 18 else "create_returns"
        self._odoo.call("stock.return.picking", method, [wizard], context=about)
        return True

    def _values(self, order: PlannedOrder) -> dict[str, object]:
        lines = [
            {"product_id": self._shop.products[sku], "product_uom_qty": float(quantity)}
            for sku, quantity in order.basket
        ]
        return {
            "partner_id": self._shop.customers[order.customer],
            "warehouse_id": self._shop.warehouse,
            "client_order_ref": f"{order.reference}{self._shop.sign}",
            "carrier_id": self._shop.carriers[order.scene.carrier],
            "order_line": [[0, 0, line] for line in lines],
        }
