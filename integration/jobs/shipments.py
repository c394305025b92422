"""Releases whose final shipment overtook others: these are waited for, told to a person, and given up by one.

Whoever changes such a release holds its stream first, as the workers do that book its shipments.
"""

from django.db import transaction
from django.db.models.functions import Now

from integration.errors import Rejected
from integration.jobs import cases, inbox, outbox, routes, streams
from integration.jobs.looks import MODELS
from integration.models import Connection, Document, ExceptionCase, SyncJob

CODE = "CD-5016"
AT_ONCE = 500
State = Document.State


def missing(delivery: Document, partner: Connection) -> Rejected:
    """The cause of the case."""
    order = delivery.parent.reference if delivery.parent else delivery.reference
    told = {"count": delivery.shipment_count or 0, "booked": booked(delivery)}
    name = partner.name
    return Rejected(CODE, connection=name, partner=name, release=delivery.reference, order=order, **told)


def booked(delivery: Document) -> int:
    """How many of its shipments are."""
    return delivery.stock_events.order_by().values("source").distinct().count()


def tell_missing() -> int:
    """Opens a case for each release of which shipments are not here by now; returns at how many it looked."""
    overdue = Document.objects.filter(state=State.PART_SHIPPED, shipments_due_at__lt=Now())
    rows = list(overdue.select_related("connection", "warehouse__wms", "parent")[:AT_ONCE])
    for delivery in rows:
        assert delivery.warehouse is not None  # noqa: S101  (deliveries are made with one)
        if _waiting(delivery, delivery.warehouse.wms) is None:
            with transaction.atomic():
                _tell(delivery, delivery.warehouse.wms)
    return len(rows)


def arrived(delivery: Document, partner: Connection) -> None:
    """Call when the release ends."""
    if delivery.shipment_count is not None:
        cases.clear("All its shipments are here.", missing(delivery, partner).fingerprint)


def hold(case: ExceptionCase) -> None:
    """What ``give_up`` needs. Call inside a transaction, before the case is held."""
    if case.code == CODE and case.document is not None and case.connection is not None:
        _hold(case.document, case.connection)


def in_hand(case: ExceptionCase) -> SyncJob | None:
    """A shipment of the release that has come and is not booked yet: then nothing is missing for good."""
    if case.code != CODE or case.document is None or case.connection is None:
        return None
    return _waiting(case.document, case.connection)


def give_up(case: ExceptionCase) -> None:
    """The release ends with what is booked; what is open in Odoo is released anew."""
    if case.code == CODE and case.document is not None and case.connection is not None:
        _end(case.document, case.connection)


def _tell(delivery: Document, partner: Connection) -> None:
    """One that waits in the stream is not missing; it sets another time when it is booked."""
    _hold(delivery, partner)
    due = Document.objects.filter(pk=delivery.pk, state=State.PART_SHIPPED, shipments_due_at=delivery.shipments_due_at)
    if _waiting(delivery, partner) is not None or not due.exists():
        return
    if booked(delivery) >= (delivery.shipment_count or 0):
        _end(delivery, partner)
        arrived(delivery, partner)
    else:
        cases.open_case(missing(delivery, partner), partner, delivery)
        due.update(shipments_due_at=None)


def _end(delivery: Document, partner: Connection) -> None:
    open_ones = Document.objects.filter(pk=delivery.pk, state=State.PART_SHIPPED)
    if open_ones.update(state=State.SHIPPED, shipments_due_at=None) and delivery.parent is not None:
        outbox.supersede(partner, delivery, "order.release")
        parent = delivery.parent
        inbox.mark_dirty(delivery.connection, MODELS[parent.kind], [parent.erp_id], forget=True)


def _hold(delivery: Document, partner: Connection) -> None:
    streams.touch(routes.DELIVERY.key(partner, delivery.reference), routes.lane_of("shipment_confirmation"))


def _waiting(delivery: Document, partner: Connection) -> SyncJob | None:
    key = routes.DELIVERY.key(partner, delivery.reference)
    jobs = SyncJob.objects.filter(stream__key=key, flow="shipment_confirmation", state__in=SyncJob.ACTIVE)
    return jobs.order_by("pk").first()
