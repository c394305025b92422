"""What a past document is looked at with, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from integration.errors import IntegrationError, OutcomeUnknown, Transient
from integration.jobs import tries
from integration.jobs.supposing import AS_IT_IS, Supposed, supposing
from integration.jobs.tries import Step
from integration.jobs.work import Work
from integration.models import TriedChange, TriedDocument
from integration.rules.otherwise import Course, apart, stopped, turn

Verdict = TriedDocument.Verdict
Found = TypeVar("Found")


@dataclass(frozen=True)
class Bench:
    """``now``: by which it goes whether a rule counts, on both sides."""

    work: Work
    tried: TriedChange
    steps: Sequence[Step]
    change: Supposed
    now: datetime

    @property
    def warehouses(self) -> list[int]:
        return list(self.tried.warehouses)

    @cached_property
    def sections(self) -> frozenset[str]:
        return frozenset(each.section for each in self.steps)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Of the rules, order rules and mappings that are changed."""
        return frozenset(str(row["kind"]) for row in self._rows)

    @cached_property
    def partners(self) -> frozenset[str]:
        """Slugs of those whose codes are changed."""
        return frozenset(str(row["partner"]) for row in self._rows if "partner" in row)

    @cached_property
    def codes(self) -> frozenset[str]:
        """Of either side, that the changed mappings name."""
        named = [row for row in self._rows if "partner" in row]
        return frozenset(str(row[name]) for row in named for name in ("odoo_code", "partner_code"))

    @property
    def _rows(self) -> list[dict[str, Any]]:
        return [row for each in self.steps for row in (each.before, each.after) if row is not None]


@dataclass(frozen=True, slots=True)
class Subject:
    """One document that is looked at."""

    kind: str
    reference: str
    at: datetime
    warehouse: int | None
    document: int | None = None
    message: int | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of it on both sides; ``why``: it cannot be told. ``ours``: of the warehouses that it is tried for."""

    subject: Subject
    before: Course = field(default_factory=Course)
    after: Course = field(default_factory=Course)
    why: str = ""
    ours: bool = True

    @property
    def is_told(self) -> bool:
        return self.ours and not self.why


@dataclass(frozen=True, slots=True)
class Phase:
    """One sort of document. ``rows``: the next ones after an id, by their ids; ``look`` raises what a call raises."""

    name: str
    wanted: Callable[[Bench], bool]
    rows: Callable[[Bench, int, int], Sequence[Any]]
    look: Callable[[Bench, Any], Looked]


def both(bench: Bench, read: Callable[[], Found]) -> tuple[Found, Found]:
    """As things are, and as they would be."""
    with supposing(AS_IT_IS):
        before = read()
    with supposing(bench.change):
        return before, read()


def or_stopped(course: Callable[[], Course]) -> Course:
    """What stands against it is a course as well. Raises what says nothing about the document."""
    try:
        return course()
    except (Transient, OutcomeUnknown):
        raise
    except IntegrationError as wrong:
        return stopped(wrong.causes)


def told(bench: Bench, looked: Looked) -> TriedDocument | None:
    """The row that is kept of it; None: nothing would have been otherwise."""
    subject = looked.subject
    row = TriedDocument(
        tried=bench.tried,
        warehouse_id=subject.warehouse,
        kind=subject.kind,
        reference=subject.reference[:100],
        document_id=subject.document,
        message=subject.message,
        at=subject.at,
    )
    if looked.why:
        row.verdict, row.why = Verdict.UNTOLD, looked.why[:300]
        return row
    found = turn(looked.before, looked.after)
    if found is None:
        return None
    before, after = apart(looked.before, looked.after)
    row.verdict, row.before, row.after = Verdict(found.value), before.as_json(), after.as_json()
    return row


def of(work: Work, tried: TriedChange, now: datetime) -> Bench:
    steps = tries.steps_of(tried)
    return Bench(work, tried, steps, tries.supposed(steps, now), now)
