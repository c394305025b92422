"""What the business sells, to whom, and by whom it is carried. Data first; then how it gets into both systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.wms import Wms

GOOD_FOR = 365  # days, what expires
LOT_SIZE = 5  # small lots, so that an order often takes from two
STOCK = 5000  # of each of the plain goods, for up to 500 orders; of an order it takes less than ten
MANY_DESKS = 40  # in one order: a rule of the demo has a person look at it
GROUND, DRONE = "Ground", "Drone"  # delivery methods; nobody told the warehouse about drones
CARRIERS = {GROUND: "GND"}
UNITS = {"Units": ("EA", Decimal(1)), "Dozens": ("EA", Decimal(12))}


@dataclass(frozen=True)
class Goods:
    """``partner_sku`` is the warehouse's number. ``mapped``: whether Crossdock knows it when the day begins.

    ``expires``: its lots have a date. ``away``: it lies in the second warehouse alone.
    """

    sku: str
    partner_sku: str
    name: str
    price: float
    tracking: str = "none"
    unit: str = "Units"
    mapped: bool = True
    expires: bool = False
    away: bool = False

    @property
    def cost(self) -> float:
        """What a supplier asks for one unit."""
        return round(self.price * 0.6, 2)

    @property
    def factor(self) -> Decimal:
        """Pieces in one unit."""
        return UNITS[self.unit][1]


CHAIR, DESK, LAMP, SHELF, CABLE = (
    Goods("CHAIR-OAK", "10001", "Chair, oak", 89.0),
    Goods("DESK-120", "10002", "Desk, 120 cm", 240.0),
    Goods("LAMP-LED", "10003", "Desk lamp", 39.5),
    Goods("SHELF-4", "10004", "Shelf, four boards", 119.0),
    Goods("CABLE-2M", "10005", "Cable, 2 m", 6.9),
)
ROPE = Goods("ROPE-10M", "10010", "Rope, cut to 10 m", 12.0)
GLOVES = Goods("GLOVES-L", "10020", "Work gloves, L", 41.0, unit="Dozens")
PAINT = Goods("PAINT-5L", "10030", "Paint, white, 5 l", 32.0, tracking="lot")
DRILL = Goods("DRILL-18V", "10040", "Drill, 18 V", 149.0, tracking="serial")
KETTLE = Goods("KETTLE-NEW", "10050", "Kettle, new this week", 55.0, mapped=False)
PLAIN = (CHAIR, DESK, LAMP, SHELF, CABLE)
ALL = (*PLAIN, ROPE, GLOVES, PAINT, DRILL, KETTLE)
# For what is not sold: bought, moved, counted.
GLUE = Goods("GLUE-1KG", "10060", "Glue, 1 kg", 14.0, tracking="lot", expires=True)
SAW = Goods("SAW-12V", "10070", "Saw, 12 V", 99.0, tracking="serial")
STOOL, BENCH, CRATE, TRAY = (
    Goods("STOOL-3", "10081", "Stool, three legs", 35.0),
    Goods("BENCH-2M", "10082", "Bench, 2 m", 150.0),
    Goods("CRATE-S", "10083", "Crate, small", 12.0),
    Goods("TRAY-XL", "10084", "Tray, extra large", 9.0),
)
MIRROR = Goods("MIRROR-90", "10090", "Mirror, 90 cm", 79.0, away=True)
TRADED = (GLUE, SAW, STOOL, BENCH, CRATE, TRAY, MIRROR)
# Beside them, for who sells much at once: postings of one product take turns.
BOLTS = tuple(Goods(f"BOLT-{size:02d}", f"20{size:03d}", f"Bolt, {size} mm", 0.3) for size in range(1, 61))
BY_SKU = {goods.sku: goods for goods in (*ALL, *TRADED, *BOLTS)}
BY_PARTNER_SKU = {goods.partner_sku: goods for goods in (*ALL, *TRADED, *BOLTS)}

CUSTOMERS = (
    ("Alder Interiors", "2 Alder Street", "Springfield", "62701"),
    ("Birch & Sons", "14 Birch Lane", "Boise", "83702"),
    ("Cedar Market", "77 Cedar Avenue", "Sacramento", "95814"),
    ("Dogwood Retail", "9 Dogwood Court", "Albany", "12207"),
    ("Elm Street Goods", "500 Elm Street", "Austin", "78701"),
)
HOMELESS = ("Fir Trading", "", "Fresno", "")  # an address that nobody can deliver to


@dataclass(frozen=True)
class Shop:
    """Odoo's ids of what was made, by SKU and name, and Odoo's version.

    ``place`` is the warehouse's stock location. Every name and number that was made ends with ``sign``.
    """

    products: Mapping[str, int]
    customers: Mapping[str, int]
    carriers: Mapping[str, int]
    version: int
    warehouse: int
    place: int
    sign: str


def plenty(orders: int) -> int:
    """The stock of each of the plain goods that no run of so many orders uses up."""
    return max(STOCK, 10 * orders)


def lots(orders: int, sign: str = "") -> dict[str, int]:
    """Lots of paint and what each holds: ample for so many orders."""
    return {f"LOT-{number:03d}{sign}": LOT_SIZE for number in range(1, max(20, orders // 8) + 1)}


def serials(orders: int, sign: str = "") -> list[str]:
    return [f"DR-{number:04d}{sign}" for number in range(1, max(40, orders // 4) + 1)]


def numbered(orders: int, sign: str = "") -> dict[str, dict[str, int]]:
    """By SKU, the lots and serial numbers that are there when the day begins."""
    return {
        PAINT.sku: lots(orders, sign),
        DRILL.sku: dict.fromkeys(serials(orders, sign), 1),
        GLUE.sku: {f"GLUE-{letter}{sign}": plenty(orders) for letter in "AB"},
        SAW.sku: {},
    }


def stock_warehouse(wms: Wms, orders: int, sign: str = "", *, more: Sequence[Goods] = ()) -> None:
    """The warehouse's item master, lots and serial numbers."""
    items: dict[str, Any] = {goods.partner_sku: {} for goods in (*ALL, *more)}
    items[PAINT.partner_sku] = {"lots": {lot: str(held) for lot, held in lots(orders, sign).items()}}
    items[DRILL.partner_sku] = {"serials": serials(orders, sign)}
    wms.stock(items)


