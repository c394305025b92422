"""What a day of a warehouse came to, as numbers by name.

What happened on a day can be counted later as well; what was so in the evening (``NOW``) only while it is that day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count

from integration.jobs import calendars, sql
from integration.jobs.calendars import Times
from integration.models import ExceptionCase, Warehouse
from integration.reports import statements
from integration.reports.belonging import of_warehouses
from integration.rules.ownership import OWNERSHIP, Owner

Figures = dict[str, Any]
SUBJECTS: Mapping[str, tuple[str, ...]] = {  # by name: the types of the messages that it is counted by
    "orders": (),
    "shipments": ("shipment.confirmed",),
    "receipts": ("receipt.confirmed", "return.received"),
    "inventory": (),
}
# Codes of the cases that tell of people who wrote in Odoo what is the warehouse's to say.
BY_HAND = tuple(dict.fromkeys(each.code for each in OWNERSHIP if each.owner == Owner.WAREHOUSE))


@dataclass(frozen=True, slots=True)
class Day:
    """One day by a warehouse's own calendar, from midnight to midnight there."""

    warehouse: Warehouse
    date: date

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.warehouse.time_zone)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.date, time.min, self.zone)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.date + timedelta(days=1), time.min, self.zone)

    def is_on(self, moment: datetime) -> bool:
        return self.begins <= moment < self.ends


def take(day: Day, moment: datetime) -> Figures:
    """``moment``: now. Call inside a transaction: all of it is then of one look."""
    about = {
        "warehouse": day.warehouse.pk,
        "wms": day.warehouse.wms_id,
        "begins": day.begins,
        "ends": day.ends,
        "alone": Warehouse.objects.filter(wms=day.warehouse.wms_id).count() == 1,
    }
    times = calendars.of([day.warehouse.pk])[day.warehouse.pk]
    figures = _orders(about) | _messages(about) | _left(day, times, about) | _told(about) | _cases(day)
    return figures | (_now(day, times, about, moment) if day.is_on(moment) else {})


def _orders(about: Mapping[str, Any]) -> Figures:
    whole, matched, explained, unexplained = sql.rows(statements.ORDERS, about)[0]
    return _subject("orders", whole, matched, explained, unexplained)


def _messages(about: Mapping[str, Any]) -> Figures:
    rows = sql.rows(statements.MESSAGES, about)
    figures: Figures = {"messages": sum(row[1] for row in rows), "messages_stopped": sum(row[4] for row in rows)}
    for name, types in SUBJECTS.items():
        if types:
            ours = [row for row in rows if row[0] in types]
            whole, matched, explained = (sum(row[at] for row in ours) for at in (1, 2, 3))
            numbers = [number for row in ours for number in row[5]][: statements.SHOWN]
            figures |= _subject(name, whole, matched, explained, numbers)
    return figures


def _subject(name: str, whole: int, matched: int, explained: int, numbers: Sequence[str]) -> Figures:
    figures: Figures = {name: whole, f"{name}_matched": matched, f"{name}_explained": explained}
    return figures | {f"{name}_unexplained": whole - matched - explained, f"{name}_numbers": list(numbers)}


def _left(day: Day, times: Times, about: Mapping[str, Any]) -> Figures:
    figures = dict.fromkeys(("left", "left_in_time", "left_late", "left_short", "left_over"), 0)
    for carrier, left_at, released_at, short, over in sql.rows(statements.LEFT, about):
        due = _due(times, carrier, day.zone, released_at)
        figures["left"] += 1
        figures["left_short"] += short
        figures["left_over"] += over
        if due is not None:
            figures["left_in_time" if left_at < due else "left_late"] += 1
    return dict(figures)


def _due(times: Times, carrier: str, zone: ZoneInfo, released_at: datetime | None) -> datetime | None:
    """By when it has to leave: the end of the first day on which the carrier comes after its release. None: nobody said
    when it comes, or nothing was released."""
    leaving = times.next_leaving(carrier, released_at) if released_at else None
    if leaving is None:
        return None
    return datetime.combine(leaving.at.astimezone(zone).date() + timedelta(days=1), time.min, zone)


def _told(about: Mapping[str, Any]) -> Figures:
    names = ("told", "told_answered", "told_rejected", "told_in_time", "told_seconds", "told_slowest")
    return dict(zip(names, sql.rows(statements.TOLD, about)[0], strict=True))


def _cases(day: Day) -> Figures:
    of_day = ExceptionCase.objects.filter(first_seen__gte=day.begins, first_seen__lt=day.ends)
    rows = of_warehouses(of_day, [day.warehouse.pk]).order_by().values_list("code").annotate(Count("pk"))
    found = dict(rows)
    by_hand = {code: found[code] for code in BY_HAND if code in found}
    return {"cases": sum(found.values()), "by_hand": sum(by_hand.values()), "by_hand_codes": by_hand}


def _now(day: Day, times: Times, about: Mapping[str, Any], moment: datetime) -> Figures:
    """What only this moment can tell."""
    waiting = sql.rows(statements.NOT_LEFT, about)
    dues = (_due(times, carrier, day.zone, released_at) for carrier, released_at in waiting)
    transit, old = sql.rows(statements.ON_THE_WAY, about)[0]
    unresolved = ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED)
    return {
        "open_cases": of_warehouses(unresolved, [day.warehouse.pk]).count(),
        "not_added_up": sql.rows(statements.NOT_ADDED_UP, about)[0][0],
        "overdue": sum(due is not None and due <= moment for due in dues),
        "transit": transit,
        "transit_old": old,
        **_stock(about),
    }


def _stock(about: Mapping[str, Any]) -> Figures:
    """Nothing, where no comparison has come to its end yet."""
    figures: Figures = {}
    for compared, known, unknown in sql.rows(statements.STOCK, about):
        figures = _subject("inventory", max(compared, known + unknown), max(compared - known - unknown, 0), known, [])
    return figures
