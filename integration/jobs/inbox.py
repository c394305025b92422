"""The door for what partners send: verified, parsed, recognised if sent before, and committed with its job."""

import hashlib
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database

from integration.adapters import registry
from integration.adapters.base import Fetched, Received, WmsAdapter
from integration.errors import InvalidDocument
from integration.jobs import bodies, cases, dispatch, drift, failpoints, old_secrets, remote, routes, sql, streams
from integration.jobs.queue import NewJob, enqueue
from integration.models import (
    CapturedRecord,
    Connection,
    Document,
    InboundMessage,
    MessageKey,
    SyncJob,
    Warehouse,
)
from integration.models.fields import encrypt
from integration.observe import traces

# Odoo 17 and 18 hint before they commit, and one act gives several hints: look a moment later, once.
HINT_SECONDS = 1.5
FETCHED = "fetched"  # beside the headers that are kept: we asked for it
KEPT_HEADERS = ("webhook-id", "webhook-timestamp", "content-type", "user-agent")

KEY, MESSAGE, JOB = MessageKey._meta.db_table, InboundMessage._meta.db_table, SyncJob._meta.db_table
DOCUMENT, WAREHOUSE = Document._meta.db_table, Warehouse._meta.db_table
CAPTURED = CapturedRecord._meta.db_table

# By the moment of the statement: a reader that began before does not take the mark for what it read.
_MARK = f"""
INSERT INTO {CAPTURED} AS record (connection_id, model, record_id, version, content_hash, dirty_at)
SELECT %(connection)s, %(model)s::text, unnest(%(ids)s::int[]), 0, '', statement_timestamp()
ON CONFLICT (connection_id, model, record_id) DO UPDATE SET dirty_at = EXCLUDED.dirty_at,
  content_hash = CASE WHEN %(forget)s THEN '' ELSE record.content_hash END"""

