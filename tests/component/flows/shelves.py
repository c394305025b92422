"""The same goods on both sides: Odoo's stock and the warehouse's shelves, and what each of them holds."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integration.jobs import differences, inventories
from integration.models import BusinessRule, Place, StockDifference, StockEvent, Warehouse
from tests.component.flows.yard import SOMEBODY, Yard

SITE = "NORTH"
Held = dict[tuple[str, str, str], Decimal]  # by product code, lot and condition


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Shelves:
    yard: Yard
    places: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.yard.set(inventory_mode=Warehouse.Mode.LIVE)
        [row] = self.yard.odoo.rows("stock.warehouse", [["code", "=", "WH"]], "lot_stock_id")
        self.places["good"] = row["lot_stock_id"]

    def place(self, condition: str, location: str = "") -> int:
        """A location in Odoo for a condition, beside the stock location or below it."""
        odoo = self.yard.odoo
        name = f"{condition} {location}".strip()
        made = odoo.call("stock.location", "create", {"name": name, "location_id": self.places["good"]})
        Place.objects.create(
            warehouse=self.yard.warehouse, condition=condition, partner_location=location, erp_location_id=made
        )
        self.places[name] = int(made)
        return int(made)

    def stock(self, code: str, quantity: float = 0, lots: dict[str, float] | None = None, **values: object) -> None:
        """A product that both sides have."""
        odoo, tracking = self.yard.odoo, {"tracking": "lot"} if lots else {}
        product = odoo.product(code, **{**tracking, **values})
        self.products[code] = product
        self.yard.map("product", code, f"P-{code}")
        lines = []
        for lot, share in (lots or {"": quantity}).items():
            more = {}
            if lot:
                company = self.yard.warehouse.company_id
                more = {"lot_id": odoo.call("stock.lot", "load", ["name", "product_id/.id", "company_id/.id"],
                                            [[lot, str(product), str(company)]])["ids"][0]}  # fmt: skip
            if share:
                odoo.put(product, share, **more)
            lines.append({"sku": f"P-{code}", "lot": lot, "quantity": str(share)})
        self.yard.wms.control("stock", site=SITE, lines=lines)

    def fill(self, code: str, quantity: float, lot: str, condition: str) -> None:
        """More of a product, at another place of both sides."""
        odoo, product = self.yard.odoo, self.products[code]
        lots = odoo.rows("stock.lot", [["name", "=", lot], ["product_id", "=", product]], "id") if lot else []
        odoo.put(product, quantity, location_id=self.places[condition], **({"lot_id": lots[0]["id"]} if lots else {}))
        line = {"sku": f"P-{code}", "lot": lot, "condition": condition, "quantity": str(quantity)}
        self.yard.wms.control("stock", site=SITE, lines=[line])

    def allow(self, kind: str = "adjust_units", value: str = "1000", **more: Any) -> BusinessRule:
        return BusinessRule.objects.create(kind=kind, warehouse=self.yard.warehouse, value=Decimal(value), **more)

    def adjust(self, *lines: dict[str, object], **how: object) -> dict[str, Any]:
        return dict(self.yard.wms.control("adjust", site=SITE, lines=list(lines), **how)["adjustment"])

    def count(self, *lines: dict[str, object], **how: object) -> dict[str, Any]:
        return dict(self.yard.wms.control("count", site=SITE, lines=list(lines), **how)["count"])

    def odoo(self) -> Held:
        names = {place: condition for condition, place in self.places.items()}
        codes = {product: code for code, product in self.products.items()}
        lots = {row["id"]: row["name"] for row in self.yard.odoo.rows("stock.lot", [], "name")}
        domain = [["product_id", "in", list(codes)], ["location_id", "in", list(names)]]
        held: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for row in self.yard.odoo.rows("stock.quant", domain, "product_id", "location_id", "lot_id", "quantity"):
            key = (codes[row["product_id"]], lots.get(row["lot_id"], ""), names[row["location_id"]])
            held[key] += Decimal(str(row["quantity"]))
        return {key: quantity for key, quantity in held.items() if quantity}

    def wms(self) -> Held:
        held: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for row in self.yard.wms.books_of_stock():
            place = f"{row['condition']} {row['location']}".strip()
            key = place if place in self.places else row["condition"]
            held[row["sku"].removeprefix("P-"), row["lot"], key] += Decimal(row["quantity"])
        return {key: quantity for key, quantity in held.items() if quantity}

    def agree(self) -> bool:
        return self.odoo() == self.wms()

    def approve(self, code: str = "CD-8001") -> None:
        differences.approve(self.yard.case(code).pk, SOMEBODY, "counted again")
        self.yard.run()

    def refuse(self, code: str = "CD-8001") -> None:
        differences.refuse(self.yard.case(code).pk, SOMEBODY, "a mistake")
        self.yard.run()

    def watch(self) -> None:
        inventories.start_watches()
        self.yard.run()

    def read(self) -> None:
        inventories.start_reads()
        self.yard.run()

    def texts(self, code: str) -> list[str]:
        """How Odoo calls the movements of a product that are no one's transfer."""
        domain = [["product_id", "=", self.products[code]], ["is_inventory", "=", True]]
        return [row["reference"] for row in self.yard.odoo.rows("stock.move", domain, "reference")]

    @staticmethod
    def events() -> list[tuple[str, str, str, str, Decimal]]:
        rows = StockEvent.objects.order_by("pk")
        return list(rows.values_list("kind", "sku", "lot", "condition", "quantity"))

    @staticmethod
    def states() -> list[tuple[str, str]]:
        return list(StockDifference.objects.order_by("pk").values_list("kind", "state"))
