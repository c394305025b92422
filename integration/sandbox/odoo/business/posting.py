"""Posting invoices: what they need, their number, and what follows."""

from __future__ import annotations

from datetime import date

from ..faults import UserError
from ..orm.record import Record
from .invoice_numbers import SALES, settle_name
from .settling import settle_reversal

NO_DATE = "The Bill/Refund date is required to validate this document."
NO_LINE = "You need to add a line before posting."
NEGATIVE = (
    "You cannot validate an invoice with a negative total amount. You should create a credit note instead. "
    "Use the action menu to transform it into a credit note or refund."
)
NOT_DRAFT_16 = "The entry {name} (id {id}) is already posted."
NOT_DRAFT = "The entry {name} (id {id}) must be in draft."
# Sold or bought -> who is needed, for what.
PARTNERS = {True: ("Customer", "Customer Invoice"), False: ("Vendor", "Vendor Bill")}


def check_postable(records: list[Record]) -> None:
    """Complete documents, or raise UserError for the first that lacks something."""
    for record in records:
        _complete(record, record.env.now.date())
    for record in records:
        _check(record)


def _complete(record: Record, today: date) -> None:
    """A customer's invoice without a date is of today; a bill must have one."""
    of_sale = record.move_type in SALES
    if record.amount_total < 0:
        raise UserError(NEGATIVE)
    if not record.partner_id:
        who, what = PARTNERS[of_sale]
        raise UserError(f"The field '{who}' is required, please complete it to validate the {what}.")
    if not record.invoice_date and not of_sale:
        raise UserError(NO_DATE)
    if not record.invoice_date:
        record.put(invoice_date=today, date=today)


def _check(record: Record) -> None:
    old = record.env.traits.number == 16
    if record.state == "posted" or (record.state == "cancel" and not old):
        text = NOT_DRAFT_16 if old else NOT_DRAFT
        raise UserError(text.format(name=record.name, id=record.id))
    if not any(line.display_type == "product" for line in record.line_ids):
        raise UserError(NO_LINE)
    if not record.currency_id.active:
        raise UserError(f"You cannot validate a document with an inactive currency: {record.currency_id.name}")


def post(records: list[Record]) -> None:
    """Post documents that are known to be complete."""
    for record in records:
        record.put(state="posted", posted_before=True)
        settle_name(record)
        if record.move_type == "out_invoice" and not record.payment_reference:
            record.put(payment_reference=record.name)
        rank = "customer_rank" if record.move_type in SALES else "supplier_rank"
        record.partner_id.put(**{rank: getattr(record.partner_id, rank) + 1})
        touch_orders(record)
        if record.env.traits.settles_reversals:
            settle_reversal(record)


def touch_orders(move: Record) -> None:
    """Stored quantities and states of the orders change: so does their `write_date`."""
    for line in move.line_ids:
        for source in (*line.sale_line_ids, *([line.purchase_line_id] if line.purchase_line_id else [])):
            source.touch()
            source.order_id.touch()