def fill_shelves(
    wms: Wms, site: str, orders: int, sign: str = "", *, more: Sequence[Goods] = (), away: bool = False
) -> None:
    """What lies in a warehouse: the same that Odoo was given."""
    known = numbered(orders, sign)
    for goods in (each for each in (*ALL, *more) if each.away == away):
        held = known.get(goods.sku, {"": plenty(orders)})
        lines = [
            {"sku": goods.partner_sku, "lot": lot, "quantity": str(count * goods.factor)} for lot, count in held.items()
        ]
        wms.fill(site, lines)


def open_shop(odoo: Odoo, orders: int, *, code: str = "WH", sign: str = "", more: Sequence[Goods] = ()) -> Shop:
    """Products with stock, customers and delivery methods in Odoo, made as a person would import them.

    ``code`` is the warehouse's short name. ``sign`` tells what is made from what others have in the same Odoo.
    """
    [warehouse] = odoo.rows("stock.warehouse", [["code", "=", code]], ["lot_stock_id", "company_id"])
    version = odoo.version()
    units = {row["name"]: row["id"] for row in odoo.rows("uom.uom", [["name", "in", list(UNITS)]], ["name"])}
    shop = Shop(
        products={
            goods.sku: odoo.create("product.product", _product(goods, version, units, sign)) for goods in (*ALL, *more)
        },
        customers=_customers(odoo, sign),
        carriers=_carriers(odoo, version, sign),
        version=version,
        warehouse=warehouse["id"],
        place=warehouse["lot_stock_id"],
        sign=sign,
    )
    count_stock(odoo, shop, warehouse["company_id"], orders)
    return shop


def _product(goods: Goods, version: int, units: Mapping[str, int], sign: str) -> dict[str, Any]:
    storable = {"type": "consu", "is_storable": True} if version >= 18 else {"detailed_type": "product"}
    unit = {"uom_id": units[goods.unit]}
    if version < 19:
        unit["uom_po_id"] = units[goods.unit]
    names = {"name": f"{goods.name}{sign}", "default_code": f"{goods.sku}{sign}"}
    terms = {
        "list_price": goods.price,
        "standard_price": goods.cost,
        "invoice_policy": "delivery",
    }
    dates = {"use_expiration_date": True, "expiration_time": GOOD_FOR} if goods.expires else {}
    return {**names, **terms, "tracking": goods.tracking, **dates, **storable, **unit}


def _customers(odoo: Odoo, sign: str) -> dict[str, int]:
    [country] = odoo.rows("res.country", [["code", "=", "US"]], ["code"])
    made = {}
    for name, street, city, postcode in (*CUSTOMERS, HOMELESS):
        address = {"street": street, "city": city, "zip": postcode, "country_id": country["id"]}
        made[name] = odoo.create("res.partner", {"name": f"{name}{sign}", "is_company": True, **address})
    return made


def _carriers(odoo: Odoo, version: int, sign: str) -> dict[str, int]:
    kind = {"type": "service"} if version >= 18 else {"detailed_type": "service"}
    service = odoo.create("product.product", {"name": f"Delivery{sign}", **kind})
    terms = {"product_id": service, "fixed_price": 0.0}
    return {name: odoo.create("delivery.carrier", {"name": f"{name}{sign}", **terms}) for name in (GROUND, DRONE)}


def count_stock(odoo: Odoo, shop: Shop, company: int, orders: int, away: int = 0) -> None:
    """``away``: the second warehouse's stock location, for what lies there; 0: the first one's goods."""
    known = numbered(orders, shop.sign)
    counts: list[dict[str, Any]] = []
    for sku, product in shop.products.items():
        if BY_SKU[sku].away != bool(away):
            continue
        where = {"product_id": product, "location_id": away or shop.place}
        if sku not in known:
            counts.append({**where, "inventory_quantity": plenty(orders)})
            continue
        if not known[sku]:
            continue
        rows = [[name, product, company] for name in known[sku]]
        ids = odoo.call("stock.lot", "load", ["name", "product_id/.id", "company_id/.id"], rows)["ids"]
        held = zip(ids, known[sku].values(), strict=True)
        counts += [{**where, "lot_id": lot, "inventory_quantity": count} for lot, count in held]
    if not counts:
        return
    quants = odoo.call("stock.quant", "create", counts, context={"inventory_mode": True})
    odoo.call("stock.quant", "action_apply_inventory", quants)
