"""Reads purchase orders with their receipts."""

from collections.abc import Sequence
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.pickings import Row, latest_write, moment, picking, text
from integration.adapters.odoo.quantities import exact
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import PURCHASE
from integration.canonical.base import Money
from integration.canonical.erp import Purchase

CONFIRMED = ("purchase", "done")  # until 18 a locked order is in the state "done"
AT_MOST = 100
OPEN = ("picking_ids.state", "not in", ["done", "cancel"])


class Purchases:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def purchases(self, ids: Sequence[int]) -> list[Purchase]:
        """Orders that are or were confirmed, in one call. Raises ValueError above 100 ids."""
        if len(ids) > AT_MOST:
            raise ValueError(f"{len(ids)} purchases in one call, at most {AT_MOST}")
        rows = self._reading.by_id("purchase.order", ids, PURCHASE)
        return [self._purchase(row) for row in rows if row["state"] in (*CONFIRMED, "cancel") or row.get("picking_ids")]

    def open_ids(self, *, after_id: int, limit: int) -> list[int]:
        domain: list[Any] = [("id", ">", after_id), ("state", "in", list(CONFIRMED)), OPEN]
        return [
            int(number) for number in self._call("purchase.order", "search", domain=domain, limit=limit, order="id")
        ]

    def _purchase(self, row: Row) -> Purchase:
        supplier, currency = row["partner_id"], (row.get("currency_id") or {}).get("name")
        pickings = [picking(each, self._call.version) for each in row.get("picking_ids") or ()]
        warehouse = (row.get("picking_type_id") or {}).get("warehouse_id") or {}
        return Purchase(
            id=row["id"],
            name=text(row["name"]),
            state="purchase" if row["state"] in CONFIRMED else row["state"],
            company_id=row["company_id"]["id"],
            warehouse_id=warehouse.get("id") or 0,
            supplier_id=supplier["id"],
            supplier=text(supplier.get("name") or supplier.get("commercial_company_name")),
            partner_ref=text(row.get("partner_ref")),
            planned_at=moment(row.get("date_planned")),
            total=Money(amount=exact(row.get("amount_total")), currency=currency) if currency else None,
            written_at=latest_write(row),
            pickings=tuple(sorted(pickings, key=lambda each: each.id)),
        )