# The number, the message, its stream and its job: all of them or, for a number that was there before, none.
_KEEP = f"""
WITH numbered AS (
  INSERT INTO {KEY} (connection_id, external_id, body_sha256, received_at)
  VALUES (%(connection)s, %(number)s, %(digest)s, now()) ON CONFLICT DO NOTHING RETURNING id),
known AS (
  SELECT document.id FROM {DOCUMENT} AS document JOIN {WAREHOUSE} AS warehouse ON warehouse.id = document.warehouse_id
  WHERE warehouse.wms_id = %(connection)s AND document.reference = %(about)s AND document.kind = ANY(%(kinds)s::text[])
  LIMIT 1),
message AS (
  INSERT INTO {MESSAGE} (connection_id, external_id, type, reference, document_id, body, headers, drift, sequence,
    trace_id, received_at)
  SELECT %(connection)s, %(number)s, %(type)s, %(reference)s, (SELECT id FROM known), %(body)s, %(headers)s::jsonb,
    %(drift)s::jsonb, %(sequence)s::bigint, %(trace)s, now()
  FROM numbered RETURNING id, document_id),
stream AS ({streams.touching("message")}),
job AS (
  INSERT INTO {JOB} (stream_id, flow, payload, subject, document_id, inbound_id, state, attempts, tries, started_with,
    crashes, failure_code, failure_mode, failure_text, trace_id, created_at)
  SELECT stream.id, %(flow)s, jsonb_build_object('message', message.id), %(subject)s, message.document_id, message.id,
    'pending', 0, 0, 1, 0, '', '', '', %(trace)s, now()
  FROM stream, message RETURNING inbound_id)
SELECT inbound_id FROM job"""  # noqa: S608  (table names of our own)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a received message: it is committed. ``duplicate``: it was before. Both ids are those of the first
    time; None when that is so long ago that only its number is known."""

    message_id: int | None
    trace_id: uuid.UUID | None
    duplicate: bool


def receive(connection: Connection, headers: Mapping[str, str], body: bytes) -> Receipt:
    """Commits a message with its job. ``headers`` has lower-case names.

    Raises Forbidden CD-6005 for a signature that does not fit, InvalidDocument CD-6001 to CD-6004.
    """
    began = time.time_ns()
    adapter = registry.wms_for_receiving(remote.settings_for(connection))
    if adapter.verify(headers, body, now=datetime.now(UTC)) == old_secrets.NAME:
        old_secrets.used(connection)
    received = _parsed(adapter, connection, headers, body)
    kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
    receipt = _kept_once(connection, received, kept, body)
    _trace("webhook", began, connection, received, receipt, headers.get(traces.TRACEPARENT, ""))
    return receipt


def _parsed(adapter: WmsAdapter, connection: Connection, headers: Mapping[str, str], body: bytes) -> Received:
    try:
        return adapter.parse(headers, body)
    except InvalidDocument as wrong:
        with transaction.atomic():
            drift.refused(connection, wrong, headers.get("webhook-id", ""))
        raise


def take(connection: Connection, fetched: Sequence[Fetched]) -> int:
    """Commits messages that we asked for as if they had been pushed, whether or not they are as well; returns how many
    were not here. One that is no document of the contract is a case, and keeps no other one from being taken.
    """
    numbers = [each.external_id for each in fetched]
    keys = MessageKey.objects.filter(connection=connection, external_id__in=numbers)
    known = set(keys.values_list("external_id", flat=True))
    return sum(_taken(connection, each) for each in fetched if each.external_id not in known)


def _taken(connection: Connection, fetched: Fetched) -> bool:
    began, headers = time.time_ns(), {"webhook-id": fetched.external_id}
    try:
        received = registry.wms_for_receiving(remote.settings_for(connection)).parse(headers, fetched.body)
        receipt = _kept_once(connection, received, {**headers, FETCHED: "yes"}, fetched.body)
    except InvalidDocument as wrong:
        with transaction.atomic():
            cases.open_case(wrong, connection)
            drift.refused(connection, wrong, fetched.external_id)
        return False
    _trace("fetched", began, connection, received, receipt, "")
    return not receipt.duplicate


def _trace(
    name: str, began: int, connection: Connection, received: Received, receipt: Receipt, traceparent: str
) -> None:
    if receipt.trace_id is not None:
        about: traces.Attributes = {
            "crossdock.connection": connection.slug,
            "crossdock.type": received.event.type,
            "crossdock.message": receipt.message_id or 0,
            "crossdock.duplicate": receipt.duplicate,
        }
        traces.received(receipt.trace_id, name, began, traceparent, about, again=receipt.duplicate)


def _kept_once(connection: Connection, received: Received, headers: Mapping[str, str], body: bytes) -> Receipt:
    failpoints.hit("before_message")
    row = _row(connection, received, headers, body)
    kept = _keep_all(connection, received, row)
    if not kept:
        return _repeated(connection, received.external_id, body)
    failpoints.hit("after_message")
    transaction.on_commit(partial(dispatch.wake, routes.ROUTES[received.event.type].lane))
    return Receipt(kept[0][0], row["trace"], duplicate=False)


def receive_typed(connection: Connection, number: str, body: bytes, who: str) -> Receipt:
    """The same for what a person has typed in, in our own contract. Call inside a transaction.

    Raises InvalidDocument CD-6003, CD-6004.
    """
    headers = {"webhook-id": number, bodies.TYPED_BY: who}
    received = registry.own_contract(remote.settings_for(connection)).parse(headers, body)
    row = _row(connection, received, headers, body) | {"headers": json.dumps(headers)}
    kept = sql.rows(_KEEP, row)
    if not kept:
        return _repeated(connection, number, body)
    transaction.on_commit(partial(dispatch.wake, routes.ROUTES[received.event.type].lane))
    return Receipt(kept[0][0], row["trace"], duplicate=False)


def job_again(message: InboundMessage) -> NewJob:
    """The job of a message that is kept. Raises InvalidDocument when it is no document of the contract any more."""
    return _job(message.connection, message, bodies.parsed(message, bodies.in_force(message)))


def document_of(message: InboundMessage) -> int | None:
    """The number here of the document that it is about, also of one that was not known yet when it came.

    Raises InvalidDocument when the message is no document of the contract any more.
    """
    if message.document_id:
        return message.document_id
    to = routes.address(message.connection, bodies.parsed(message, bodies.in_force(message)).event)
    about = Document.objects.filter(
        warehouse__wms=message.connection_id, reference=to.about, kind__in=to.route.thread.kinds
    )
    return about.values_list("pk", flat=True).first() if to.about else None


def hint(connection: Connection, model: str, record_id: int) -> None:
    """Odoo says that a record changed: it will be read. Hints about one record become one read."""
    with transaction.atomic():
        mark_dirty(connection, model, [record_id], delay=HINT_SECONDS)


def mark_dirty(
    connection: Connection, model: str, record_ids: list[int], *, delay: float = 0.0, forget: bool = False
) -> None:
    """Has these records read; the same door for hints, polls and sweeps. Call inside a transaction.

    ``forget``: nothing is decided on the snapshot that there is. The reading stream is locked first, as the reader
    does, so that the two cannot block each other.
    """
    enqueue(read_job(connection, delay))
    sql.run(_MARK, {"connection": connection.pk, "model": model, "ids": sorted(record_ids), "forget": forget})


def read_job(connection: Connection, delay: float = 0.0) -> NewJob:
    return NewJob(
        flow="odoo_read",
        stream=f"read:{connection.pk}",
        lane=routes.lane_of("odoo_read"),
        subject=f"changes in {connection.name}",
        payload={"connection": connection.pk},
        coalesce=True,
        delay=delay,
    )


def _keep_all(connection: Connection, received: Received, row: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """The message, and what it says that is not in the contract, or not its sender's to say."""
    if not received.drift:
        return _keep(row)
    with transaction.atomic():
        kept = _keep(row)
        if kept:
            drift.told(connection, received)
    return kept


