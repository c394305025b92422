"""The company, its warehouse, places, units, users and rights, and the server's knowledge of itself."""

from __future__ import annotations

from typing import Any
from uuid import uuid1

from ..orm.access import GROUPS
from ..orm.env import Database, Env
from ..orm.schema import Field

APPS = {
    "base": "Base",
    "web": "Web",
    "mail": "Discuss",
    "sale": "Sales",
    "sale_management": "Sales",
    "sale_stock": "Sales and Warehouse Management",
    "purchase": "Purchase",
    "purchase_stock": "Purchase Stock",
    "stock": "Inventory",
    "stock_account": "WMS Accounting",
    "stock_sms": "Stock - SMS",
    "product_expiry": "Products Expiration Date",
    "account": "Invoicing",
    "base_automation": "Automation Rules",
}
MISSING_APPS = {"mrp": "Manufacturing", "point_of_sale": "Point of Sale", "website": "Website"}
COUNTRIES = (("US", "United States"), ("DE", "Germany"), ("FR", "France"), ("GB", "United Kingdom"), ("CA", "Canada"))
STATES = (("California", "CA"), ("Illinois", "IL"), ("Idaho", "ID"), ("New York", "NY"), ("Texas", "TX"))
# Name, category, how many make one reference unit, kind: as before 19.
UNITS = (
    ("Units", "Unit", 1.0, "reference"),
    ("Dozens", "Unit", 1 / 12, "bigger"),
    ("kg", "Weight", 1.0, "reference"),
    ("g", "Weight", 1000.0, "smaller"),
    ("Hours", "Working Time", 8.0, "smaller"),
    ("Days", "Working Time", 1.0, "reference"),
)
# Name, size, of which unit: 19.
UNITS_19 = (
    ("Units", 1.0, ""), ("Pack of 6", 6.0, "Units"), ("Dozens", 12.0, "Units"), ("g", 1.0, ""), ("kg", 1000.0, "g"),
    ("Hours", 1.0, ""), ("Days", 8.0, "Hours"),
)  # fmt: skip
PLACES = (
    ("Physical Locations", "view", ""),
    ("Partners", "view", ""),
    ("Virtual Locations", "view", ""),
    ("Vendors", "supplier", "Partners"),
    ("Customers", "customer", "Partners"),
    ("Inventory adjustment", "inventory", "Virtual Locations"),
    ("Production", "production", "Virtual Locations"),
    ("Inter-company transit", "transit", "Physical Locations"),
    ("Inter-warehouse transit", "transit", "Physical Locations"),
)
# 19 has no places above these.
PLACES_19 = tuple((name, usage, "") for name, usage, _parent in PLACES if usage != "view")
# External id, name, for the company's own people only.
SUBTYPES = (
    ("mail.mt_comment", "Discussions", False), ("mail.mt_note", "Note", True),
    ("mail.mt_activities", "Activities", True),
)  # fmt: skip
ACTIVITY_TYPES = (
    ("mail.mail_activity_data_email", "Email"), ("mail.mail_activity_data_call", "Call"),
    ("mail.mail_activity_data_meeting", "Meeting"), ("mail.mail_activity_data_todo", "To-Do"),
    ("mail.mail_activity_data_upload_document", "Upload Document"),
)  # fmt: skip
# Models whose fields are listed as rows, for automation rules.
LISTED = (
    "sale.order", "sale.order.line", "stock.picking", "stock.move", "stock.move.line", "stock.quant",
    "product.product", "res.partner", "purchase.order", "account.move",
)  # fmt: skip
ALL_GROUPS = ("settings", "product", "stock_manager", "sale_manager", "purchase_manager", "invoice_manager")
# Name, code, type.
JOURNALS = (("Customer Invoices", "INV", "sale"), ("Vendor Bills", "BILL", "purchase"))
JOURNALS_19 = (("Sales", "INV", "sale"), ("Purchases", "BILL", "purchase"))
COMPANY = "Harbor Supply"


def plant_base(database: Database, login: str, password: str, api_key: str) -> None:
    """Everything that a database has before anybody works with it."""
    env = Env(database, 1)
    _plant_lists(env)
    _plant_units(env)
    _plant_company(env)
    _plant_users(env, login, password, api_key)
    _plant_places(env)
    warehouse = env.model("stock.warehouse").create_all([{"name": COMPANY, "code": "WH"}])[0]
    _name_record(env, "stock.warehouse0", "stock.warehouse", warehouse)
    if env.traits.creates_lot_on_delivery:
        env.browse("stock.warehouse", warehouse).out_type_id.put(use_create_lots=True)
    _plant_accounting(env)
    _plant_chatter(env)
    _plant_knowledge(env)


def make(env: Env, model_name: str, /, **values: Any) -> int:
    return env.model(model_name).create_all([values])[0]


def _name_record(env: Env, name: str, model: str, record_id: int) -> None:
    module, _, rest = name.partition(".")
    make(env, "ir.model.data", module=module, name=rest, model=model, res_id=record_id)


