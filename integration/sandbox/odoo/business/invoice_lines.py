"""Lines of invoices: goods and services, and the tax and payment lines that follow from them."""

from __future__ import annotations

from typing import Any

from ..faults import UserError
from ..orm import commands
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves
from .products import label_of, total
from .taxes import net_amount, of_company, tax_amount, tax_amounts

BILLED_KINDS = ("product", "line_section", "line_note", "line_subsection")
POSTED_16 = "You cannot delete an item linked to a posted entry."
POSTED = (
    "You can't delete a posted journal item. Don\u2019t play games with your accounting records; "
    "reset the journal entry to draft before deleting it."
)


@serves("account.move.line")
class InvoiceLine(Model):
    """One line of an invoice."""

    def label(self, record: Record) -> str:
        move = record.move_id
        parts = (move.name, move.ref and f"({move.ref})", record.name or label_of(record.product_id))
        return " ".join(str(part) for part in parts if part and part != "/")

    @computes("price_subtotal")
    def _subtotal(self, record: Record) -> float:
        if record.display_type != "product":
            return 0.0
        return net_amount(record.price_unit, record.quantity, record.discount)

    @computes("price_total")
    def _total(self, record: Record) -> float:
        if record.display_type != "product":
            return 0.0
        return total([self._subtotal(record), tax_amount(self._subtotal(record), record.tax_ids)])

    @computes("balance", "amount_currency")
    def _balance(self, record: Record) -> float:
        """What the line adds to its account; the lines of a document come to nothing together."""
        move = record.move_id
        if record.display_type == "product":
            return float(move.direction_sign * self._subtotal(record))
        if record.display_type == "tax":
            return float(move.direction_sign * tax_total(move, record.tax_line_id.id))
        return float(-move.direction_sign * move.amount_total) if record.display_type == "payment_term" else 0.0

    @computes("debit")
    def _debit(self, record: Record) -> float:
        return max(self._balance(record), 0.0)

    @computes("credit")
    def _credit(self, record: Record) -> float:
        return max(-self._balance(record), 0.0)

    @computes("amount_residual", "amount_residual_currency")
    def _residual(self, record: Record) -> float:
        if record.display_type != "payment_term":
            return 0.0
        return float(-record.move_id.direction_sign * record.move_id.amount_residual)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        kind = values.get("display_type") or "product"
        if kind != "product":
            return {"display_type": kind, "sequence": 100, "quantity": 0.0}
        move = self.env.browse("account.move", values.get("move_id"))
        product = self.env.browse("product.product", values.get("product_id"))
        sold = str(move.move_type).startswith("out_")
        taxes = product.taxes_id if sold else product.supplier_taxes_id
        return {
            "display_type": kind,
            "name": label_of(product) or False,
            "price_unit": product.list_price if sold else product.standard_price,
            "product_uom_id": product.uom_id.id or False,
            "quantity": 1.0,
            "sequence": 100,
            "tax_ids": [[6, 0, of_company(taxes, move.company_id)]],
        }

    def unlinking(self, records: list[Record]) -> None:
        if any(record.move_id.state == "posted" for record in records):
            raise UserError(POSTED_16 if self.env.traits.number == 16 else POSTED)
        for record in records:
            commands.apply(self.env, self.name, record.id, "sale_line_ids", [[commands.CLEAR]])


def tax_total(move: Record, tax_id: int) -> float:
    """What one tax comes to on a document."""
    goods = (line for line in move.line_ids if line.display_type == "product")
    return total(tax_amounts(line.price_subtotal, line.tax_ids).get(tax_id, 0.0) for line in goods)


def sync(move: Record) -> None:
    """Give a document its line for each tax, and the one that is to be paid."""
    env = move.env
    goods = [line for line in move.line_ids if line.display_type == "product"]
    taxes = dict.fromkeys(tax for line in goods for tax in line.tax_ids)
    wanted = {("tax", tax.id): tax.name for tax in taxes} | ({("payment_term", 0): False} if goods else {})
    for line in move.line_ids:
        if line.display_type in ("tax", "payment_term"):
            if (line.display_type, line.tax_line_id.id) not in wanted:
                env.store.delete("account.move.line", line.id)
            wanted.pop((line.display_type, line.tax_line_id.id), None)
    for (kind, tax), name in wanted.items():
        values = {"move_id": move.id, "display_type": kind, "tax_line_id": tax or False, "name": name}
        env.model("account.move.line").create_all([values])
