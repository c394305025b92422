"""How a connection does: whether it answers, how much of it is in use, what waits for it, what went through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integration.console.charts import bars, clock, slots
from integration.console.slowed import HOURS, most_calls, said, slowed
from integration.console.standing import reachable
from integration.console.words import badge, quantity, whole
from integration.jobs.pulse import SLOT_SECONDS
from integration.models import CallTally, Connection, ConnectionGate, FlowSuccess, RemoteSlot, SyncJob
from integration.rules.flows import FLOWS

SOON = timedelta(days=30)
HEIGHT = 80


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
        **_usage(connection),
    }


def key_ends(connection: Connection) -> SafeString | str:
    """When the key that we log in with ends, as far as somebody has said."""
    given = connection.options.get("key_expires")
    if not given:
        return "-"
    ends = date.fromisoformat(given)
    day = date_format(ends, "ISO_FORMAT")
    if ends < localdate():
        return badge(_("ended on {day}").format(day=day), "failed")
    return badge(_("ends on {day}").format(day=day), "retry") if ends <= localdate() + SOON else day


def state(connection: Connection) -> SafeString:
    if not connection.enabled:
        return badge(_("paused"), "waiting")
    if connection.environment != settings.ENVIRONMENT:
        return badge(_("a {environment} system").format(environment=connection.environment), "failed")
    return reachable(connection)


def _usage(connection: Connection) -> dict[str, str]:
    """The calls to it, by ten minutes, drawn and in words. What comes near to its most calls in a second stands out."""
    starts = slots(HOURS)
    rows = CallTally.objects.filter(connection=connection, slot__gte=starts[0])
    found = {row.slot: row for row in rows}
    calls = [found[start].calls if start in found else 0 for start in starts]
    failed = sum(row.failed for row in found.values())
    title = ngettext(
        "{n} call in the last {hours} hours, {failed} of them without a good answer; at most {rate} a second",
        "{n} calls in the last {hours} hours, {failed} of them without a good answer; at most {rate} a second",
        sum(calls),
    ).format(n=whole(sum(calls)), hours=HOURS, failed=whole(failed), rate=_rate(max(calls)))
    hints = [f"{clock(start)}: {whole(n)} ({_rate(n)}/s)" for start, n in zip(starts, calls, strict=True)]
    return {
        "usage": bars(calls, hints, height=HEIGHT, title=title, css="cd-chart", limit=most_calls(connection)),
        "usage_says": title,
    }


def _rate(calls: int) -> str:
    return quantity(Decimal(f"{calls / SLOT_SECONDS:.2f}"))


def _facts(connection: Connection) -> Iterator[Fact]:
    gate: ConnectionGate | None = getattr(connection, "gate", None)
    yield Fact(_("State"), state(connection))
    if connection.environment != settings.ENVIRONMENT:
        words = _("This installation is for {environment} systems: nothing is sent to this one.")
        yield Fact(_("Environment"), badge(words.format(environment=settings.ENVIRONMENT), "failed"))
    if gate is not None and gate.breaker == ConnectionGate.Breaker.OPEN:
        words = ngettext("after {n} failure in a row: {last}", "after {n} failures in a row: {last}", gate.failures)
        yield Fact(_("Held back"), words.format(n=gate.failures, last=gate.last_failure))
    used = RemoteSlot.objects.filter(connection=connection, leased_until__gt=Now()).count()
    yield Fact(_("Calls at once"), _("{used} of {most}").format(used=used, most=connection.max_concurrency))
    most = quantity(Decimal(f"{connection.calls_per_second:g}")) if connection.calls_per_second else ""
    yield Fact(_("Calls a second"), _("at most {n}").format(n=most) if most else _("no limit"))
    if at_limit := said(slowed([connection]).get(connection.pk, timedelta(0))):
        yield Fact(_("Slowed down"), at_limit)
    yield Fact(_("Key"), key_ends(connection))


def _successes(connection: Connection) -> Sequence[tuple[str, Any]]:
    rows = FlowSuccess.objects.filter(connection=connection).order_by("-at")
    return [(_says(row.flow), row.at) for row in rows]


def _says(flow: str) -> str:
    return _(FLOWS[flow].says) if flow in FLOWS else flow