def _keep(row: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """Without Django's look whether the database still answers, a fifth of a message's cost: the statement tells.

    Safe to repeat on a new connection: if it was committed and its answer was lost, its number is found.
    """
    database.health_check_done = True  # type: ignore[attr-defined]  # the stubs lack it
    try:
        return sql.rows(_KEEP, row)
    except (OperationalError, InterfaceError):
        if database.in_atomic_block or database.connection is None or database.is_usable():
            raise
        database.close()
        return sql.rows(_KEEP, row)


def _row(connection: Connection, received: Received, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    event, to = received.event, routes.address(connection, received.event)
    return {
        "connection": connection.pk,
        "number": received.external_id,
        "digest": hashlib.sha256(body).digest(),
        "about": to.about,
        "kinds": list(to.route.thread.kinds),
        "reference": to.number,
        "type": event.type,
        "body": encrypt(body),
        "headers": json.dumps(dict(headers)),
        "drift": json.dumps(received.drift),
        "sequence": received.sequence,
        "trace": uuid.uuid4(),
        "key": to.stream,
        "lane": to.route.lane,
        "delay": 0.0,
        "flow": to.route.flow,
        "subject": _subject(event.type, to.number),
    }


def _subject(kind: str, reference: str) -> str:
    return f"{kind} {reference}"[:100]


def _repeated(connection: Connection, number: str, body: bytes) -> Receipt:
    """Raises InvalidDocument CD-6004 when other content has the number."""
    first = MessageKey.objects.values_list("body_sha256", flat=True).get(connection=connection, external_id=number)
    if bytes(first) != hashlib.sha256(body).digest():
        raise InvalidDocument("CD-6004", connection=connection.name, external_id=number, field="webhook-id")
    known = InboundMessage.objects.filter(connection=connection, external_id=number)
    message, trace = known.values_list("pk", "trace_id").first() or (None, None)
    return Receipt(message, trace, duplicate=True)


def _job(connection: Connection, message: InboundMessage, received: Received) -> NewJob:
    to = routes.address(connection, received.event)
    return NewJob(
        flow=to.route.flow,
        stream=to.stream,
        lane=to.route.lane,
        subject=_subject(received.event.type, message.reference),
        payload={"message": message.pk},
        document_id=message.document_id,
        inbound_id=message.pk,
        trace_id=message.trace_id,
    )
