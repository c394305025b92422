"""Invoices of sale orders: what of an order is to be invoiced, and the wizard that does it."""

from __future__ import annotations

from typing import Any

from ..faults import AccessError, UserError
from ..orm.access import allowed_records, check_records
from ..orm.env import Env
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_records, serves
from .invoice_actions import CLOSE, show
from .invoice_making import Values, full_name, grouped, make
from .products import total

NOTHING_16 = (
    "There is nothing to invoice!\n\nReason(s) of this behavior could be:\n"
    "- You should deliver your products before invoicing them.\n"
    '- You should modify the invoicing policy of your product: Open the product, go to the "Sales" tab and modify '
    'invoicing policy from "delivered quantities" to "ordered quantities". For Services, you should modify the Service '
    "Invoicing Policy to 'Prepaid'."
)
NOTHING = (
    "Cannot create an invoice. No items are available to invoice.\n\nTo resolve this issue, please ensure that:\n"
    "   \u2022 The products have been delivered before attempting to invoice them.\n"
    "   \u2022 The invoicing policy of the product is configured correctly.\n\n"
    "If you want to invoice based on ordered quantities instead:\n"
    "   \u2022 For consumable or storable products, open the product, go to the 'General Information' tab and change "
    "the 'Invoicing Policy' from 'Delivered Quantities' to 'Ordered Quantities'.\n"
    "   \u2022 For services (and other products), change the 'Invoicing Policy' to 'Prepaid/Fixed Price'.\n"
)


@serves("sale.advance.payment.inv")
class InvoiceWizard(Model):
    """Which orders to invoice, and how."""

    def label(self, record: Record) -> str:
        return f"sale.advance.payment.inv,{record.id}"

    @computes("count")
    def _count(self, record: Record) -> int:
        return len(record.sale_order_ids)

    @computes("amount_to_invoice")
    def _to_invoice(self, record: Record) -> float:
        return total(order.amount_to_invoice for order in record.sale_order_ids)

    @computes("amount_invoiced")
    def _invoiced(self, record: Record) -> float:
        return total(order.amount_invoiced for order in record.sale_order_ids)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            "advance_payment_method": "delivered",
            "consolidated_billing": True,
            "deduct_down_payments": True,
            "sale_order_ids": [[6, 0, list(self.env.context.get("active_ids") or [])]],
        }

    def created(self, record: Record, values: dict[str, Any]) -> None:
        """Since 19 the orders must be ones that the user may see."""
        if self.env.traits.number >= 19:
            try:
                check_records(self.env, "sale.order", [order.id for order in record.sale_order_ids])
            except AccessError as error:
                raise AccessError(f"Failed to write field {self.name}.sale_order_ids\n{error}") from error

    @on_records
    def create_invoices(self, ids: Any) -> dict[str, Any]:
        record = self.records(ids)[0]
        if record.advance_payment_method != "delivered":
            raise NotImplementedError("The sandbox makes no down payments.")
        seen = allowed_records(self.env, "sale.order", [order.id for order in record.sale_order_ids])
        orders = self.env.browse_all("sale.order", seen)
        together = self.env.traits.number == 16 or record.consolidated_billing
        made = invoice(self.env, orders, refunds=record.deduct_down_payments, together=together)
        if self.env.traits.number == 16 and not self.env.context.get("open_invoices"):
            return dict(CLOSE)
        return show_invoices(self.env, orders, made)


def invoice(env: Env, orders: list[Record], *, refunds: bool, together: bool) -> list[Record]:
    """Draft invoices of what is to be invoiced. Raises UserError when that is nothing."""
    documents = [values for values in (_values(order, refunds) for order in orders) if values]
    if not documents:
        raise UserError(NOTHING_16 if env.traits.number == 16 else NOTHING)
    return make(env, grouped(documents) if together else documents)


def show_invoices(env: Env, orders: list[Record], invoices: list[Record]) -> dict[str, Any]:
    context: dict[str, Any] = {"default_move_type": "out_invoice"}
    if len(orders) == 1:
        order = orders[0]
        context |= {
            "default_partner_id": order.partner_id.id,
            "default_partner_shipping_id": order.partner_shipping_id.id,
            "default_invoice_payment_term_id": order.payment_term_id.id or False,
            "default_invoice_origin": order.name,
        }
    return show(env, "out_invoice", invoices, context)


def _values(order: Record, refunds: bool) -> Values | None:
    lines = _invoiceable(order, refunds)
    if all(line.display_type for line in lines):
        return None
    return {
        "move_type": "out_invoice",
        "company_id": order.company_id.id,
        "partner_id": order.partner_invoice_id.id,
        "partner_shipping_id": order.partner_shipping_id.id,
        "currency_id": order.currency_id.id,
        "invoice_origin": order.name,
        "invoice_user_id": order.user_id.id or False,
        "narration": order.note,
        "ref": order.client_order_ref or "",
        "payment_reference": order.reference or False,
        "invoice_line_ids": [[0, 0, _line(line, position)] for position, line in enumerate(lines)],
        **({"journal_id": order.journal_id.id} if getattr(order, "journal_id", None) else {}),
    }


def _invoiceable(order: Record, refunds: bool) -> list[Record]:
    """Lines with a quantity to invoice, notes, and each section in front of its first line."""
    found: list[Record] = []
    section = None
    for line in order.order_line:
        if line.display_type == "line_section":
            section = line
            continue
        quantity = line.qty_to_invoice
        if line.display_type == "line_note" or quantity > 0 or (quantity < 0 and refunds):
            found += [section, line] if section else [line]
            section = None
    return found


def _line(line: Record, position: int) -> Values:
    shared = {"sequence": position, "sale_line_ids": [[4, line.id]], "name": full_name(line.name, line.product_id)}
    if line.display_type:
        return {**shared, "display_type": line.display_type}
    return {
        **shared,
        "display_type": "product",
        "product_id": line.product_id.id,
        "product_uom_id": line.product_uom.id,
        "quantity": line.qty_to_invoice,
        "discount": line.discount,
        "price_unit": line.price_unit,
        "tax_ids": [[6, 0, [tax.id for tax in line.tax_id]]],
    }
