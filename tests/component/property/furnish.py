"""A depot for every flow: places for each condition, a second warehouse, rules for stock and money, filled shelves."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from integration.models import BusinessRule, Connection, Place, Warehouse
from tests.component.flows.conftest import TAKES
from tests.component.property import goods
from tests.component.property.depot import Depot

D = Decimal
Spot = tuple[str, str, str, str]  # site, Odoo's product code, lot or serial number, condition
Noticed = tuple[datetime, Decimal]
NORTH, SOUTH = "NORTH", "SOUTH"
CONDITIONS = ("damaged", "quarantine")
STOCKED = ("CRATE-S", "CRATE-M", "ROPE-10", "GLOVE-M", "PAINT-W", "DRILL", "HOOK", goods.CABLE, goods.EGGS)
SOME = 50  # damaged goods that both sides have from the beginning
ASKED, MANY = "ASK", 100_000  # a reason that a person is asked about; differences that nobody is
MODES = ("release_mode", "shipment_mode", "receipt_mode", "return_mode", "transfer_mode", "inventory_mode")
KINDS = ("item",)


@dataclass
class Town:
    """Where things lie in Odoo, by site and condition, and what lay there at first.

    ``losses`` are known to nobody until they are counted; ``errors`` are what counts saw too much, each one counted.
    """

    depot: Depot
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    at_first: Counter[Spot] = field(default_factory=Counter)
    transit: int = 0
    types: dict[str, tuple[int, int]] = field(default_factory=dict)  # of a leg out and a leg in, by site
    losses: defaultdict[Spot, list[Noticed]] = field(default_factory=lambda: defaultdict(list))
    errors: defaultdict[Spot, list[Noticed]] = field(default_factory=lambda: defaultdict(list))

    def held(self) -> Counter[Spot]:
        """What lies where in Odoo now."""
        odoo = self.depot.odoo
        names = {place: spot for spot, place in self.places.items()}
        products = {row["id"]: row["default_code"] for row in odoo.rows("product.product", [], "default_code")}
        lots = {row["id"]: row["name"] for row in odoo.rows("stock.lot", [], "name")}
        found: Counter[Spot] = Counter()
        domain = [["location_id", "in", list(names)]]
        for row in odoo.rows("stock.quant", domain, "product_id", "location_id", "lot_id", "quantity"):
            site, condition = names[row["location_id"]]
            spot = (site, products[row["product_id"]], lots.get(row["lot_id"], ""), condition)
            found[spot] += D(str(round(row["quantity"], 6)))
        return found


def furnish(depot: Depot) -> Town:
    """Before anything is sold."""
    live = dict.fromkeys(MODES, Warehouse.Mode.LIVE)
    depot.set(**live, progress_notes=Warehouse.Progress.ACTIVITIES)
    facts = {"accepts": ["order.release", *TAKES, "master.batch"], "serves": ["items"]}
    Connection.objects.filter(pk=depot.partner.pk).update(profile={"facts": facts}, master_kinds=list(KINDS))
    town = Town(depot)
    _two_sites(town, live)
    _rules(depot)
    for code in ("CRATE-S", "PAINT-W"):
        _put_damaged(town, code)
    for code in goods.UNIT:  # as the others: billed by what was delivered
        product = depot.odoo.id_of("product.product", code, "default_code")
        depot.odoo.call("product.product", "write", [product], {"invoice_policy": "delivery"})
    town.at_first = town.held()
    _fill(town)
    return town


def _two_sites(town: Town, modes: dict[str, Any]) -> None:
    depot, odoo = town.depot, town.depot.odoo
    company = depot.warehouse.company_id
    country = odoo.id_of("res.country", "US", "code")
    address = {"name": "South depot", "street": "2 Quay", "city": "Dover", "zip": "CT17", "country_id": country}
    partner = odoo.call("res.partner", "create", address)
    values = {"name": "South", "code": "SW", "partner_id": partner, "company_id": company}
    made = odoo.call("stock.warehouse", "create", values)
    road = {"name": "On the road", "usage": "transit", "company_id": company}
    town.transit = odoo.call("stock.location", "create", road)
    south = Warehouse.objects.create(
        name="South", erp=depot.erp, company_id=company, erp_warehouse_id=made, wms=depot.partner, site=SOUTH, **modes
    )
    for warehouse, site, code in ((depot.warehouse, NORTH, "WH"), (south, SOUTH, "SW")):
        fields = ("lot_stock_id", "view_location_id", "out_type_id", "in_type_id")
        [row] = odoo.rows("stock.warehouse", [["code", "=", code]], *fields)
        town.places[site, "good"], town.types[site] = row["lot_stock_id"], (row["out_type_id"], row["in_type_id"])
        for condition in CONDITIONS:
            where = {"name": condition.capitalize(), "usage": "internal", "location_id": row["view_location_id"]}
            place = town.places[site, condition] = odoo.call("stock.location", "create", where)
            Place.objects.create(warehouse=warehouse, condition=condition, erp_location_id=place)


def _rules(depot: Depot) -> None:
    rule = BusinessRule.objects.create
    for kind in ("invoice", "credit_note", "vendor_bill"):
        rule(kind=kind, when="on_move", posted=True)
    rule(kind="substitute", sku="ROPE-10")
    rule(kind="adjust_units", value=MANY)
    rule(kind="adjust_units", value=0, order=1, reason=ASKED)


def _put_damaged(town: Town, code: str) -> None:
    odoo = town.depot.odoo
    product = odoo.id_of("product.product", code, "default_code")
    lots = odoo.rows("stock.lot", [["product_id", "=", product]], "name")
    more = {"lot_id": lots[0]["id"]} if lots else {}
    odoo.put(product, SOME, location_id=town.places[NORTH, "damaged"], **more)


def _fill(town: Town) -> None:
    """The warehouse has what Odoo has, in its own codes and units."""
    lines = [
        {
            "sku": f"P-{code}",
            "lot": lot,
            "condition": condition,
            "quantity": str(quantity * goods.PIECES.get(code, 1)),
        }
        for (site, code, lot, condition), quantity in town.at_first.items()
        if site == NORTH and code in STOCKED
    ]
    town.depot.wms.control("stock", site=NORTH, lines=lines)
