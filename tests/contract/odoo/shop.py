"""A sandbox in which somebody buys and sells, for what no recording shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from integration.sandbox.odoo import SandboxOdoo
from tests.contract.odoo.client import Client
from tests.contract.odoo.recording import fault_of

PLANNED = "2030-06-01 12:00:00"


class Shop:
    """One company with a vendor and a customer. Quantities are of one unit, prices 4 in and 10 out."""

    def __init__(self, odoo: SandboxOdoo) -> None:
        self.odoo = odoo
        self.client = Client(odoo, "jsonrpc")
        self.version = int(odoo.version)
        self.vendor = self.call("res.partner", "create", {"name": "Vendor"})
        self.customer = self.call("res.partner", "create", {"name": "Customer"})
        self.product = self.goods("P1")

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.client.call(model, method, *args, **kwargs)

    def fault(self, model: str, method: str, *args: Any, **kwargs: Any) -> tuple[str, str]:
        """Class and message of a call that must fail."""
        result, fault = self.client.jsonrpc(model, method, list(args), kwargs)
        assert fault is not None, result
        return fault_of(fault)

    def read(self, model: str, record: int, *fields: str) -> Any:
        row = self.call(model, "read", [record], list(fields), load="")[0]
        return row[fields[0]] if len(fields) == 1 else tuple(row[name] for name in fields)

    def goods(self, code: str, **values: Any) -> int:
        storable = {"type": "consu", "is_storable": True} if self.version >= 18 else {"detailed_type": "product"}
        fixed = {"name": code, "default_code": code, "invoice_policy": "delivery", "list_price": 10.0}
        made: int = self.call("product.product", "create", {**fixed, **storable, **values})
        return made

    def buy(self, *quantities: float, product: int = 0, confirm: bool = True, **values: Any) -> int:
        """A purchase order with a line for each quantity."""
        line = {"product_id": product or self.product, "price_unit": 4.0, "date_planned": PLANNED}
        lines = [[0, 0, {**line, "product_qty": quantity}] for quantity in quantities]
        order: int = self.call("purchase.order", "create", {"partner_id": self.vendor, "order_line": lines, **values})
        if confirm:
            self.call("purchase.order", "button_confirm", [order])
        return order

    def lines(self, order: int) -> list[int]:
        return sorted(self.read("purchase.order", order, "order_line"))

    def moves(self, line: int) -> list[tuple[float, str]]:
        """Demand and state of the moves of a purchase line."""
        rows = self.call("stock.move", "search_read", [["purchase_line_id", "=", line]], ["product_uom_qty", "state"])
        return sorted((row["product_uom_qty"], row["state"]) for row in rows)

    def receive(self, order: int, *quantities: float) -> None:
        """Receive so much of each move of the open receipts, with a backorder for the rest."""
        open_ = [["purchase_id", "=", order], ["state", "=", "assigned"]]
        pickings = self.call("stock.picking", "search", open_)
        moves = self.call("stock.move", "search", [["picking_id", "in", pickings]], order="id")
        for move, quantity in zip(moves, quantities, strict=True):
            self.done(move, quantity)
        self.call("stock.picking", "button_validate", pickings, context={"skip_backorder": True})

    def done(self, move: int, quantity: float) -> None:
        values = {"quantity": quantity, "picked": True} if self.version >= 17 else {"quantity_done": quantity}
        self.call("stock.move", "write", [move], values)

    def stock(self, product: int, quantity: float) -> None:
        place = self.call("stock.warehouse", "search_read", [], ["lot_stock_id"])[0]["lot_stock_id"][0]
        values = {"product_id": product, "location_id": place, "inventory_quantity": quantity}
        quant = self.call("stock.quant", "create", values, context={"inventory_mode": True})
        self.call("stock.quant", "action_apply_inventory", [quant])

    def sell(self, quantity: float, *, product: int = 0, ship: bool = True, **values: Any) -> int:
        """A confirmed sale order, shipped."""
        line = {"product_id": product or self.product, "product_uom_qty": quantity, "price_unit": 10.0}
        values = {"partner_id": self.customer, "order_line": [[0, 0, line]], **values}
        order: int = self.call("sale.order", "create", values)
        self.call("sale.order", "action_confirm", [order])
        if ship:
            self.ship(order, quantity)
        return order

    def ship(self, order: int, quantity: float) -> None:
        open_ = [["sale_id", "=", order], ["state", "=", "assigned"]]
        pickings = self.call("stock.picking", "search", open_)
        for move in self.call("stock.move", "search", [["picking_id", "in", pickings]]):
            self.done(move, quantity)
        self.call("stock.picking", "button_validate", pickings, context={"skip_backorder": True, "skip_sms": True})

    def invoice(self, *orders: int, **values: Any) -> list[int]:
        """Draft invoices by the wizard: those that were not there before."""
        before = self.call("account.move", "search", [])
        values = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, list(orders)]], **values}
        wizard = self.call("sale.advance.payment.inv", "create", values)
        self.call("sale.advance.payment.inv", "create_invoices", [wizard])
        return sorted(self.call("account.move", "search", [["id", "not in", before]]))

    def bill(self, order: int) -> int:
        found: int = self.call("purchase.order", "action_create_invoice", [order])["res_id"]
        return found

    def post(self, invoice: int) -> None:
        if self.read("account.move", invoice, "move_type").startswith("in_"):
            self.call("account.move", "write", [invoice], {"invoice_date": "2026-11-01"})
        self.call("account.move", "action_post", [invoice])

    def reverse(self, invoice: int, **values: Any) -> int:
        """A draft credit note of all of an invoice."""
        context = {"active_model": "account.move", "active_ids": [invoice]}
        method = {"refund_method": "refund"} if self.version == 16 else {}
        wizard = self.call("account.move.reversal", "create", {"reason": "RMA 1", **method, **values}, context=context)
        act = "reverse_moves" if self.version == 16 else "refund_moves"
        made: int = self.call("account.move.reversal", act, [wizard])["res_id"]
        return made

    def user(self, *groups: str) -> Client:
        """Somebody with few rights."""
        found = self.call("res.groups", "search", [["name", "in", list(groups)]])
        field = "group_ids" if self.version >= 19 else "groups_id"
        values = {"login": "-".join(groups), "email": "user@example.com", field: [[6, 0, found]]}
        uid = self.call("res.users", "create", values)
        self.odoo.service.database.store.table("res.users")[uid]["api_keys"] = (f"key-{uid}",)
        client = Client(self.odoo, "jsonrpc")
        client.uid, client.secret = uid, f"key-{uid}"
        return client


@contextmanager
def opened(version: str) -> Iterator[Shop]:
    with SandboxOdoo(version=version, seed="empty") as odoo:
        yield Shop(odoo)
