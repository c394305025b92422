"""Sets up what a recording starts from: products by their recorded codes, stock, orders, other people's doings."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from integration.sandbox.odoo import SandboxOdoo
from tests.contract.odoo.client import Client
from tests.contract.odoo.ids import Bindings
from tests.contract.odoo.recording import Recording, Step

LABEL = re.compile(r"\[(SKU-\w+-(\d+))\] (Rec product [\w-]+)")
# Models whose records a set-up makes: the new ones stand for the recorded ones that a case speaks of.
MADE = (
    "res.partner", "sale.order", "sale.order.line", "stock.picking", "stock.move", "stock.move.line", "stock.quant",
    "stock.lot", "purchase.order", "purchase.order.line", "account.move", "stock.scrap", "product.product",
    "stock.warehouse",
)  # fmt: skip


class World:
    """The sandbox while a recording is replayed."""

    def __init__(self, odoo: SandboxOdoo, client: Client, found: Recording) -> None:
        self.odoo = odoo
        self._client = client
        self.version = int(found.version)
        self.protocol = found.protocol
        text = str([step.raw for step in found.steps])
        self._codes = {key: (code, name) for code, key, name in LABEL.findall(text)}
        tags = Counter(re.findall(r"R5\d{7}", text))
        self.tag = tags.most_common(1)[0][0] if tags else "R50000000"
        self.products: dict[str, int] = {}
        self.partner = self.call(
            "res.partner", "create", {"name": f"Rec customer {self.tag}", "email": "rec@example.com"}
        )
        self.orders: list[int] = []
        self.extra: dict[str, int] = {}
        self.refs: list[str] = []
        self.keys: list[str] = []
        self.watched: dict[str, int] = {}
        self.steps = found.steps
        self.receiver: Any = None
        self.bindings = Bindings()
        self.first: Step | None = None
        self.settle: Callable[[], object] = list
        self.forget: Callable[[], object] = list
        self.stock = self.call("stock.warehouse", "search_read", [], ["lot_stock_id"])[0]["lot_stock_id"][0]

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self._client.call(model, method, *args, **kwargs)

    def write_date(self, model: str, record_id: int) -> Any:
        """To the microsecond, which no protocol shows."""
        return self.odoo.service.database.store.table(model)[record_id]["write_date"]

    def look_at(self, steps: list[Step]) -> None:
        """Learn what a case speaks of: its first step, references, and the codes of its products."""
        text = str([step.raw for step in steps])
        self.first = steps[0]
        self.refs = sorted(set(re.findall(rf"REF-{self.tag}-\d+", text)))
        self.keys = list(dict.fromkeys(key for _code, key, _name in LABEL.findall(text)))

    @property
    def sms_field(self) -> str:
        return "stock_text_confirmation" if self.version >= 19 else "stock_move_sms_validation"

    def ref(self, number: str = "") -> str:
        """A customer's reference: the next one that the case speaks of. The deliveries of 18 show it."""
        if number:
            return f"REF-{self.tag}-{number}"
        return self.refs.pop(0) if self.refs else ""

    def product(self, key: str, stock: float = 0.0, **values: Any) -> int:
        """A product with a recorded code, storable unless told otherwise."""
        code, name = self._codes.get(key, (f"SKU-{self.tag}-{key}", f"Rec product P-{self.tag}-{key}"))
        kind = {"type": "consu", "is_storable": True} if self.version >= 18 else {"detailed_type": "product"}
        values = {
            "name": name,
            "default_code": code,
            "list_price": 10.0,
            "invoice_policy": "delivery",
            **kind,
            **values,
        }
        self.products[key] = self.call("product.product", "create", values)
        if stock:
            self.count(key, stock)
        return self.products[key]

    def service(self, key: str) -> int:
        kind = {"type": "service", "is_storable": False} if self.version >= 18 else {"detailed_type": "service"}
        return self.product(key, **kind)

    def count(self, key: str, quantity: float, lot: int | bool = False, place: int = 0) -> int:
        """Put stock there by a count."""
        values = {"product_id": self.products[key], "location_id": place or self.stock, "lot_id": lot}
        values["inventory_quantity"] = quantity
        context = {"inventory_mode": True}
        quant: int = self.call("stock.quant", "create", values, context=context)
        self.call("stock.quant", "action_apply_inventory", [quant], context=context)
        self.settle()
        return quant

    def lot(self, key: str, name: str, quantity: float = 0.0, **values: Any) -> int:
        made = self.call("stock.lot", "load", ["name", "product_id/.id"], [[name, str(self.products[key])]])
        lot: int = made["ids"][0]
        self.call("stock.lot", "write", [lot], {"company_id": 1, **values})
        if quantity:
            self.count(key, quantity, lot)
        return lot

    def order(self, *lines: tuple[str, float], confirm: bool = True, ref: str = "", **values: Any) -> int:
        rows = [
            [0, 0, {"product_id": self.products[key], "product_uom_qty": quantity, "price_unit": 10.0}]
            for key, quantity in lines
        ]
        values = {"partner_id": self.partner, "client_order_ref": ref, "order_line": rows, **values}
        order: int = self.call("sale.order", "create", values)
        if confirm:
            self.call("sale.order", "action_confirm", [order])
        self.orders.append(order)
        return order

    def pickings(self, order: int) -> list[int]:
        found: list[int] = self.call("stock.picking", "search", [["sale_id", "=", order]], order="id")
        return found

    def moves(self, order: int) -> list[int]:
        found: list[int] = self.call("stock.move", "search", [["picking_id", "in", self.pickings(order)]], order="id")
        return found

    def done(self, move: int, quantity: float) -> None:
        """Write the shipped quantity on a move."""
        values = {"quantity": quantity, "picked": True} if self.version >= 17 else {"quantity_done": quantity}
        self.call("stock.move", "write", [move], values)

    def ship(self, order: int, **context: Any) -> None:
        """Ship everything, or what is written."""
        if self.version == 16:
            for move in self.call(
                "stock.move", "read", self.moves(order), ["product_uom_qty", "quantity_done", "state"]
            ):
                if not move["quantity_done"] and move["state"] not in ("done", "cancel") and not context:
                    self.done(move["id"], move["product_uom_qty"])
        self.call("stock.picking", "button_validate", self.pickings(order), context={"skip_sms": True, **context})
