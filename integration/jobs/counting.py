"""A sender's count of all that it sends, as one run of numbers after another: now and then a count begins anew."""

import logging

from django.db.models import QuerySet
from django.db.models.functions import Now

from integration.canonical.base import Moment
from integration.errors import InvalidDocument
from integration.jobs import bodies
from integration.models import AuditEvent, Connection, InboundMessage, MessageGap

log = logging.getLogger(__name__)
SIGNS = 5  # messages in a row: one or two low numbers are late, or a mistake
FAR = 2  # the count was this many times as far
NEWEST = 5_000  # messages that are looked back through for the first one of a run


def counted(partner: Connection, after: int = 0) -> QuerySet[InboundMessage]:
    """Those of its present run, which are later than that message of ours."""
    rows = InboundMessage.objects.filter(connection=partner, sequence__isnull=False).order_by("sequence")
    return rows.filter(pk__gt=after) if after else rows


def follow_new_run(end: MessageGap) -> bool:
    """Begins a new run where the count has begun anew: the end is that of the new run then, and gaps of the old one can
    be asked for by number no more, as their numbers mean other messages by now. Call with the end held."""
    begun = _begun(end)
    if begun is None:
        return False
    message, lowest = begun
    was, end.first = end.first - 1, lowest
    MessageGap.objects.filter(connection=end.connection, last__isnull=False, until=None).update(until=message - 1)
    end.after, end.seen_at = message - 1, Now()
    end.save(update_fields=["first", "after", "seen_at"])
    about = {"connection": end.connection_id, "from": was, "to": lowest, "message": message}
    AuditEvent.objects.create(
        actor="Crossdock", verb="count begins anew", subject=str(end.connection)[:200], detail=about
    )
    log.warning("a count begins anew", extra={"connection": end.connection.slug, "was": was, "first": message})
    return True


def _begun(end: MessageGap) -> tuple[int, int] | None:
    """The first message of the new run that came, and its lowest number. Several in a row that rise, far below the
    highest and told later than it: what is late was told before it, and what is sent once more is no message of its
    own. The first ones may have overtaken each other."""
    newest = counted(end.connection, end.after).order_by("-pk").values_list("pk", "sequence")[:NEWEST]
    run: list[int] = []
    lowest = end.first
    for pk, number in newest:
        if number is None or number * FAR >= end.first - 1:
            break
        if number >= lowest and (len(run) < SIGNS or not _told_later(end, [pk])):
            break
        run, lowest = [*run, pk], min(lowest, number)
    if len(run) < SIGNS or not _told_later(end, run[:SIGNS]):
        return None
    return run[-1], lowest


def _told_later(end: MessageGap, messages: list[int]) -> bool:
    highest = counted(end.connection, end.after).filter(sequence=end.first - 1).select_related("connection").last()
    if highest is None:  # removed as too old
        return True
    rows = InboundMessage.objects.filter(pk__in=messages).select_related("connection")
    since = _told_at(highest)
    return since is not None and all((at := _told_at(row)) is not None and at > since for row in rows)


def is_of_older_run(end: MessageGap, number: int) -> bool:
    """It was told before the present run began, and comes late."""
    first = InboundMessage.objects.filter(pk=end.after + 1).select_related("connection").first() if end.after else None
    since = _told_at(first) if first is not None else None
    if since is None:
        return False
    rows = counted(end.connection, end.after).filter(sequence=number).select_related("connection")
    return all((at := _told_at(row)) is not None and at < since for row in rows)


def _told_at(message: InboundMessage) -> Moment | None:
    """By its sender's clock."""
    try:
        return bodies.parsed(message, bodies.in_force(message)).event.timestamp
    except InvalidDocument:
        return None