def _plant_lists(env: Env) -> None:
    make(env, "res.currency", name="USD", symbol="$", rounding=0.01, active=True)
    make(env, "res.currency", name="EUR", symbol="€", rounding=0.01, active=False)
    make(env, "res.lang", name="English (US)", code="en_US", active=True)
    for code, name in COUNTRIES:
        make(env, "res.country", code=code, name=name)
    for name, code in STATES:
        make(env, "res.country.state", name=name, code=code, country_id=1)
    make(env, "product.category", name="All", complete_name="All")
    make(env, "crm.team", name="Sales", active=True)
    make(env, "stock.route", name="Buy", product_selectable=True)
    make(env, "sms.template", name="Delivery: Send by SMS Text Message")


def _plant_units(env: Env) -> None:
    if env.traits.factor_is_size:
        made: dict[str, int] = {}
        for name, size, base in UNITS_19:
            made[name] = make(env, "uom.uom", name=name, relative_factor=size, relative_uom_id=made.get(base, False))
        return
    by_name = {category: make(env, "uom.category", name=category) for category in ("Unit", "Weight", "Working Time")}
    for name, category, factor, kind in UNITS:
        make(env, "uom.uom", name=name, factor=factor, category_id=by_name[category], uom_type=kind)


def _plant_company(env: Env) -> None:
    company = make(env, "res.company", name=COMPANY)
    record = env.browse("res.company", company)
    record.put(stock_move_sms_validation=True, stock_sms_confirmation_template_id=1)
    record.partner_id.write(
        street="1 Pier Road", city="Oakland", zip="94607", country_id=1, email="office@harbor.example"
    )


def _plant_users(env: Env, login: str, password: str, api_key: str) -> None:
    groups = {key: make(env, "res.groups", name=key) for key in GROUPS}
    for key, (xml_id, _included) in GROUPS.items():
        _name_record(env, xml_id, "res.groups", groups[key])
    make(env, "res.users", login="__system__", name="System", active=False)
    held = [[6, 0, [groups[key] for key in ALL_GROUPS]]]
    user = make(env, "res.users", login=login, name="Administrator", email="admin@harbor.example", groups_id=held)
    env.browse("res.users", user).put(password=password, api_keys=(api_key,))
    make(env, "res.users.apikeys", name="Made by hand", user_id=user, scope=False, secret=api_key)


def _plant_places(env: Env) -> None:
    made: dict[str, int] = {}
    for name, usage, parent in PLACES if env.traits.number <= 18 else PLACES_19:
        made[name] = make(env, "stock.location", name=name, usage=usage, location_id=made.get(parent, False))
    if env.traits.number <= 18:
        scrap = make(env, "stock.location", name="Scrap", usage="inventory", location_id=made["Virtual Locations"])
        env.browse("stock.location", scrap).put(scrap_location=True)
    for name in ("Inter-company transit", "Inter-warehouse transit"):
        env.put("stock.location", made[name], {"active": False})
    env.put("stock.location", made["Inter-company transit"], {"company_id": False})


def _plant_accounting(env: Env) -> None:
    for use in ("sale", "purchase"):
        make(env, "account.tax", name="15%", amount=15.0, type_tax_use=use, company_id=1, active=True)
    for name, code, kind in JOURNALS if env.traits.number <= 18 else JOURNALS_19:
        make(env, "account.journal", name=name, code=code, type=kind, company_id=1, active=True)


def _plant_chatter(env: Env) -> None:
    """Kinds of messages and of things to do."""
    for key, name, internal in SUBTYPES:
        _name_record(env, key, "mail.message.subtype", make(env, "mail.message.subtype", name=name, internal=internal))
    for key, name in ACTIVITY_TYPES:
        _name_record(env, key, "mail.activity.type", make(env, "mail.activity.type", name=name))


def _plant_knowledge(env: Env) -> None:
    """Apps, models and their fields as rows, straight into the tables: there are thousands."""
    make(env, "ir.config_parameter", key="database.uuid", value=str(uuid1()))
    delivery = "delivery" if env.traits.number == 16 else "stock_delivery"
    for name, title in {**APPS, delivery: "Delivery - Stock"}.items():
        version = f"{env.traits.server_version}.1.0"
        make(env, "ir.module.module", name=name, shortdesc=title, state="installed", latest_version=version)
    for name, title in MISSING_APPS.items():
        state = "installed" if name in env.database.apps else "uninstalled"
        make(env, "ir.module.module", name=name, shortdesc=title, state=state)
    for model, fields in env.database.schema.items():
        row = env.store.insert("ir.model", {"name": model, "model": model})
        if model in LISTED:
            _plant_fields(env, row, list(fields.values()))


def _plant_fields(env: Env, model_row: int, fields: list[Field]) -> None:
    for field in fields:
        if field.hidden:
            continue
        values = {
            "name": field.name,
            "field_description": field.label,
            "model": field.model,
            "model_id": model_row,
            "ttype": field.type,
            "relation": field.relation or False,
        }
        row = env.store.insert("ir.model.fields", values)
        for position, (value, label) in enumerate(field.attributes.get("selection", [])):
            choice = {"field_id": row, "value": value, "name": label, "sequence": position}
            env.store.insert("ir.model.fields.selection", choice)
