"""Companies: what a call may see. Records of another company are left out of searches, and refused by id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..faults import AccessError

if TYPE_CHECKING:
    from .env import Env

SUPERUSER = 1
UNAUTHORIZED = "Access to unauthorized or invalid companies."
# Models whose records belong to one company, or to all of them when they name none.
BOUND = frozenset(
    {
        "account.journal", "account.move", "account.move.line", "account.tax", "delivery.carrier", "product.product",
        "product.supplierinfo", "product.template", "purchase.order", "purchase.order.line", "res.partner",
        "sale.order", "sale.order.line", "stock.location", "stock.lot", "stock.move", "stock.move.line",
        "stock.picking", "stock.picking.type", "stock.quant", "stock.scrap", "stock.warehouse",
    }
)  # fmt: skip
# What each company has a value of its own of.
PROPERTIES = frozenset({("product.product", "standard_price")})
ELSEWHERE = (
    "\n\nThis seems to be a multi-company issue, you might be able to access the record by switching to the company: "
    "{}."
)
NOWHERE = (
    "\n\nThis seems to be a multi-company issue, but you do not have access to the proper company to access the record "
    "anyhow."
)


def check_companies(env: Env) -> None:
    """Raises AccessError when the context names a company that the user is not in."""
    if set(env.context.get("allowed_company_ids") or ()) - set(env.user.raw("company_ids")):
        raise AccessError(UNAUTHORIZED)


def in_sight(env: Env, model: str, ids: list[int]) -> list[int]:
    """Without the records of companies that the call is not about. Where it names none, it is about all of them."""
    if model not in BOUND or env.uid == SUPERUSER:
        return ids
    companies = set(env.context.get("allowed_company_ids") or env.user.raw("company_ids"))
    if companies >= set(env.store.table("res.company")):
        return ids
    return [each for each in ids if not (of := env.value(model, each, "company_id")) or of in companies]


def hint(env: Env, model: str, hidden: list[int]) -> str:
    """18 says which company to switch to, but for products."""
    companies = {env.value(model, each, "company_id") for each in hidden if model in BOUND}
    if env.traits.number < 18 or model.startswith("product.") or not companies:
        return ""
    own = companies & set(env.user.raw("company_ids"))
    names = ", ".join(env.browse("res.company", each).name for each in sorted(own))
    return ELSEWHERE.format(names) if own else NOWHERE


def column_of(env: Env, model: str, column: str) -> str:
    """Where the value of the current company is kept."""
    return f"{column} of {env.company.id}" if (model, column) in PROPERTIES else column


def as_kept(env: Env, model: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {column_of(env, model, column): value for column, value in values.items()}
