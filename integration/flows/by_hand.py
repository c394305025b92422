"""A release of which a person has ended the last shipment, or that was in shadow: Odoo has the goods by hand."""

from integration.errors import IntegrationError
from integration.flows import changes as negotiation
from integration.flows.events import event_of
from integration.flows.releases import Delivery
from integration.jobs import shipments
from integration.models import Document, InboundMessage, ShadowDocument, SyncJob
from integration.rules import changes

FLOW = "shipment_confirmation"
CLOSED = ("done", "cancel")  # states of a picking of which nothing is to be done any more
State = SyncJob.State


def is_over(delivery: Delivery) -> bool:
    """Odoo has done all of it, and a person has ended what the warehouse confirmed as the last of it, or only compared
    it."""
    if delivery.picking.state != "done" or delivery.known is None:
        return False
    pickings = changes.chain(delivery.order, delivery.picking.id, delivery.released_otherwise)
    jobs = SyncJob.objects.filter(document=delivery.known, flow=FLOW)
    if any(picking.state not in CLOSED for picking in pickings) or jobs.filter(state__in=SyncJob.ACTIVE).exists():
        return False
    over = jobs.filter(state__in=(State.CANCELLED, State.SUCCEEDED))
    of_shadow = ShadowDocument.objects.filter(document=delivery.known, key__startswith="delivery/").exists()
    ended = over if of_shadow else over.filter(state=State.CANCELLED)
    ended = ended.filter(inbound__isnull=False).select_related("inbound__connection")
    through = over.order_by().values("inbound").distinct().count()
    return any(0 < _count(job.inbound) <= through for job in ended)


def end(delivery: Delivery) -> None:
    """Nothing more of it leaves. Its lines stay as they were booked: what is by hand is no movement of ours."""
    known = delivery.known
    assert known is not None  # noqa: S101
    known.state, known.shipments_due_at = Document.State.SHIPPED, None
    known.save(update_fields=["state", "shipments_due_at", "updated_at"])
    negotiation.shipped(known, anew=False)
    shipments.arrived(known, delivery.warehouse.wms)


def _count(message: InboundMessage | None) -> int:
    """How many shipments there are, as a final one says; 0: it is not the final one."""
    try:
        shipment = event_of(message).data if message is not None else None
    except IntegrationError:
        return 0
    return (shipment.shipment_count or 1) if getattr(shipment, "final", False) else 0  # type: ignore[union-attr]
