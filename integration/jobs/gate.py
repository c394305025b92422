"""The breaker, the throttle and the call slots of a connection: one row and a few leases, shared by all workers."""

import random
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from integration.errors import ConfigurationError, IntegrationError, Throttled, Unreachable
from integration.jobs import cases, environment, failpoints, holders, sql, streams
from integration.models import Connection, ConnectionGate, RemoteSlot, SyncJob

GATE, SLOT = ConnectionGate._meta.db_table, RemoteSlot._meta.db_table
OPEN, CLOSED = ConnectionGate.Breaker.OPEN, ConnectionGate.Breaker.CLOSED
PAUSED_SECONDS = 60.0  # a job of a paused connection looks again after so long
SPARE_SECONDS = 5.0  # a lease lasts longer than it must, so that not each call has to renew it

# What the gate says, and a slot if there is one and the breaker lets through. A lease that a crash undoes harms nobody.
_ENTER = f"""
WITH {sql.LAZY},
gate AS (SELECT breaker, failures FROM {GATE} WHERE connection_id = %(connection)s),
leased AS (
  UPDATE {SLOT} SET token = %(token)s, leased_until = now() + %(seconds)s::float8 * interval '1 second'
  WHERE id = (SELECT slot.id FROM {SLOT} AS slot, lazy
              WHERE connection_id = %(connection)s AND number < %(most)s
                AND (leased_until IS NULL OR leased_until <= now())
                AND (%(probing)s::bool OR EXISTS (SELECT FROM gate WHERE breaker = 'closed'))
              ORDER BY number LIMIT 1 FOR UPDATE OF slot SKIP LOCKED)
  RETURNING id)
SELECT breaker, failures, EXISTS (SELECT FROM leased) FROM gate"""  # noqa: S608  (table names of our own)

_KEEP = f"""
WITH {sql.LAZY}
UPDATE {SLOT} SET leased_until = now() + %s::float8 * interval '1 second' FROM lazy WHERE token = %s"""  # noqa: S608

_LEAVE = f"""
WITH {sql.LAZY}
UPDATE {SLOT} SET token = NULL, leased_until = NULL FROM lazy
WHERE connection_id = %s AND token = %s"""  # noqa: S608

_PROBE = f"""
UPDATE {GATE} SET probe_at = now() + %s * interval '1 second'
WHERE connection_id = %s AND breaker = 'open' AND probe_at <= now() RETURNING 1"""  # noqa: S608

_OPEN = f"""
UPDATE {GATE} SET breaker = 'open', opened_at = now(), probe_at = now() + %s * interval '1 second'
WHERE connection_id = %s AND breaker = 'closed' AND failures >= %s RETURNING 1"""  # noqa: S608

# The generic cell rate algorithm: each call moves the time of the next one on by one interval.
_PACE = f"""
WITH {sql.LAZY}
UPDATE {GATE} SET next_call_at = GREATEST(COALESCE(next_call_at, now()), now()) + %s * interval '1 second' FROM lazy
WHERE connection_id = %s AND COALESCE(next_call_at, now()) <= now() + %s * interval '1 second'
RETURNING EXTRACT(EPOCH FROM next_call_at - now())::float - %s"""  # noqa: S608


@dataclass(slots=True)
class Pass:
    """What ``enter`` learned: whether a success is worth telling the breaker."""

    connection: Connection
    failures: int
    probing: bool
    slot: uuid.UUID
    leased_until: float  # by the monotonic clock


@contextmanager
def enter(connection: Connection, *, seconds: float, looks: bool = False) -> Iterator[Pass]:
    """Holds one of the connection's call slots. ``looks``: to be told which system answers. Raises Unreachable CD-1005,
    Throttled CD-1002 and CD-2020, ConfigurationError CD-2012."""
    refuse_foreign(connection)
    environment.check(connection, looks=looks)
    if not connection.enabled:
        raise Throttled("CD-1002", retry_after=PAUSED_SECONDS, connection=connection.name)
    entered = _entered(connection, seconds + SPARE_SECONDS)
    failpoints.hit("holding_slot")
    try:
        yield entered
    finally:
        sql.run(_LEAVE, [connection.pk, entered.slot])


def refuse_foreign(connection: Connection) -> None:
    """A copied database must not go on writing in the systems that it was copied with. Raises ConfigurationError."""
    if connection.environment != settings.ENVIRONMENT:
        ours, theirs = settings.ENVIRONMENT, connection.environment
        raise ConfigurationError("CD-2012", connection=connection.name, environment=theirs, installation=ours)


