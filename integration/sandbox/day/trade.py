"""What a business has beside its shop: a supplier, a second warehouse, places for goods that are not for sale.

Data first; then how it gets into Odoo, as a person would enter it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integration.sandbox.day.goods import Shop, count_stock
from integration.sandbox.day.odoo import Odoo

SUPPLIER = "Maple Mills"
OWNER = "HARBOR"  # how the warehouse system calls whose goods they are
MAIN, DEPOT = "MAIN", "EAST"  # the warehouse system's sites; the second one's short name in Odoo too, of the demo
BIN = "MEZZ-1"  # the one bin of the warehouse that Odoo keeps apart
ON_THE_WAY = "on the way"
# When a customer's goods are invoiced; a supplier's are billed with each receipt.
EACH, WHOLE, BY_HAND = "on_move", "on_completion", "by_hand"
TERMS = {"Birch & Sons": WHOLE, "Cedar Market": BY_HAND}  # all others: with each shipment
# Condition and bin: how the location in Odoo is called.
PLACES = {("damaged", ""): "Damaged", ("quarantine", ""): "Quarantine", ("good", BIN): "Mezzanine"}


@dataclass(frozen=True)
class Trade:
    """Odoo's ids. ``places``: by condition and bin. ``depot``: the second warehouse. ``terms``: when, and whose."""

    supplier: int
    places: Mapping[tuple[str, str], int]
    depot: int
    depot_code: str
    depot_place: int
    transit: int
    types: Mapping[str, int]
    terms: Sequence[tuple[str, int]]

    def told(self) -> dict[str, Any]:
        """What Crossdock has to know of it, for JSON."""
        places = [(condition, bin_, location) for (condition, bin_), location in self.places.items()]
        return {"depot": self.depot_code, "places": places, "terms": list(self.terms)}

    def names(self, shop: Shop) -> dict[int, str]:
        """Odoo's locations that are compared, in words of both sides."""
        own = {place: name_of(MAIN, condition, bin_) for (condition, bin_), place in self.places.items()}
        return {shop.place: MAIN, self.depot_place: DEPOT, self.transit: ON_THE_WAY, **own}


def name_of(site: str, condition: str, location: str) -> str:
    """What a spot of the warehouse is compared as: Odoo keeps its bins together, but for one."""
    if (condition, location) in PLACES:
        return f"{site} {PLACES[condition, location].lower()}"
    return site if condition == "good" else f"{site} {condition}"


def open_trade(odoo: Odoo, shop: Shop, orders: int) -> Trade:
    """Stock of the second warehouse for so many orders."""
    odoo.call("product.product", "write", list(shop.products.values()), {"purchase_method": "receive"})
    fields = ["view_location_id", "out_type_id", "company_id"]
    [own] = odoo.rows("stock.warehouse", [["id", "=", shop.warehouse]], fields)
    depot = odoo.create("stock.warehouse", _depot(odoo, shop, own["company_id"]))
    [there] = odoo.rows("stock.warehouse", [["id", "=", depot]], ["lot_stock_id", "in_type_id"])
    count_stock(odoo, shop, own["company_id"], orders, away=there["lot_stock_id"])
    transit = {"name": f"On the road{shop.sign}", "usage": "transit", "company_id": own["company_id"]}
    return Trade(
        supplier=odoo.create("res.partner", {"name": f"{SUPPLIER}{shop.sign}", "is_company": True}),
        places={spot: _place(odoo, name, own["view_location_id"], shop.sign) for spot, name in PLACES.items()},
        depot=depot,
        depot_code=_code(shop.sign),
        depot_place=there["lot_stock_id"],
        transit=odoo.create("stock.location", transit),
        types={"out": own["out_type_id"], "in": there["in_type_id"]},
        terms=[(when, shop.customers[name]) for name, when in TERMS.items()],
    )


def _depot(odoo: Odoo, shop: Shop, company: int) -> dict[str, Any]:
    [country] = odoo.rows("res.country", [["code", "=", "US"]], ["code"])
    address = {"street": "2 Quay Street", "city": "Dover", "zip": "19901", "country_id": country["id"]}
    partner = odoo.create("res.partner", {"name": f"East depot{shop.sign}", **address})
    return {"name": f"East depot{shop.sign}", "code": _code(shop.sign), "partner_id": partner, "company_id": company}


def _code(sign: str) -> str:
    """Odoo's short name of the second warehouse: at most five signs, and of this business alone."""
    return f"E{sign[-4:]}".upper() if sign else DEPOT


def _place(odoo: Odoo, name: str, parent: int, sign: str) -> int:
    """Beside the stock location: Odoo sells what lies below it."""
    return odoo.create("stock.location", {"name": f"{name}{sign}", "usage": "internal", "location_id": parent})
