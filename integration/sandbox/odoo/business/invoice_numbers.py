"""The numbers of invoices and the dates that they are numbered by."""

from __future__ import annotations

import calendar
from datetime import date

from ..orm.record import Record

REFUNDS = ("out_refund", "in_refund")
SALES = ("out_invoice", "out_refund")


def prefix_of(move: Record) -> str:
    """Sales are numbered by year, purchases by month; credit notes have numbers of their own."""
    journal, day = move.journal_id, move.date
    period = f"{day.year:04d}" if journal.type == "sale" else f"{day.year:04d}/{day.month:02d}"
    return f"{'R' if move.move_type in REFUNDS else ''}{journal.code}/{period}/"


def has_name(move: Record) -> bool:
    return bool(move.name) and move.name != "/"


def settle_name(move: Record) -> None:
    """Number what is posted. Before 19 the first draft of a period has its number already."""
    if move.state == "cancel":
        return
    prefix = prefix_of(move)
    if has_name(move) and (move.posted_before or move.sequence_prefix == prefix):
        return
    last = _last_number(move, prefix)
    early = not last and move.env.traits.number <= 18
    if move.state == "posted" or early:
        width = 5 if move.journal_id.type == "sale" else 4
        move.put(name=f"{prefix}{last + 1:0{width}d}", sequence_prefix=prefix, sequence_number=last + 1)
    else:
        forget_name(move)


def forget_name(move: Record) -> None:
    nameless = False if move.env.traits.number >= 19 else "/"
    move.put(name=nameless, sequence_prefix=False, sequence_number=0)


def _last_number(move: Record, prefix: str) -> int:
    """The highest number that another document of the period has."""
    rows = move.env.store.table("account.move")
    found = move.env.store.ids_pointing("account.move", "sequence_prefix", [prefix])  # type: ignore[list-item]
    mine = (rows[one] for one in found if one != move.id)
    return max((row["sequence_number"] for row in mine if row.get("journal_id") == move.journal_id.id), default=0)


def accounting_date(move: Record, today: date) -> date:
    """Customers' invoices count on their day; bills of the past at the end of their month."""
    day: date = move.invoice_date
    if move.move_type in SALES:
        return day
    if (today.year, today.month) > (day.year, day.month):
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return max(day, today)
