"""Change capture: what was written in Odoo since we last looked, and what it looks like now.

Polls walk an overlapping window by id to its end, so that a write that commits late, or one of many in the same
second, is met; pairs of record and write date that were met before are dropped. Hints, polls and sweeps all mark
orders to be read; reading stores a snapshot, and a snapshot that differs becomes a job.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from pydantic import ValidationError

from integration.adapters.base import ErpGateway
from integration.canonical.erp import Change, Order
from integration.errors import InvalidDocument
from integration.jobs import acts, cases, failpoints, inbox, settle, sql, streams
from integration.jobs.queue import enqueue, enqueue_all
from integration.jobs.work import Work
from integration.models import CaptureCursor, CapturedRecord, Connection, Document, ExceptionCase, SeenWrite
from integration.models.fields import seal

ORDER = "sale.order"
PAGE = 500
READ_AT_ONCE = 100
READS_PER_JOB = 5
AS_ORDERED = ("reference", "customer_reference", "value", "currency", "updated_at")
# A write this young may still get a sibling with the same write date: it is met again before it counts as seen.
UNSETTLED = timedelta(seconds=10)

CAPTURED = CapturedRecord._meta.db_table
_SEEN = """
FROM (SELECT %(connection)s::bigint AS connection, %(model)s::text AS model) AS here,
  unnest(%(ids)s::bigint[], %(marks)s::timestamptz[], %(hashes)s::text[], %(snapshots)s::bytea[])
    AS seen(record_id, dirty_at, content_hash, snapshot)
WHERE record.connection_id = here.connection AND record.model = here.model AND record.record_id = seen.record_id"""

# A mark that came while we read stays, here and below.
_STILL_HOLDS = f"""
UPDATE {CAPTURED} AS record SET dirty_at = NULL, read_at = now() {_SEEN}
  AND record.dirty_at = seen.dirty_at AND record.content_hash = COALESCE(seen.content_hash, record.content_hash)
RETURNING record.record_id"""  # noqa: S608  (a table name of our own)

# A snapshot that has to be taken anew, and was marked again while we read, may be older than what asked for it.
_DIFFERS = f"""
UPDATE {CAPTURED} AS record SET dirty_at = NULLIF(record.dirty_at, seen.dirty_at), read_at = now(),
  version = record.version + 1, content_hash = seen.content_hash, snapshot = seen.snapshot {_SEEN}
  AND record.content_hash <> seen.content_hash
  AND (record.content_hash <> '' OR record.dirty_at IS NOT DISTINCT FROM seen.dirty_at)
RETURNING record.record_id"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Look:
    """What a record that was marked looks like now. Without an order there was nothing to be seen."""

    record_id: int
    mark: datetime | None
    order: Order | None
    content_hash: str | None


def poll(connection: Connection, erp: ErpGateway, model: str) -> int:
    """Walks what was written since the cursor; returns how many new writes it met."""
    cursor = _cursor(connection, model, erp)
    since = cursor.read_to - timedelta(seconds=settings.CAPTURE["overlap_seconds"])
    after_id, met, latest = 0, 0, cursor.read_to
    while page := erp.changes(model, since, after_id=after_id, limit=PAGE):
        after_id = page[-1].id
        met += _keep(connection, model, page, settled_before=erp.now() - UNSETTLED)
        failpoints.hit("in_look")
        latest = max(latest, *(change.written_at for change in page))
        if len(page) < PAGE:
            break
    with transaction.atomic():
        CaptureCursor.objects.filter(pk=cursor.pk).update(read_to=latest)
        SeenWrite.objects.filter(connection=connection, model=model, written_at__lt=since).delete()
    return met


def sweep(connection: Connection, erp: ErpGateway) -> int:
    """Has every open order read again, whatever its write date says; returns how many."""
    after_id, found = 0, 0
    while ids := erp.order_ids(after_id=after_id, limit=PAGE):
        after_id, found = ids[-1], found + len(ids)
        with transaction.atomic():
            inbox.mark_dirty(connection, ORDER, list(ids))
        failpoints.hit("in_look")
    CaptureCursor.objects.filter(connection=connection, model=ORDER).update(swept_at=Now())
    return found


def read(work: Work, connection: Connection, erp: ErpGateway) -> int:
    """Reads what is marked, a hundred orders at a time; returns how many snapshots changed.

    A long list is left to a job of its own, so that other work of the lane gets its turn. Snapshots are kept under the
    claim only, so that a slow reader never puts an older one over a newer one. Raises ClaimLost.
    """
    changed = 0
    _resolve(connection, erp)
    for _ in range(READS_PER_JOB):
        marked = dict(_dirty(connection, ORDER).values_list("record_id", "dirty_at")[:READ_AT_ONCE])
        if not marked:
            return changed
        orders = _orders(connection, erp, sorted(marked))
        looks = [_look(record_id, mark, orders.get(record_id)) for record_id, mark in sorted(marked.items())]
        changed += settle.in_one_piece(partial(_keep_looks, work, connection, looks))
        failpoints.hit("in_look")
    with transaction.atomic():
        if _dirty(connection, ORDER).exists():
            enqueue(inbox.read_job(connection))
    return changed


def _orders(connection: Connection, erp: ErpGateway, ids: Sequence[int]) -> dict[int, Order]:
    """An order that makes no sense keeps no other one from being read: it is found by halving, and gets a case."""
    try:
        orders = {order.id: order for order in erp.orders(ids)}
    except ValidationError as wrong:
        if len(ids) > 1:
            middle = len(ids) // 2
            return _orders(connection, erp, ids[:middle]) | _orders(connection, erp, ids[middle:])
        with transaction.atomic():
            cases.open_case(_unreadable(connection, ids[0], wrong), connection)
        return {}
    _readable_again(connection, orders)
    return orders


