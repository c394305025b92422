"""When warehouses work, and when carriers leave them, as people have said it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import QuerySet

from integration.models import CutOff, Warehouse, WorkingHours
from integration.rules import cutoffs
from integration.rules.business.facts import Clock
from integration.rules.calendars import Calendar, Hours
from integration.rules.cutoffs import Leaving


@dataclass(frozen=True, slots=True)
class Times:
    """Of one warehouse."""

    calendar: Calendar
    cut_offs: list[cutoffs.CutOff] = field(default_factory=list)

    def next_leaving(self, carrier: str, now: datetime) -> Leaving | None:
        return cutoffs.next_leaving(self.cut_offs, carrier, self.calendar, now)

    def clock(self, carrier: str, now: datetime) -> Clock:
        """What rules about orders may ask."""
        leaving = self.next_leaving(carrier, now)
        return Clock(self.calendar.is_open(now), self.calendar.next_open(now), leaving.at if leaving else None)


def of(warehouses: Collection[int]) -> Mapping[int, Times]:
    """By our number of the warehouse."""
    return _of(warehouses, _cut_offs(CutOff.objects.filter(warehouse__in=warehouses)))


def _of(warehouses: Collection[int], leave: Mapping[int, list[cutoffs.CutOff]]) -> Mapping[int, Times]:
    hours = _hours(warehouses)
    named = Warehouse.objects.filter(pk__in=warehouses).values_list("pk", "time_zone", "days_off__dates")
    return {pk: Times(Calendar(zone, tuple(hours[pk]), _dates(off)), leave.get(pk, [])) for pk, zone, off in named}


def with_cut_offs() -> Mapping[int, Times]:
    """Of the warehouses that a carrier leaves at a time."""
    leave = _cut_offs(CutOff.objects.all())
    return _of(leave.keys(), leave) if leave else {}


def _hours(warehouses: Collection[int]) -> Mapping[int, list[Hours]]:
    found: dict[int, list[Hours]] = defaultdict(list)
    for row in WorkingHours.objects.filter(warehouse__in=warehouses):
        found[row.warehouse_id].append(Hours(row.opens, row.closes, frozenset(row.days)))
    return found


def _cut_offs(rows: QuerySet[CutOff]) -> Mapping[int, list[cutoffs.CutOff]]:
    found: dict[int, list[cutoffs.CutOff]] = defaultdict(list)
    for row in rows:
        found[row.warehouse_id].append(cutoffs.CutOff(row.carrier, row.time, frozenset(row.days)))
    return found


def _dates(said: Mapping[str, str] | None) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in said or {})
