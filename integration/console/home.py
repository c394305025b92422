"""The home page: what needs a person, what is at work, and whether the remote systems answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Model, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.timezone import now

from integration.console import links
from integration.console.guard import may_view
from integration.console.reach import scoped
from integration.console.standing import clear, reachable
from integration.errors.catalogue import Severity
from integration.jobs import forecast
from integration.models import Connection, Document, ExceptionCase, OutboundMessage, Stream, SyncJob

SEVERITIES = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
LATE = timedelta(minutes=1)  # work that is due and not begun for so long: nobody takes it
SHOWN = 8
JOBS = {  # active states, in the words of the tiles
    SyncJob.State.PENDING: "In line",
    SyncJob.State.RUNNING: "Running",
    SyncJob.State.RETRY: "Tried again soon",
    SyncJob.State.BLOCKED: "Wait for a fix",
    SyncJob.State.NEEDS_ATTENTION: "Need a person",
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with the list that it counts. ``state`` colours it unless the number is zero."""

    label: str
    count: int
    address: str
    state: str


@dataclass(frozen=True, slots=True)
class Overdue:
    """A release that the warehouse should have answered; ``since`` is when."""

    reference: str
    address: str
    connection: Connection | None
    since: datetime | None


def context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds the figures that the user may see (called by the theme)."""
    if may_view(request, ExceptionCase):
        context |= {"severities": severities(request), "urgent": urgent(request)}
    if may_view(request, SyncJob):
        context |= {"states": states(request), "stuck": stuck(), "lanes": lanes()}
    if may_view(request, Connection):
        context["connections"] = connections(request)
    if may_view(request, OutboundMessage):
        context["overdue"] = overdue(request)
    return context


def severities(request: HttpRequest) -> list[Tile]:
    """Unresolved cases by severity."""
    rows = _unresolved(request).order_by().values_list("severity")
    counts = dict(rows.annotate(Count("pk")))
    return [
        Tile(name.value, counts.get(name, 0), links.listing(ExceptionCase, severity__exact=name.value), name.value)
        for name in SEVERITIES
    ]


def urgent(request: HttpRequest) -> list[ExceptionCase]:
    cases = _unresolved(request).filter(state=ExceptionCase.State.OPEN).select_related("document")
    return sorted(cases.order_by("deadline")[:SHOWN], key=lambda case: SEVERITIES.index(Severity(case.severity)))


def states(request: HttpRequest) -> list[Tile]:
    """Jobs that are not finished, by state: counted over the partial index of active jobs."""
    rows = scoped(request, SyncJob.objects.filter(state__in=SyncJob.ACTIVE)).order_by().values_list("state")
    counts = dict(rows.annotate(Count("pk")))
    return [
        Tile(label, counts.get(state, 0), links.listing(SyncJob, state__exact=state.value), state.value)
        for state, label in JOBS.items()
    ]


def stuck() -> int:
    """Documents whose work has been due for a minute and that no worker has taken."""
    late = Q(next_due_at__lt=Now() - LATE) & (Q(claimed_until=None) | Q(claimed_until__lt=Now()))
    return Stream.objects.filter(late).count()


def lanes() -> list[dict[str, Any]]:
    """The lanes that hold work, and when they will be clear."""
    busy = [row for row in forecast.lanes() if row.state != "clear"]
    return [{"row": row, "label": row.lane.label, "clear": clear(row)} for row in busy]


def connections(request: HttpRequest) -> list[dict[str, Any]]:
    rows = scoped(request, Connection.objects.select_related("gate").defer("secrets")).order_by("kind", "name")
    held = scoped(request, SyncJob.objects.filter(waits_for__isnull=False)).order_by().values_list("waits_for")
    waiting = dict(held.annotate(Count("pk")))
    return [
        {"row": row, "address": links.page(row), "reachable": reachable(row), "waiting": waiting.get(row.pk, 0)}
        for row in rows
    ]


def overdue(request: HttpRequest) -> dict[str, Any]:
    """Sent, not answered in time: those that have a case, and the latest, which get theirs in a moment."""
    told = _unresolved(request).filter(code="CD-4007")
    unanswered = OutboundMessage.objects.filter(state=OutboundMessage.State.SENT, acknowledge_by__lt=now())
    late = scoped(request, unanswered)
    cases = told.select_related("connection", "document").defer("connection__secrets").order_by("first_seen")
    messages = late.select_related("connection", "document").defer("body").order_by("acknowledge_by")
    rows = [*map(_told, cases[:SHOWN]), *map(_late, messages[:SHOWN])]
    return {"count": told.count() + late.count(), "rows": rows[:SHOWN]}


def _told(case: ExceptionCase) -> Overdue:
    about = case.document or case
    return Overdue(case.context.get("release", str(about)), _page(about), case.connection, case.first_seen)


def _late(message: OutboundMessage) -> Overdue:
    address = _page(message.document or message)
    return Overdue(message.reference, address, message.connection, message.acknowledge_by)


def _page(row: Model) -> str:
    return links.timeline(row) if isinstance(row, Document) else links.page(row)


def open_cases(request: HttpRequest) -> int | str:
    """The figure beside "Cases" in the navigation."""
    if not may_view(request, ExceptionCase):
        return ""
    return _unresolved(request).count()


def _unresolved(request: HttpRequest) -> QuerySet[ExceptionCase]:
    return scoped(request, ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED))


def environment(request: HttpRequest) -> list[str]:
    """The label in the header: nobody should take a test installation for the real one."""
    production = settings.ENVIRONMENT == "production"
    return ["Production", "success"] if production else [settings.ENVIRONMENT.capitalize(), "warning"]
