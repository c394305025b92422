"""The work itself: what waits too long, and what waits for a person."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Now

from integration.adapters.base import Finding
from integration.models import ExceptionCase, OutboundMessage, Stream, SyncJob
from integration.observe.report import good, problem, warning

PATIENCE = timedelta(minutes=1)


def look() -> Iterator[Finding]:
    yield _due()
    yield _stuck()
    yield _unanswered()
    yield _late()


def _due() -> Finding:
    free = Q(claimed_until=None) | Q(claimed_until__lte=Now())
    waiting = Stream.objects.filter(free, next_due_at__lte=Now() - PATIENCE)
    count = waiting.count()
    if not count:
        return good("due work", "nothing is due for longer than a minute")
    oldest = waiting.aggregate(oldest=Min("next_due_at"))["oldest"]
    said = f"{count} documents wait for a worker, the first since {oldest:%Y-%m-%d %H:%M} UTC"
    return problem("due work", said, "See the lines about workers and schedules; add workers if all of them run.")


def _stuck() -> Finding:
    count = SyncJob.objects.filter(state=SyncJob.State.NEEDS_ATTENTION).count()
    fix = "Work through the cases in the console: each names its cause and its fix."
    return warning("jobs", f"{count} need a person", fix) if count else good("jobs", "none needs a person")


def _unanswered() -> Finding:
    late = OutboundMessage.objects.filter(state=OutboundMessage.State.SENT, acknowledge_by__lt=Now()).count()
    told = _open_cases().filter(code__in=("CD-4007", "CD-7002")).count()
    fix = "Ask the warehouse whether it has these orders: console, Cases, No acknowledgement."
    if late or told:
        return warning("acknowledgements", f"{late + told} are overdue", fix)
    return good("acknowledgements", "none is overdue")


def _late() -> Finding:
    count = _open_cases().filter(deadline__lt=Now()).count()
    fix = "They are at the top of the console's list of cases."
    return warning("cases", f"{count} are past their deadline", fix) if count else good("cases", "none is late")


def _open_cases() -> QuerySet[ExceptionCase]:
    return ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED)