def _unreadable(connection: Connection, order_id: int, wrong: ValidationError) -> InvalidDocument:
    found = wrong.errors(include_input=False, include_url=False)[:3]
    detail = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found)
    return InvalidDocument("CD-4010", connection=connection.name, order_id=order_id, detail=detail)


def _readable_again(connection: Connection, orders: Mapping[int, Order]) -> None:
    open_ones = ExceptionCase.objects.filter(connection=connection, code="CD-4010", state__in=ExceptionCase.UNRESOLVED)
    for case in open_ones:
        if case.context.get("order_id") in orders:
            with transaction.atomic():
                cases.clear("The order can be read again.", case.fingerprint)


def read_all_again(connection: Connection) -> None:
    """What is decided about orders has changed, though no order has: look at all of them. Call inside a transaction."""
    enqueue(inbox.read_job(connection))
    captured = CapturedRecord.objects.filter(connection=connection, model=ORDER)
    captured.update(content_hash="", dirty_at=Now())


def read_again(connection: Connection, order_id: int) -> None:
    """The snapshot is out of date: nothing is decided on it until a new one is there. Call inside a transaction."""
    inbox.mark_dirty(connection, ORDER, [order_id], forget=True)


def content_hash(order: Order) -> str:
    """Of what the order says, whenever it was written."""
    return hashlib.sha256(order.model_dump_json(exclude={"written_at"}).encode()).hexdigest()


def _cursor(connection: Connection, model: str, erp: ErpGateway) -> CaptureCursor:
    """A new connection starts now; what is older comes with the first sweep."""
    found = CaptureCursor.objects.filter(connection=connection, model=model).first()
    return found or CaptureCursor.objects.create(connection=connection, model=model, read_to=erp.now())


def _keep(connection: Connection, model: str, page: Sequence[Change], *, settled_before: datetime) -> int:
    seen = SeenWrite.objects.filter(connection=connection, model=model, record_id__in=[change.id for change in page])
    known = dict(seen.values_list("record_id", "written_at"))
    new = [change for change in page if known.get(change.id) != change.written_at]
    settled = [change for change in new if change.written_at < settled_before]
    with transaction.atomic():
        if orders := {change.order_id for change in new if change.order_id is not None}:
            inbox.mark_dirty(connection, ORDER, list(orders))
        _remember(connection, model, settled)
    return len(new)


def _remember(connection: Connection, model: str, changes: Iterable[Change]) -> None:
    SeenWrite.objects.bulk_create(
        [SeenWrite(connection=connection, model=model, record_id=one.id, written_at=one.written_at) for one in changes],
        update_conflicts=True,
        update_fields=["written_at"],
        unique_fields=["connection", "model", "record_id"],
    )


def _dirty(connection: Connection, *models: str) -> QuerySet[CapturedRecord]:
    rows = CapturedRecord.objects.filter(connection=connection, model__in=models, dirty_at__isnull=False)
    return rows.order_by("dirty_at", "record_id")


def _resolve(connection: Connection, erp: ErpGateway) -> None:
    """Hints about pickings and moves become marks on their orders."""
    for model in ("stock.picking", "stock.move"):
        while ids := list(_dirty(connection, model).values_list("record_id", flat=True)[:READ_AT_ONCE]):
            orders = erp.orders_of(model, ids)
            with transaction.atomic():
                inbox.mark_dirty(connection, ORDER, sorted(set(orders)))
                CapturedRecord.objects.filter(connection=connection, model=model, record_id__in=ids).delete()


def _look(record_id: int, mark: datetime | None, order: Order | None) -> _Look:
    return _Look(record_id, mark, order, content_hash(order) if order else None)


def _keep_looks(work: Work, connection: Connection, looks: Sequence[_Look]) -> int:
    """Keeps the snapshots that differ, each with a job; most of them do not, in a sweep. Raises ClaimLost."""
    streams.lock(work.claim)
    same = _told(_STILL_HOLDS, connection, looks)
    others = [look for look in looks if look.order and look.record_id not in same]
    snapshots = [seal(look.order.model_dump(mode="json")) for look in others if look.order]
    differ = _told(_DIFFERS, connection, others, snapshots)
    documents = _documents(connection, [look.order for look in others if look.order and look.record_id in differ])
    enqueue_all([acts.release_job(document) for document in documents])
    return len(documents)


def _told(statement: str, connection: Connection, looks: Sequence[_Look], snapshots: Sequence[bytes] = ()) -> set[int]:
    """The records that it changed."""
    if not looks:
        return set()
    columns = {
        "ids": [look.record_id for look in looks],
        "marks": [look.mark for look in looks],
        "hashes": [look.content_hash for look in looks],
        "snapshots": list(snapshots),
    }
    return {row[0] for row in sql.rows(statement, {"connection": connection.pk, "model": ORDER, **columns})}


def _documents(connection: Connection, orders: Sequence[Order]) -> list[Document]:
    documents = [
        Document(
            connection=connection,
            kind=Document.Kind.ORDER,
            erp_id=order.id,
            reference=order.name,
            customer_reference=order.customer_reference[:200],
            value=order.total.amount if order.total else None,
            currency=order.total.currency if order.total else "",
        )
        for order in orders
    ]
    return Document.objects.bulk_create(
        documents, update_conflicts=True, unique_fields=["connection", "kind", "erp_id"], update_fields=AS_ORDERED
    )
