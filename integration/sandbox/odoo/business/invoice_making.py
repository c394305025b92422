"""From orders to draft documents: one for each company, partner and currency."""

from __future__ import annotations

from typing import Any

from ..orm.env import Env
from ..orm.record import Record
from .invoices import Invoice
from .posting import touch_orders
from .products import label_of

Values = dict[str, Any]
GROUPED_BY = ("company_id", "partner_id", "currency_id")
REF_LENGTH = 2000
SEPARATORS = {"18": " ", "19": "\n"}


def grouped(documents: list[Values]) -> list[Values]:
    """Join documents of one company, partner and currency; references and origins are listed."""
    joint: dict[tuple[Any, ...], list[Values]] = {}
    for values in documents:
        joint.setdefault(tuple(values[name] for name in GROUPED_BY), []).append(values)
    return [_joined(parts) for _key, parts in sorted(joint.items())]


def _joined(parts: list[Values]) -> Values:
    payments = {values["payment_reference"] for values in parts}
    return {
        **parts[0],
        "invoice_line_ids": [line for values in parts for line in values["invoice_line_ids"]],
        "invoice_origin": _listed(parts, "invoice_origin"),
        "ref": _listed(parts, "ref")[:REF_LENGTH],
        "payment_reference": payments.pop() if len(payments) == 1 else False,
    }


def _listed(parts: list[Values], name: str) -> str:
    return ", ".join(dict.fromkeys(values[name] or "" for values in parts))


def make(env: Env, documents: list[Values]) -> list[Record]:
    """Create drafts; what comes to less than nothing becomes a credit note."""
    model = Invoice(env, "account.move")
    moves = env.browse_all("account.move", model.create_all(documents))
    for move in moves:
        if move.amount_total < 0:
            model.switch_type(move)
        touch_orders(move)
    return moves


def full_name(name: str, product: Record) -> str:
    """Since 18 an invoice's line names its product too, unless the text does already."""
    between = SEPARATORS.get(product.env.traits.version)
    shown = label_of(product)
    if between is None or not shown or shown in name:
        return name
    return f"{shown}{between}{name}"
