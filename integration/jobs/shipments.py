"""Releases whose final shipment overtook others: these are waited for, told to a person, and given up by one."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from integration.errors import Rejected
from integration.jobs import cases, inbox
from integration.models import Connection, Document, ExceptionCase, Stream, SyncJob

CODE = "CD-5016"
AT_ONCE = 500
State = Document.State


def missing(delivery: Document, partner: Connection) -> Rejected:
    """The cause of the case. Its count is that of shipments which are booked."""
    order = delivery.parent.reference if delivery.parent else delivery.reference
    here = delivery.stock_events.order_by().values("source").distinct().count()
    told = {"count": delivery.shipment_count or 0, "here": here}
    name = partner.name
    return Rejected(CODE, connection=name, partner=name, release=delivery.reference, order=order, **told)


def tell_missing() -> int:
    """Opens a case for each release of which shipments are not here by now; returns how many."""
    waits = SyncJob.objects.filter(document=OuterRef("pk"), inbound__isnull=False, state__in=SyncJob.ACTIVE)
    overdue = Document.objects.filter(state=State.PART_SHIPPED, shipments_due_at__lt=Now()).exclude(Exists(waits))
    rows = list(overdue.select_related("warehouse__wms", "parent")[:AT_ONCE])
    for delivery in rows:
        assert delivery.warehouse is not None  # noqa: S101  (deliveries are made with one)
        with transaction.atomic():
            due = Document.objects.filter(pk=delivery.pk, shipments_due_at=delivery.shipments_due_at)
            if due.update(shipments_due_at=None):
                cases.open_case(missing(delivery, delivery.warehouse.wms), delivery.warehouse.wms, delivery)
    return len(rows)


def arrived(delivery: Document, partner: Connection) -> None:
    """Call when the release ends."""
    if delivery.shipment_count is not None:
        cases.clear("All its shipments are here.", missing(delivery, partner).fingerprint)


def streams_of(case: ExceptionCase) -> list[int]:
    """What ``give_up`` needs held before the case is."""
    if case.code != CODE or case.document is None or case.connection is None:
        return []
    key = inbox.delivery_stream(case.connection, case.document.reference)
    return list(Stream.objects.filter(key=key).values_list("pk", flat=True))


def give_up(case: ExceptionCase) -> None:
    """The release ends with what has come; what is open in Odoo is released anew. Call with its stream held."""
    delivery = case.document
    if case.code != CODE or delivery is None or delivery.parent is None:
        return
    open_ones = Document.objects.filter(pk=delivery.pk, state=State.PART_SHIPPED)
    if open_ones.update(state=State.SHIPPED, shipments_due_at=None):
        inbox.mark_dirty(delivery.connection, "sale.order", [delivery.parent.erp_id], forget=True)
