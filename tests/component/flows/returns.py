"""Goods that come back: a warehouse with places for them, its messages, and what every side holds."""

from typing import Any

from integration.models import DocumentLine, Place, StockEvent
from tests.component.flows.ledger import Ledger
from tests.component.flows.yard import Sale, Yard


class Dock:
    def __init__(self, yard: Yard) -> None:
        self.yard, self.odoo, self.ledger = yard, yard.odoo, Ledger(yard)
        yard.set(return_mode="live")
        [own] = self.odoo.rows("stock.warehouse", [["code", "=", "WH"]], "lot_stock_id")
        self.stock = own["lot_stock_id"]
        self.places = {name: self._place(name) for name in ("quarantine", "damaged")}

    def _place(self, condition: str) -> int:
        where = {"name": condition.capitalize(), "usage": "internal", "location_id": self.stock}
        made = int(self.odoo.call("stock.location", "create", where))
        Place.objects.create(warehouse=self.yard.warehouse, condition=condition, erp_location_id=made)
        return made

    def tell(self, *lines: dict[str, Any], receipt: str = "RT-1", **named: Any) -> None:
        """The warehouse takes goods in, or says of the same receipt what it has found."""
        self.yard.wms.control("return", receipt=receipt, site="NORTH", lines=list(lines), **named)
        self.yard.run()

    def shelves(self, code: str) -> dict[str, float]:
        """By condition, what the warehouse has on its shelves of what came back."""
        found = [each for each in self.yard.wms.get("stock")["stock"] if each["sku"] == f"P-{code}"]
        return {each["condition"]: float(each["quantity"]) for each in found}

    def held(self, code: str) -> dict[str, float]:
        """What lies where in Odoo; what is gone is left out."""
        product = self.odoo.id_of("product.product", code, "default_code")
        names = {self.stock: "stock", **{number: name for name, number in self.places.items()}}
        domain = [["product_id", "=", product], ["location_id", "in", list(names)]]
        found = dict.fromkeys(names.values(), 0.0)
        for row in self.odoo.rows("stock.quant", domain, "location_id", "quantity"):
            found[names[row["location_id"]]] += row["quantity"]
        return found

    def expected(self) -> list[dict[str, Any]]:
        """What the warehouse was told to expect."""
        return list(self.yard.wms.get("advices")["advices"])

    def came(self, sale: Sale) -> list[tuple[str, str, float, str]]:
        """Kind, condition, quantity and lot of what came back, as we keep it."""
        rows = StockEvent.objects.filter(document__kind="return", document__parent__reference=sale.name).order_by("pk")
        return [(row.kind, row.condition, float(row.quantity), row.lot) for row in rows]

    @staticmethod
    def counted(kind: str, name: str) -> list[float]:
        rows = DocumentLine.objects.filter(document__kind=kind).order_by("pk")
        return [float(value) for value in rows.values_list(name, flat=True)]


def line(code: str, quantity: float, disposition: str | None = "resell", **more: Any) -> dict[str, Any]:
    judged = {"disposition": disposition} if disposition else {}
    return {"sku": f"P-{code}", "quantity": str(quantity), "unit": "EA", **judged, **more}
