"""Rules that make a sandbox fail on request: which requests they match, how often, and what then happens.

A server describes each request by facts (`{"model": ..., "method": ..., "protocol": ...}` or whatever it has)
and asks `FaultRules.decide(facts)`; it carries out the `Fault` it gets, if any.
"""

import random
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

ACTIONS = {
    "latency": "answer as usual, `seconds` late",
    "slow_body": "answer as usual, the body dripping over `seconds`",
    "error500": "500 with a short text, nothing done",
    "error503": "503 with Retry-After `seconds`, nothing done",
    "error429": "429 with Retry-After `seconds`, nothing done",
    "error_html": "502 with a proxy's HTML page, nothing done",
    "garbage": "200 with a body that is no answer, after the work was done",
    "truncate": "do the work, announce the whole answer, close after half of it",
    "cut_before": "close the connection before anything is done",
    "cut_after_commit": "do the work, then close the connection without an answer",
    "refuse": "reset the connection at once",
    "serialization": "answer as a database that could not serialize, nothing done",
    "duplicate": "send the message twice",
    "renumbered": "send the message twice, the second time under a number of its own",
    "lost": "never send the message",
    "reorder": "send the message after the next one",
}
KEYS = {"match", "fault", "seconds", "probability", "every", "times", "skip"}


class BadRule(ValueError):
    """A rule that cannot be understood; the text says what is wrong with it."""


@dataclass(frozen=True)
class Fault:
    """What the server shall do with one request."""

    action: str
    seconds: float = 0.0


@dataclass
class Rule:
    """`match` holds fnmatch patterns by fact; a fact that the request lacks never matches.

    Of the matching requests the first `skip` pass; then each `every`-th one is hit, with `probability`,
    at most `times` times.
    """

    fault: str
    match: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    probability: float = 1.0
    every: int = 1
    times: int | None = None
    skip: int = 0
    seen: int = 0
    hit: int = 0

    def matches(self, facts: Mapping[str, Any]) -> bool:
        return all(key in facts and fnmatchcase(str(facts[key]), want) for key, want in self.match.items())

    def strikes(self, dice: random.Random) -> bool:
        """Count one matching request and say whether the fault happens to it."""
        self.seen += 1
        due = self.seen > self.skip and (self.seen - self.skip) % self.every == 0
        left = self.times is None or self.hit < self.times
        struck = due and left and (self.probability >= 1 or dice.random() < self.probability)
        self.hit += struck
        return struck


def parse(raw: Mapping[str, Any]) -> Rule:
    """The rule in a decoded JSON object. Raises BadRule."""
    if unknown := sorted(set(raw) - KEYS):
        raise BadRule(f"unknown keys: {', '.join(unknown)}")
    if raw.get("fault") not in ACTIONS:
        raise BadRule(f"fault must be one of: {', '.join(ACTIONS)}")
    try:
        return Rule(
            fault=raw["fault"],
            match={str(key): str(value) for key, value in dict(raw.get("match") or {}).items()},
            seconds=float(raw.get("seconds", 0)),
            probability=float(raw.get("probability", 1)),
            every=max(1, int(raw.get("every", 1))),
            times=None if raw.get("times") is None else int(raw["times"]),
            skip=int(raw.get("skip", 0)),
        )
    except (TypeError, ValueError) as error:
        raise BadRule(str(error)) from error


class FaultRules:
    """The rules of one server. Thread-safe; the same seed gives the same faults for the same requests."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._dice = random.Random(seed)  # noqa: S311
        self._rules: list[Rule] = []

    def add(self, raw: Mapping[str, Any]) -> Rule:
        rule = parse(raw)
        with self._lock:
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def decide(self, facts: Mapping[str, Any]) -> Fault | None:
        """The first rule that matches and strikes wins; every matching rule before it counts the request."""
        with self._lock:
            for rule in self._rules:
                if rule.matches(facts) and rule.strikes(self._dice):
                    return Fault(rule.fault, rule.seconds)
        return None

    def describe(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(rule) for rule in self._rules]
