"""Sale orders."""

from __future__ import annotations

from typing import Any, ClassVar

from ..faults import UserError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_records, serves
from .amounts import CLOSED
from .cancel_rights import check_cancel
from .delivery import launch
from .moves import cancel
from .products import total
from .sale_amounts import invoice_sign

NOT_CONFIRMABLE = {
    "16": "It is not allowed to confirm an order in the following states: cancel, done",
    "17": "The following orders are not in a state requiring confirmation: {names}",
    "18": "Some orders are not in a state requiring confirmation.",
    "19": "Some orders are not in a state requiring confirmation.",
}
LOCKED = "You cannot cancel a locked order. Please unlock it first."
UNDELETABLE = "You can not delete a sent quotation or a confirmed sales order. You must first cancel it."


@serves("sale.order")
class SaleOrder(Model):
    """A customer's order."""

    since: ClassVar[dict[str, int]] = {"action_lock": 17}

    @computes("amount_untaxed")
    def _untaxed(self, record: Record) -> float:
        return total(line.price_subtotal for line in record.order_line)

    @computes("amount_tax")
    def _tax(self, record: Record) -> float:
        return total(line.price_tax for line in record.order_line)

    @computes("amount_total")
    def _total(self, record: Record) -> float:
        return total([self._untaxed(record), self._tax(record)])

    @computes("currency_id")
    def _currency(self, record: Record) -> Any:
        return record.pricelist_id.currency_id.id or record.company_id.currency_id.id

    @computes("amount_to_invoice")
    def _to_invoice(self, record: Record) -> float:
        """17 asks for the whole order, later versions for what is delivered, if that is what is invoiced."""
        if self.env.traits.number >= 18:
            return total(line.amount_to_invoice for line in record.order_line)
        if self._invoice_status(record) == "invoiced":
            return 0.0
        return total([self._total(record), *(-_invoiced(line) for line in record.order_line)])

    @computes("amount_invoiced")
    def _amount_invoiced(self, record: Record) -> float:
        if self.env.traits.number >= 18:
            return total(line.amount_invoiced for line in record.order_line)
        return total([self._total(record), -self._to_invoice(record)])

    @computes("delivery_status")
    def _delivery_status(self, record: Record) -> Any:
        states = [picking.state for picking in record.picking_ids]
        if all(state == "cancel" for state in states):
            return False
        if all(state in CLOSED for state in states):
            return "full"
        if "done" not in states:
            return "pending"
        delivered = any(line.qty_delivered for line in record.order_line)
        return "partial" if delivered or not self.env.traits.picked else "started"

    @computes("invoice_status")
    def _invoice_status(self, record: Record) -> str:
        if record.state not in ("sale", "done"):
            return "no"
        states = [line.invoice_status for line in record.order_line if not line.display_type]
        if "to invoice" in states:
            return "to invoice"
        if states and all(state == "invoiced" for state in states):
            return "invoiced"
        if states and all(state in ("invoiced", "upselling") for state in states):
            return "upselling"
        return "no"

    @computes("delivery_count")
    def _delivery_count(self, record: Record) -> int:
        return len(record.picking_ids)

    @computes("invoice_ids")
    def _invoices(self, record: Record) -> Any:
        lines = [one for line in record.order_line for one in line.raw("invoice_lines")]
        ordered = self.env.browse_all("account.move.line", self.env.model("account.move.line").sort(lines, None))
        return tuple(dict.fromkeys(line.move_id.id for line in ordered))

    @computes("invoice_count")
    def _invoice_count(self, record: Record) -> int:
        return len(self._invoices(record))

    @computes("expected_date")
    def _expected(self, record: Record) -> Any:
        return record.date_order if record.state in ("sale", "done") else self.env.second

    @computes("effective_date")
    def _effective(self, record: Record) -> Any:
        dates = [
            p.date_done for p in record.picking_ids if p.state == "done" and p.location_dest_id.usage == "customer"
        ]
        return min(dates) if dates else False

    @computes("duplicated_order_ids")
    def _duplicates(self, record: Record) -> Any:
        if not record.client_order_ref:
            return ()
        same = self.env.find(
            self.name, ["client_order_ref", "=", record.client_order_ref], ["partner_id", "=", record.partner_id.id]
        )
        return tuple(order.id for order in same if order != record and order.state != "cancel")

    @computes("partner_credit_warning")
    def _credit_warning(self, _record: Record) -> str:
        return ""

    @computes("stock_reference_ids")
    def _references(self, record: Record) -> Any:
        return (record.procurement_group_id.id,) if record.procurement_group_id else ()

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        partner = self.env.browse("res.partner", values.get("partner_id"))
        company = values.get("company_id") or self.env.company.id
        found: dict[str, Any] = {
            "company_id": company,
            "date_order": self.env.second,
            "picking_policy": "direct",
            "state": "draft",
            "user_id": self.env.uid,
            "warehouse_id": self.env.first("stock.warehouse", ["company_id", "=", company]).id,
        }
        if partner:
            self.env.existing("res.partner", [partner.id])
            addresses = self.env.model("res.partner").address_get([partner.id], ["delivery", "invoice"])  # type: ignore[attr-defined]
            found |= {"partner_shipping_id": addresses["delivery"], "partner_invoice_id": addresses["invoice"]}
        if partner and values.get("name") in (None, False, "/", "New"):
            values["name"] = f"S{self.env.store.next_number('sale-order'):05d}"
        return found

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        if "commitment_date" not in values:
            return
        for record in records:
            for move in (move for line in record.order_line for move in line.move_ids):
                if move.state not in CLOSED:
                    move.put(date_deadline=record.commitment_date)

    def unlinking(self, records: list[Record]) -> None:
        for record in records:
            if record.state not in ("draft", "cancel"):
                raise UserError(UNDELETABLE)
            for line in record.order_line:
                self.env.store.delete("sale.order.line", line.id)

    @on_records
    def action_confirm(self, ids: Any) -> bool:
        records = self.records(ids)
        again = self.env.traits.number == 16
        allowed = ("draft", "sent", "sale") if again else ("draft", "sent")
        wrong = [record for record in records if record.state not in allowed]
        if wrong:
            names = ", ".join(record.name for record in wrong)
            raise UserError(NOT_CONFIRMABLE[self.env.traits.version].format(names=names))
        for record in records:
            if record.state != "sale":
                record.put(state="sale", date_order=self.env.second)
            else:
                record.touch()
            launch(list(record.order_line))
        return True

    @on_records
    def action_cancel(self, ids: Any) -> Any:
        records = self.records(ids)
        if self.env.traits.locked_flag and any(record.locked for record in records):
            raise UserError(LOCKED)
        if self._asks(records):
            return self._cancel_wizard(records[0])
        self._cancel(records)
        return True

    def _asks(self, records: list[Record]) -> bool:
        """16 to 18 ask before they cancel a confirmed order."""
        if self.env.traits.number >= 19 or self.env.context.get("disable_cancel_warning"):
            return False
        return any(record.state not in ("draft", "cancel") for record in records)

    def _cancel(self, records: list[Record]) -> None:
        for record in records:
            moves = [move for picking in record.picking_ids for move in picking.move_ids if move.state != "done"]
            drafts = [invoice for invoice in record.invoice_ids if invoice.state == "draft"]
            check_cancel(self.env, moves, drafts)
            cancel(moves)
            for invoice in drafts:
                invoice.put(state="cancel")
            record.put(state="cancel")

    def _cancel_wizard(self, record: Record) -> dict[str, Any]:
        context = {
            **({"default_use_template": True} if self.env.traits.number == 16 else {}),
            "default_template_id": 17,
            "default_order_id": record.id,
            "mark_so_as_canceled": True,
            "default_email_layout_xmlid": "mail.mail_notification_layout_with_responsible_signature",
            "model_description": "Sales Order",
        }
        return {
            "name": "Cancel Sales Order",
            "view_mode": "form",
            "res_model": "sale.order.cancel",
            "view_id": 1269,
            "type": "ir.actions.act_window",
            "context": context,
            "target": "new",
        }

    @on_records
    def action_draft(self, ids: Any) -> bool:
        for record in self.records(ids):
            if record.state in ("cancel", "sent"):
                record.put(state="draft")
        return True

    @on_records
    def action_lock(self, ids: Any) -> None:
        for record in self.records(ids):
            record.put(locked=True)

    @on_records
    def action_unlock(self, ids: Any) -> None:
        for record in self.records(ids):
            record.put(**({"locked": False} if self.env.traits.locked_flag else {"state": "sale"}))

    @on_records
    def action_done(self, ids: Any) -> None:
        """16: lock."""
        for record in self.records(ids):
            record.put(state="done")


def _invoiced(order_line: Record) -> float:
    """What posted invoices ask for a line, taxes included."""
    posted = (line for line in order_line.invoice_lines if line.move_id.state == "posted")
    return total(invoice_sign(line) * line.price_total for line in posted)


@serves("sale.order.cancel")
class SaleOrderCancel(Model):
    """Really cancel?"""

    def label(self, record: Record) -> str:
        return f"sale.order.cancel,{record.id}"

    @on_records
    def action_cancel(self, ids: Any) -> Any:
        env = self.env.with_context(disable_cancel_warning=True)
        orders = [record.order_id.id for record in self.records(ids)]
        return SaleOrder(env, "sale.order").action_cancel(orders)

    @on_records
    def action_send_mail_and_cancel(self, ids: Any) -> Any:
        return self.action_cancel(ids)
