"""Who is told, and when: by what a channel listens to, its quiet hours and its digest. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from integration.errors.problem import Severity
from integration.rules.alerts.life import RISING

SHOWN = 20  # alerts of one message; of more it says how many


@dataclass(frozen=True, slots=True)
class Listens:
    """What a channel listens to. Empty: to all. ``from_level``: 0 from the start, 1 once nobody has taken it, ...

    ``quiet``: from when to when it is left alone, by its own clock, unless it is as severe as ``breaks``. ``digest``:
    when it gets all of a day at once, again unless it is so severe.
    """

    least: Severity = Severity.LOW
    from_level: int = 0
    teams: Sequence[str] = ()
    flows: Sequence[str] = ()
    warehouse: int | None = None
    zone: str = "UTC"
    quiet: tuple[time, time] | None = None
    digest: time | None = None
    breaks: Severity = Severity.CRITICAL


@dataclass(frozen=True, slots=True)
class About:
    """Of an alert what says whom it concerns."""

    severity: Severity
    team: str
    flow: str = ""
    warehouse: int | None = None


def wants(channel: Listens, about: About, level: int) -> bool:
    return (
        RISING.index(about.severity) >= RISING.index(channel.least)
        and level >= channel.from_level
        and (not channel.teams or about.team in channel.teams)
        and (not channel.flows or about.flow in channel.flows)
        and (channel.warehouse is None or about.warehouse == channel.warehouse)
    )


def due(channel: Listens, severity: Severity, now: datetime) -> datetime:
    """When it is told there. ``now`` is aware."""
    if RISING.index(severity) >= RISING.index(channel.breaks):
        return now
    here = now.astimezone(ZoneInfo(channel.zone))
    if channel.digest is not None:
        return _next(channel.digest, here)
    if channel.quiet is not None and _within(here.time(), *channel.quiet):
        return _next(channel.quiet[1], here)
    return now


def _within(at: time, begins: time, ends: time) -> bool:
    """Over midnight too; the same time twice is no time at all."""
    return begins <= at < ends if begins <= ends else at >= begins or at < ends


def _next(at: time, here: datetime) -> datetime:
    """By the clock on the wall, whatever it does in the night of a change of time."""
    today = datetime.combine(here.date(), at, here.tzinfo)
    return today if today > here else datetime.combine(here.date() + timedelta(days=1), at, here.tzinfo)


def pause(tries: int) -> timedelta:
    """Until a notice that did not get through is tried again."""
    return timedelta(minutes=(1, 2, 5, 15, 30, 60)[min(max(tries, 1), 6) - 1])
