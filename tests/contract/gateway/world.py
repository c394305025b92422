"""Makes products, stock and orders in an Odoo of any version, under names that nobody else uses."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.adapters.base import ConnectionSettings
from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.gateway import OdooGateway
from integration.canonical.erp import (
    Picking,
    PostedShipment,
    PostingDetail,
    PostingLine,
    ShipmentPosting,
)
from tests.contract.gateway.guard import CountingGuard

SILENT = {"skip_backorder": True, "skip_immediate": True, "skip_sms": True}
Details = Sequence[tuple[float, str | None, str | None]]


class World:
    """``gateway`` is what is tested, ``guard`` counts its calls; everything else goes by its own calls."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self.settings = settings
        self.guard = CountingGuard()
        self.gateway = OdooGateway(settings, self.guard)
        self.call = Caller(settings, CountingGuard())
        warehouse = self._warehouse()
        self.warehouse_id, self.company_id = warehouse["id"], warehouse["company_id"][0]
        self.stock_id = warehouse["lot_stock_id"][0]
        self.customer_id = self.customer(self.unique("Customer"))

    @property
    def version(self) -> int:
        return self.call.version.major

    @staticmethod
    def unique(name: str) -> str:
        return f"{name} {uuid.uuid4().hex[:10]}"

    def customer(self, name: str, **values: object) -> int:
        address = {"street": "1 Dock Street", "city": "Fairfield", "zip": "94534", "email": "dock@example.com"}
        return self.call.create("res.partner", {"name": name, **address, **values})

    def product(self, tracking: str = "none", stock: float = 0, **values: object) -> int:
        code = self.unique("SKU")
        storable = {"type": "consu", "is_storable": True} if self.version >= 18 else {"detailed_type": "product"}
        wanted = {"name": f"Product {code}", "default_code": code, "tracking": tracking, **storable, **values}
        made = self.call.create("product.product", wanted)
        if stock:
            self.put(made, stock)
        return made

    def put(self, product_id: int, quantity: float, lot_id: int | None = None, location_id: int | None = None) -> None:
        """Counts stock: the only way that leaves Odoo's books right."""
        values = {"product_id": product_id, "location_id": location_id or self.stock_id, "inventory_quantity": quantity}
        if lot_id:
            values["lot_id"] = lot_id
        quant = self.call.create("stock.quant", values, context={"inventory_mode": True})
        self.call("stock.quant", "action_apply_inventory", [quant])

    def lot(self, product_id: int, name: str, stock: float = 0) -> int:
        fields = ["name", "product_id/.id", "company_id/.id"]
        [made] = self.call.load("stock.lot", fields, [[name, str(product_id), str(self.company_id)]])
        if stock:
            self.put(product_id, stock, made)
        return made

    def order(self, lines: Mapping[int, float], **values: object) -> int:
        return self.orders([lines], **values)[0]

    def orders(self, each: Sequence[Mapping[int, float]], **values: object) -> list[int]:
        """Confirmed orders, made in two calls."""
        company = {"company_id": self.company_id, **values}["company_id"]
        wanted = [
            {
                "partner_id": self.customer_id,
                "company_id": company,
                "warehouse_id": self.warehouse_id,
                "order_line": [
                    [0, 0, {"product_id": product, "product_uom_qty": quantity, "price_unit": 10}]
                    for product, quantity in lines.items()
                ],
                **values,
            }
            for lines in each
        ]
        ids = list(self.call("sale.order", "create", vals_list=wanted, companies=[company]))
        self.call("sale.order", "action_confirm", ids, companies=[company])
        return ids

    def delivery_of(self, order_id: int) -> Picking:
        """The order's open delivery, read by the gateway, with the count of calls started afresh."""
        domain = [("sale_id", "=", order_id), ("picking_type_code", "=", "outgoing"), ("state", "!=", "cancel")]
        ids = self.call("stock.picking", "search", domain=domain, order="id desc", limit=1)
        self.guard.take()
        return self.gateway.delivery(ids[0])[0]

    def ship(self, picking: Picking, quantities: Sequence[float], **values: object) -> PostedShipment:
        """Ships these quantities of the moves, in their order."""
        lines = tuple(
            PostingLine(move_id=move.id, quantity=Decimal(str(quantity)))
            for move, quantity in zip(picking.moves, quantities, strict=True)
        )
        return self.gateway.ship(picking, posting(lines, **values))

    def ship_details(self, picking: Picking, details: Details, **values: object) -> PostedShipment:
        """Ships the first move as these quantities, lots and packages."""
        parts = tuple(PostingDetail(quantity=Decimal(str(q)), lot=lot, package=package) for q, lot, package in details)
        total = sum((part.quantity for part in parts), Decimal(0))
        line = PostingLine(move_id=picking.moves[0].id, quantity=total, details=parts)
        return self.gateway.ship(picking, posting((line,), **values))

    def validate_by_hand(self, picking: Picking) -> None:
        self.mark_done_by_hand(picking)
        self.call("stock.picking", "button_validate", [picking.id], companies=[picking.company_id], context=SILENT)

    def mark_done_by_hand(self, picking: Picking, quantity: float | None = None) -> None:
        for move in picking.moves:
            done: dict[str, Any] = {self.call.version.move_done: float(quantity or move.demand)}
            self.call(
                "stock.move", "write", [move.id], vals={**done, **({"picked": True} if self.version > 16 else {})}
            )

    def delivered(self, order_id: int) -> list[float]:
        rows = self.call.rows("sale.order.line", [("order_id", "=", order_id)], ["qty_delivered"], order="id")
        return [row["qty_delivered"] for row in rows]

    def stock_of(self, product_id: int) -> float:
        domain = [("product_id", "=", product_id), ("location_id", "child_of", self.stock_id)]
        return sum(row["quantity"] for row in self.call.rows("stock.quant", domain, ["quantity"]))

    def read(self, model: str, number: int, *fields: str) -> dict[str, Any]:
        [row] = self.call(model, "read", [number], fields=list(fields))
        return dict(row)

    def _warehouse(self) -> dict[str, Any]:
        companies = self.call.rows("res.users", [("id", "=", self.call.uid())], ["company_id"])
        domain = [("company_id", "=", companies[0]["company_id"][0])]
        fields = ["company_id", "lot_stock_id", "code"]
        return dict(self.call.rows("stock.warehouse", domain, fields, limit=1, order="id")[0])


def posting(lines: tuple[PostingLine, ...], **values: Any) -> ShipmentPosting:
    shipment = values.pop("shipment", None) or f"S-{uuid.uuid4().hex[:8]}"
    mark = values.pop("mark", None) or f"crossdock/wms-main/{shipment}"
    return ShipmentPosting(shipment=shipment, mark=mark, lines=lines, **values)
