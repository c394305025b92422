"""The way to a remote system: every call of every adapter passes the guard that is made here."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from integration.adapters import registry
from integration.adapters.base import ConnectionSettings, ErpGateway, WmsAdapter
from integration.errors import IntegrationError, Locked, OutcomeUnknown, Unreachable
from integration.jobs import failpoints, gate
from integration.jobs.rehearsal import WriteInRehearsal, WriteInShadow
from integration.jobs.work import Call, Work
from integration.models import Connection, ConnectionGate, Mode
from integration.observe import logs, traces
from integration.rules.rollout import GOVERNED

PATIENCE_SECONDS = 2.0  # a shorter wait for the throttle is slept through, a longer one gives the worker back
PROBE_PATIENCE_SECONDS = 30.0
log = logging.getLogger(__name__)


class OpenTransaction(RuntimeError):
    """A remote call inside a database transaction: a mistake of ours, never let through."""


class RemoteGuard:
    """One job's guard for one connection (``adapters.base.Guard``)."""

    def __init__(self, entered: gate.Pass, work: Work) -> None:
        self._entered = entered
        self._work = work

    @contextmanager
    def call(self, what: str, *, timeout: float, writes: bool = False) -> Iterator[None]:
        """``timeout`` in seconds. Notes the call for the job's history and tells the breaker how it went.

        A job of many calls keeps its stream as it goes. Raises ClaimLost, WriteInRehearsal, WriteInShadow.
        """
        refuse_open_transaction(what)
        if writes and self._work.rehearsal is not None:
            raise WriteInRehearsal(what)
        if writes and self._work.job.flow in GOVERNED and self._work.mode != Mode.LIVE:
            raise WriteInShadow(what)
        self._work.before_call()
        if time.monotonic() + PATIENCE_SECONDS + timeout > self._work.claimed_until:
            self._work.keep_claim(PATIENCE_SECONDS + timeout + self._work.claim_seconds)
        gate.keep(self._entered, PATIENCE_SECONDS + timeout)
        time.sleep(gate.pace(self._entered.connection, patience=PATIENCE_SECONDS))
        if writes and time.monotonic() >= self._work.deadline:
            raise Locked("CD-1004", connection=self._entered.connection.name, document=self._work.job.subject)
        failpoints.hit(f"before_{what}")
        to, number = self._entered.connection.slug, self._work.job.tries
        about: traces.Attributes = {"crossdock.connection": to, "crossdock.attempt": number, "crossdock.writes": writes}
        with traces.call(what, about), self._noted(what):
            yield

    @contextmanager
    def _noted(self, what: str) -> Iterator[None]:
        started, outcome = time.perf_counter(), "ok"
        try:
            yield
        except IntegrationError as error:
            outcome = error.code
            if isinstance(error, Unreachable | OutcomeUnknown):
                gate.failed(self._entered, error)
            else:
                gate.succeeded(self._entered)
            raise
        else:
            gate.succeeded(self._entered)
        finally:
            traces.ended(outcome, "" if outcome == "ok" else outcome)
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            self._tell(what, milliseconds, outcome)
            self._work.calls.append(Call(what, milliseconds, outcome, self._entered.connection.pk))

    def _tell(self, what: str, milliseconds: float, outcome: str) -> None:
        level = logging.DEBUG if outcome == "ok" else logging.INFO
        told = {"method": what, "seconds": milliseconds / 1000, "code": outcome}
        log.log(level, "called", extra=told)


class ProbeGuard:
    """The guard of a person's look at a system: no breaker, which it looks behind.

    ``connection``: what is stored already, whose throttle holds for this call too. ``work``: the job that looks, which
    keeps its stream.
    """

    def __init__(self, connection: Connection | None = None, work: Work | None = None) -> None:
        self._connection = connection
        self._work = work

    @contextmanager
    def call(self, what: str, *, timeout: float, writes: bool = False) -> Iterator[None]:
        refuse_open_transaction(what)
        if self._work is not None:
            self._work.before_call()
            self._work.keep_claim(PROBE_PATIENCE_SECONDS + timeout + self._work.claim_seconds)
        if self._connection is not None and self._connection.calls_per_second:
            ConnectionGate.objects.get_or_create(connection=self._connection)
            time.sleep(gate.pace(self._connection, patience=PROBE_PATIENCE_SECONDS))
        yield


def settings_for(connection: Connection) -> ConnectionSettings:
    return ConnectionSettings(
        slug=connection.slug,
        title=connection.name,
        kind=connection.kind,
        base_url=connection.base_url,
        secrets=connection.secrets,
        options={**connection.options, "facts": connection.profile.get("facts", {})},
        connect_timeout=connection.connect_timeout,
        read_timeout=connection.read_timeout,
    )


@contextmanager
def open_erp(connection: Connection, work: Work, *, looks: bool = False) -> Iterator[ErpGateway]:
    """``looks``: only to be told which Odoo answers, which an environment lock need not stop."""
    work.connection = connection
    seconds = _lease_seconds(connection)
    with logs.about(connection=connection.slug), gate.enter(connection, seconds=seconds, looks=looks) as entered:
        yield registry.open_erp(settings_for(connection), RemoteGuard(entered, work))


@contextmanager
def open_wms(connection: Connection, work: Work) -> Iterator[WmsAdapter]:
    work.connection = connection
    with logs.about(connection=connection.slug), gate.enter(connection, seconds=_lease_seconds(connection)) as entered:
        yield registry.open_wms(settings_for(connection), RemoteGuard(entered, work))


def refuse_open_transaction(what: str) -> None:
    """Raises OpenTransaction."""
    if transaction.get_connection().in_atomic_block:
        raise OpenTransaction(what)


def _lease_seconds(connection: Connection) -> float:
    """Of the first call; each call holds the slot for as long as it may take."""
    return PATIENCE_SECONDS + connection.connect_timeout + connection.read_timeout
