"""Invoices, vendor bills and credit notes."""

from __future__ import annotations

from typing import Any

from ..faults import AccessError, UserError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_records, serves
from .invoice_lines import BILLED_KINDS, sync
from .invoice_numbers import SALES, accounting_date, forget_name, has_name, settle_name
from .posting import check_postable, post, touch_orders
from .products import total
from .settling import payment_state, unsettle

DRAFTS = {
    "out_invoice": "Draft Invoice",
    "out_refund": "Draft Credit Note",
    "in_invoice": "Draft Bill",
    "in_refund": "Draft Vendor Credit Note",
}
OPPOSITE = {
    "out_invoice": "out_refund",
    "out_refund": "out_invoice",
    "in_invoice": "in_refund",
    "in_refund": "in_invoice",
}
REF_LENGTH = 50
NO_RIGHT = "You don't have the access rights to post an invoice."
NO_JOURNAL = "No journal could be found in company {company} for any of those types: {kind}"
ONLY_DRAFTS = "Only draft journal entries can be cancelled."
ONLY_POSTED = "Only posted/cancelled journal entries can be reset to draft."


@serves("account.move")
class Invoice(Model):
    """An invoice, a bill or a credit note."""

    def label(self, record: Record) -> str:
        named = has_name(record)
        name = str(record.name) if named else "" if self.env.traits.number >= 18 else f"(* {record.id})"
        if record.state == "draft":
            name = f"{DRAFTS[record.move_type]} {name}"
            name = name.rstrip() if self.env.traits.number >= 19 else name
        return f"{name} ({_shortened(record.ref)})" if record.ref else name

    @computes("invoice_line_ids")
    def _billed_lines(self, record: Record) -> Any:
        return tuple(line.id for line in record.line_ids if line.display_type in BILLED_KINDS)

    @computes("amount_untaxed")
    def _untaxed(self, record: Record) -> float:
        return total(line.price_subtotal for line in record.line_ids if line.display_type == "product")

    @computes("amount_total")
    def _total(self, record: Record) -> float:
        return total(line.price_total for line in record.line_ids if line.display_type == "product")

    @computes("amount_tax")
    def _tax(self, record: Record) -> float:
        return total([self._total(record), -self._untaxed(record)])

    @computes("amount_residual")
    def _residual(self, record: Record) -> float:
        return total([self._total(record), -record.settled])

    @computes("amount_untaxed_signed")
    def _untaxed_signed(self, record: Record) -> float:
        return float(-record.direction_sign * self._untaxed(record))

    @computes("amount_tax_signed")
    def _tax_signed(self, record: Record) -> float:
        return float(-record.direction_sign * self._tax(record))

    @computes("amount_total_signed", "amount_total_in_currency_signed")
    def _total_signed(self, record: Record) -> float:
        return float(-record.direction_sign * self._total(record))

    @computes("amount_residual_signed")
    def _residual_signed(self, record: Record) -> float:
        return float(-record.direction_sign * self._residual(record))

    @computes("direction_sign")
    def _direction(self, record: Record) -> int:
        """-1: money comes in."""
        return -1 if record.move_type in ("out_invoice", "in_refund") else 1

    @computes("payment_state")
    def _payment_state(self, record: Record) -> str:
        return payment_state(record)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        kind = values.get("move_type") or "entry"
        use = "sale" if kind in SALES else "purchase"
        company = self.env.browse("res.company", values.get("company_id") or self.env.company.id)
        journal = self.env.first("account.journal", ["type", "=", use], ["company_id", "=", company.id])
        if not journal and not values.get("journal_id"):
            raise UserError(NO_JOURNAL.format(company=company.name, kind=use))
        partner = self.env.browse("res.partner", values.get("partner_id"))
        return {
            "auto_post": "no",
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "date": self.env.now.date(),
            "invoice_date_due": self.env.now.date(),
            "invoice_user_id": self.env.uid if kind in SALES else False,
            "journal_id": journal.id or False,
            "name": False if self.env.traits.number >= 19 else "/",
            "partner_shipping_id": self._delivery_address(partner),
            "state": "draft",
        }

    def _delivery_address(self, partner: Record) -> int | bool:
        if not partner:
            return False
        found = self.env.model("res.partner").address_get([partner.id], ["delivery"])  # type: ignore[attr-defined]
        return int(found["delivery"])

    def created(self, record: Record, values: dict[str, Any]) -> None:
        if values.get("invoice_date") and not values.get("date"):
            record.put(date=accounting_date(record, self.env.now.date()))
        settle_name(record)
        sync(record)

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        for record in records:
            if values.get("invoice_date") and not values.get("date"):
                record.put(date=accounting_date(record, self.env.now.date()))
            if {"invoice_date", "date", "journal_id"} & set(values) and not record.posted_before:
                settle_name(record)
            sync(record)

    def unlinking(self, records: list[Record]) -> None:
        for record in records:
            self.env.model("account.move.line").unlink([line.id for line in record.line_ids])

    @on_records
    def action_post(self, ids: Any) -> bool:
        """Post. The answer says nothing: `false` is success."""
        if not self.env.has_group("invoice"):
            raise AccessError(NO_RIGHT)
        records = self.records(ids)
        check_postable(records)
        post(records)
        return False

    @on_records
    def button_draft(self, ids: Any) -> None:
        records = self.records(ids)
        if self.env.traits.number >= 17 and any(record.state == "draft" for record in records):
            raise UserError(ONLY_POSTED)
        for record in records:
            unsettle(record)
            record.put(state="draft")
            touch_orders(record)

    @on_records
    def button_cancel(self, ids: Any) -> None:
        records = self.records(ids)
        if self.env.traits.number >= 17:
            self.button_draft([record.id for record in records if record.state == "posted"])
            if any(record.state != "draft" for record in records):
                raise UserError(ONLY_DRAFTS)
        for record in records:
            record.put(state="cancel")
            touch_orders(record)

    def switch_type(self, record: Record) -> None:
        """What comes to less than nothing is a credit note of as much."""
        forget_name(record)
        record.put(move_type=OPPOSITE[record.move_type])
        if record.amount_total < 0:
            for line in record.line_ids:
                if line.display_type == "product":
                    line.put(quantity=-line.quantity)
        settle_name(record)
        sync(record)


def _shortened(text: str) -> str:
    """Whole words of a reference, as many as fit."""
    if len(text) <= REF_LENGTH:
        return text
    words, found = text.split(), ""
    for word in words:
        longer = f"{found} {word}".strip()
        if len(f"{longer} [...]") > REF_LENGTH:
            break
        found = longer
    return f"{found} [...]".strip()
