"""The remote systems: calls to them, their breakers and throttles, and when they were last heard of."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from django.db.models import Count, F, QuerySet
from django.db.models.functions import Now

from integration.jobs import sql
from integration.jobs.pulse import CALL_STEPS
from integration.models import CallTotal, Connection, ConnectionGate, FlowSuccess, InboundMessage, RemoteSlot, SyncJob
from integration.observe.metrics import names
from integration.observe.metrics.names import Histogram, Sample

Called = tuple[str, str]  # connection and method
GOOD = "ok"
USUAL = ("CD-1001", "CD-1003", "CD-1006")  # away, failing, answer lost: 0 before the first, or no rate would show it

_HEARD = f"""
SELECT connection.slug, extract(epoch FROM latest.received_at)::float8 FROM {Connection._meta.db_table} AS connection
CROSS JOIN LATERAL (SELECT received_at FROM {InboundMessage._meta.db_table} WHERE connection_id = connection.id
  ORDER BY received_at DESC LIMIT 1) AS latest"""  # noqa: S608  (table names of our own)


def calls() -> Iterator[Sample]:
    took: dict[Called, dict[float, int]] = defaultdict(lambda: dict.fromkeys((*CALL_STEPS, float("inf")), 0))
    seconds: dict[Called, float] = defaultdict(float)
    failed: Counter[tuple[str, str, str]] = Counter()
    rows = CallTotal.objects.order_by("connection", "method", "within").annotate(slug=F("connection__slug"))
    for row in rows:
        called = (row.slug, row.method)
        took[called][row.within] = took[called].get(row.within, 0) + row.calls
        seconds[called] += row.seconds
        if row.outcome != GOOD:
            failed[(*called, row.outcome)] += row.calls
    for called in took:
        failed.update(dict.fromkeys([(*called, code) for code in USUAL], 0))
    for called, counts in took.items():
        yield Sample(names.CALL_SECONDS, Histogram(counts, seconds[called]), called)
    yield from (Sample(names.CALLS_FAILED, count, key) for key, count in failed.items())


def gates() -> Iterator[Sample]:
    used = _by_connection(RemoteSlot.objects.filter(leased_until__gt=Now()), "connection")
    waiting = _by_connection(SyncJob.objects.filter(waits_for__isnull=False), "waits_for")
    for row in Connection.objects.select_related("gate").defer("secrets"):
        slug = (row.slug,)
        yield Sample(names.ENABLED, row.enabled, slug)
        if row.calls_per_second:
            yield Sample(names.CALL_LIMIT, row.calls_per_second, slug)
        yield Sample(names.SLOTS, row.max_concurrency, slug)
        yield Sample(names.SLOTS_USED, used.get(row.pk, 0), slug)
        yield Sample(names.WAITING, waiting.get(row.pk, 0), slug)
        yield from _gate(getattr(row, "gate", None), slug)
        if (ends := _key_ends(row)) is not None:
            yield Sample(names.KEY_ENDS, ends.timestamp(), slug)


def heard() -> Iterator[Sample]:
    for slug, at in sql.rows(_HEARD, []):
        yield Sample(names.LAST_MESSAGE, at, (slug,))
    for row in FlowSuccess.objects.annotate(slug=F("connection__slug")):
        yield Sample(names.LAST_SUCCESS, row.at.timestamp(), (row.slug, row.flow))


def _key_ends(connection: Connection) -> datetime | None:
    """At the beginning of the day that somebody has given; None too if it is no day: no figure hangs on a typo."""
    try:
        return datetime.combine(date.fromisoformat(connection.options.get("key_expires", "")), time(), UTC)
    except (TypeError, ValueError):
        return None


def _gate(gate: ConnectionGate | None, slug: tuple[str]) -> Iterator[Sample]:
    """Its row is made with the first call: without one nothing is held back."""
    next_call = gate.next_call_at if gate else None
    wait = (next_call - datetime.now(UTC)).total_seconds() if next_call else 0.0
    yield Sample(names.BREAKER, gate is not None and gate.breaker == ConnectionGate.Breaker.OPEN, slug)
    yield Sample(names.FAILURES, gate.failures if gate else 0, slug)
    yield Sample(names.THROTTLE, max(wait, 0.0), slug)


def _by_connection(rows: "QuerySet[RemoteSlot] | QuerySet[SyncJob]", column: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(column).annotate(Count("pk")))
