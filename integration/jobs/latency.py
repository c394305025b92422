"""How long each flow's jobs took lately, from their cause to their end, beside what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass

from integration.jobs import routes, sql
from integration.models import Lane, SyncJob
from integration.rules.flows import FLOWS, Flow

LATEST = 20_000  # jobs that are looked at: the newest ones, by the table's own key

# Work that waited for a person, or was ended by one, says nothing about how fast the flow is.
_TOOK = f"""
WITH latest AS (SELECT * FROM {SyncJob._meta.db_table} ORDER BY id DESC LIMIT %s),
took AS (SELECT flow, extract(epoch FROM finished_at - created_at) AS seconds FROM latest WHERE state = 'succeeded')
SELECT took.flow, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY took.seconds),
  percentile_cont(0.95) WITHIN GROUP (ORDER BY took.seconds),
  count(*) FILTER (WHERE took.seconds <= promise.seconds)
FROM took JOIN unnest(%s::text[], %s::float8[]) AS promise(flow, seconds) USING (flow)
GROUP BY took.flow"""  # noqa: S608  (a table name of our own)


@dataclass(frozen=True, slots=True)
class Measured:
    """``half`` and ``most``: the seconds that 50 and 95 of 100 jobs needed at most; None without any. ``kept``: the
    share of them that kept the promise, 0 to 1."""

    name: str
    flow: Flow
    jobs: int = 0
    half: float | None = None
    most: float | None = None
    kept: float | None = None

    @property
    def lane(self) -> Lane:
        return routes.lane_of(self.name)

    @property
    def promise_seconds(self) -> float:
        return self.flow.promise.total_seconds()


def measured() -> Sequence[Measured]:
    """All flows, the most urgent lane first."""
    promises = [flow.promise.total_seconds() for flow in FLOWS.values()]
    found = {row[0]: row[1:] for row in sql.rows(_TOOK, [LATEST, list(FLOWS), promises])}
    every = (_measured(name, flow, found.get(name)) for name, flow in FLOWS.items())
    return sorted(every, key=lambda each: (each.lane, each.name))


def _measured(name: str, flow: Flow, row: tuple[int, float, float, int] | None) -> Measured:
    if row is None:
        return Measured(name, flow)
    jobs, half, most, kept = row
    return Measured(name, flow, jobs, round(half, 3), round(most, 3), round(kept / jobs, 4))
