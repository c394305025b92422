"""What there are alerts for, as data: what each looks at, its usual figures, whose it is, what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from integration.errors.problem import Owner


class Kind(StrEnum):
    PROMISE = "promise"
    CUTOFF = "cutoff"
    BACKLOG = "backlog"
    AWAY = "away"
    SILENCE = "silence"
    KEY = "key"
    VARIANCE = "variance"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Rule:
    """``threshold`` and ``least`` mean what the kind says. ``patience``: how long it must be so before it is told;
    ``escalate``: after how long without anybody who takes it it is told to the next ones."""

    active: bool
    threshold: float
    least: int
    patience: timedelta
    escalate: timedelta


@dataclass(frozen=True, slots=True)
class Means:
    """``threshold`` and ``least``: what these figures of its rule are, in words. ``most``: what the first may be."""

    threshold: str
    least: str
    team: Owner
    todo: str
    rule: Rule
    most: int = 365 * 24 * 60


def _rule(threshold: float, least: int, patience: int, escalate: int) -> Rule:
    """In minutes."""
    return Rule(True, threshold, least, timedelta(minutes=patience), timedelta(minutes=escalate))


KINDS: Mapping[Kind, Means] = {
    Kind.PROMISE: Means(
        "Percent of the jobs of an hour that are to be as fast as promised",
        "Jobs in an hour that tell anything",
        Owner.OPERATIONS,
        "See Today: when the work is done, and what is in its way.",
        _rule(95, 20, 0, 60),
        most=100,
    ),
    Kind.CUTOFF: Means(
        "Minutes before the cut-off",
        "Orders",
        Owner.OPERATIONS,
        "Work on these cases first; what cannot be mended by then, tell the customer or take another carrier.",
        _rule(60, 1, 0, 15),
    ),
    Kind.BACKLOG: Means(
        "Minutes until it is done",
        "Jobs that are due",
        Owner.OPERATIONS,
        "See Today for what is in the way. Start another worker if the systems could take more.",
        _rule(30, 20, 5, 30),
    ),
    Kind.AWAY: Means(
        "Minutes without an answer",
        "Jobs that wait for it",
        Owner.ADMINISTRATOR,
        "Ask whoever runs it. The work waits and goes on by itself.",
        _rule(5, 0, 0, 30),
    ),
    Kind.SILENCE: Means(
        "Minutes without a sign of life",
        "Not used",
        Owner.ADMINISTRATOR,
        "See `manage.py doctor`, and start what is missing.",
        _rule(3, 0, 0, 15),
    ),
    Kind.KEY: Means(
        "Days before its end",
        "Not used",
        Owner.ADMINISTRATOR,
        "Make a new key there, enter it on the connection's page, and say there when it ends.",
        _rule(14, 0, 0, 2 * 24 * 60),
        most=365,
    ),
    Kind.VARIANCE: Means(
        "Minutes that they have differed",
        "Lines that differ",
        Owner.ADMINISTRATOR,
        "Open the variances of the warehouse and follow the runbook of their case.",
        _rule(15, 1, 0, 24 * 60),
    ),
    Kind.CASE: Means(
        "Minutes past the deadline",
        "Cases of one cause",
        Owner.OPERATIONS,
        "Open the cases: each says what happened and what to do.",
        _rule(0, 1, 0, 4 * 60),
    ),
}  # fmt: skip
