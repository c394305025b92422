"""Orders with discounts and taxes, purchases, receipts and returns, as people make them."""

from typing import Any

from tests.contract.gateway.world import SILENT, World


class Ledger:
    def __init__(self, world: World) -> None:
        self._world, self._call = world, world.call

    def sale(self, *lines: tuple[float, str, str, bool], **values: object) -> int:
        """A confirmed order of new products: quantity, price, discount in per cent, and whether it is taxed by 15 %."""
        taxes, field = [self.tax()], "tax_ids" if self._world.version >= 19 else "tax_id"
        wanted = [
            {
                "product_id": self._world.product(stock=50, invoice_policy="delivery"),
                "product_uom_qty": quantity,
                "price_unit": float(price),
                "discount": float(discount),
                field: [[6, 0, taxes if taxed else []]],
            }
            for quantity, price, discount, taxed in lines
        ]
        return self._world.order({}, order_line=[[0, 0, line] for line in wanted], **values)

    def pricelist(self, currency: str) -> int:
        """One in this currency, which is made usable."""
        domain = [("name", "=", currency)]
        [known] = self._call("res.currency", "search", domain=domain, context={"active_test": False})
        self._call("res.currency", "write", [known], vals={"active": True})
        values = {"name": self._world.unique(currency), "currency_id": known}
        return self._call.create("product.pricelist", values, companies=[self._world.company_id])

    def tax(self) -> int:
        domain = [
            ("type_tax_use", "=", "sale"),
            ("amount", "=", 15),
            ("company_id", "=", self._world.company_id),
        ]
        return int(self._call("account.tax", "search", domain=domain, limit=1)[0])

    def purchase(self, *lines: tuple[float, str]) -> int:
        """A confirmed purchase of new products that are billed as received: quantity and price."""
        wanted = [
            {
                "product_id": self._world.product(purchase_method="receive"),
                "product_qty": quantity,
                "price_unit": float(price),
                "name": "as ordered",
            }
            for quantity, price in lines
        ]
        values = {"partner_id": self._world.customer_id, "order_line": [[0, 0, line] for line in wanted]}
        own = {"companies": [self._world.company_id]}
        made = self._call.create("purchase.order", values, **own)
        self._call("purchase.order", "button_confirm", [made], **own)
        return made

    def receive(self, order: int, quantity: float) -> None:
        """The first line of the purchase's open receipt comes in."""
        domain = [("purchase_id", "=", order), ("state", "not in", ["done", "cancel"])]
        self._take_in(self._call("stock.picking", "search", domain=domain, limit=1)[0], quantity)

    def take_back(self, order: int, quantity: float) -> None:
        """The order's first delivery comes back in part, by Odoo's wizard."""
        domain = [("sale_id", "=", order), ("picking_type_code", "=", "outgoing"), ("state", "=", "done")]
        [delivery] = self._call("stock.picking", "search", domain=domain, limit=1, order="id")
        [move] = self._call.rows("stock.move", [("picking_id", "=", delivery)], ["product_id"], limit=1, order="id")
        line = {"product_id": move["product_id"][0], "quantity": quantity, "move_id": move["id"], "to_refund": True}
        context = {"active_id": delivery, "active_ids": [delivery], "active_model": "stock.picking"}
        values = {"picking_id": delivery, "product_return_moves": [[5, 0, 0], [0, 0, line]]}
        wizard = self._call.create("stock.return.picking", values, context=context)
        method = "action_create_returns" if self._world.version >= 18 else "create_returns"
        answer: dict[str, Any] = self._call("stock.return.picking", method, [wizard], context=context)
        self._take_in(answer["res_id"], quantity)

    def _take_in(self, picking: int, quantity: float) -> None:
        [move] = self._call("stock.move", "search", domain=[("picking_id", "=", picking)], limit=1, order="id")
        done = {self._call.version.move_done: quantity, **({"picked": True} if self._world.version > 16 else {})}
        self._call("stock.move", "write", [move], vals=done)
        self._call("stock.picking", "button_validate", [picking], context=SILENT)
