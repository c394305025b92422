"""Queues, what is at work, what went through, and who does it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from integration.jobs import forecast, sql
from integration.jobs.pulse import JOB_STEPS
from integration.jobs.streams import ACTIVE, JOB
from integration.models import FlowTally, JobAttempt, SyncJob, TryTotal
from integration.observe import life
from integration.observe.metrics import names
from integration.observe.metrics.names import Histogram, Sample
from integration.rules.flows import FAMILIES, FLOWS

State = SyncJob.State
# Of a try. Zeros as well: what is met for the first time is then an increase, and no rate misses it.
OUTCOMES = tuple(
    map(str, (State.SUCCEEDED, State.RETRY, State.BLOCKED, State.NEEDS_ATTENTION, State.SUPERSEDED, "crashed"))
)
STOPPED = (SyncJob.State.BLOCKED, SyncJob.State.NEEDS_ATTENTION)

_AT_WORK = f"""
SELECT flow, state, count(*), extract(epoch FROM now() - min(created_at))::float8
FROM {JOB} WHERE state IN ({ACTIVE}) GROUP BY flow, state"""  # noqa: S608  (table names of our own)

_BEHIND = f"""
SELECT extract(epoch FROM now() - ended_at)::float8 FROM {JobAttempt._meta.db_table}
WHERE id > (SELECT COALESCE(max(upto), 0) FROM {FlowTally._meta.db_table}) ORDER BY id LIMIT 1"""  # noqa: S608


def alive() -> Iterator[Sample]:
    found = life.everywhere()
    yield Sample(names.WORKERS, found.workers)
    yield Sample(names.BEAT_LEADS, bool(found.leader))
    if found.leader:
        yield Sample(names.BEAT_TERM, found.term)


def lanes() -> Iterator[Sample]:
    for each in forecast.lanes():
        lane = (each.lane.name.lower(),)
        yield Sample(names.LANE_DUE, each.due, lane)
        yield Sample(names.LANE_HELD, each.held, lane)
        yield Sample(names.LANE_WAITED, each.waited, lane)
        yield Sample(names.LANE_DONE, each.done_per_second, lane)
        yield Sample(names.LANE_COME, each.come_per_second, lane)
        if each.seconds is not None:
            yield Sample(names.LANE_CLEAR, each.seconds, lane)


def at_work() -> Iterator[Sample]:
    rows = sql.rows(_AT_WORK, [])
    for flow, state, count, oldest in rows:
        yield Sample(names.JOBS, count, (flow, state))
        yield Sample(names.JOBS_OLDEST, oldest, (flow, state))
    for work, flows in FAMILIES.items():
        yield from _of_family(work, [row for row in rows if row[0] in flows])


def _of_family(work: str, rows: Iterable[tuple[str, str, int, float]]) -> Iterator[Sample]:
    """Zeros as well: a graph of what is not there shows nothing."""
    yield Sample(names.WORK, sum(row[2] for row in rows), (work,))
    yield Sample(names.WORK_STOPPED, sum(row[2] for row in rows if row[1] in STOPPED), (work,))
    yield Sample(names.WORK_OLDEST, max((row[3] for row in rows), default=0.0), (work,))


def gone_through() -> Iterator[Sample]:
    tries = Counter({(flow, outcome): 0 for flow in FLOWS for outcome in OUTCOMES})
    kept: Counter[str] = Counter()
    took: dict[str, dict[float, int]] = defaultdict(lambda: dict.fromkeys((*JOB_STEPS, float("inf")), 0))
    seconds: dict[str, float] = defaultdict(float)
    for row in TryTotal.objects.order_by("within"):
        tries[row.flow, row.outcome] += row.tries
        kept[row.flow] += row.kept
        if row.outcome == SyncJob.State.SUCCEEDED:
            took[row.flow][row.within] = took[row.flow].get(row.within, 0) + row.tries
            seconds[row.flow] += row.seconds
    yield from (Sample(names.TRIES, count, key) for key, count in tries.items())
    for flow, counts in took.items():
        yield Sample(names.JOB_SECONDS, Histogram(counts, seconds[flow]), (flow,))
        yield Sample(names.KEPT, kept[flow], (flow,))
    for flow, known in FLOWS.items():
        yield Sample(names.PROMISE, known.promise.total_seconds(), (flow,))


def counted() -> Iterator[Sample]:
    rows = sql.rows(_BEHIND, [])
    yield Sample(names.BEHIND, rows[0][0] if rows else 0.0)
