"""What belongs to one trace: found by its number, as the console, the API or a collector writes it."""

import uuid
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from integration.console.guard import may_view
from integration.console.reach import scoped
from integration.models import InboundMessage, OutboundMessage, SyncJob

MOST = 50
LENGTHS = (32, 36)
Message = InboundMessage | OutboundMessage
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Found:
    """Of one trace, as far as the user sees it."""

    messages: list[Message]
    jobs: list[SyncJob]

    def __bool__(self) -> bool:
        return bool(self.messages or self.jobs)


def number(term: str) -> uuid.UUID | None:
    """None for what is no trace's number."""
    try:
        return uuid.UUID(term) if len(term) in LENGTHS else None
    except ValueError:
        return None


def find(request: HttpRequest, term: str) -> Found | None:
    """The messages of the trace, and the jobs of these; beside them only jobs that did not succeed have an index."""
    trace = number(term)
    if trace is None:
        return None
    messages: list[Message] = [*_messages(request, InboundMessage, trace), *_messages(request, OutboundMessage, trace)]
    jobs = _jobs(request, trace, messages) if may_view(request, SyncJob) else []
    return Found(messages, jobs)


def _messages(request: HttpRequest, table: type[Row], trace: uuid.UUID) -> QuerySet[Row]:
    every = table._default_manager.filter(trace_id=trace)
    rows = scoped(request, every) if may_view(request, table) else every.none()
    return rows.select_related("connection").defer("body").order_by("id")[:MOST]


def _jobs(request: HttpRequest, trace: uuid.UUID, messages: list[Message]) -> list[SyncJob]:
    received = [message.pk for message in messages if isinstance(message, InboundMessage)]
    sent = [message.pk for message in messages if isinstance(message, OutboundMessage)]
    stuck = ["retry", "blocked", "needs_attention"]
    ways = [Q(inbound__in=received), Q(outbound__in=sent), Q(trace_id=trace, state__in=stuck)]
    found = (scoped(request, SyncJob.objects.filter(way)).order_by("-id")[:MOST] for way in ways)
    return sorted({job.pk: job for job in chain.from_iterable(found)}.values(), key=lambda job: job.pk)
