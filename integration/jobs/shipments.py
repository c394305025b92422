"""Releases and advices whose final message overtook others: these are waited for, told to a person, given up by one.

Whoever changes such a document holds its stream first, as the workers do that book its shipments or receipts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models.functions import Now

from integration.errors import Rejected
from integration.jobs import cases, inbox, outbox, routes, sql, streams
from integration.jobs.looks import MODELS
from integration.jobs.routes import Thread
from integration.models import Connection, Document, ExceptionCase, ExternalReference, SyncJob, Warehouse

AT_ONCE = 500
State = Document.State
_REFERENCE = ExternalReference._meta.db_table

# The numbers that lead to a transfer of the advice: also of a message that brought nothing.
_NUMBERS = f"""
SELECT DISTINCT known.reference FROM {_REFERENCE} AS own JOIN {_REFERENCE} AS known
  ON (known.erp_id, known.model, known.record_id, known.partner_id, known.document_type)
   = (own.erp_id, own.model, own.record_id, own.partner_id, %s)
WHERE own.erp_id = %s AND own.document_type = 'advice' AND own.reference = %s
  AND own.partner_id = (SELECT wms_id FROM {Warehouse._meta.db_table} WHERE id = %s)"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Series:
    """The messages that one document is worked off by. ``told``: the type of the message that they answer."""

    code: str
    part: Document.State
    whole: Document.State
    thread: Thread
    flow: str
    told: str


SHIPMENTS = Series(
    "CD-5016", State.PART_SHIPPED, State.SHIPPED, routes.DELIVERY, "shipment_confirmation", "order.release"
)
RECEIPTS = Series(
    "CD-7014", State.PART_RECEIVED, State.RECEIVED, routes.RECEIPT, "receipt_confirmation", "receipt.advice"
)
RETURNS = replace(RECEIPTS, flow="return_receipt")
SERIES: Mapping[str, Series] = {
    Document.Kind.DELIVERY: SHIPMENTS,
    Document.Kind.RECEIPT: RECEIPTS,
    Document.Kind.RETURN: RETURNS,
}
CODES = tuple({series.code for series in SERIES.values()})


def missing(document: Document, partner: Connection) -> Rejected:
    """The cause of the case."""
    order = document.parent.reference if document.parent else document.reference
    told = {"count": document.shipment_count or 0, "booked": booked(document)}
    name, code = partner.name, SERIES[document.kind].code
    return Rejected(code, connection=name, partner=name, release=document.reference, order=order, **told)


def booked(document: Document) -> int:
    """How many of its shipments or receipts are."""
    if document.kind == Document.Kind.DELIVERY:
        return document.stock_events.order_by().values("source").distinct().count()
    return len(numbers(document))


def numbers(advised: Document) -> set[str]:
    """The numbers of the receipts of an advice that are booked, of whichever of its transfers."""
    about = [str(advised.kind), advised.connection_id, advised.reference, advised.warehouse_id]
    found = sql.rows(_NUMBERS, about)
    return {row[0] for row in found}


def tell_missing() -> int:
    """Opens a case for each document of which messages are not here by now; returns at how many it looked."""
    parts = [each.part for each in SERIES.values()]
    overdue = Document.objects.filter(shipments_due_at__lt=Now(), state__in=parts, kind__in=list(SERIES))
    rows = list(overdue.select_related("connection", "warehouse__wms", "parent")[:AT_ONCE])
    for document in rows:
        assert document.warehouse is not None  # noqa: S101  (made with one)
        if waiting(document, document.warehouse.wms) is None:
            with transaction.atomic():
                _tell(document, document.warehouse.wms)
    return len(rows)


def arrived(document: Document, partner: Connection) -> None:
    """Call when the release or the advice ends."""
    if document.shipment_count is not None:
        cases.clear("All of it is here.", missing(document, partner).fingerprint)


def hold(case: ExceptionCase) -> None:
    """What ``give_up`` needs. Call inside a transaction, before the case is held."""
    if case.code in CODES and case.document is not None and case.connection is not None:
        _hold(case.document, case.connection)


def in_hand(case: ExceptionCase) -> SyncJob | None:
    """A message of the document that has come and is not booked yet: then nothing is missing for good."""
    if case.code not in CODES or case.document is None or case.connection is None:
        return None
    return waiting(case.document, case.connection)


def give_up(case: ExceptionCase) -> None:
    """The document ends with what is booked; what is open in Odoo is told to the warehouse anew."""
    if case.code in CODES and case.document is not None and case.connection is not None:
        _end(case.document, case.connection)


def _tell(document: Document, partner: Connection) -> None:
    """One that waits in the stream is not missing; it sets another time when it is booked."""
    _hold(document, partner)
    part = SERIES[document.kind].part
    due = Document.objects.filter(pk=document.pk, state=part, shipments_due_at=document.shipments_due_at)
    if waiting(document, partner) is not None or not due.exists():
        return
    if booked(document) >= (document.shipment_count or 0):
        _end(document, partner)
        arrived(document, partner)
    else:
        cases.open_case(missing(document, partner), partner, document, flow="shipment_confirmation")
        due.update(shipments_due_at=None)


def _end(document: Document, partner: Connection) -> None:
    series, parent = SERIES[document.kind], document.parent
    open_ones = Document.objects.filter(pk=document.pk, state=series.part)
    if open_ones.update(state=series.whole, shipments_due_at=None) and parent is not None:
        outbox.supersede(partner, document, series.told)
        inbox.mark_dirty(document.connection, MODELS[parent.kind], [parent.erp_id], forget=True)


def _hold(document: Document, partner: Connection) -> None:
    series = SERIES[document.kind]
    streams.touch(series.thread.key(partner, document.reference), routes.lane_of(series.flow))


def waiting(document: Document, partner: Connection) -> SyncJob | None:
    """A message of it that has come and is not booked."""
    series = SERIES[document.kind]
    key = series.thread.key(partner, document.reference)
    jobs = SyncJob.objects.filter(stream__key=key, flow=series.flow, state__in=SyncJob.ACTIVE)
    return jobs.order_by("pk").first()
