"""The home page: what needs a person, what is at work, and whether the remote systems answer."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from integration.console import in_waves, links, slowed
from integration.console.guard import may_view
from integration.console.home import flows
from integration.console.home.pace import pace
from integration.console.home.urgent import to_be_ranked, urgent
from integration.console.reach import limit, scoped
from integration.console.received import DAYS, WORK
from integration.console.standing import clear, reachable
from integration.errors.catalogue import Severity
from integration.jobs import forecast
from integration.models import (
    Alert,
    Availability,
    ConfigurationDrift,
    Connection,
    Document,
    ExceptionCase,
    InboundMessage,
    OutboundMessage,
    StockDifference,
    Stream,
    SyncJob,
    Wave,
)

SEVERITIES = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
LATE = timedelta(minutes=1)  # work that is due and not begun for so long: nobody takes it
SHOWN = 8
FAILED = {"outcome": "failed"}
OFFERED = ("today", "yesterday")  # days whose failed messages are led to


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with the list that it counts. ``state`` colours it unless the number is zero."""

    label: object
    count: int
    address: str
    state: str
    note: str = ""


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
        cases = to_be_ranked(_to_be_done(request))
        context |= {"severities": severities(cases), "urgent": urgent(cases, limit(request)), "urgent_of": len(cases)}
    if may_view(request, SyncJob):
        context |= {"families": flows.families(_active(request)), "variances": variances(request)}
    if may_view(request, Alert):
        context["alerts"] = alerts(request)
    if may_view(request, InboundMessage) and request.user.has_perm("integration.replay_message"):
        context["again"] = again()
    if may_view(request, SyncJob) and limit(request) is None:  # of all warehouses together
        context |= {"stuck": stuck(), "lanes": lanes(), "pace": pace()}
    if may_view(request, ConfigurationDrift):
        context["config_drift"] = scoped(request, ConfigurationDrift.objects.all()).count()
    if may_view(request, Wave):
        context["waves"] = in_waves.of_today(request)
    if may_view(request, Connection):
        context["connections"] = connections(request)
    if may_view(request, OutboundMessage):
        context["overdue"] = overdue(request)
    return context


def live(request: HttpRequest) -> HttpResponseBase:
    """The inner part of the page, which the page fetches again by itself."""
    return TemplateResponse(request, "console/today.html", context(request, admin.site.each_context(request)))


def severities(cases: Iterable[ExceptionCase]) -> list[Tile]:
    """Cases to be done by severity."""
    counts = Counter(case.severity for case in cases)
    return [
        Tile(_(name.value), counts[name], links.listing(ExceptionCase, severity__exact=name.value), name.value)
        for name in SEVERITIES
    ]


def variances(request: HttpRequest) -> list[Tile]:
    """What Odoo and the warehouses say otherwise of the same goods."""
    waiting = scoped(request, StockDifference.objects.filter(state=StockDifference.State.WAITING)).count()
    apart = scoped(request, Availability.objects.exclude(difference=None).exclude(difference=0)).count()
    return [
        Tile(_("Differences to approve"), waiting, links.listing(StockDifference, state__exact="waiting"), "waiting"),
        Tile(_("Stock that differs"), apart, links.listing(Availability, difference="some"), "waiting"),
    ]


def alerts(request: HttpRequest) -> list[Alert]:
    """What stands and was told, the newest first."""
    told = Alert.objects.filter(state__in=(Alert.State.OPEN, Alert.State.ACKNOWLEDGED))
    return list(scoped(request, told)[:SHOWN])


def again() -> list[tuple[object, list[tuple[object, str]]]]:
    """Lists of messages that failed, by what they are about and the day: from there all of one are replayed at once."""
    return [
        (label, [(DAYS[day][0], links.listing(InboundMessage, **FAILED, work=name, day=day)) for day in OFFERED])
        for name, (label, _flows) in WORK.items()
        if name in flows.FAMILIES
    ]


def stuck() -> int:
    """Documents whose work has been due for a minute and that no worker has taken."""
    late = Q(next_due_at__lt=Now() - LATE) & (Q(claimed_until=None) | Q(claimed_until__lt=Now()))
    return Stream.objects.filter(late).count()


def lanes() -> list[dict[str, Any]]:
    """The lanes that hold work, and when they will be clear."""
    busy = [row for row in forecast.lanes() if row.state != "clear"]
    return [{"row": row, "label": _(str(row.lane.label)), "clear": clear(row)} for row in busy]


def connections(request: HttpRequest) -> list[dict[str, Any]]:
    rows = list(scoped(request, Connection.objects.select_related("gate").defer("secrets")).order_by("kind", "name"))
    held = scoped(request, SyncJob.objects.filter(waits_for__isnull=False)).order_by().values_list("waits_for")
    waiting = dict(held.annotate(Count("pk")))
    at_limit = slowed.slowed(rows)
    return [
        {
            "row": row,
            "address": links.page(row),
            "reachable": reachable(row),
            "slowed": slowed.said(at_limit.get(row.pk, timedelta(0))),
            "waiting": waiting.get(row.pk, 0),
        }
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
    return {"count": len(rows) if len(rows) < SHOWN else told.count() + late.count(), "rows": rows[:SHOWN]}


def open_cases(request: HttpRequest) -> int | str:
    """The figure beside "Cases" in the navigation."""
    if not may_view(request, ExceptionCase):
        return ""
    return _to_be_done(request).count()


def environment(request: HttpRequest) -> list[str]:
    """The label in the header: nobody should take a test installation for the real one."""
    production = settings.ENVIRONMENT == "production"
    return [str(_("Production")), "success"] if production else [str(_(settings.ENVIRONMENT.capitalize())), "warning"]


def _told(case: ExceptionCase) -> Overdue:
    about = case.document or case
    return Overdue(case.context.get("release", str(about)), _page(about), case.connection, case.first_seen)


def _late(message: OutboundMessage) -> Overdue:
    address = _page(message.document or message)
    return Overdue(message.reference, address, message.connection, message.acknowledge_by)


def _page(row: Model) -> str:
    return links.timeline(row) if isinstance(row, Document) else links.page(row)


def _unresolved(request: HttpRequest) -> QuerySet[ExceptionCase]:
    return scoped(request, ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED))


def _to_be_done(request: HttpRequest) -> QuerySet[ExceptionCase]:
    """As the case list shows it: what is snoozed is out of sight."""
    return _unresolved(request).exclude(state=ExceptionCase.State.SNOOZED)


def _active(request: HttpRequest) -> QuerySet[SyncJob]:
    return scoped(request, SyncJob.objects.filter(state__in=SyncJob.ACTIVE))
