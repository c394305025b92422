"""Who may do what: groups, rights by model, and the rule that hides other salesmen's orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..faults import AccessError
from .companies import hint, in_sight

if TYPE_CHECKING:
    from .env import Env

# Group -> (external id, the groups that it includes).
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "user": ("base.group_user", ()),
    "contact": ("base.group_partner_manager", ()),
    "export": ("base.group_allow_export", ()),
    "product": ("product.group_product_manager", ()),
    "rights": ("base.group_erp_manager", ("user",)),
    "settings": ("base.group_system", ("rights", "contact", "export")),
    "stock_user": ("stock.group_stock_user", ("user",)),
    "stock_manager": ("stock.group_stock_manager", ("stock_user",)),
    "sale_own": ("sales_team.group_sale_salesman", ("user",)),
    "sale_all": ("sales_team.group_sale_salesman_all_leads", ("sale_own",)),
    "sale_manager": ("sales_team.group_sale_manager", ("sale_all",)),
    "purchase_user": ("purchase.group_purchase_user", ("user",)),
    "purchase_manager": ("purchase.group_purchase_manager", ("purchase_user",)),
    "invoice": ("account.group_account_invoice", ("user",)),
    "invoice_manager": ("account.group_account_manager", ("invoice",)),
}
_NAMES = {
    "user": "User types/Internal User",
    "contact": "Extra Rights/Contact Creation",
    "export": "Technical/Access to export feature",
    "product": "Extra Rights/Product Creation",
    "rights": "Administration/Access Rights",
    "settings": "Administration/Settings",
    "stock_user": "Inventory/User",
    "stock_manager": "Inventory/Administrator",
    "sale_own": "Sales/User: Own Documents Only",
    "sale_all": "Sales/User: All Documents",
    "sale_manager": "Sales/Administrator",
    "purchase_user": "Purchase/User",
    "purchase_manager": "Purchase/Administrator",
    "invoice": "Invoicing/Billing",
    "invoice_manager": "Invoicing/Billing Administrator",
    "readonly": "Technical/Show Accounting Features - Readonly",
    "full": "Technical/Show Full Accounting Features",
    "portal": "User types/Portal",
}
_NAMES_18 = {"invoice": "Invoicing/Invoicing", "invoice_manager": "Invoicing/Administrator"}
_NAMES_19 = {
    "user": "Role / User",
    "contact": "Contact/Creation",
    "product": "Products/Create",
    "rights": "Access Rights",
    "settings": "Role / Administrator",
    "invoice": "Accounting/Invoicing",
    "invoice_manager": "Accounting/Administrator",
    "readonly": "Show Accounting Features - Readonly",
    "full": "Show Full Accounting Features",
    "portal": "Role / Portal",
}


class Rights(NamedTuple):
    """The groups that may; an empty text is everybody, words are group keys."""

    read: str = ""
    write: str = ""
    create: str = ""
    unlink: str = ""


_PRODUCTS = "product stock_manager invoice_manager purchase_manager sale_manager"
_CONTACTS = "contact stock_manager purchase_manager sale_manager"
_PURCHASE = "purchase_manager purchase_user"
_BUYING = "stock_user invoice purchase_manager purchase_user readonly full"
_JOURNAL = "invoice invoice_manager purchase_user sale_own readonly full"
_PRICES = "settings purchase_manager sale_manager stock_manager"
_SETTINGS_PRODUCTS = f"settings {_PRODUCTS.removeprefix('product ')}"
ACCESS: dict[str, Rights] = {
    "account.journal": Rights(
        "invoice invoice_manager purchase_manager purchase_user sale_own stock_manager readonly",
        "invoice_manager stock_manager",
        "invoice_manager",
        "invoice_manager",
    ),
    "account.move": Rights(_JOURNAL, "invoice purchase_user", "invoice purchase_user", "invoice purchase_user"),
    "account.move.line": Rights(
        f"{_JOURNAL} purchase_manager",
        "invoice purchase_manager purchase_user",
        "invoice purchase_manager purchase_user",
        "invoice purchase_manager",
    ),
    "account.move.reversal": Rights("invoice", "invoice", "invoice", "invoice"),
    "account.payment": Rights("invoice readonly", "invoice", "invoice", "invoice"),
    "account.tax": Rights("", "invoice_manager", "invoice_manager", "invoice_manager"),
    "base.automation": Rights("settings", "settings", "settings", "settings"),
    "ir.actions.server": Rights("", "settings", "settings", "settings"),
    "ir.config_parameter": Rights("settings", "settings", "settings", "settings"),
    "ir.model.data": Rights("rights", "rights", "rights", "rights"),
    "ir.model.fields": Rights("rights", "settings", "settings", "settings"),
    "ir.module.module": Rights("", "settings", "settings", "settings"),
    "mrp.bom": Rights("stock_user sale_own", "settings", "settings", "settings"),
    "mrp.bom.line": Rights("stock_user sale_own", "settings", "settings", "settings"),
    "product.product": Rights("", _PRODUCTS, _PRODUCTS, _PRODUCTS),
    "product.template": Rights("", _PRODUCTS, _PRODUCTS, _PRODUCTS),
    "product.supplierinfo": Rights("", _PRICES, _PRICES, _PRICES),
    "purchase.order": Rights(_BUYING, f"{_PURCHASE} invoice", _PURCHASE, _PURCHASE),
    "purchase.order.line": Rights(_BUYING, f"{_PURCHASE} invoice", _PURCHASE, _PURCHASE),
    "res.company": Rights("", "settings", "settings", "settings"),
    "res.partner": Rights("", _CONTACTS, _CONTACTS, _CONTACTS),
    "res.users": Rights("", "rights", "rights", "rights"),
    "res.users.apikeys": Rights("user", "portal", "portal", "portal"),
    "sale.advance.payment.inv": Rights("sale_own", "sale_own", "sale_own", "sale_own"),
    "sale.order": Rights(
        "stock_user invoice sale_manager sale_own readonly full portal",
        "stock_user invoice sale_manager sale_own",
        "sale_manager sale_own",
        "sale_manager",
    ),
    "sale.order.line": Rights(
        "stock_user invoice sale_manager sale_own",
        "stock_user invoice sale_manager sale_own",
        "sale_manager sale_own",
        "sale_own",
    ),
    "stock.location": Rights("", "stock_manager", "stock_manager", "stock_manager"),
    "stock.lot": Rights("", "stock_user", "stock_user", "stock_user"),
    "stock.picking.type": Rights("", "stock_manager", "stock_manager", "stock_manager"),
    "stock.quant": Rights("", "stock_user", "stock_user", "stock_manager"),
    "stock.return.picking": Rights("stock_user", "stock_user", "stock_user", "stock_user"),
    "stock.scrap": Rights("stock_user", "stock_manager stock_user", "stock_manager stock_user", "stock_manager"),
    "stock.warehouse": Rights("", "stock_manager", "stock_manager", "stock_manager"),
}
# What differs by version: an operation and its groups.
_ACCESS_BY_VERSION: dict[str, dict[tuple[str, str], str]] = {
    "16": {("product.product", "create"): _SETTINGS_PRODUCTS, ("product.product", "write"): _SETTINGS_PRODUCTS},
    "17": {("product.product", "create"): _SETTINGS_PRODUCTS, ("product.product", "write"): _SETTINGS_PRODUCTS},
    "19": {
        ("account.move", "read"): f"{_JOURNAL} portal",
        ("product.product", "create"): "product",
        ("product.product", "write"): "product",
        ("purchase.order", "read"): f"{_BUYING} portal",
    },
}
VERBS = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}
LABELS = {
    "account.move": "Journal Entry",
    "account.move.line": "Journal Item",
    "account.payment": "Payments",
    "base.automation": "Automation Rule",
    "ir.model.data": "Model Data",
    "ir.model.fields": "Fields",
    "mrp.bom": "Bill of Material",
    "mrp.bom.line": "Bill of Material Line",
    "product.product": "Product Variant",
    "purchase.order": "Purchase Order",
    "purchase.order.line": "Purchase Order Line",
    "res.partner": "Contact",
    "sale.advance.payment.inv": "Sales Advance Payment Invoice",
    "sale.order": "Sales Order",
    "sale.order.line": "Sales Order Line",
    "stock.location": "Inventory Locations",
    "stock.lot": "Lot/Serial",
    "stock.move": "Stock Move",
    "stock.move.line": "Product Moves (Stock Move Line)",
    "stock.picking": "Transfer",
    "stock.quant": "Quants",
    "stock.return.picking": "Return Picking",
    "stock.scrap": "Scrap",
}
OWN_ORDERS = {"sale.order": "user_id", "sale.order.line": "salesman_id"}


def group_name(version: str, key: str) -> str:
    names = {**_NAMES, **(_NAMES_18 if version == "18" else {}), **(_NAMES_19 if version == "19" else {})}
    return names[key]


def groups_of(env: Env, uid: int) -> set[str]:
    """Group keys of a user, included ones too."""
    held: set[str] = set()
    waiting = [group.name for group in env.browse("res.users", uid).groups_id]
    while waiting:
        key = waiting.pop()
        if key not in held:
            held.add(key)
            waiting.extend(GROUPS[key][1])
    return held


def _allowed(env: Env, model: str, operation: str) -> list[str]:
    special = _ACCESS_BY_VERSION.get(env.traits.version, {}).get((model, operation))
    return (special if special is not None else getattr(ACCESS.get(model, Rights()), operation)).split()


def _title_order(name: str) -> tuple[bool, str]:
    """Groups of an app first, those of no app after them."""
    return (" / " in name or "/" not in name, name)


def check_access(env: Env, model: str, operation: str) -> None:
    """Raises AccessError, with the groups that may."""
    allowed = _allowed(env, model, operation)
    if not allowed or groups_of(env, env.uid) & set(allowed):
        return
    label = LABELS.get(model, model)
    if model == "base.automation" and env.traits.version == "16":
        label = "Automated Action"
    titles = sorted((group_name(env.traits.version, key) for key in allowed), key=_title_order)
    names = "\n".join(f"\t- {name}" for name in titles)
    raise AccessError(
        f"You are not allowed to {VERBS[operation]} '{label}' ({model}) records.\n\n"
        f"This operation is allowed for the following groups:\n{names}\n\n"
        "Contact your administrator to request access if necessary."
    )


def own_only(env: Env, model: str) -> bool:
    """The user sees his own orders and no others."""
    if model not in OWN_ORDERS:
        return False
    held = groups_of(env, env.uid)
    return "sale_own" in held and not held & {"sale_all", "stock_user", "invoice"}


def allowed_records(env: Env, model: str, ids: list[int]) -> list[int]:
    """Without the records that a rule hides from the user."""
    ids = in_sight(env, model, ids)
    if model == "res.users.apikeys" and "settings" not in groups_of(env, env.uid):
        return [record_id for record_id in ids if env.browse(model, record_id).raw("user_id") == env.uid]
    if not own_only(env, model):
        return ids
    name = OWN_ORDERS[model]
    return [record_id for record_id in ids if env.browse(model, record_id).raw(name) in (env.uid, False)]


def hidden_records(env: Env, model: str, ids: Any) -> list[int]:
    """The records among these that a rule hides from the user."""
    rows = env.store.table(model)
    there = [record_id for record_id in ids if record_id in rows]
    seen = set(allowed_records(env, model, there))
    return [record_id for record_id in there if record_id not in seen]


def check_records(env: Env, model: str, ids: Any) -> None:
    """Raises AccessError when a rule hides one of the records."""
    hidden = hidden_records(env, model, ids)
    if not hidden:
        return
    label = LABELS.get(model, model)
    if env.traits.version == "16":
        raise AccessError(
            f"Due to security restrictions, you are not allowed to access '{label}' ({model}) records.\n\n"
            "Contact your administrator to request access if necessary."
        )
    raise AccessError(
        "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\n"
        f"Sorry, {env.user.name} (id={env.uid}) doesn't have 'read' access to:\n- {label} ({model})\n\n"
        "If you really, really need access, perhaps you can win over your friendly administrator with a batch "
        f"of freshly baked cookies.{hint(env, model, hidden)}"
    )


def check_message(env: Env, model: str, ids: Any) -> None:
    """From 17 on a hidden record refuses a note in the words of the note's own model. Raises AccessError."""
    hidden = hidden_records(env, model, ids)
    if not hidden or env.traits.version == "16":
        return
    where = {"17": f" - (Records: {hidden}, User: {env.uid})", "18": f"\n\nRecords: {hidden}, User: {env.uid}"}
    shown = where.get(env.traits.version, f"\n\nRecords: {', '.join(map(str, hidden))}, User: {env.uid}")
    raise AccessError(
        "The requested operation cannot be completed due to security restrictions. "
        f"Please contact your system administrator.\n\n(Document type: Message, Operation: create){shown}"
    )
