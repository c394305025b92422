"""What becomes of an alert from one look to the next: told, told louder, over. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from integration.errors.problem import Severity
from integration.rules.alerts.kinds import Rule

QUIET = timedelta(minutes=3)  # so long it must not be so any more: what comes and goes is told once
HIGHEST = 3  # levels that the clock alone raises it to
RISING = tuple(Severity)


class State(StrEnum):
    """WATCHED: it is so, and not told yet. GONE is the end."""

    WATCHED = "watched"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    GONE = "gone"


class What(StrEnum):
    """What a notice tells: that it is so (again with each level), or that it is over."""

    RAISED = "raised"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert as it is kept. ``severity``: the worst that it was. ``level``: how often it was told louder.

    ``escalate_at``: when it is, unless somebody takes it: None then.
    """

    state: State
    severity: Severity
    first_seen: datetime
    last_seen: datetime
    level: int = 0
    escalate_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """``standing`` None: it never was worth a word. ``tells`` None: nothing is new to people."""

    standing: Standing | None
    tells: What | None = None


def step(known: Standing | None, found: Severity | None, rule: Rule, now: datetime) -> Step:
    """``found``: how severe it is now; None: it is not so any more. Of ``known`` and ``found`` one is there."""
    if found is None:
        return _not_found(known, now)
    if known is None:
        known = Standing(State.WATCHED, found, first_seen=now, last_seen=now)
    seen = replace(known, last_seen=now)
    if seen.state == State.WATCHED:
        seen = replace(seen, severity=found)
        return _told(seen, rule, now) if now - seen.first_seen >= rule.patience else Step(seen)
    if RISING.index(found) > RISING.index(seen.severity):
        return _told(replace(seen, severity=found, level=seen.level + 1), rule, now)
    if seen.escalate_at and seen.escalate_at <= now and seen.level < HIGHEST:
        return _told(replace(seen, level=seen.level + 1), rule, now)
    return Step(seen)


def _not_found(known: Standing | None, now: datetime) -> Step:
    if known is None or known.state == State.WATCHED:
        return Step(None)
    if now - known.last_seen < QUIET:
        return Step(known)
    return Step(replace(known, state=State.GONE, escalate_at=None), What.GONE)


def _told(standing: Standing, rule: Rule, now: datetime) -> Step:
    """Whoever took it took what it was: worse, it is open again."""
    return Step(replace(standing, state=State.OPEN, escalate_at=now + rule.escalate), What.RAISED)
