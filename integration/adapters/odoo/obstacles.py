"""Why Odoo refused an invoice. Its texts are no evidence: what usually stands in the way is looked at."""

from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.canonical.books import Entry, OrderBooks
from integration.errors import ConfigurationError, IntegrationError, Rejected

# A lock that a posting meets, for sales, for purchases; each version has some of them.
LOCKS = ("fiscalyear_lock_date", "tax_lock_date", "period_lock_date", "hard_lock_date")
SIDES = {"sale.order": ("sale", "sale_lock_date"), "purchase.order": ("purchase", "purchase_lock_date")}


class Obstacles:
    def __init__(self, caller: Caller) -> None:
        self._call = caller

    def of_a_draft(self, refused: Rejected, books: OrderBooks) -> IntegrationError:
        kind = SIDES[books.model][0]
        domain = [("type", "=", kind), ("company_id", "=", books.company_id)]
        if not self._call("account.journal", "search_count", domain=domain, companies=[books.company_id]):
            return ConfigurationError("CD-8102", **self._about(books), kind=kind)
        return self._refused(refused, books)

    def of_a_posting(self, refused: Rejected, books: OrderBooks, entry: Entry) -> IntegrationError:
        closed = max(self._closed(books))
        if closed and self._dated(entry, books) <= closed:
            return Rejected("CD-8103", **self._about(books), entry=entry.name or f"draft {entry.id}", closed=closed)
        return self._refused(refused, books)

    def _closed(self, books: OrderBooks) -> list[str]:
        """The dates until which the company's periods are closed; empty where none is."""
        names = self._call.fields("res.company", [*LOCKS, SIDES[books.model][1]])
        [row] = self._call("res.company", "read", [books.company_id], fields=["name", *names])
        return [str(row.get(name) or "") for name in ("", *names)]

    def _dated(self, entry: Entry, books: OrderBooks) -> str:
        fields = ["invoice_date", "date"]
        row = self._call.rows("account.move", [("id", "=", entry.id)], fields, companies=[books.company_id])[0]
        return str(row["invoice_date"] or row["date"])

    def _refused(self, refused: Rejected, books: OrderBooks) -> IntegrationError:
        """Odoo's own refusal, said of the order."""
        if refused.code != "CD-4008":
            return refused
        return Rejected("CD-8101", **self._about(books), detail=refused.context.get("detail"))

    def _about(self, books: OrderBooks) -> dict[str, Any]:
        return {"connection": self._call.slug, "company": books.company_id, "order": books.name}
