"""Connections that are switched off and on: by a person, or by what was found. Call inside a transaction."""

from functools import partial

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from integration.errors import ConfigurationError
from integration.jobs import cases, gate
from integration.models import AuditEvent, Connection, ConnectionGate, SyncJob

WAITS = "CD-1002"  # of jobs that a pause, or a throttle, keeps waiting
DRIFTED = "CD-3021"  # the case of a connection that was paused because of drift
US = "Crossdock"


def held(pk: int) -> Connection:
    """The row, for who switches it. The cause of its case first, as who works on the case does."""
    cases.hold([drifted(Connection.objects.get(pk=pk)).fingerprint])
    return Connection.objects.select_for_update(no_key=True).get(pk=pk)


def off(connection: Connection, who: str, why: str, user: User | None = None) -> None:
    """Nothing is sent to it or asked of it; its work waits, and what it sends is still taken."""
    _write(connection, enabled=False, paused_at=Now(), paused_by=who[:150], paused_why=why[:300])
    _note(connection, "pause connection", who, why, user)


def on(connection: Connection, who: str, user: User | None = None) -> None:
    """What waited for it is tried once this is committed."""
    _write(connection, enabled=True, paused_at=None, paused_by="", paused_why="")
    _note(connection, "resume connection", who, "", user)
    cases.clear("The connection was resumed.", drifted(connection).fingerprint)
    transaction.on_commit(partial(let_go, connection))


def let_go(connection: Connection) -> None:
    """What its pause or its limits keep waiting is tried now. Call outside of a transaction, after what was changed has
    been committed: whoever has a stream may need the connection's row, and its gate's, which is why that goes first."""
    ConnectionGate.objects.filter(connection=connection).update(next_call_at=None)
    waiting = SyncJob.objects.filter(state=SyncJob.State.RETRY, failure_code=WAITS)
    with transaction.atomic():
        gate.let_go(waiting.filter(failure_text__startswith=f"{connection.name} "))


def release(connection: Connection | None, who: str, user: User | None) -> bool:
    """Switches on what drift has paused; whether it was off."""
    row = held(connection.pk) if connection else None
    if row is None or row.enabled:
        return False
    on(row, who, user)
    return True


def drifted(connection: Connection, what: str = "") -> ConfigurationError:
    return ConfigurationError(DRIFTED, connection=connection.name, what=what)


def _write(connection: Connection, **columns: object) -> None:
    for name, value in columns.items():
        setattr(connection, name, value)
    connection.save(update_fields=list(columns))


def _note(connection: Connection, verb: str, who: str, why: str, user: User | None) -> None:
    detail = {"slug": connection.slug, "reason": why}
    AuditEvent.objects.create(actor=who, user=user, verb=verb, subject=str(connection)[:200], detail=detail)
