"""The door for what partners send: verified, parsed, recognised if sent before, and committed with its job."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection as database
from django.db import transaction
from django.db.models.functions import Now

from integration.adapters import registry
from integration.adapters.base import Received
from integration.errors import InvalidDocument
from integration.jobs import remote
from integration.jobs.queue import NewJob, enqueue
from integration.models import CapturedRecord, Connection, Document, InboundMessage, Lane, MessageKey

# Odoo 17 and 18 hint before they commit, and one act gives several hints: look a moment later, once.
HINT_SECONDS = 1.5
KEPT_HEADERS = ("webhook-id", "webhook-timestamp", "content-type", "user-agent")
LANES = {"shipment.confirmed": Lane.SHIPMENT, "order.accepted": Lane.ORDER, "order.rejected": Lane.ORDER}
FLOWS = {
    "shipment.confirmed": "shipment_confirmation",
    "order.accepted": "acknowledgement",
    "order.rejected": "acknowledgement",
}

_TAKE_NUMBER = f"""
INSERT INTO {MessageKey._meta.db_table} (connection_id, external_id, body_sha256, received_at)
VALUES (%s, %s, %s, now()) ON CONFLICT DO NOTHING"""  # noqa: S608  (a table name of our own)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a received message: it is committed. ``duplicate``: it was before."""

    message_id: int | None
    duplicate: bool


def receive(connection: Connection, headers: Mapping[str, str], body: bytes) -> Receipt:
    """Commits a message with its job. ``headers`` has lower-case names.

    Raises Forbidden CD-6005 for a signature that does not fit, InvalidDocument CD-6001 to CD-6004.
    """
    adapter = registry.wms_for_receiving(remote.settings_for(connection))
    adapter.verify(headers, body, now=datetime.now(UTC))
    received = adapter.parse(headers, body)
    with transaction.atomic():
        if not _new(connection, received.external_id, body):
            known = InboundMessage.objects.filter(connection=connection, external_id=received.external_id)
            return Receipt(known.values_list("pk", flat=True).first(), duplicate=True)
        message = _keep(connection, received, headers, body)
        enqueue(_job(connection, message, received))
    return Receipt(message.pk, duplicate=False)


def job_again(message: InboundMessage) -> NewJob:
    """The job of a message that is kept. Raises InvalidDocument when it is no document of the contract any more."""
    adapter = registry.wms_for_receiving(remote.settings_for(message.connection))
    return _job(message.connection, message, adapter.parse(message.headers, bytes(message.body)))


def hint(connection: Connection, model: str, record_id: int) -> None:
    """Odoo says that a record changed: it will be read. Hints about one record become one read."""
    with transaction.atomic():
        mark_dirty(connection, model, [record_id], delay=HINT_SECONDS)


def mark_dirty(connection: Connection, model: str, record_ids: list[int], *, delay: float = 0.0) -> None:
    """Has these records read; the same door for hints, polls and sweeps. Call inside a transaction.

    The reading stream is locked first, as the reader does, so that the two cannot block each other.
    """
    enqueue(read_job(connection, delay))
    rows = [
        CapturedRecord(connection=connection, model=model, record_id=pk, dirty_at=Now()) for pk in sorted(record_ids)
    ]
    CapturedRecord.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["dirty_at"], unique_fields=["connection", "model", "record_id"]
    )


def read_job(connection: Connection, delay: float = 0.0) -> NewJob:
    return NewJob(
        flow="odoo_read",
        stream=f"read:{connection.pk}",
        lane=Lane.ORDER,
        subject=f"changes in {connection.name}",
        payload={"connection": connection.pk},
        coalesce=True,
        delay=delay,
    )


def _new(connection: Connection, external_id: str, body: bytes) -> bool:
    """Takes the number for this message. Raises InvalidDocument CD-6004 when other content has it."""
    digest = hashlib.sha256(body).digest()
    with database.cursor() as cursor:
        cursor.execute(_TAKE_NUMBER, [connection.pk, external_id, digest])
        if cursor.rowcount:
            return True
    first = MessageKey.objects.values_list("body_sha256", flat=True).get(connection=connection, external_id=external_id)
    if bytes(first) != digest:
        raise InvalidDocument("CD-6004", connection=connection.name, external_id=external_id, field="webhook-id")
    return False


def _keep(connection: Connection, received: Received, headers: Mapping[str, str], body: bytes) -> InboundMessage:
    event = received.event
    release = event.data.release
    return InboundMessage.objects.create(
        connection=connection,
        external_id=received.external_id,
        type=event.type,
        reference=getattr(event.data, "shipment", release),
        document_id=_delivery_id(connection, release),
        body=body,
        headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
        drift=list(received.drift),
    )


def _delivery_id(connection: Connection, release: str) -> int | None:
    deliveries = Document.objects.filter(warehouse__wms=connection, reference=release, kind=Document.Kind.DELIVERY)
    return deliveries.values_list("pk", flat=True).first()


def _job(connection: Connection, message: InboundMessage, received: Received) -> NewJob:
    event = received.event
    return NewJob(
        flow=FLOWS[event.type],
        stream=delivery_stream(connection, event.data.release),
        lane=LANES[event.type],
        subject=f"{event.type} {message.reference}",
        payload={"message": message.pk},
        document_id=message.document_id,
        inbound_id=message.pk,
        trace_id=message.trace_id,
    )


def delivery_stream(wms: Connection, release: str) -> str:
    """All that is said about one delivery, by either side, in one order."""
    return f"delivery:{wms.pk}:{release}"
