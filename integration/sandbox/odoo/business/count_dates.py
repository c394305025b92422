"""When a place is to be counted next: after its own number of days, or at the end of the year."""

from __future__ import annotations

from datetime import date, timedelta

from ..orm.record import Record


def cyclic_date(location: Record) -> date | bool:
    """The date by the place's own frequency, False if it has none."""
    days = location.cyclic_inventory_frequency
    if not location.company_id or location.usage not in ("internal", "transit") or days <= 0:
        return False
    today: date = location.env.now.date()
    last = location.last_inventory_date
    if not last:
        return today + timedelta(days=days)
    due: date = last + timedelta(days=days)
    return due if due > today else today + timedelta(days=1)


def next_count_date(location: Record) -> date | bool:
    """The date that a quant in a place gets."""
    if location.usage not in ("internal", "transit"):
        return False
    own = cyclic_date(location)
    if own or not location.company_id:
        return own
    today: date = location.env.now.date()
    end = today.replace(month=12, day=31)
    return end if end > today else end.replace(year=today.year + 1)
