"""What a user needs to cancel a sale order beside the right on orders."""

from __future__ import annotations

from ..faults import AccessError
from ..orm.access import check_access
from ..orm.env import Env
from ..orm.record import Record

# 19 reads these fields on the way: when, field, model.
ALWAYS = ("sale.order.line.invoice_lines", "account.move.line")
WITH_MOVES = ("stock.move.created_purchase_line_ids", "purchase.order.line")
WITH_DRAFTS = ("account.move.payment_ids", "account.payment")


def check_cancel(env: Env, moves: list[Record], drafts: list[Record]) -> None:
    """Raises AccessError: draft invoices are cancelled with the order, by the user's own rights."""
    if env.traits.number >= 19:
        _check_read(env, *ALWAYS)
        if moves:
            _check_read(env, *WITH_MOVES)
        if drafts:
            _check_read(env, *WITH_DRAFTS)
    if drafts:
        check_access(env, "account.move", "write")


def _check_read(env: Env, field: str, model: str) -> None:
    try:
        check_access(env, model, "read")
    except AccessError as error:
        raise AccessError(f"Failed to read field {field}\n{error}") from error
