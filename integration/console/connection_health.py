"""How a connection does: whether it answers, how much of it is in use, what waits for it, what went through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.db.models.functions import Now
from django.utils.safestring import SafeString
from django.utils.timezone import localdate

from integration.console.standing import reachable
from integration.console.words import badge, plural
from integration.models import Connection, ConnectionGate, FlowSuccess, RemoteSlot, SyncJob
from integration.rules.flows import FLOWS

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    said: SafeString | str


def health(connection: Connection, active: QuerySet[SyncJob]) -> dict[str, Any]:
    """For the page of a connection. ``active``: the jobs that are not finished, as far as the user sees them."""
    waiting = active.filter(waits_for=connection).order_by().values_list("flow").annotate(count=Count("pk"))
    return {
        "facts": list(_facts(connection)),
        "waiting": [(_says(flow), count) for flow, count in waiting.order_by("-count")],
        "successes": _successes(connection),
        "findings": connection.profile.get("findings", []),
    }


def key_ends(connection: Connection) -> SafeString | str:
    """When the key that we log in with ends, as far as somebody has said."""
    given = connection.options.get("key_expires")
    if not given:
        return "-"
    ends = date.fromisoformat(given)
    if ends < localdate():
        return badge(f"ended on {given}", "failed")
    return badge(f"ends on {given}", "retry") if ends <= localdate() + SOON else given


def state(connection: Connection) -> SafeString:
    if not connection.enabled:
        return badge("paused", "waiting")
    if connection.environment != settings.ENVIRONMENT:
        return badge(f"a {connection.environment} system", "failed")
    return reachable(connection)


def _facts(connection: Connection) -> Iterator[Fact]:
    gate: ConnectionGate | None = getattr(connection, "gate", None)
    yield Fact("State", state(connection))
    if connection.environment != settings.ENVIRONMENT:
        said = f"This installation is for {settings.ENVIRONMENT} systems: nothing is sent to this one."
        yield Fact("Environment", badge(said, "failed"))
    if gate is not None and gate.breaker == ConnectionGate.Breaker.OPEN:
        yield Fact("Held back", f"after {plural(gate.failures, 'failure')} in a row: {gate.last_failure}")
    used = RemoteSlot.objects.filter(connection=connection, leased_until__gt=Now()).count()
    yield Fact("Calls at once", f"{used} of {connection.max_concurrency}")
    yield Fact(
        "Calls a second", f"at most {connection.calls_per_second:g}" if connection.calls_per_second else "no limit"
    )
    yield Fact("Key", key_ends(connection))


def _successes(connection: Connection) -> Sequence[tuple[str, Any]]:
    rows = FlowSuccess.objects.filter(connection=connection).order_by("-at")
    return [(_says(row.flow), row.at) for row in rows]


def _says(flow: str) -> str:
    return FLOWS[flow].says if flow in FLOWS else flow
