"""When the next parcels leave."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_AHEAD = 8  # a week from today on: a carrier that comes on one day of the week comes again by then


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


def next_leaving(cut_offs: Iterable[CutOff], carrier: str, zone: str, now: datetime) -> Leaving | None:
    """The next moment until which a parcel for the carrier has to be at the warehouse of this time zone. ``now`` and
    the result are aware; None: nobody has said when it leaves."""
    known = list(cut_offs)
    own = [each for each in known if each.carrier == carrier and carrier] or [
        each for each in known if not each.carrier
    ]
    moments = (at for each in own for at in _moments(each, ZoneInfo(zone), now))
    first = min((at for at in moments if at > now), default=None)
    return Leaving(first, carrier) if first is not None else None


def _moments(cut_off: CutOff, zone: ZoneInfo, now: datetime) -> Iterable[datetime]:
    """By the warehouse's own clock, whatever it does in the night of a change of time."""
    today = now.astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD))
    return (datetime.combine(day, cut_off.at, zone) for day in days if day.weekday() in cut_off.days)
