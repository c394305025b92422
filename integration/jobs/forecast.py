"""When each lane will be clear: what is due, divided by how much faster it is done than it comes in.

The facts are read off the newest rows by id and off what is due now, so that they cost the same however many ended
jobs there are. What waits for a remote system is no part of what drains: it is told beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from integration.jobs import sql
from integration.jobs.streams import ACTIVE, JOB, STREAM
from integration.models import Connection, ConnectionGate, JobAttempt, Lane

ATTEMPT = JobAttempt._meta.db_table
SOON_SECONDS = 60.0  # what is due within this time counts as due: a pause of the throttle is shorter
WINDOW_SECONDS = 60.0  # the rates are those of the last minute ...
FEW = 20  # ... or of as long as so many jobs took
LONGEST_SECONDS = 600.0
NEWEST = 10_000  # rows that are looked at; at more in a minute, the minute is shorter
SLICES = 12  # of the time in which jobs came: in how many of them did they?
LATE_SECONDS = 60.0  # work that nobody has begun for so long does not just come in
QUIET_GAPS, QUIET_SECONDS = 3.0, 5.0  # nothing for so many usual gaps: it has stopped, or slowed down

# Jobs of streams that go on by themselves; those behind a job that waits for a system, or for its cause to go, wait
# with it. That such a job is looked at again soon does not make it work that will be done.
_DUE = f"""
SELECT stream.lane, count(*), COALESCE(extract(epoch FROM now() - min(stream.next_due_at) FILTER (
  WHERE stream.claimed_until IS NULL OR stream.claimed_until <= now())), 0)::float
FROM {STREAM} AS stream JOIN {JOB} AS job ON job.stream_id = stream.id
WHERE stream.next_due_at <= now() + %s::float8 * interval '1 second' AND job.state IN ({ACTIVE})
  AND stream.id NOT IN (SELECT stream_id FROM {JOB} WHERE waits_for_id IS NOT NULL OR state = 'blocked')
