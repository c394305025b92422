"""Messages that are not to be booked any more: a person has ended them, or their goods are under another number."""

from collections.abc import Sequence

from integration.canonical.events import Event
from integration.jobs import sources
from integration.jobs.bodies import TYPED_BY
from integration.models import Decision, InboundMessage, SyncJob, TypedShipment


def by_people(said: Sequence[tuple[InboundMessage, Event]]) -> set[int]:
    """Those whose work was cancelled, by *Done by hand* or *Ignore*, and not taken up again by a replay; and those that
    are through and of which a person has chosen something, such as to refuse the goods."""
    documents = {message.pk: sources.of(message.connection, event.data) for message, event in said}
    chosen = set(Decision.objects.filter(source__in=documents.values()).values_list("source", flat=True))
    latest = SyncJob.objects.filter(inbound__in=documents).order_by("inbound", "-pk").distinct("inbound")
    return {
        message
        for message, state in latest.values_list("inbound", "state")
        if state == SyncJob.State.CANCELLED or (state == SyncJob.State.SUCCEEDED and documents[message or 0] in chosen)
    }


def told_twice(messages: Sequence[InboundMessage]) -> set[tuple[int | None, str]]:
    """Documents and numbers of shipments whose goods count under another number: of a sheet and the warehouse's own
    message about the same goods, the one that came second. Without a query where nothing was typed in."""
    typed = [message.pk for message in messages if TYPED_BY in message.headers]
    rows = TypedShipment.objects.filter(message__in=typed).select_related("message") if typed else ()
    return {
        (row.message.document_id, number)
        for row in rows
        if row.message is not None
        for number in ([row.shipment] if row.state == TypedShipment.State.KNOWN else row.told)
    }
