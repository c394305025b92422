"""When the next parcels leave."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain
from zoneinfo import ZoneInfo

from integration.rules.calendars import Calendar


@dataclass(frozen=True, slots=True)
class CutOff:
    """``carrier``: Odoo's name of the shipping method; empty: all that have no cut-off of their own. ``days``: 0 is
    Monday."""

    carrier: str
    at: time
    days: frozenset[int]


@dataclass(frozen=True, slots=True)
class Leaving:
    at: datetime
    carrier: str


def next_leaving(cut_offs: Iterable[CutOff], carrier: str, calendar: Calendar, now: datetime) -> Leaving | None:
    """The next moment until which a parcel for the carrier has to be at the warehouse of this calendar. ``now`` and the
    result are aware; None: nobody has said when it leaves. None leaves on a day on which the warehouse does not work.
    """
    known = list(cut_offs)
    own = [each for each in known if each.carrier == carrier and carrier] or [
        each for each in known if not each.carrier
    ]
    moments = chain.from_iterable(_on(day, own, calendar) for day in calendar.days(now)) if own else iter(())
    first = next((at for at in moments if at > now), None)
    return Leaving(first.astimezone(ZoneInfo(calendar.zone)), carrier) if first is not None else None


def _on(day: date, cut_offs: Iterable[CutOff], calendar: Calendar) -> list[datetime]:
    """By the warehouse's own clock, whatever it does in the night of a change of time."""
    return sorted(calendar.at(day, each.at) for each in cut_offs if day.weekday() in each.days)
