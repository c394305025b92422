"""Reads orders as Odoo will really ship them: from their pickings and moves."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.pickings import Row, latest_write, moment, picking, text
from integration.adapters.odoo.quantities import exact
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import ORDER
from integration.canonical.base import Money
from integration.canonical.erp import Customer, Hold, Order

CONFIRMED = ("sale", "done")  # 16 locks an order by the state "done"
AT_MOST = 100


class Orders:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def orders(self, ids: Sequence[int]) -> list[Order]:
        """Orders that are or were confirmed, in one call. Raises ValueError above 100 ids."""
        if len(ids) > AT_MOST:
            raise ValueError(f"{len(ids)} orders in one call, at most {AT_MOST}")
        rows = self._reading.by_id("sale.order", ids, ORDER)
        return [self._order(row) for row in rows if row["state"] in (*CONFIRMED, "cancel") or row.get("picking_ids")]

    def order_ids(self, *, after_id: int, limit: int) -> list[int]:
        domain = [
            ("id", ">", after_id),
            ("state", "in", list(CONFIRMED)),
            ("delivery_status", "not in", ["full", False]),
        ]
        found = self._call("sale.order", "search", domain=domain, limit=limit, order="id")
        return [int(number) for number in found]

    def _order(self, row: Row) -> Order:
        shipping = row.get("partner_shipping_id")
        pickings = [
            picking({**each, "partner_id": each.get("partner_id") or shipping}, self._call.version)
            for each in row.get("picking_ids") or ()
        ]
        currency = (row.get("currency_id") or {}).get("name")
        total = Money(amount=exact(row.get("amount_total")), currency=currency) if currency else None
        return Order(
            id=row["id"],
            name=text(row["name"]),
            state="sale" if row["state"] in CONFIRMED else row["state"],
            locked=bool(row.get("locked")) or row["state"] == "done",
            company_id=row["company_id"]["id"],
            warehouse_id=(row.get("warehouse_id") or {}).get("id") or 0,  # an order of services alone may have none
            customer_id=row["partner_id"]["id"],
            customer=_customer(row),
            customer_reference=text(row.get("client_order_ref")),
            ordered_at=moment(row.get("date_order")),
            commitment_at=moment(row.get("commitment_date")),
            payment_terms=text((row.get("payment_term_id") or {}).get("name")),
            tags=_names(row.get("tag_ids")),
            total=total,
            written_at=latest_write(row),
            holds=tuple(_holds(row)),
            pickings=tuple(sorted(pickings, key=lambda each: each.id)),
        )


def _customer(row: Row) -> Customer:
    """The credit is the company's, as in ``_holds``; what we may not see is left open, not taken for nothing.

    Where no limits are used it is left open too: each invoice would make all open orders of the customer differ.
    """
    partner = row["partner_id"]
    company = partner.get("commercial_partner_id") or partner
    limited = bool(row["company_id"].get("account_use_credit_limit"))
    return Customer(
        tags=_names(partner.get("category_id")),
        country=text(partner.get("country_code")),
        is_company=bool(partner.get("is_company")),
        credit_limit=_money(company, "credit_limit") if limited and "credit_limit" in company else None,
        owed=_money(company, "credit") if limited and "credit" in company else None,
    )


def _names(rows: Sequence[Row] | None) -> tuple[str, ...]:
    return tuple(sorted(text(each.get("name")) for each in rows or ()))


def _holds(row: Row) -> Iterator[Hold]:
    """Warnings that block, of the customer and of its company; and the credit limit where the company uses one."""
    customer = row["partner_id"]
    company = customer.get("commercial_partner_id") or customer
    for partner in [customer] if company["id"] == customer["id"] else [customer, company]:
        if partner.get("sale_warn") == "block":
            yield Hold(kind="customer", reason="sales to the customer are blocked, see the customer's warning")
        if partner.get("picking_warn") == "block":
            yield Hold(kind="picking", reason="deliveries to the customer are blocked, see the customer's warning")
    limit, owed = _money(company, "credit_limit"), _money(company, "credit")
    if row["company_id"].get("account_use_credit_limit") and 0 < limit < owed:
        yield Hold(kind="credit", reason=f"the customer owes {owed:f}, more than the credit limit of {limit:f}")


def _money(row: Row, name: str) -> Decimal:
    return exact(row.get(name))
