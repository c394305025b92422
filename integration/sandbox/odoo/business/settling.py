"""What is still to pay: a posted credit note takes it off the invoice that it reverses."""

from __future__ import annotations

from ..orm.record import Record


def payment_state(move: Record) -> str:
    if move.state != "posted":
        return "not_paid"
    if move.amount_residual:
        return "partial" if move.settled else "not_paid"
    reversed_by_refund = move.settled and move.move_type in ("out_invoice", "in_invoice")
    return "reversed" if reversed_by_refund else "paid"


def settle_reversal(refund: Record) -> None:
    """Set a posted reversal off against its document."""
    original = refund.reversed_entry_id
    if not original or original.state != "posted":
        return
    part = min(refund.amount_residual, original.amount_residual)
    for move in (refund, original):
        move.put(settled=move.settled + part)


def unsettle(move: Record) -> None:
    """Undo what a document was set off against."""
    if not move.settled:
        return
    for other in (move.reversed_entry_id, *reversals_of(move)):
        if other:
            other.put(settled=max(0.0, other.settled - move.settled))
    move.put(settled=0.0)


def reversals_of(move: Record) -> list[Record]:
    return move.env.browse_all(
        "account.move", move.env.store.ids_pointing("account.move", "reversed_entry_id", [move.id])
    )
