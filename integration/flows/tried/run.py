"""Walks through the documents of the last days and decides each twice: as things are, and with a change.

Operational impact: none. A slice at a time, so that nothing waits for it.
"""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError

from integration.errors import IntegrationError
from integration.flows.tried import advices, books, messages, releases, stock
from integration.flows.tried import bench as benches
from integration.flows.tried.bench import Bench, Looked, Phase, Subject
from integration.jobs import drain, tries
from integration.jobs.streams import ClaimLost
from integration.jobs.tries import Part
from integration.jobs.work import Outcome, Work
from integration.models import TriedChange, TriedDocument

SLICE_SECONDS, AT_ONCE = 2.0, 100
PHASES: Sequence[Phase] = (
    *releases.PHASES,
    *advices.PHASES,
    *messages.PHASES,
    *stock.PHASES,
    *books.PHASES,
)
NAMES = tuple(phase.name for phase in PHASES)
OVER = "over"
UNFORESEEN = "CD-9002: {name}, a mistake of ours: its trace is in the log."
log = logging.getLogger(__name__)


def handle(work: Work) -> Outcome:
    """Raises Throttled: what was found so far is kept."""
    pk, count, ends = int(str(work.job.payload["tried"])), 0, time.monotonic() + SLICE_SECONDS
    tried = tries.current(pk)
    while tried is not None and not is_over(tried) and time.monotonic() < ends and not drain.begun():
        known = tries.base()
        if known != tried.base:  # this batch may remember what there was before: the next one reads all of it
            tries.begin_anew(work, tried, known)
            break
        count += _part(work, tried, ends)
        tried = tries.current(pk)
    return Outcome(f"{count} documents tried", partial(tries.go_on, pk, is_over))


def is_over(tried: TriedChange) -> bool:
    return tried.phase == OVER


def _part(work: Work, tried: TriedChange, ends: float) -> int:
    """The next documents, of one sort; returns how many were looked at."""
    bench = benches.of(work, tried, datetime.now(UTC))
    phase = _phase(bench)
    if phase is None:
        tries.keep(work, tried, Part(OVER, 0))
        return 0
    after = tried.after if tried.phase == phase.name else 0
    rows = phase.rows(bench, after, AT_ONCE)
    if not rows:
        tries.keep(work, tried, Part(_next(phase), 0))
        return 0
    return _look(bench, phase, rows, ends)


def _look(bench: Bench, phase: Phase, rows: Sequence[Any], ends: float) -> int:
    """What was looked at before a pause is asked for is kept."""
    found: list[TriedDocument] = []
    count, decided, after = 0, 0, 0
    try:
        for row in rows:
            looked = _looked(bench, phase, row)
            found += filter(None, [benches.told(bench, looked)])
            count, decided, after = count + 1, decided + looked.is_told, row.pk
            if time.monotonic() >= ends or drain.begun():
                break
    finally:
        if count:
            tries.keep(bench.work, bench.tried, Part(phase.name, after, decided, found))
    return count


def _looked(bench: Bench, phase: Phase, row: Any) -> Looked:
    """A document that a mistake of ours is met with keeps no other one from being told. Raises what a call raises."""
    try:
        return phase.look(bench, row)
    except (IntegrationError, ClaimLost, InterfaceError, OperationalError):
        raise
    except Exception as wrong:
        log.exception("unexpected failure in a try", extra={"tried": bench.tried.pk, "phase": phase.name})
        warehouse = getattr(row, "warehouse_id", None)
        subject = Subject(phase.name, str(row), bench.now, warehouse)
        return Looked(subject, why=UNFORESEEN.format(name=type(wrong).__name__))


def _phase(bench: Bench) -> Phase | None:
    """The one that it has got to, or the first one after that which the change is about."""
    begun = NAMES.index(bench.tried.phase) if bench.tried.phase in NAMES else 0
    if bench.tried.phase == OVER:
        return None
    return next((phase for phase in PHASES[begun:] if phase.wanted(bench)), None)


def _next(phase: Phase) -> str:
    at = NAMES.index(phase.name) + 1
    return NAMES[at] if at < len(NAMES) else OVER
