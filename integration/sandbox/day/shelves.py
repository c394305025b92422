"""What lies where by each side's books, and which document brought or took it: by product, lot and location, in pieces.

Stock and movements are two books of each side, and read apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from integration.sandbox.day.goods import BY_PARTNER_SKU, BY_SKU, Shop
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.trade import Trade, name_of
from integration.sandbox.day.wms import Wms

NOBODY = ""  # whose a movement is that no document of the day explains
Row = Mapping[str, Any]


class Slot(NamedTuple):
    """Goods of one product, and lot or serial number, at one place. ``sku``: Odoo's, or what the warehouse said."""

    place: str
    sku: str
    lot: str = ""

    def __str__(self) -> str:
        return f"{self.goods} at {self.place or 'no place'}"

    @property
    def goods(self) -> str:
        return f"{self.sku} {self.lot}".strip()


Held = defaultdict[Slot, Decimal]
Moved = defaultdict[str, Held]  # by whose document it was


def nothing_held() -> Held:
    return defaultdict(Decimal)


@dataclass
class Shelves:
    """One side. ``held``: what lies there; ``moved``: what came (or left, below zero) since the day began."""

    held: Held = field(default_factory=nothing_held)
    moved: Moved = field(default_factory=lambda: defaultdict(nothing_held))


def read_wms(wms: Wms, whose: Mapping[str, str], sign: str = "") -> Shelves:
    """``whose``: by number of a shipment, receipt and so on, the order or errand that it belongs to."""
    shelves = Shelves()
    for row in wms.lies():
        shelves.held[_slot(row, sign)] += Decimal(row["quantity"])
    for row in wms.movements():
        if row["document"] or row["why"] != "filled":
            shelves.moved[whose.get(row["document"], NOBODY)][_slot(row, sign)] += Decimal(row["quantity"])
    return shelves


def _slot(row: Row, sign: str) -> Slot:
    known = BY_PARTNER_SKU.get(row["sku"])
    place = name_of(row["site"], row["condition"], row["location"]) if row["site"] else ""
    return Slot(place, known.sku if known else row["sku"], str(row["lot"]).removesuffix(sign) if sign else row["lot"])


@dataclass(frozen=True)
class Stockroom:
    """Odoo's side: who to ask, and about what. ``since``: the latest movement before the day began."""

    odoo: Odoo
    shop: Shop
    trade: Trade
    since: int

    def read(self, whose: Mapping[str, str]) -> Shelves:
        """``whose``: by name of a transfer or number of a message, the order or errand that it belongs to."""
        shelves, places = Shelves(), self.trade.names(self.shop)
        skus = {product: sku for sku, product in self.shop.products.items()}
        lots = {row["id"]: row["name"] for row in self._rows("stock.lot", [["product_id", "in", list(skus)]], ["name"])}
        here = [["product_id", "in", list(skus)], ["location_id", "in", list(places)]]
        for row in self._rows("stock.quant", here, ["product_id", "lot_id", "location_id", "quantity"]):
            slot = Slot(places[row["location_id"]], skus[row["product_id"]], lots.get(row["lot_id"], ""))
            shelves.held[slot] += _pieces(row["quantity"], slot.sku)
        owners = self._owners(whose)
        for row in self._lines(list(skus)):
            owner = owners(row)
            for end, sign in (("location_id", -1), ("location_dest_id", 1)):
                if row[end] in places:
                    slot = Slot(places[row[end]], skus[row["product_id"]], lots.get(row["lot_id"], ""))
                    shelves.moved[owner][slot] += sign * _pieces(row["done"], slot.sku)
        return shelves

    def _lines(self, products: Sequence[int]) -> list[dict[str, Any]]:
        """Done since the day began, with their quantity under ``done``."""
        done = "quantity" if self.shop.version >= 17 else "qty_done"
        fields = ["product_id", "lot_id", "location_id", "location_dest_id", "picking_id", "reference", done]
        domain = [["id", ">", self.since], ["state", "=", "done"], ["product_id", "in", list(products)]]
        return [{**row, "done": row[done]} for row in self._rows("stock.move.line", domain, fields)]

    def _owners(self, whose: Mapping[str, str]) -> "Owners":
        fields = ["name", "origin", "note", "sale_id", "purchase_id", "backorder_id", "picking_type_code"]
        pickings = {row["id"]: row for row in self._rows("stock.picking", [["state", "=", "done"]], fields)}
        orders: dict[tuple[str, int], str] = {}
        for model in ("sale.order", "purchase.order"):
            column = "sale_id" if model == "sale.order" else "purchase_id"
            ids = sorted({row[column] for row in pickings.values() if row[column]})
            orders |= {(column, row["id"]): row["name"] for row in self._rows(model, [["id", "in", ids]], ["name"])}
        return Owners(pickings, orders, whose)

    def _rows(self, model: str, domain: Sequence[Any], fields: Sequence[str]) -> list[dict[str, Any]]:
        return self.odoo.rows(model, domain, fields)


@dataclass(frozen=True)
class Owners:
    """Whose a movement in Odoo is: by its order, by its transfer, or by the number that stands in its text."""

    pickings: Mapping[int, Row]
    orders: Mapping[tuple[str, int], str]
    whose: Mapping[str, str]

    def __call__(self, line: Row) -> str:
        picking = self.pickings.get(line["picking_id"])
        if picking is None:
            return self._named(str(line["reference"]))
        for column in ("sale_id", "purchase_id"):
            if picking[column]:
                name = self.orders[column, picking[column]]
                back = column == "sale_id" and picking["picking_type_code"] == "incoming"
                return return_of(name) if back else name
        texts = [*self._names(picking), str(picking["origin"] or ""), str(picking["note"] or "")]
        return next(filter(None, map(self._named, texts)), NOBODY)

    def _names(self, picking: Row) -> Iterable[str]:
        """Its own, and that of what it is the rest of."""
        at: Row | None = picking
        while at is not None:
            yield at["name"]
            at = self.pickings.get(at["backorder_id"])

    def _named(self, text: str) -> str:
        """The longest number counts: one may begin another."""
        met = [number for number in self.whose if number in text]
        return self.whose[max(met, key=len)] if met else NOBODY


def return_of(order: str) -> str:
    """Whose the movements of goods are that came back."""
    return f"return of {order}"


def _pieces(quantity: float, sku: str) -> Decimal:
    return Decimal(str(quantity)) * BY_SKU[sku].factor