GROUP BY stream.lane"""  # noqa: S608  (table names of our own)

_HELD = f"""
SELECT stream.lane, held.waits_for_id, count(*)
FROM (SELECT DISTINCT stream_id, waits_for_id FROM {JOB} WHERE waits_for_id IS NOT NULL) AS held
JOIN {STREAM} AS stream ON stream.id = held.stream_id
JOIN {JOB} AS job ON job.stream_id = stream.id AND job.state IN ({ACTIVE})
GROUP BY stream.lane, held.waits_for_id"""  # noqa: S608

_PACED = f"""
SELECT DISTINCT stream.lane FROM {JOB} AS job JOIN {STREAM} AS stream ON stream.id = job.stream_id
WHERE job.state = 'retry' AND job.failure_code = 'CD-1002' AND job.waits_for_id IS NULL"""  # noqa: S608

_ENDS = f"""
SELECT stream.lane, GREATEST(floor(extract(epoch FROM now() - newest.ended_at) * 10), 0)::int AS tenths, count(*)
FROM (SELECT job_id, ended_at, outcome FROM {ATTEMPT} ORDER BY id DESC LIMIT %s::int) AS newest
JOIN {JOB} AS job ON job.id = newest.job_id JOIN {STREAM} AS stream ON stream.id = job.stream_id
WHERE newest.ended_at > now() - %s::float8 * interval '1 second' AND newest.outcome NOT IN ('retry', 'crashed')
GROUP BY 1, 2"""  # noqa: S608

_ARRIVALS = f"""
SELECT stream.lane, GREATEST(floor(extract(epoch FROM now() - newest.created_at) * 10), 0)::int AS tenths, count(*)
FROM (SELECT stream_id, created_at FROM {JOB} ORDER BY id DESC LIMIT %s::int) AS newest
JOIN {STREAM} AS stream ON stream.id = newest.stream_id
WHERE newest.created_at > now() - %s::float8 * interval '1 second'
GROUP BY 1, 2"""  # noqa: S608

Moments = Sequence[tuple[float, int]]


@dataclass(frozen=True, slots=True)
class Held:
    """Jobs that wait for a system which does not answer."""

    connection: str
    jobs: int
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """A system that takes no more calls just now. ``per_second`` 0: it is switched off."""

    connection: str
    per_second: float


@dataclass(frozen=True, slots=True)
class Facts:
    """One lane as it is. ``ends`` and ``arrivals``: how many seconds ago, and how many jobs.

    ``waited``: seconds that work has been due and nobody has taken it. ``arrivals_seconds``: the time that
    ``arrivals`` are all of.
    """

    lane: Lane
    due: int = 0
    waited: float = 0.0
    ends: Moments = ()
    arrivals: Moments = ()
    arrivals_seconds: float = WINDOW_SECONDS
    held: Sequence[Held] = ()
    paces: Sequence[Pace] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """``seconds`` until the lane is clear: 0 if it is, None while it does not drain. ``why``: what is in the way.

    ``late``: work waits for too long to have just come in. ``waited``: seconds that the oldest has been due.
    """

    lane: Lane
    due: int
    held: int
    done_per_second: float
    come_per_second: float
    seconds: float | None
    why: Sequence[str] = ()
    late: bool = False
    waited: float = 0.0
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def clear_at(self) -> datetime | None:
        return None if self.seconds is None else self.at + timedelta(seconds=self.seconds)

    @property
    def state(self) -> str:
        if self.seconds is None:
            return "stuck" if self.late else "starting"
        return "draining" if self.due else "held" if self.held else "clear"


def forecast(facts: Facts) -> Forecast:
    """Pure: the arithmetic, and the words for what is in the way."""
    done, come = done_per_second(facts.ends), come_per_second(facts.arrivals, facts.arrivals_seconds)
    why = [*map(_down, facts.held), *map(_paced, facts.paces)]
    seconds = 0.0 if not facts.due else None
    if facts.due and done > come:
        seconds = facts.due / (done - come)
    elif facts.due and facts.waited > LATE_SECONDS:
        why.append(f"{come:.2g} jobs a second come in and {done:.2g} are done" if done else "no job of it has ended")
    held = sum(each.jobs for each in facts.held)
    late = facts.waited > LATE_SECONDS
    return Forecast(facts.lane, facts.due, held, done, come, seconds, why, late=late, waited=facts.waited)


def done_per_second(ends: Moments) -> float:
    """From the first end to the last one: whole rounds, so that slow jobs and batches count right."""
    recent = _recent(sorted(ends, reverse=True))
    if len(recent) < 2:
        return sum(count for _, count in recent) / max(WINDOW_SECONDS, *(age for age, _ in recent), 1.0)
    first, last = recent[0][0], recent[-1][0]
    gap = (first - last) / (len(recent) - 1)
    if last > max(QUIET_GAPS * gap, QUIET_SECONDS):
        last = 0.0
    return sum(count for _, count in recent[1:]) / (first - last)


def come_per_second(arrivals: Moments, seconds: float = WINDOW_SECONDS) -> float:
    """What comes steadily: a burst, which is over, says nothing about the next minutes."""
    slices = [0] * SLICES
    for age, count in arrivals:
        slices[min(int(age / seconds * SLICES), SLICES - 1)] += count
    mean = sum(slices) / SLICES
    return (mean if mean <= 1 else float(median(slices))) * SLICES / seconds


def lanes() -> list[Forecast]:
    """All lanes, the most urgent first."""
    return [forecast(each) for each in _facts()]


def _recent(ends: Moments) -> Moments:
    """Oldest first: those of the last minute, and older ones as long as they are few."""
    minute = sum(count for age, count in ends if age <= WINDOW_SECONDS)
    kept, some = [], 0
    for age, count in reversed(ends):
        if age > WINDOW_SECONDS and (minute >= FEW or some >= FEW):
            break
        kept.append((age, count))
        some += count
    return kept[::-1]


def _down(held: Held) -> str:
    since = f" since {held.since:%Y-%m-%d %H:%M} UTC" if held.since else ""
    return f"{held.jobs:,} wait for {held.connection}, which does not answer{since}"


def _paced(pace: Pace) -> str:
    if not pace.per_second:
        return f"{pace.connection} is switched off"
    return f"{pace.connection} takes {pace.per_second:g} call{'' if pace.per_second == 1 else 's'} a second"


def _facts() -> Iterable[Facts]:
    found = {lane: Facts(lane) for lane in Lane}
    for lane, due, waited in sql.rows(_DUE, [SOON_SECONDS]):
        found[lane] = replace(found[lane], due=due, waited=waited)
    ends = _ends({lane for lane, facts in found.items() if facts.due})
    arrivals = _by_lane(sql.rows(_ARRIVALS, [NEWEST, WINDOW_SECONDS]))
    covered = _covered(arrivals)
    held, paces = _held(), _paces()
    paced = {row[0] for row in sql.rows(_PACED, [])} if paces else set()
    for lane in Lane:
        found[lane] = replace(
            found[lane],
            ends=ends.get(lane, ()),
            arrivals=arrivals.get(lane, ()),
            arrivals_seconds=covered,
            held=held.get(lane, ()),
            paces=paces if lane in paced else (),
        )
    return found.values()


def _ends(busy: set[Lane]) -> dict[int, list[tuple[float, int]]]:
    """Those of the last minute; older ones only if they are asked for, because more of them cost more."""
    minute = _by_lane(sql.rows(_ENDS, [NEWEST, WINDOW_SECONDS]))
    slow = {lane for lane in busy if sum(count for _, count in minute.get(lane, ())) < FEW}
    if not slow:
        return minute
    longer = _by_lane(sql.rows(_ENDS, [NEWEST, LONGEST_SECONDS]))
    return minute | {lane: longer[lane] for lane in slow & longer.keys()}


def _by_lane(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[tuple[float, int]]]:
    found: dict[int, list[tuple[float, int]]] = {}
    for lane, tenths, count in rows:
        found.setdefault(lane, []).append((tenths / 10, count))
    return found


def _covered(arrivals: dict[int, list[tuple[float, int]]]) -> float:
    """The time that the newest rows go back, when they are not all of the last minute."""
    moments = [moment for lane in arrivals.values() for moment in lane]
    if sum(count for _, count in moments) < NEWEST:
        return WINDOW_SECONDS
    return max(0.1, *(age for age, _ in moments))


def _held() -> dict[int, list[Held]]:
    found: dict[int, list[Held]] = {}
    rows = sql.rows(_HELD, [])
    known = Connection.objects.select_related("gate").defer("secrets").in_bulk({row[1] for row in rows})
    for lane, connection, jobs in rows:
        gate = getattr(known[connection], "gate", None)
        found.setdefault(lane, []).append(Held(known[connection].name, jobs, gate.opened_at if gate else None))
    return found


def _paces() -> list[Pace]:
    """Systems whose budget is used up just now, and those that are switched off."""
    now = datetime.now(UTC)
    found = []
    for row in Connection.objects.select_related("gate").defer("secrets"):
        gate: ConnectionGate | None = getattr(row, "gate", None)
        if not row.enabled:
            found.append(Pace(row.name, 0.0))
        elif row.calls_per_second and gate is not None and gate.next_call_at and gate.next_call_at > now:
            found.append(Pace(row.name, row.calls_per_second))
    return found
