"""What of an order line is invoiced and what is still to be invoiced, in money."""

from __future__ import annotations

from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes
from .products import convert, total

INVOICE_SIGNS = {"out_invoice": 1, "out_refund": -1}


def invoice_sign(invoice_line: Record) -> int:
    return INVOICE_SIGNS.get(invoice_line.move_id.move_type, 0)


class InvoicedAmounts(Model):
    """The part of an order line that only posted invoices count for."""

    @computes("qty_invoiced_posted")
    def _quantity_posted(self, record: Record) -> float:
        return total(
            invoice_sign(line) * convert(line.quantity, line.product_uom_id, record.product_uom)
            for line in self._posted(record)
        )

    @computes("untaxed_amount_invoiced")
    def _untaxed_invoiced(self, record: Record) -> float:
        return total(invoice_sign(line) * line.price_subtotal for line in self._posted(record))

    @computes("amount_invoiced")
    def _amount_invoiced(self, record: Record) -> float:
        return total(invoice_sign(line) * line.price_total for line in self._posted(record))

    @computes("untaxed_amount_to_invoice")
    def _untaxed_to_invoice(self, record: Record) -> float:
        if record.order_id.state not in ("sale", "done"):
            return 0.0
        price = record.price_unit * (1 - record.discount / 100)
        return total([price * self._invoiceable(record), -self._untaxed_invoiced(record)])

    @computes("amount_to_invoice")
    def _amount_to_invoice(self, record: Record) -> float:
        if not record.product_uom_qty:
            return 0.0
        price = record.price_total / record.product_uom_qty * (1 - record.discount / 100)
        return total([price * (self._invoiceable(record) - self._quantity_posted(record))])

    def _posted(self, record: Record) -> list[Record]:
        return [line for line in record.invoice_lines if line.move_id.state == "posted"]

    def _invoiceable(self, record: Record) -> float:
        """The quantity that the product's policy invoices."""
        delivered = record.product_id.invoice_policy == "delivery"
        return float(record.qty_delivered if delivered else record.product_uom_qty)
