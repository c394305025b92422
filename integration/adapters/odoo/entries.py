"""Odoo's rows of an order's lines and invoices as canonical books, whatever the version. Pure: no network."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from integration.adapters.odoo.pickings import text
from integration.adapters.odoo.quantities import exact
from integration.adapters.odoo.specs import ID, NAME
from integration.canonical.books import Entry, EntryKind, EntryLine, OrderBooks, OrderedLine, Ordering

Row = Mapping[str, Any]
KINDS: tuple[EntryKind, ...] = ("out_invoice", "out_refund", "in_invoice", "in_refund")
CLOSED = ("done", "cancel")
SHARE: dict[str, Any] = {"quantity": {}, "price_unit": {}, "discount": {}, "price_subtotal": {}, "display_type": {}}
ENTRY: dict[str, Any] = {
    **NAME,
    "move_type": {},
    "state": {},
    "invoice_origin": {},
    "create_uid": ID,
    "currency_id": NAME,
    "amount_untaxed": {},
    "amount_total": {},
}
PICKINGS: dict[str, Any] = {"state": {}, "picking_type_id": {"code": {}}}
HEAD: dict[str, Any] = {**NAME, "state": {}, "company_id": ID, "currency_id": NAME, "picking_ids": PICKINGS}
PRICE: dict[str, Any] = {"price_unit": {}, "discount": {}, "display_type": {}, "qty_invoiced": {}, "qty_to_invoice": {}}
SALE: dict[str, Any] = {
    **HEAD,
    "partner_id": {"commercial_partner_id": ID},
    "partner_invoice_id": ID,
    "order_line": {
        **PRICE,
        "product_id": {"default_code": {}, "invoice_policy": {}},
        "product_uom_qty": {},
        "qty_delivered": {},
    },
    "invoice_ids": {**ENTRY, "invoice_line_ids": {**SHARE, "sale_line_ids": ID}},
}
PURCHASE: dict[str, Any] = {
    **HEAD,
    "partner_id": {"commercial_partner_id": ID},
    "order_line": {
        **PRICE,
        "product_id": {"default_code": {}, "purchase_method": {}},
        "product_qty": {},
        "qty_received": {},
    },
    "invoice_ids": {**ENTRY, "invoice_line_ids": {**SHARE, "purchase_line_id": ID}},
}
SPECS: Mapping[Ordering, Mapping[str, Any]] = {"sale.order": SALE, "purchase.order": PURCHASE}


def order_books(model: Ordering, row: Row, uid: int) -> OrderBooks:
    sale = model == "sale.order"
    company = row["company_id"]["id"]
    return OrderBooks(
        model=model,
        id=row["id"],
        name=text(row["name"]),
        state=row["state"],
        company_id=company,
        currency=_currency(row),
        partners=tuple(dict.fromkeys(_partners(row))),
        outstanding=any(_open(row, outward=sale)),
        returning=any(_open(row, outward=not sale)),
        lines=tuple(_line(each, sale) for each in row.get("order_line") or () if not each.get("display_type")),
        entries=tuple(
            sorted((_entry(each, sale, uid) for each in row.get("invoice_ids") or ()), key=lambda one: one.id)
        ),
    )


def _line(row: Row, sale: bool) -> OrderedLine:
    product = row.get("product_id") or {}
    policy = product.get("invoice_policy") if sale else product.get("purchase_method")
    return OrderedLine(
        id=row["id"],
        sku=text(product.get("default_code")),
        ordered=exact(row.get("product_uom_qty" if sale else "product_qty")),
        moved=exact(row.get("qty_delivered" if sale else "qty_received")),
        booked=exact(row.get("qty_invoiced")),
        open=exact(row.get("qty_to_invoice")),
        price=exact(row.get("price_unit")),
        discount=exact(row.get("discount")),
        by_order=policy in ("order", "purchase"),
    )


def _entry(row: Row, sale: bool, uid: int) -> Entry:
    kind = row.get("move_type")
    return Entry(
        id=row["id"],
        kind=cast("EntryKind", kind) if kind in KINDS else "other",
        name="" if row.get("name") in (None, "/") else text(row["name"]),
        state=row["state"],
        origin=text(row.get("invoice_origin")),
        ours=(row.get("create_uid") or {}).get("id") == uid,
        currency=_currency(row),
        net=exact(row.get("amount_untaxed")),
        total=exact(row.get("amount_total")),
        lines=tuple(share for each in row.get("invoice_line_ids") or () for share in _shares(each, sale)),
    )


def _shares(row: Row, sale: bool) -> Iterator[EntryLine]:
    """A line of sections or notes bills nothing."""
    if row.get("display_type") not in (None, "product"):
        return
    for one in row.get("sale_line_ids") or () if sale else filter(None, [row.get("purchase_line_id")]):
        yield EntryLine(
            order_line_id=one["id"],
            quantity=exact(row.get("quantity")),
            price=exact(row.get("price_unit")),
            discount=exact(row.get("discount")),
            net=exact(row.get("price_subtotal")),
        )


def _open(row: Row, *, outward: bool) -> Iterator[bool]:
    """Transfers that are not over: towards the customer, or towards us. Steps within the warehouse count as outward."""
    for picking in row.get("picking_ids") or ():
        incoming = (picking.get("picking_type_id") or {}).get("code") == "incoming"
        if picking["state"] not in CLOSED and incoming != outward:
            yield True


def _partners(row: Row) -> Iterator[int]:
    for partner in (row.get("partner_id"), row.get("partner_invoice_id")):
        if partner:
            yield partner["id"]
            company = partner.get("commercial_partner_id")
            if company:
                yield company["id"]


def _currency(row: Row) -> str:
    return text((row.get("currency_id") or {}).get("name"))
