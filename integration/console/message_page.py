"""The page of one message: as it came and as the contract reads it, what was made of it, with which mappings."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import now

from integration import canonical
from integration.console import contents, versions
from integration.console.contents import Content
from integration.console.guard import may_view
from integration.console.personal import PERMISSION
from integration.console.reach import scoped
from integration.jobs import bodies, edits
from integration.models import CodeMapping, InboundMessage, JobAttempt, MessageEdit, OutboundMessage, SyncJob
from integration.rules import leaves

SHOWN_JOBS = 20
SHOWN_TRIES = 100
EDIT = "integration.edit_message"


@dataclass(frozen=True, slots=True)
class Tried:
    """A job of the message, with its tries, the latest first."""

    job: SyncJob
    tries: Sequence[JobAttempt]


@dataclass(frozen=True, slots=True)
class Edited:
    """``changes``: field, before, after; None in the place of what the user may not see."""

    row: MessageEdit
    changes: Sequence[Sequence[str | None]]


def received(request: HttpRequest, message: InboundMessage) -> dict[str, Any]:
    """Shown as it is worked on, or as ``?edit=`` asks: 0 is the original."""
    all_of_it, number = request.user.has_perm(PERMISSION), _asked(request, message)
    content = contents.received(message, bodies.at(message, number), all_of_it=all_of_it)
    jobs = message.jobs.order_by("-pk")
    return {
        **_common(request, message, content, list(scoped(request, jobs)[:SHOWN_JOBS])),
        "number": number,
        "edited": _edited(message, all_of_it=all_of_it),
        "may_edit": may_edit(request) and not edits.why_not(message),
    }


def sent(request: HttpRequest, message: OutboundMessage) -> dict[str, Any]:
    content = contents.sent(message, all_of_it=request.user.has_perm(PERMISSION))
    jobs = SyncJob.objects.filter(outbound=message)
    return _common(request, message, content, list(scoped(request, jobs)[:SHOWN_JOBS]))


def may_edit(request: HttpRequest) -> bool:
    """Whoever edits sees all that there is."""
    return request.user.has_perm(EDIT) and request.user.has_perm(PERMISSION)


def _common(
    request: HttpRequest, message: InboundMessage | OutboundMessage, content: Content, jobs: Sequence[SyncJob]
) -> dict[str, Any]:
    at = max((job.started_at for job in jobs if job.started_at), default=None)
    return {
        "message": message,
        "content": content,
        "tried": _tried(jobs) if may_view(request, SyncJob) else [],
        "contract": getattr(content.part, "contract", canonical.VERSION),
        "spoken": message.connection.profile.get("facts", {}).get("contract", ""),
        "mappings": _mappings(request, message, content, at or now()),
        "read_at": at,
    }


def _mappings(
    request: HttpRequest, message: InboundMessage | OutboundMessage, content: Content, at: datetime
) -> list[CodeMapping]:
    if content.part is None or not may_view(request, CodeMapping):
        return []
    return versions.used(request, message.connection, content.part, at)


def _tried(jobs: Sequence[SyncJob]) -> list[Tried]:
    tries: defaultdict[int, list[JobAttempt]] = defaultdict(list)
    for attempt in JobAttempt.objects.filter(job__in=[job.pk for job in jobs])[:SHOWN_TRIES]:
        tries[attempt.job_id].append(attempt)
    return [Tried(job, tries[job.pk]) for job in jobs]


def _asked(request: HttpRequest, message: InboundMessage) -> int:
    asked = request.GET.get("edit", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else message.edits
    return min(number, message.edits)


def _edited(message: InboundMessage, *, all_of_it: bool) -> list[Edited]:
    """The oldest first."""
    if not message.edits:
        return []
    rows = list(message.edited.order_by("number"))
    if not all_of_it:
        return [Edited(row, row.changes) for row in rows]
    before = [bytes(message.body), *(bytes(row.body) for row in rows)]
    return [Edited(row, differences(was, bytes(row.body))) for row, was in zip(rows, before, strict=False)]


def differences(before: bytes, after: bytes) -> list[list[str | None]]:
    """Field, before, after; of what is no JSON only that it differs."""
    old, new = leaves.read(before), leaves.read(after)
    if old is None or new is None:
        return [["", None, None]]
    was, now_ = dict(leaves.of(old)), dict(leaves.of(new))
    return [
        [leaves.named(path), leaves.text(was.get(path)), leaves.text(now_.get(path))]
        for path in leaves.changed(old, new)
    ]