def _entered(connection: Connection, seconds: float) -> Pass:
    token, asked = holders.token(), time.monotonic()
    ask = partial(_ask, connection, token, seconds)
    breaker, failures, leased = ask()
    if not leased and breaker != OPEN:
        _make_rows(connection)
        breaker, failures, leased = ask()
    probing = breaker == OPEN
    if probing:
        if _run(_PROBE, [settings.ENGINE["breaker_probe_seconds"], connection.pk]) is None:
            raise Unreachable("CD-1005", connection=connection.name)
        _, _, leased = ask(probing=True)
    if not leased:
        raise Throttled("CD-1002", retry_after=random.uniform(0.2, 1.0), connection=connection.name)  # noqa: S311
    return Pass(connection, failures, probing, token, asked + seconds)


def _ask(connection: Connection, token: uuid.UUID, seconds: float, *, probing: bool = False) -> tuple[str, int, bool]:
    """Breaker, failures in a row, and whether a slot is ours now. Without a row of the gate: as if it were closed."""
    about = {"connection": connection.pk, "most": connection.max_concurrency, "probing": probing}
    found = sql.rows(_ENTER, {**about, "token": token, "seconds": seconds})
    breaker, failures, leased = found[0] if found else (CLOSED, 0, False)
    return breaker, failures, leased


def _make_rows(connection: Connection) -> None:
    ConnectionGate.objects.bulk_create([ConnectionGate(connection=connection)], ignore_conflicts=True)
    slots = [RemoteSlot(connection=connection, number=number) for number in range(connection.max_concurrency)]
    RemoteSlot.objects.bulk_create(slots, ignore_conflicts=True)


def keep(entered: Pass, seconds: float) -> None:
    """Holds the slot for so long from now: for one call, so that a killed worker's is free soon."""
    now = time.monotonic()
    if entered.leased_until < now + seconds:
        sql.run(_KEEP, [seconds + SPARE_SECONDS, entered.slot])
        entered.leased_until = now + seconds + SPARE_SECONDS


def pace(connection: Connection, *, patience: float) -> float:
    """Seconds to wait before the next call, taken from the shared budget. Raises Throttled above ``patience``."""
    if not connection.calls_per_second:
        return 0.0
    interval = 1.0 / connection.calls_per_second
    wait = _run(_PACE, [interval, connection.pk, patience, interval])
    if wait is None:
        raise Throttled("CD-1002", retry_after=patience + interval, connection=connection.name)
    return max(0.0, float(wait))


def failed(entered: Pass, error: IntegrationError) -> None:
    """Counts a failure of the remote system; opens the breaker, and a case, when there are too many in a row."""
    connection = entered.connection
    entered.failures += 1
    rows = ConnectionGate.objects.filter(connection=connection)
    rows.update(failures=F("failures") + 1, last_failure=str(error)[:300])
    with transaction.atomic():
        if _run(_OPEN, [settings.ENGINE["breaker_probe_seconds"], connection.pk, settings.ENGINE["breaker_failures"]]):
            cases.open_case(Unreachable("CD-1001", connection=connection.name, detail=str(error)), connection)


def succeeded(entered: Pass) -> None:
    """The remote system answered: closes the breaker and lets all that waited for it go on, most urgent first."""
    if not entered.failures and not entered.probing:
        return
    probed, entered.failures, entered.probing = entered.probing, 0, False
    connection = entered.connection
    with transaction.atomic():
        gate = ConnectionGate.objects.filter(connection=connection)
        gate.update(breaker=CLOSED, failures=0, opened_at=None, probe_at=None, last_success_at=Now())
        cases.clear("It answers again.", Unreachable("CD-1001", connection=connection.name).fingerprint)
    if probed:
        failpoints.hit("after_breaker")
    with transaction.atomic():  # a second one: settling jobs lock their stream first and the gate after it
        let_go(SyncJob.objects.filter(waits_for=connection, state=SyncJob.State.RETRY))


def probe_due() -> list[Connection]:
    """Connections with an open breaker whose next probe is due."""
    due = ConnectionGate.objects.filter(breaker=OPEN, probe_at__lte=Now()).select_related("connection")
    return [gate.connection for gate in due]


def let_go(waiting: QuerySet[SyncJob]) -> int:
    """Makes these jobs due now; returns how many. Call inside a transaction."""
    jobs = dict(waiting.values_list("pk", "stream_id"))
    streams.wake(list(jobs.values()))
    return waiting.filter(pk__in=jobs).update(next_attempt_at=Now(), waits_for=None)


def _run(sql: str, arguments: Sequence[Any]) -> Any:
    with database.cursor() as cursor:
        cursor.execute(sql, arguments)
        row = cursor.fetchone()
    return row[0] if row else None
