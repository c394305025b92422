"""Change capture: what was written in Odoo since we last looked, and what it looks like now.

Polls walk an overlapping window by id to its end, so that a write that commits late, or one of many in the same
second, is met; pairs of record and write date that were met before are dropped. Hints, polls and sweeps all mark
orders, purchases and transfers to be read; reading stores a snapshot, and a snapshot that differs becomes a job.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from pydantic import ValidationError

from integration.adapters.base import ErpGateway
from integration.canonical.erp import Agreed, Change, Order, Purchase, Root, Transfer
from integration.errors import InvalidDocument
from integration.jobs import cases, configuration, failpoints, inbox, looks, settle, sql, streams
from integration.jobs.looks import KINDS, ORDER, PURCHASE, SNAPSHOTS, TRANSFER
from integration.jobs.queue import enqueue, enqueue_all
from integration.jobs.work import Work
from integration.models import (
    CaptureCursor,
    CapturedRecord,
    Connection,
    Document,
    ExceptionCase,
    Mode,
    SeenWrite,
)
from integration.models.fields import seal

UNRESOLVED = ("stock.picking", "stock.move")  # what is marked there is a mark on what it belongs to
PAGE = 500
READ_AT_ONCE = 100
READS_PER_JOB = 5
AS_ORDERED = (
    *("reference", "customer_reference", "erp_partner_id", "named_warehouse", "carrier", "value", "currency"),
    "updated_at",
)
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
    """What a record that was marked looks like now. ``seen`` None: there was nothing to be seen."""

    record_id: int
    mark: datetime | None
    seen: Agreed | None
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
    """Has all that is open read again, whatever its write date says; returns how much."""
    return sum(_sweep(connection, erp, model) for model in captured(connection, erp))


def _sweep(connection: Connection, erp: ErpGateway, model: str) -> int:
    after_id, found = 0, 0
    marked = "stock.picking" if model == TRANSFER else model
    while ids := erp.open_ids(marked, after_id=after_id, limit=PAGE):
        after_id, found = ids[-1], found + len(ids)
        with transaction.atomic():
            inbox.mark_dirty(connection, marked, list(ids))
        failpoints.hit("in_look")
    CaptureCursor.objects.filter(connection=connection, model=model).update(swept_at=Now())
    return found


def read(work: Work, connection: Connection, erp: ErpGateway) -> int:
    """Reads what is marked, a hundred of a model at a time; returns how many snapshots changed.

    A long list is left to a job of its own, so that other work of the lane gets its turn. Snapshots are kept under the
    claim only, so that a slow reader never puts an older one over a newer one. Raises ClaimLost.
    """
    changed = 0
    _resolve(connection, erp)
    models = captured(connection, erp)
    for _ in range(READS_PER_JOB):
        model, marked = _marked(connection, models)
        if not marked:
            return changed
        seen = _agreed(connection, erp, model, sorted(marked))
        found = [_look(record_id, mark, seen.get(record_id)) for record_id, mark in sorted(marked.items())]
        changed += settle.in_one_piece(partial(_keep_looks, work, connection, model, found))
        failpoints.hit("in_look")
    with transaction.atomic():
        if _dirty(connection, *models).exists():
            enqueue(inbox.read_job(connection))
    return changed


def polled(connection: Connection, erp: ErpGateway) -> list[str]:
    """Odoo's models that are worth a call: purchases only where a warehouse receives."""
    wanted = _wanted(connection)
    return [model for model in erp.captured_models() if model not in SNAPSHOTS or model in wanted]


def captured(connection: Connection, erp: ErpGateway) -> list[str]:
    """What is kept of this Odoo. Transfers are no model of its own: they are there wherever pickings are."""
    wanted = _wanted(connection)
    there = erp.captured_models() if PURCHASE in wanted else ()
    return [model for model in SNAPSHOTS if model in wanted and (model != PURCHASE or model in there)]


