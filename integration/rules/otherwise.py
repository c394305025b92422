"""Two courses of one document, by the configuration as it is and as it would be: do they differ, and in what?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from integration.errors import IntegrationError


class Turn(StrEnum):
    """What a change would have done to a document."""

    STOPS = "stops"
    GOES = "goes"
    OTHERWISE = "otherwise"
    STOPS_OTHERWISE = "stopped"


class Untold(Exception):
    """It cannot be told what would have come of a document; the text says why."""


@dataclass(frozen=True, slots=True)
class Stop:
    """``mark`` tells causes apart, whatever version of a rule they name."""

    code: str
    mark: str
    cause: str


@dataclass(frozen=True, slots=True)
class Course:
    """What comes of a document: what stops it, or else what it says, field by field."""

    stops: tuple[Stop, ...] = ()
    says: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"stops": [[each.code, each.cause] for each in self.stops], "says": dict(self.says)}


def stopped(against: Iterable[IntegrationError]) -> Course:
    """Each cause once, in the order of their codes."""
    found = {each.fingerprint: Stop(each.code, each.fingerprint, each.cause) for each in against}
    return Course(tuple(sorted(found.values(), key=lambda stop: (stop.code, stop.mark))))


def turn(before: Course, after: Course) -> Turn | None:
    """None: nothing would have been otherwise."""
    was, would_be = (frozenset(stop.mark for stop in course.stops) for course in (before, after))
    if was != would_be:
        return (Turn.STOPS_OTHERWISE if was else Turn.STOPS) if would_be else Turn.GOES
    return Turn.OTHERWISE if not was and dict(before.says) != dict(after.says) else None


def apart(before: Course, after: Course) -> tuple[Course, Course]:
    """Both with only those of their fields that differ."""
    names = [name for name in {**before.says, **after.says} if before.says.get(name) != after.says.get(name)]
    return _only(before, names), _only(after, names)


def _only(course: Course, names: Iterable[str]) -> Course:
    return Course(course.stops, {name: course.says[name] for name in names if name in course.says})
