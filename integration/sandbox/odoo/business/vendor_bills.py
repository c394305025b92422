"""Bills for purchase orders."""

from __future__ import annotations

from typing import Any

from ..faults import UserError
from ..orm.env import Env
from ..orm.record import Record
from .invoice_actions import show
from .invoice_making import Values, full_name, grouped, make

NOTHING = (
    "There is no invoiceable line. If a product has a control policy based on received quantity, please make sure "
    "that a quantity has been received."
)
# What the action's context says, which servers before 19 answer as text.
CONTEXTS = {
    "16": "{'default_move_type': 'in_invoice'}",
    "17": "{'default_move_type': 'in_invoice', 'display_account_trust': True}",
    "18": "{'search_default_in_invoice': 1, 'default_move_type': 'in_invoice', 'display_account_trust': True}",
}


def bill(env: Env, orders: list[Record]) -> dict[str, Any]:
    """Draft bills of what was received and not billed. Until 18 a UserError when there is nothing; 19 makes an empty
    bill."""
    strict = env.traits.number <= 18
    chosen = [order for order in orders if order.invoice_status == "to invoice" or not strict]
    if not chosen:
        raise UserError(NOTHING)
    return show_bills(env, orders, make(env, grouped([_values(order) for order in chosen])))


def show_bills(env: Env, orders: list[Record], bills: list[Record]) -> dict[str, Any]:
    partner = {"default_partner_id": orders[0].partner_id.id} if len(orders) == 1 else {}
    newest = {"default_move_type": "in_invoice", "display_account_trust": True, **partner}
    return show(env, "in_invoice", bills, CONTEXTS.get(env.traits.version, newest))


def _values(order: Record) -> Values:
    env = order.env
    addresses = env.model("res.partner").address_get([order.partner_id.id], ["invoice"])  # type: ignore[attr-defined]
    ref = order.partner_ref or "" if env.traits.number <= 18 else ""
    return {
        "move_type": "in_invoice",
        "company_id": order.company_id.id,
        "partner_id": addresses["invoice"],
        "currency_id": order.currency_id.id,
        "invoice_origin": order.name,
        "ref": ref,
        "payment_reference": ref,
        "invoice_line_ids": [[0, 0, values] for values in _lines(order)],
    }


def _lines(order: Record) -> list[Values]:
    """Lines with something to bill, each section in front of its first one."""
    found: list[Values] = []
    section = None
    for line in order.order_line:
        if line.display_type == "line_section":
            section = line
        elif line.qty_to_invoice and not line.display_type:
            found += [_line(section)] if section else []
            found.append(_line(line))
            section = None
    return found


def _line(line: Record) -> Values:
    old = line.env.traits.number <= 17
    named = f"{line.order_id.name}: {line.name}" if old else full_name(line.name, line.product_id)
    if line.display_type:
        return {"display_type": line.display_type, "name": named, "purchase_line_id": line.id}
    return {
        "display_type": "product",
        "name": named,
        "product_id": line.product_id.id,
        "product_uom_id": line.product_uom.id,
        "quantity": line.qty_to_invoice,
        "discount": getattr(line, "discount", 0.0),
        "price_unit": line.price_unit,
        "tax_ids": [[6, 0, [tax.id for tax in line.taxes_id]]],
        "purchase_line_id": line.id,
    }
