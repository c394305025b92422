"""The figures that alerts are decided by, read at one moment. Each costs what is open, not what has ended."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Sum

from integration.adapters import registry
from integration.errors.catalogue import PROBLEMS, Owner, Severity
from integration.jobs import forecast, gate, lease, sql
from integration.jobs.alert_orders import DOCUMENT, JOB, amounts, leaving
from integration.models import (
    BeatLease,
    Connection,
    ConnectionGate,
    ExceptionCase,
    FlowSuccess,
    FlowTally,
    SyncJob,
    Variance,
)
from integration.rules.alerts.figures import Apart, Away, Figures, Key, Lane, Overdue, Pace, Silent
from integration.rules.alerts.says import BEAT
from integration.rules.flows import FLOWS

HOUR = timedelta(hours=1)
POLL = "odoo_poll"
STANDS = tuple(state for state in ExceptionCase.UNRESOLVED if state != ExceptionCase.State.SNOOZED)

# What is older than promised, goes on by itself and is not done.
_LATE = f"""
SELECT job.flow, count(*) FROM {JOB} AS job
JOIN (SELECT flow, seconds * interval '1 second' AS within
  FROM unnest(%(flows)s::text[], %(promises)s::float8[]) AS given(flow, seconds)) AS promise USING (flow)
WHERE job.state IN ('pending', 'running', 'retry') AND job.created_at < %(now)s - promise.within
GROUP BY 1"""  # noqa: S608  (a table name of our own)
_HELD = f"""
SELECT agreed.id, agreed.value, agreed.currency FROM {DOCUMENT} AS agreed WHERE agreed.kind = 'order' AND agreed.id IN (
  SELECT COALESCE(document.parent_id, document.id)
  FROM {JOB} AS job JOIN {DOCUMENT} AS document ON document.id = job.document_id WHERE job.waits_for_id = %s)"""  # noqa: S608


def gather(now: datetime) -> Figures:
    """Many short statements: call it inside a transaction that asks nobody else."""
    silent = list(_beat()) or list(_polls())  # without the clock nothing is polled: that is one thing, not many
    return Figures(
        paces=_paces(now),
        leaving=leaving(now),
        lanes=[_lane(each) for each in forecast.lanes()],
        away=list(_away(now)),
        silent=silent,
        keys=list(_keys()),
        apart=list(_apart()),
        overdue=list(_overdue(now)),
    )


def _paces(now: datetime) -> list[Pace]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    hour, today = _tallies(now - HOUR), _tallies(midnight)
    promises = [flow.promise.total_seconds() for flow in FLOWS.values()]
    late = dict(sql.rows(_LATE, {"now": now, "flows": list(FLOWS), "promises": promises}))
    return [
        Pace(flow, *hour.get(flow, (0, 0)), late.get(flow, 0), *today.get(flow, (0, 0)))
        for flow in sorted(hour.keys() | late.keys())
    ]


def _tallies(since: datetime) -> dict[str, tuple[int, int]]:
    """By flow how many were done, and how many of them as fast as promised."""
    rows = FlowTally.objects.filter(slot__gte=since).order_by().values_list("flow")
    return {flow: (jobs, kept) for flow, jobs, kept in rows.annotate(Sum("jobs"), Sum("kept"))}


def _lane(found: forecast.Forecast) -> Lane:
    return Lane(int(found.lane), str(found.lane.label), found.due, found.seconds, found.late)


def _away(now: datetime) -> Iterator[Away]:
    rows = ConnectionGate.objects.filter(breaker=gate.OPEN, connection__enabled=True)
    for row in rows.select_related("connection").defer("connection__secrets"):
        jobs = SyncJob.objects.filter(waits_for=row.connection_id).count()
        held = sql.rows(_HELD, [row.connection_id])
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for _order, value, currency in held:
            sums[currency] += value or 0
        since = row.opened_at or now
        yield Away(row.connection_id, row.connection.name, since, jobs, len(held), amounts(sums))


def _beat() -> Iterator[Silent]:
    """Whoever reads this is a worker that lives."""
    held = BeatLease.objects.filter(name=lease.NAME).first()
    if held is not None and lease.leader() is None:
        yield Silent(BEAT, held.held_until)


def _polls() -> Iterator[Silent]:
    """Of systems that could be asked: one that does not answer is told of as such."""
    asked = Connection.objects.filter(kind__in=registry.ERP, enabled=True, environment=settings.ENVIRONMENT)
    last = dict(FlowSuccess.objects.filter(flow=POLL).values_list("connection", "at"))
    for row in asked.exclude(gate__breaker=gate.OPEN).defer("secrets"):
        if row.pk in last:  # before the first one it is being connected
            yield Silent(row.name, last[row.pk], row.pk)


def _keys() -> Iterator[Key]:
    for row in Connection.objects.filter(options__has_key="key_expires", enabled=True).defer("secrets"):
        with suppress(ValueError):  # the page of the connection says what is wrong with it
            yield Key(row.pk, row.name, date.fromisoformat(str(row.options["key_expires"])))


def _apart() -> Iterator[Apart]:
    rows: Any = Variance.objects.filter(gone_at__isnull=True).order_by().values_list("warehouse", "warehouse__name")
    for pk, name, lines, since in rows.annotate(Count("pk"), Min("first_seen")):
        yield Apart(pk, name or "-", lines, since)


def _overdue(now: datetime) -> Iterator[Overdue]:
    """Those that are snoozed are left alone. What each is worth is what it keeps itself."""
    rows = ExceptionCase.objects.filter(state__in=STANDS, deadline__lt=now)
    found: dict[tuple[str, Owner, int | None], list[Sequence[Any]]] = defaultdict(list)
    shown = ("code", "owner", "document__warehouse", "severity", "deadline", "value", "currency")
    for code, team, warehouse, *about in rows.order_by().values_list(*shown):
        found[code, _team(team), warehouse].append(about)
    for (code, owner, warehouse), cases in sorted(found.items(), key=str):
        yield _cases(code, owner, warehouse, cases)


def _team(name: str) -> Owner:
    """A case may be older than the teams that there are, and must not keep all others from being told of."""
    return Owner(name) if name in tuple(Owner) else Owner.OPERATIONS


def _cases(code: str, team: Owner, warehouse: int | None, cases: Sequence[Sequence[Any]]) -> Overdue:
    rising, sums = list(Severity), defaultdict[str, Decimal](Decimal)
    for _severity, _deadline, value, currency in cases:
        sums[currency] += value or 0
    return Overdue(
        code=code,
        title=PROBLEMS[code].title if code in PROBLEMS else "",
        team=team,
        severity=max((Severity(case[0]) for case in cases), key=rising.index),
        cases=len(cases),
        since=min(case[1] for case in cases),
        worth=amounts(sums),
        warehouse=warehouse,
    )
