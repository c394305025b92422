"""Taxes: which ones a company's product has, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable

from ..orm.env import Env
from ..orm.record import Record

CENTS = 2


def default_taxes(env: Env, use: str) -> list[int]:
    """The taxes of a new product (`sale` or `purchase`): the first one of each company of the user."""
    companies = env.user.company_ids or [env.company]
    found = (
        env.first("account.tax", ["type_tax_use", "=", use], ["company_id", "=", company.id], ["active", "=", True])
        for company in companies
    )
    return [tax.id for tax in found if tax]


def of_company(taxes: Iterable[Record], company: Record) -> list[int]:
    return [tax.id for tax in taxes if not tax.company_id or tax.company_id == company]


def net_amount(price: float, quantity: float, discount: float) -> float:
    return float(round(price * quantity * (1 - discount / 100), CENTS))


def tax_amounts(net: float, taxes: Iterable[Record]) -> dict[int, float]:
    """Tax id -> what it adds to a net amount."""
    return {tax.id: round(net * tax.amount / 100, CENTS) for tax in taxes}


def tax_amount(net: float, taxes: Iterable[Record]) -> float:
    return round(sum(tax_amounts(net, taxes).values()), CENTS)
