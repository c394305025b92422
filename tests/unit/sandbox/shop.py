"""A small trading business on a sandbox of any version, spoken to as its users do."""

from typing import Any

from integration.sandbox.odoo.seed import SEEDS
from integration.sandbox.odoo.service import Service
from integration.sandbox.odoo.traits import Traits

VERSIONS = ("16", "17", "18", "19")
GO_ON = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}
Values = dict[str, Any]


class Shop:
    """One server and one of its users."""

    def __init__(self, version: str, *, apps: tuple[str, ...] = (), seed: str = "empty") -> None:
        plant = SEEDS[seed]
        self.service = Service(Traits(version), "demo", lambda database: plant(database, "admin", "admin", "key"), apps)
        self.version, self.uid, self._numbers = int(version), 2, 0
        self.stock = self.place("WH/Stock")
        self.customer = self.create("res.partner", name="Alder Outdoor", email="alder@customer.example")

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.service.execute(self.uid, model, method, list(args), kwargs)

    def create(self, model: str, context: Values | None = None, /, **values: Any) -> int:
        made: int = self.call(model, "create", values, **({"context": context} if context else {}))
        return made

    def search(self, model: str, *domain: Any, **how: Any) -> list[int]:
        found: list[int] = self.call(model, "search", list(domain), **how)
        return found

    def read(self, model: str, record_id: int, *names: str) -> Any:
        """One field's value, or several as a tuple; links as bare ids."""
        row = self.call(model, "read", [record_id], list(names), load="")[0]
        return row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)

    def place(self, name: str) -> int:
        return self.search("stock.location", ["complete_name", "=", name], context={"active_test": False})[0]

    def kind(self, code: str, warehouse: str = "WH") -> int:
        """The first operation type of a kind; of the internal ones the plain transfers."""
        more = [["sequence_code", "=", "INT"]] if code == "internal" else []
        return self.search(
            "stock.picking.type", ["code", "=", code], ["warehouse_id.code", "=", warehouse], *more, order="id"
        )[0]

    def product(self, tracking: str = "none", stock: float = 0.0, **values: Any) -> int:
        self._numbers += 1
        kind = {"type": "consu", "is_storable": True} if self.version >= 18 else {"detailed_type": "product"}
        code = f"SKU-{self._numbers}"
        values = {"name": f"Product {code}", "default_code": code, "tracking": tracking, **kind, **values}
        product = self.create("product.product", invoice_policy="delivery", **values)
        if stock:
            self.count(product, stock)
        return product

    def lot(self, product: int, name: str, quantity: float = 0.0, **values: Any) -> int:
        made = self.call("stock.lot", "load", ["name", "product_id/.id"], [[name, str(product)]])["ids"][0]
        self.call("stock.lot", "write", [made], {"company_id": 1, **values})
        if quantity:
            self.count(product, quantity, lot_id=made)
        return int(made)

    def count(self, product: int, quantity: float, **values: Any) -> int:
        """A count in inventory mode, applied; the row's id."""
        values = {"product_id": product, "location_id": self.stock, **values, "inventory_quantity": quantity}
        quant = self.create("stock.quant", {"inventory_mode": True}, **values)
        assert self.call("stock.quant", "action_apply_inventory", [quant]) is None
        return quant

    def on_hand(self, product: int, place: int = 0, **values: int) -> float:
        domain = [["product_id", "=", product], ["location_id", "=", place or self.stock]]
        domain += [[name, "=", value] for name, value in values.items()]
        rows = self.call("stock.quant", "search_read", domain, ["quantity"])
        return float(sum(row["quantity"] for row in rows))

    def order(self, *lines: tuple[int, float], **values: Any) -> int:
        """A confirmed order."""
        rows = [[0, 0, {"product_id": product, "product_uom_qty": quantity}] for product, quantity in lines]
        order = self.create("sale.order", partner_id=self.customer, order_line=rows, **values)
        self.call("sale.order", "action_confirm", [order])
        return order

    def line(self, order: int) -> int:
        return self.search("sale.order.line", ["order_id", "=", order], order="id")[0]

    def pickings(self, order: int) -> list[int]:
        return self.search("stock.picking", ["sale_id", "=", order], order="id")

    def moves(self, picking: int) -> list[int]:
        return self.search("stock.move", ["picking_id", "=", picking], order="id")

    def lines(self, picking: int) -> list[int]:
        return self.search("stock.move.line", ["picking_id", "=", picking], order="id")

    def shipped(self, *lines: tuple[int, float]) -> tuple[int, int]:
        """An order and its delivery, which has left."""
        order = self.order(*lines)
        picking = self.pickings(order)[0]
        self.validate(picking)
        return order, picking

    def validate(self, picking: int, **context: Any) -> None:
        """Move what is written, or everything that is reserved; the rest goes to a backorder."""
        if self.version == 16 and not any(
            self.read("stock.move", move, "quantity_done") for move in self.moves(picking)
        ):
            self.call("stock.picking", "action_set_quantities_to_reservation", [picking])
        assert self.call("stock.picking", "button_validate", [picking], context={**GO_ON, **context}) is True
        assert self.read("stock.picking", picking, "state") == "done"

    def done(self, quantity: float) -> Values:
        """What to write on a move that moves so much."""
        return {"quantity": quantity, "picked": True} if self.version >= 17 else {"quantity_done": quantity}

    def line_done(self, quantity: float) -> Values:
        """The same of a line."""
        return {"quantity": quantity, "picked": True} if self.version >= 17 else {"qty_done": quantity}

    def set_done(self, move: int, quantity: float) -> None:
        self.call("stock.move", "write", [move], self.done(quantity))

    def reserved(self, move: int) -> float:
        return float(self.read("stock.move", move, "quantity" if self.version >= 17 else "reserved_availability"))

    def transfer(self, kind: int, source: int, target: int, *moves: Values, **values: Any) -> int:
        """A confirmed and reserved transfer; a move is its product, its quantity and whatever else."""
        named = {} if self.version >= 19 else {"name": "transfer"}
        where = {"location_id": source, "location_dest_id": target}
        rows = [[0, 0, {**named, **where, "product_uom": 1, **move}] for move in moves]
        picking = self.create("stock.picking", picking_type_id=kind, **where, move_ids=rows, **values)
        self.call("stock.picking", "action_confirm", [picking])
        self.call("stock.picking", "action_assign", [picking])
        return picking

    def send_back(self, picking: int, *lines: Values) -> int:
        """Run the return wizard; the picking that it makes."""
        rows = [[5, 0, 0], *([0, 0, line] for line in lines)]
        wizard = self.create("stock.return.picking", picking_id=picking, product_return_moves=rows)
        name = "action_create_returns" if self.version >= 18 else "create_returns"
        made: int = self.call("stock.return.picking", name, [wizard])["res_id"]
        return made
