"""One warehouse of several: a company's people in Odoo, the warehouse's own floor, and what both of them hold."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from integration.models import Document, Place, StockEvent
from tests.component.flows.odoo import Odoo
from tests.component.flows.yard import Bought, Sale, Yard

LOT, OTHER = "L-1", "L-2"  # of everything that has lots, in every company; Odoo reserves the first one
ON_HAND = 100
Held = dict[tuple[str, str, str], float]  # by product code, lot and condition


@dataclass(frozen=True)
class Company:
    """``codes``: what its warehouses call its products. ``prices`` are in its own currency."""

    id: int
    currency: str
    customer: str
    supplier: str
    street: str
    carrier: str
    codes: Mapping[str, str]
    prices: Mapping[str, float]
    posts: bool


class People(Odoo):
    """Odoo as people of one company use it: they see their own company and what belongs to all."""

    def __init__(self, everyone: Odoo, company: int, code: str) -> None:
        self.__dict__.update(everyone.__dict__)
        self.company, self.code = company, code

    def call(self, model: str, method: str, *args: Any, **named: Any) -> Any:
        context = {"allowed_company_ids": [self.company], **named.pop("context", {})}
        return super().call(model, method, *args, context=context, **named)


@dataclass
class House(Yard):
    company: Company
    papers: dict[str, Any] = field(default_factory=dict)  # what it works on, by a name

    @property
    def site(self) -> str:
        return self.warehouse.site

    def stock_up(self) -> None:
        for code, theirs in self.company.codes.items():
            product = self.odoo.id_of("product.product", code, "default_code")
            [row] = self.odoo.rows("product.product", [["id", "=", product]], "tracking")
            for lot in (LOT, OTHER) if row["tracking"] == "lot" else ("",):
                self.odoo.put(product, ON_HAND, **({"lot_id": self._lot(product, lot)} if lot else {}))
                self.floor("stock", lines=[{"sku": theirs, "lot": lot, "quantity": str(ON_HAND)}])
        for condition in ("damaged", "quarantine"):
            place = self.odoo.place(condition)
            Place.objects.create(warehouse=self.warehouse, condition=condition, erp_location_id=place)
        Place.objects.create(warehouse=self.warehouse, partner_location="A-01", erp_location_id=self.odoo.place("A-01"))

    def floor(self, name: str, **body: Any) -> Any:
        """Something happens at this site of the warehouse."""
        return self.wms.control(name, site=self.site, **body)

    def sell(self, *basket: tuple[str, float], customer: str = "", **values: object) -> Sale:
        """Every customer's order has the same number of his own."""
        usual = {"warehouse_id": self.warehouse.erp_warehouse_id, "client_order_ref": "PO-1"}
        usual["carrier_id"] = self.odoo.id_of("delivery.carrier", self.company.carrier)
        return super().sell(*basket, customer=customer or self.company.customer, **{**usual, **values})

    def buy(self, *basket: tuple[str, float], supplier: str = "", **values: object) -> Bought:
        [row] = self.odoo.rows("stock.warehouse", [["id", "=", self.warehouse.erp_warehouse_id]], "in_type_id")
        usual = {"picking_type_id": row["in_type_id"], "partner_ref": "Q-1"}
        return super().buy(*basket, supplier=supplier or self.company.supplier, **{**usual, **values})

    def line_of(self, release: str, number: int = 0) -> dict[str, Any]:
        [held] = [each for each in self.wms.books() if each["release"] == release]
        return dict(held["lines"][number])

    def ours(self, theirs: str) -> str:
        return next(code for code, other in self.company.codes.items() if other == theirs)

    def left(self, sale: Sale) -> dict[str, tuple[float, float, float]]:
        odoo = self.odoo.delivered(sale.id)
        wms = {self.ours(sku): quantity for sku, quantity in self.wms.shipped(sale.name).items()}
        ours: defaultdict[str, float] = defaultdict(float)
        gone = StockEvent.objects.filter(document__parent__reference=sale.name, warehouse=self.warehouse)
        for event in gone.filter(kind="shipped"):
            ours[event.sku] -= float(event.quantity)
        return {sku: (odoo.get(sku, 0), wms.get(sku, 0), ours[sku]) for sku in sorted({*odoo, *wms, *ours})}

    def documents(self) -> list[tuple[str, str]]:
        """Reference and state of what this warehouse has worked on."""
        rows = Document.objects.filter(warehouse=self.warehouse).order_by("pk")
        return list(rows.values_list("reference", "state"))

    def shelves_in_odoo(self) -> Held:
        damaged = Place.objects.filter(warehouse=self.warehouse, partner_location="")
        conditions = dict(damaged.values_list("erp_location_id", "condition"))
        [row] = self.odoo.rows("stock.warehouse", [["id", "=", self.warehouse.erp_warehouse_id]], "view_location_id")
        domain = [["location_id", "child_of", row["view_location_id"]]]
        held: defaultdict[tuple[str, str, str], float] = defaultdict(float)
        for quant in self.odoo.rows("stock.quant", domain, "product_id", "location_id", "lot_id", "quantity"):
            code = self.odoo.code_of(quant["product_id"])
            if code in self.company.codes:
                lot = self._name_of(quant["lot_id"])
                held[code, lot, conditions.get(quant["location_id"], "good")] += quant["quantity"]
        return {key: quantity for key, quantity in held.items() if quantity}

    def shelves(self) -> Held:
        """As the warehouse's own books have them."""
        return {(self.ours(sku), lot, how): held for (sku, lot, how), held in self.wms.on_shelf(self.site).items()}

    def _lot(self, product: int, name: str) -> int:
        known = self.odoo.rows("stock.lot", [["name", "=", name], ["product_id", "=", product]], "name")
        return known[0]["id"] if known else self.odoo.lot(product, name)

    def _name_of(self, lot: int) -> str:
        return self.odoo.rows("stock.lot", [["id", "=", lot]], "name")[0]["name"] if lot else ""