def _wanted(connection: Connection) -> set[str]:
    """What the warehouses of this Odoo take part in."""
    live: set[str] = set()
    for warehouse in configuration.warehouses_of(connection.pk).values():
        live |= {flow for flow in ("receipt", "return", "transfer") if warehouse.in_force(flow) != Mode.OFF}
    return {ORDER, *([PURCHASE] if "receipt" in live else []), *([TRANSFER] if live else [])}


def _marked(connection: Connection, models: Sequence[str]) -> tuple[str, dict[int, datetime | None]]:
    """The model of what has waited longest, and what waits of it."""
    rows = list(_dirty(connection, *models).values_list("model", "record_id", "dirty_at")[:READ_AT_ONCE])
    first = rows[0][0] if rows else ""
    return first, {record_id: mark for model, record_id, mark in rows if model == first}


def _agreed(connection: Connection, erp: ErpGateway, model: str, ids: Sequence[int]) -> dict[int, Agreed]:
    """One that makes no sense keeps no other one from being read: it is found by halving, and gets a case."""
    try:
        seen = {each.id: each for each in _reader(erp, model)(ids)}
    except ValidationError as wrong:
        if len(ids) > 1:
            middle = len(ids) // 2
            halves = (ids[:middle], ids[middle:])
            return {number: one for half in halves for number, one in _agreed(connection, erp, model, half).items()}
        with transaction.atomic():
            cases.open_case(_unreadable(connection, model, ids[0], wrong), connection)
        return {}
    _readable_again(connection, model, seen)
    return seen


def _reader(erp: ErpGateway, model: str) -> Callable[[Sequence[int]], Sequence[Agreed]]:
    readers = {ORDER: "orders", PURCHASE: "purchases", TRANSFER: "transfers"}
    reader: Callable[[Sequence[int]], Sequence[Agreed]] = getattr(erp, readers[model])
    return reader


def _unreadable(connection: Connection, model: str, record_id: int, wrong: ValidationError) -> InvalidDocument:
    found = wrong.errors(include_input=False, include_url=False)[:3]
    detail = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found)
    return InvalidDocument("CD-4010", connection=connection.name, order_id=_told_as(model, record_id), detail=detail)


def _told_as(model: str, record_id: int) -> int | str:
    return record_id if model == ORDER else f"{record_id} ({model})"


def _readable_again(connection: Connection, model: str, seen: Mapping[int, Agreed]) -> None:
    open_ones = ExceptionCase.objects.filter(connection=connection, code="CD-4010", state__in=ExceptionCase.UNRESOLVED)
    read = {_told_as(model, record_id) for record_id in seen}
    for case in open_ones:
        if case.context.get("order_id") in read:
            with transaction.atomic():
                cases.clear("The order can be read again.", case.fingerprint)


def read_all_again(connection: Connection) -> None:
    """What is decided has changed, though nothing in Odoo has: look at all of it. Call inside a transaction."""
    enqueue(inbox.read_job(connection))
    captured = CapturedRecord.objects.filter(connection=connection, model__in=SNAPSHOTS)
    captured.update(content_hash="", dirty_at=Now())


def read_again(connection: Connection, record_id: int, model: str = ORDER) -> None:
    """The snapshot is out of date: nothing is decided on it until a new one is there. Call inside a transaction."""
    inbox.mark_dirty(connection, model, [record_id], forget=True)


def content_hash(seen: Agreed) -> str:
    """Of what it says, whenever it was written."""
    return hashlib.sha256(seen.model_dump_json(exclude={"written_at"}).encode()).hexdigest()


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
        _mark(connection, [change.root for change in new if change.root is not None])
        _remember(connection, model, settled)
    return len(new)


