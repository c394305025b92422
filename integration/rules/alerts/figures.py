"""What alerts are decided by, as somebody has read it at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from integration.errors.problem import Owner, Severity

Worth = Sequence[tuple[Decimal, str]]  # amounts by currency


@dataclass(frozen=True, slots=True)
class Pace:
    """A flow in the last hour. ``late``: work of it that is older than the promise and not done."""

    flow: str
    jobs: int
    kept: int
    late: int = 0
    today_jobs: int = 0
    today_kept: int = 0


@dataclass(frozen=True, slots=True)
class Stuck:
    """Some of the orders that leave by one cut-off. ``code``: of the problem that they wait for; empty: none is known,
    and they are just not released."""

    code: str
    title: str
    orders: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """Orders that are not at the warehouse, and until when they have to be. ``at`` is in the warehouse's own zone."""

    warehouse: int
    name: str
    carrier: str
    at: datetime
    orders: int
    worth: Worth = ()
    why: Sequence[Stuck] = ()


@dataclass(frozen=True, slots=True)
class Lane:
    """``seconds`` until it is clear; None while it does not drain, which says nothing unless it is ``late``."""

    number: int
    label: str
    due: int
    seconds: float | None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Away:
    connection: int
    name: str
    since: datetime
    jobs: int = 0
    orders: int = 0
    worth: Worth = ()


@dataclass(frozen=True, slots=True)
class Silent:
    """Who gives no sign of life: the beat, or the polls of a connection."""

    name: str
    since: datetime
    connection: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    connection: int
    name: str
    ends: date


@dataclass(frozen=True, slots=True)
class Apart:
    """Lines of a warehouse that do not add up. ``since``: the oldest of them."""

    warehouse: int | None
    name: str
    lines: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Overdue:
    """Cases of one code, team and warehouse that are past their deadline. ``since``: the earliest deadline."""

    code: str
    title: str
    team: Owner
    severity: Severity
    cases: int
    since: datetime
    worth: Worth = ()
    warehouse: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    paces: Sequence[Pace] = ()
    leaving: Sequence[Leaving] = ()
    lanes: Sequence[Lane] = ()
    away: Sequence[Away] = ()
    silent: Sequence[Silent] = ()
    keys: Sequence[Key] = ()
    apart: Sequence[Apart] = ()
    overdue: Sequence[Overdue] = ()
