"""Purchase orders."""

from __future__ import annotations

from typing import Any, ClassVar

from ..faults import UserError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_records, serves
from .amounts import CLOSED
from .products import total
from .purchase_cancel import cancel_orders
from .purchase_lines import CONFIRMED
from .receipts import receive
from .vendor_bills import bill, show_bills
from .vendors import remember_vendor

UNDELETABLE = "In order to delete a purchase order, you must cancel it first."


@serves("purchase.order")
class PurchaseOrder(Model):
    """An order with a vendor."""

    since: ClassVar[dict[str, int]] = {"button_lock": 19}

    def label(self, record: Record) -> str:
        return f"{record.name} ({record.partner_ref})" if record.partner_ref else str(record.name)

    @computes("amount_untaxed")
    def _untaxed(self, record: Record) -> float:
        return total(line.price_subtotal for line in record.order_line)

    @computes("amount_tax")
    def _tax(self, record: Record) -> float:
        return total(line.price_tax for line in record.order_line)

    @computes("amount_total", "amount_total_cc")
    def _total(self, record: Record) -> float:
        return total([self._untaxed(record), self._tax(record)])

    @computes("invoice_status")
    def _invoice_status(self, record: Record) -> str:
        if record.state not in CONFIRMED:
            return "no"
        if any(line.qty_to_invoice for line in record.order_line if not line.display_type):
            return "to invoice"
        return "invoiced" if self._invoices(record) else "no"

    @computes("invoice_ids")
    def _invoices(self, record: Record) -> Any:
        bills = {line.move_id.id for order_line in record.order_line for line in order_line.invoice_lines}
        return tuple(self.env.model("account.move").sort(bills, None))

    @computes("invoice_count")
    def _invoice_count(self, record: Record) -> int:
        return len(self._invoices(record))

    @computes("receipt_status")
    def _receipt_status(self, record: Record) -> Any:
        states = [picking.state for picking in record.picking_ids]
        if all(state == "cancel" for state in states):
            return False
        if all(state in CLOSED for state in states):
            return "full"
        return "partial" if "done" in states else "pending"

    @computes("is_shipped")
    def _is_shipped(self, record: Record) -> bool:
        pickings = record.picking_ids
        return bool(pickings) and all(picking.state in CLOSED for picking in pickings)

    @computes("effective_date")
    def _effective(self, record: Record) -> Any:
        dates = [
            p.date_done for p in record.picking_ids if p.state == "done" and p.location_dest_id.usage != "supplier"
        ]
        return min(dates) if dates else False

    @computes("incoming_picking_count")
    def _picking_count(self, record: Record) -> int:
        return len(record.picking_ids)

    @computes("date_calendar_start")
    def _calendar_start(self, record: Record) -> Any:
        return record.date_approve if record.state in CONFIRMED else record.date_order

    @computes("reference_ids")
    def _references(self, record: Record) -> Any:
        return (record.group_id.id,) if record.group_id else ()

    @computes("currency_rate")
    def _rate(self, _record: Record) -> float:
        return 1.0

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        company = self.env.browse("res.company", values.get("company_id") or self.env.company.id)
        kind = self.env.first(
            "stock.picking.type", ["code", "=", "incoming"], ["warehouse_id.company_id", "=", company.id]
        )
        if values.get("partner_id") and values.get("name") in (None, False, "/", "New"):
            values["name"] = f"P{self.env.store.next_number('purchase-order'):05d}"
        return {
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "date_order": self.env.second,
            "picking_type_id": kind.id or False,
            "priority": "0",
            "state": "draft",
            "user_id": self.env.uid,
        }

    def unlinking(self, records: list[Record]) -> None:
        for record in records:
            if record.state != "cancel":
                raise UserError(UNDELETABLE)
            for line in record.order_line:
                self.env.store.delete("purchase.order.line", line.id)

    @on_records
    def button_confirm(self, ids: Any) -> bool:
        for record in self.records(ids):
            if record.state not in ("draft", "sent"):
                continue
            remember_vendor(record)
            if self._needs_approval(record):
                record.put(state="to approve")
            else:
                self.button_approve([record.id])
        return True

    def _needs_approval(self, record: Record) -> bool:
        """Large orders wait for a purchase manager where the company says so."""
        company = record.company_id
        large = record.amount_total >= company.po_double_validation_amount
        return company.po_double_validation == "two_step" and large and not self.env.has_group("purchase_manager")

    @on_records
    def button_approve(self, ids: Any, force: bool = False) -> dict[str, Any]:
        for record in self.records(ids):
            if self._needs_approval(record):
                continue
            record.put(state="purchase", date_approve=self.env.second)
            receive(record)
            if record.company_id.po_lock == "lock":
                self._lock(record)
        return {}

    def _lock(self, record: Record) -> None:
        record.put(**({"locked": True} if self.env.traits.purchase_lock_flag else {"state": "done", "priority": "0"}))

    @on_records
    def button_lock(self, ids: Any) -> None:
        for record in self.records(ids):
            self._lock(record)

    @on_records
    def button_done(self, ids: Any) -> None:
        """Until 18: lock."""
        for record in self.records(ids):
            self._lock(record)

    @on_records
    def button_unlock(self, ids: Any) -> None:
        for record in self.records(ids):
            record.put(**({"locked": False} if self.env.traits.purchase_lock_flag else {"state": "purchase"}))

    @on_records
    def button_draft(self, ids: Any) -> dict[str, Any]:
        for record in self.records(ids):
            record.put(state="draft")
        return {}

    @on_records
    def button_cancel(self, ids: Any) -> None:
        cancel_orders(self.records(ids))

    @on_records
    def action_create_invoice(self, ids: Any) -> dict[str, Any]:
        return bill(self.env, self.records(ids))

    @on_records
    def action_view_invoice(self, ids: Any) -> dict[str, Any]:
        records = self.records(ids)
        return show_bills(self.env, records, [one for record in records for one in record.invoice_ids])
