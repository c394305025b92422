"""Messages that are not to be booked any more: a person has ended them, or their goods are under another number."""

from collections.abc import Sequence

from integration.jobs.bodies import TYPED_BY
from integration.models import InboundMessage, SyncJob, TypedShipment


def by_people(messages: Sequence[InboundMessage]) -> set[int]:
    """Those whose work was cancelled, by *Done by hand* or *Ignore*, and not taken up again by a replay."""
    latest = SyncJob.objects.filter(inbound__in=messages).order_by("inbound", "-pk").distinct("inbound")
    return {number for number, state in latest.values_list("inbound", "state") if state == SyncJob.State.CANCELLED}


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