def _mark(connection: Connection, roots: Iterable[Root]) -> None:
    """Pickings of no order are left alone where nobody works with them."""
    marked: defaultdict[str, set[int]] = defaultdict(set)
    for root in roots:
        marked[root.model].add(root.id)
    if UNRESOLVED[0] in marked and TRANSFER not in _wanted(connection):
        del marked[UNRESOLVED[0]]
    for model, ids in sorted(marked.items()):
        inbox.mark_dirty(connection, model, sorted(ids))


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
    """Marks on pickings and moves become marks on what they belong to."""
    for model in UNRESOLVED:
        while ids := list(_dirty(connection, model).values_list("record_id", flat=True)[:READ_AT_ONCE]):
            roots = erp.roots_of(model, ids)
            with transaction.atomic():
                _mark(connection, roots)
                CapturedRecord.objects.filter(connection=connection, model=model, record_id__in=ids).delete()


def _look(record_id: int, mark: datetime | None, seen: Agreed | None) -> _Look:
    return _Look(record_id, mark, seen, content_hash(seen) if seen else None)


def _keep_looks(work: Work, connection: Connection, model: str, found: Sequence[_Look]) -> int:
    """Keeps the snapshots that differ, each with its jobs; most of them do not, in a sweep. Raises ClaimLost."""
    streams.lock(work.claim)
    same = _told(_STILL_HOLDS, connection, model, found)
    others = [look for look in found if look.seen and look.record_id not in same]
    snapshots = [seal(look.seen.model_dump(mode="json")) for look in others if look.seen]
    differ = _told(_DIFFERS, connection, model, others, snapshots)
    seen = [look.seen for look in others if look.seen and look.record_id in differ]
    documents = _documents(connection, KINDS[model], seen)
    leaves, comes = [], []
    for document, each in zip(documents, seen, strict=True):
        does_leave, does_come = looks.of(document, each)
        leaves += [looks.release_job(document)] if does_leave else []
        comes += [looks.advice_job(document)] if does_come else []
    enqueue_all(leaves)
    enqueue_all(comes)
    return len(documents)


def _told(
    statement: str, connection: Connection, model: str, found: Sequence[_Look], snapshots: Sequence[bytes] = ()
) -> set[int]:
    """The records that it changed."""
    if not found:
        return set()
    columns = {
        "ids": [look.record_id for look in found],
        "marks": [look.mark for look in found],
        "hashes": [look.content_hash for look in found],
        "snapshots": list(snapshots),
    }
    return {row[0] for row in sql.rows(statement, {"connection": connection.pk, "model": model, **columns})}


def _documents(connection: Connection, kind: Document.Kind, seen: Sequence[Agreed]) -> list[Document]:
    ours = configuration.warehouses_of(connection.pk)
    documents = [
        Document(
            connection=connection,
            kind=kind,
            erp_id=each.id,
            named_warehouse=None if isinstance(each, Transfer) else ours.get(each.warehouse_id),
            **_as_agreed(each),
        )
        for each in seen
    ]
    return Document.objects.bulk_create(
        documents, update_conflicts=True, unique_fields=["connection", "kind", "erp_id"], update_fields=AS_ORDERED
    )


def _as_agreed(seen: Agreed) -> dict[str, Any]:
    """What people look for and what is at stake. A transfer has neither a partner's number nor a price."""
    if isinstance(seen, Transfer):
        return {"reference": seen.name}
    if isinstance(seen, Purchase):
        number, partner, carrier = seen.partner_ref, seen.supplier_id, ""
    else:
        number, partner, carrier = seen.customer_reference, seen.customer_id, _carrier(seen)
    worth = seen.total
    return {
        "reference": seen.name,
        "customer_reference": number[:200],
        "erp_partner_id": partner,
        "carrier": carrier,
        "value": worth.amount if worth else None,
        "currency": worth.currency if worth else "",
    }


def _carrier(order: Order) -> str:
    """That of the first delivery that still has to leave."""
    open_ = (each for each in order.pickings if each.code == "outgoing" and each.state not in ("done", "cancel"))
    return next((each.carrier.name[:100] for each in open_ if each.carrier), "")
