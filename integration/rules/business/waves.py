"""Which wave a delivery waits for, and until when."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from integration.rules.business.deciding import Rule
from integration.rules.business.outcomes import Wave
from integration.rules.calendars import Calendar

LONGEST_CARRIER = 100  # of its name, as a wave keeps it


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a wave. ``key``: what waits in one wave has the same one.

    ``due_at``: when the wave goes; None: ``minutes`` after its first delivery, or as soon as it holds ``size``.
    """

    rule: int
    version: int
    key: str
    carrier: str = ""
    due_at: datetime | None = None
    size: int | None = None
    minutes: int | None = None


def spot(rule: Rule, calendar: Calendar, carrier: str, leaves: datetime | None, now: datetime) -> Spot | None:
    """``leaves``: the carrier's next cut-off. None: it goes at once, because there is no such moment any more."""
    says = rule.outcome
    assert isinstance(says, Wave)  # noqa: S101  (of its kind)
    named = f"{rule.id}.{rule.version}"
    if says.size is not None:
        return Spot(rule.id, rule.version, f"{named} size", size=says.size, minutes=says.minutes)
    if says.before_cutoff is None:
        at = next_time(says, calendar, now)
        return Spot(rule.id, rule.version, f"{named} {at:%Y-%m-%dT%H:%M}Z", due_at=at) if at else None
    at = leaves - timedelta(minutes=says.before_cutoff) if leaves else None
    if at is None or at <= now:  # nobody has said when it leaves; or the wave has gone, and the carrier still comes
        return None
    own = carrier[:LONGEST_CARRIER]
    return Spot(rule.id, rule.version, f"{named} {at.timestamp():.0f} {own}", carrier=own, due_at=at)


def next_time(says: Wave, calendar: Calendar, now: datetime) -> datetime | None:
    """On a day on which the warehouse works; None: not within a year."""
    clocks = [time.fromisoformat(each) for each in says.times]
    moments = (at for day in calendar.days(now) for at in sorted(calendar.at(day, clock) for clock in clocks))
    return next((at for at in moments if at > now), None)


def goes_at_once(says: Wave, priority: int) -> bool:
    return says.urgent_from is not None and priority >= says.urgent_from
