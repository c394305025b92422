"""What an order has come to in Odoo's books, and the invoices, bills and credit notes that are made of it.

Odoo decides what is open and at which prices; we ask for it, leave our mark in the document's origin, and read back.
"""

from collections.abc import Mapping
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.entries import SPECS, order_books
from integration.adapters.odoo.obstacles import Obstacles
from integration.adapters.odoo.reading import Reading
from integration.canonical.books import Booking, Entry, OrderBooks, Ordering
from integration.errors import Locked, Rejected

WIZARD = "sale.advance.payment.inv"
BILLS = ("in_invoice", "in_refund")


class Books:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)
        self._obstacles = Obstacles(caller)

    def books(self, model: Ordering, order_id: int) -> OrderBooks | None:
        """One call; 16 needs two. None: the order is gone."""
        rows = self._reading.by_id(model, [order_id], SPECS[model])
        return order_books(model, rows[0], self._call.uid()) if rows else None

    def draft(self, books: OrderBooks) -> None:
        """Has Odoo make one draft of all that is open of the order. Raises Rejected CD-8101, CD-8102, Locked."""
        how: dict[str, Any] = {"companies": [books.company_id]}
        try:
            if books.model == "purchase.order":
                self._call("purchase.order", "action_create_invoice", [books.id], **how)
                return
            wanted = {"advance_payment_method": "delivered", "sale_order_ids": [[6, 0, [books.id]]]}
            wizard = self._call.create(WIZARD, wanted, **how)
            self._call(WIZARD, "create_invoices", [wizard], **how)
        except Rejected as refused:
            raise self._obstacles.of_a_draft(refused, books) from None
        except Locked:
            raise Locked("CD-1004", connection=self._call.slug, document=books.name) from None

    def mark(self, books: OrderBooks, entry: Entry, booking: Booking) -> None:
        """Names the event in the entry's origin; gives a bill its date."""
        origin = ", ".join(filter(None, [entry.origin, booking.mark]))
        values: dict[str, Any] = {"invoice_origin": origin}
        if entry.kind in BILLS:
            values["invoice_date"] = booking.on.isoformat()
        self._write(books, entry, values)

    def post(self, books: OrderBooks, entry: Entry) -> None:
        """Posts a draft. Raises Rejected CD-8101, CD-8103, Locked."""
        try:
            self._call("account.move", "action_post", [entry.id], companies=[books.company_id])
        except Rejected as refused:
            raise self._obstacles.of_a_posting(refused, books, entry) from None
        except Locked:
            raise Locked("CD-1004", connection=self._call.slug, document=books.name) from None

    def _write(self, books: OrderBooks, entry: Entry, values: Mapping[str, Any]) -> None:
        self._call("account.move", "write", [entry.id], vals=dict(values), companies=[books.company_id])
