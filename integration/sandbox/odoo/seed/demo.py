"""A trading business: customers, vendors, thirty products with stock, lots and serials, carriers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..business.stock import Spot, change, package_model
from ..orm.env import Database, Env
from ..orm.record import Record
from .base import make, plant_base

CUSTOMERS = (
    ("Alder Outdoor", "2 Alder Street", "Springfield", "62701", 2),
    ("Birch & Sons", "14 Birch Lane", "Boise", "83702", 3),
    ("Cedar Market", "77 Cedar Avenue", "Sacramento", "95814", 1),
    ("Dogwood Retail", "9 Dogwood Court", "Albany", "12207", 4),
    ("Elm Street Goods", "500 Elm Street", "Austin", "78701", 5),
    ("Fir Trading", "31 Fir Road", "Fresno", "93721", 1),
    ("Grove Provisions", "8 Grove Place", "Chicago", "60601", 2),
    ("Hazel Home", "120 Hazel Drive", "Buffalo", "14201", 4),
)
# Code, name, price, weight, tracking, on hand.
PRODUCTS = (
    ("CRATE-S", "Crate, small", 12.0, 1.2, "none", 500),
    ("CRATE-M", "Crate, medium", 18.0, 2.1, "none", 400),
    ("CRATE-L", "Crate, large", 25.0, 3.4, "none", 300),
    ("PALLET", "Pallet", 30.0, 22.0, "none", 120),
    ("ROPE-10", "Rope, 10 m", 9.5, 0.8, "none", 600),
    ("ROPE-50", "Rope, 50 m", 39.0, 3.9, "none", 200),
    ("TARP-3", "Tarpaulin, 3 x 4 m", 22.0, 1.9, "none", 250),
    ("TARP-6", "Tarpaulin, 6 x 8 m", 64.0, 6.2, "none", 90),
    ("HOOK", "Hook", 1.2, 0.1, "none", 3000),
    ("CHAIN", "Chain, 1 m", 6.4, 1.0, "none", 800),
    ("GLOVE-M", "Gloves, M", 4.9, 0.2, "none", 900),
    ("GLOVE-L", "Gloves, L", 4.9, 0.2, "none", 900),
    ("LAMP", "Hand lamp", 19.0, 0.6, "none", 320),
    ("BATT-AA", "Battery AA, box", 7.5, 0.3, "none", 1500),
    ("TAPE", "Packing tape", 2.4, 0.2, "none", 2500),
    ("LABEL", "Labels, roll", 11.0, 0.5, "none", 700),
    ("CART", "Hand cart", 89.0, 11.0, "none", 60),
    ("LADDER", "Ladder", 120.0, 9.5, "none", 40),
    ("SHELF", "Shelf", 74.0, 14.0, "none", 75),
    ("STRAP", "Strap", 5.5, 0.4, "none", 1200),
    ("PAINT-W", "Paint, white", 21.0, 5.2, "lot", 240),
    ("PAINT-B", "Paint, blue", 23.0, 5.2, "lot", 160),
    ("GREASE", "Grease", 8.0, 0.5, "lot", 300),
    ("SEALANT", "Sealant", 6.0, 0.4, "lot", 400),
    ("CLEANER", "Cleaner", 5.0, 1.1, "lot", 500),
    ("DRILL", "Drill", 149.0, 2.3, "serial", 20),
    ("SAW", "Saw", 179.0, 3.1, "serial", 15),
    ("SCANNER", "Scanner", 310.0, 0.4, "serial", 25),
    ("SCALE", "Scale", 95.0, 4.0, "serial", 12),
    ("PUMP", "Pump", 265.0, 8.0, "serial", 8),
)
PERISHABLE = ("PAINT-W", "GREASE", "SEALANT")
# Days that goods keep, and how long before that they are past their best, to be removed, and to be looked at.
KEEPS = {"use_expiration_date": True, "expiration_time": 365, "use_time": 30, "removal_time": 7, "alert_time": 60}
CARRIERS = (("Standard delivery", 0.0), ("Express", 20.0), ("Local delivery", 5.0))
# Name, mail, days until it delivers, how its products are tracked.
VENDORS = (
    ("Quay Wholesale", "orders@quay.example", 3, "none"),
    ("Tideway Coatings", "sales@tideway.example", 5, "lot"),
    ("Mole Instruments", "orders@mole.example", 10, "serial"),
)
COST_SHARE = 0.6  # of the price at which a product is sold
LOTS_EACH = 2
# Code, name, price, components with their quantities: where the app for kits is there.
KITS = (("KIT-DOCK", "Dock kit", 59.0, (("ROPE-10", 2), ("HOOK", 4), ("STRAP", 1))),)


def plant_demo(database: Database, login: str, password: str, api_key: str) -> None:
    """The base and a business on top of it."""
    plant_base(database, login, password, api_key)
    env = Env(database, 2)
    _plant_customers(env)
    vendors = _plant_vendors(env)
    _plant_carriers(env)
    stock = env.first("stock.warehouse", ["code", "=", "WH"]).lot_stock_id
    for code, name, price, weight, tracking, on_hand in PRODUCTS:
        product = product_of(env, code, name, tracking, list_price=price, weight=weight)
        _plant_seller(env, product, *vendors[tracking])
        _plant_stock(env, product, stock, on_hand)
    if "mrp" in database.apps:
        _plant_kits(env)


def _plant_kits(env: Env) -> None:
    for code, name, price, components in KITS:
        template = product_of(env, code, name, list_price=price).product_tmpl_id.id
        bom = make(env, "mrp.bom", product_tmpl_id=template, type="phantom", code=code)
        for component, quantity in components:
            product = env.first("product.product", ["default_code", "=", component])
            make(env, "mrp.bom.line", bom_id=bom, product_id=product.id, product_qty=quantity)


def product_of(env: Env, code: str, name: str, tracking: str = "none", **more: Any) -> Record:
    """A storable product, written the way the version wants it."""
    storable = {"type": "consu", "is_storable": True} if env.traits.storable_flag else {"detailed_type": "product"}
    dates = KEEPS if code in PERISHABLE else {}
    values = {
        "name": name,
        "default_code": code,
        "barcode": f"4006381{env.store.next_number('demo-barcode'):06d}",
        "tracking": tracking,
        "invoice_policy": "delivery",
        **storable,
        **dates,
        **more,
    }
    return env.browse("product.product", make(env, "product.product", **values))


def _plant_customers(env: Env) -> None:
    for number, (name, street, city, code, state) in enumerate(CUSTOMERS, start=1):
        mail = f"{name.split()[0].lower()}@customer.example"
        address = {"street": street, "city": city, "zip": code, "state_id": state, "country_id": 1}
        partner = make(
            env,
            "res.partner",
            name=name,
            is_company=True,
            ref=f"C{number:03d}",
            email=mail,
            phone="+1 555 0100",
            **address,
        )
        if number % 2 == 0:
            dock = {**address, "street": f"{street}, Dock {number}", "type": "delivery", "parent_id": partner}
            make(env, "res.partner", name=f"Dock {number}", phone="+1 555 0101", **dock)


def _plant_vendors(env: Env) -> dict[str, tuple[int, int]]:
    """Vendor and days by the tracking of what it sells."""
    made = {}
    for name, mail, days, tracking in VENDORS:
        vendor = make(env, "res.partner", name=name, is_company=True, email=mail)
        env.put("res.partner", vendor, {"supplier_rank": 1})
        made[tracking] = (vendor, days)
    return made


def _plant_seller(env: Env, product: Record, vendor: int, days: int) -> None:
    terms = {"price": round(product.list_price * COST_SHARE, 2), "delay": days}
    make(env, "product.supplierinfo", partner_id=vendor, product_tmpl_id=product.product_tmpl_id.id, **terms)


def _plant_carriers(env: Env) -> None:
    for position, (name, price) in enumerate(CARRIERS):
        service = make(env, "product.product", name=name, default_code=f"SHIP-{position + 1}", **_service(env))
        make(
            env, "delivery.carrier", name=name, delivery_type="fixed", fixed_price=price, product_id=service,
            integration_level="rate_and_ship", sequence=position, active=True,
        )  # fmt: skip


def _service(env: Env) -> dict[str, Any]:
    return {"type": "service"} if env.traits.storable_flag else {"detailed_type": "service"}


def _plant_stock(env: Env, product: Record, stock: Record, quantity: int) -> None:
    none, package = env.browse("stock.lot", 0), env.browse(package_model(env), 0)
    spot = Spot(product, stock, none, package)
    if product.tracking == "none":
        change(spot, float(quantity))
        return
    count = quantity if product.tracking == "serial" else LOTS_EACH
    for number in range(1, count + 1):
        lot = _lot(env, product, f"{product.default_code}-{number:03d}", number)
        change(spot.at(lot=lot), quantity / count)


def _lot(env: Env, product: Record, name: str, number: int) -> Record:
    values: dict[str, Any] = {"name": name, "product_id": product.id, "company_id": env.company.id}
    if product.use_expiration_date:
        values["expiration_date"] = env.second + timedelta(days=180 * number)
    return env.browse("stock.lot", make(env, "stock.lot", **values))
