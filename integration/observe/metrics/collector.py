"""Reads all figures, part by part: what cannot be read takes nothing else along, and a slow part is read less often.

What was read is kept for a moment, so that however many monitors ask, the database is asked as often as one would.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from threading import Lock

from django.db import Error, transaction
from prometheus_client.metrics_core import Metric as Exposed
from prometheus_client.registry import Collector

from integration.jobs import sql
from integration.observe.metrics import business, names, systems, work
from integration.observe.metrics.names import Family, Histogram, Metric, Sample

KEPT_SECONDS = 5.0
SHARE = 20  # a part is kept for so many times as long as it took to read, so that it takes a twentieth at most
LONGEST_MS = 3_000  # of one statement: a monitor waits ten seconds by default
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Part:
    """Figures that are read together, and what was read the last time. ``fresh``: the monotonic time until which."""

    name: str
    metrics: Sequence[Metric]
    read: Callable[[], Iterable[Sample]]
    fresh: float = 0.0
    up: bool = False
    seconds: float = 0.0
    families: Sequence[Exposed] = field(default=())

    def refresh(self) -> None:
        began = time.monotonic()
        if began < self.fresh:
            return
        try:
            self.families, self.up = _families(self.metrics, _read(self.read)), True
        except Error as wrong:
            log.warning("figures left out", extra={"part": self.name, "reason": type(wrong).__name__})
            self.families, self.up = (), False
        ended = time.monotonic()
        self.seconds = ended - began
        self.fresh = ended + max(KEPT_SECONDS, SHARE * self.seconds)


PARTS: Sequence[Part] = (
    Part("life", (names.WORKERS, names.BEAT_LEADS, names.BEAT_TERM), work.alive),
    Part("counted", (names.BEHIND,), work.counted),
    Part(
        "lanes",
        (names.LANE_DUE, names.LANE_HELD, names.LANE_WAITED, names.LANE_DONE, names.LANE_COME, names.LANE_CLEAR),
        work.lanes,
    ),
    Part("work", (names.JOBS, names.JOBS_OLDEST, names.WORK, names.WORK_STOPPED, names.WORK_OLDEST), work.at_work),
    Part("tries", (names.TRIES, names.JOB_SECONDS, names.KEPT, names.PROMISE), work.gone_through),
    Part("calls", (names.CALL_SECONDS, names.CALLS_FAILED), systems.calls),
    Part(
        "connections",
        (
            *(names.ENABLED, names.BREAKER, names.FAILURES, names.THROTTLE, names.SLOTS, names.SLOTS_USED),
            *(names.CALL_LIMIT, names.WAITING, names.KEY_ENDS),
        ),
        systems.gates,
    ),
    Part("heard", (names.LAST_MESSAGE, names.LAST_SUCCESS), systems.heard),
    Part("cases", (names.CASES, names.CASES_OVERDUE, names.CASES_VALUE), business.cases),
    Part("unanswered", (names.UNANSWERED, names.UNANSWERED_OLDEST), business.unanswered),
    Part(
        "numbers",
        (
            *(names.VARIANCES, names.VARIANCE_UNITS, names.VARIANCE_UNEXPLAINED, names.VARIANCES_VALUE),
            *(names.DIFFERENCES, names.DIFFERENCES_VALUE),
        ),
        business.disagreements,
    ),
)
OWN = (names.PART_UP, names.PART_SECONDS)
METRICS: Sequence[Metric] = (*(metric for part in PARTS for metric in part.metrics), *OWN)
_one_at_a_time = Lock()


class Figures(Collector):
    """All metrics as they are now."""

    def collect(self) -> Iterator[Exposed]:
        with _one_at_a_time:
            for part in PARTS:
                part.refresh()
            found = [family for part in PARTS for family in part.families]
            about = [
                *(Sample(names.PART_UP, part.up, (part.name,)) for part in PARTS),
                *(Sample(names.PART_SECONDS, part.seconds, (part.name,)) for part in PARTS),
            ]
        yield from found
        yield from _families(OWN, about)


def forget() -> None:
    """What was read is read anew the next time."""
    for part in PARTS:
        part.fresh = 0.0


def _read(read: Callable[[], Iterable[Sample]]) -> list[Sample]:
    with transaction.atomic():
        sql.rows("SELECT set_config('statement_timeout', %s, true)", [str(LONGEST_MS)])
        return list(read())


def _families(metrics: Sequence[Metric], samples: Iterable[Sample]) -> Sequence[Exposed]:
    """With those that have no sample: a monitor learns of them, too."""
    made: dict[str, Family] = {metric.name: metric.family() for metric in metrics}
    for sample in samples:
        _add(made[sample.metric.name], sample)
    return list(made.values())


def _add(family: Family, sample: Sample) -> None:
    if not isinstance(sample.value, Histogram):
        family.add_metric(sample.labels, sample.value)  # type: ignore[arg-type, call-arg]
        return
    steps = sorted(sample.value.counts)
    sums = accumulate(sample.value.counts[step] for step in steps)
    buckets = [(_step(step), count) for step, count in zip(steps, sums, strict=True)]
    family.add_metric(sample.labels, buckets, sample.value.seconds)  # type: ignore[arg-type]


def _step(seconds: float) -> str:
    return "+Inf" if seconds == float("inf") else str(seconds)
