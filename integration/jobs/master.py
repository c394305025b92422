"""Reading master data from Odoo: page by page, kept as it comes, so that whoever dies is gone on from.

A poll walks what was written since the last look began; a sweep walks everything, and what we know and do not meet is
gone. Only a claim keeps pages, so a slow worker never puts an older page over a newer one.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from integration.adapters.base import ErpGateway
from integration.canonical.master import Item, Party, Record
from integration.errors import RuleHold
from integration.jobs import failpoints, settle, streams
from integration.jobs.work import Work
from integration.models import Connection, ExceptionCase, MasterRecord, MasterRun
from integration.rules import master as rules

Task, State = MasterRun.Task, MasterRun.State
PAGE = 200
PAGES_PER_JOB = 10  # then other work of the lane gets its turn
FEW, SHARE = 20, 0.1  # more than this, or this part, of a kind is hardly deleted within a day
MANY_GONE = "CD-3014"
AS_READ = (
    "code",
    "mapped_by",
    "name",
    "barcodes",
    "kit",
    "active",
    "company_id",
    "content_hash",
    "snapshot",
    "version",
    "seen_at",
    "gone_at",
)


def poll(work: Work, connection: Connection, erp: ErpGateway, kind: str) -> MasterRun | None:
    """Reads what was written since the last look; None when there was no full look yet, which comes first."""
    run = _run(connection, kind, Task.POLL)
    sources = list(erp.master_sources(kind))
    if run.state == State.DONE:
        began = _last_look(connection, kind)
        if began is None:
            return None
        run.since = began - timedelta(seconds=settings.CAPTURE["overlap_seconds"])
        _begin(run, erp)
        run.source = sources[0] if sources else ""
    for _ in range(PAGES_PER_JOB):
        if run.source not in sources:
            return _end(work, run)
        assert run.since is not None  # noqa: S101  (a run has one from its beginning)
        page = erp.master_written(kind, run.source, run.since, after_id=run.after_id, limit=PAGE)
        wanted = sorted({record for row in page for record in row.records})
        met = [record for part in _pages(wanted) for record in erp.master_records(kind, part)]
        if len(page) == PAGE:
            run.after_id = page[-1].id
        else:
            run.source, run.after_id = _next(sources, run.source), 0
        _keep(work, run, met, gone=Q(erp_id__in=set(wanted) - {record.id for record in met}))
    return run


def sweep(work: Work, connection: Connection, erp: ErpGateway, kind: str) -> MasterRun:
    """Reads everything of the kind, whatever its write date says, and finds what is gone."""
    run = _run(connection, kind, Task.SWEEP)
    if run.state == State.DONE:
        _begin(run, erp)
    if not erp.master_sources(kind):
        return _end(work, run)
    for _ in range(PAGES_PER_JOB):
        ids = erp.master_ids(kind, after_id=run.after_id, limit=PAGE)
        met = erp.master_records(kind, ids)
        is_last = len(ids) < PAGE
        missed = Q(erp_id__gt=run.after_id) & ~Q(erp_id__in=[record.id for record in met])
        if not is_last:
            missed &= Q(erp_id__lte=ids[-1])
            run.after_id = ids[-1]
        _keep(work, run, met, gone=missed)
        if is_last:
            return _end(work, run)
    return run


def _run(connection: Connection, kind: str, task: MasterRun.Task) -> MasterRun:
    run, _ = MasterRun.objects.get_or_create(connection=connection, kind=kind, task=task)
    run.connection = connection
    return run


def _last_look(connection: Connection, kind: str) -> datetime | None:
    looks = MasterRun.objects.filter(connection=connection, kind=kind, task__in=(Task.POLL, Task.SWEEP))
    return max((run.began_at for run in looks if run.state == State.DONE and run.began_at), default=None)


def last_read(connection: Connection, kind: str) -> datetime | None:
    """When we last heard of the kind; None while there was no full look yet."""
    runs = list(MasterRun.objects.filter(connection=connection, kind=kind, task__in=(Task.POLL, Task.SWEEP)))
    whole = any(run.number > 1 or (run.state == State.DONE and run.began_at) for run in runs if run.task == Task.SWEEP)
    return max(run.updated_at for run in runs) if whole else None


def _begin(run: MasterRun, erp: ErpGateway) -> None:
    """Kept with the first page."""
    run.state, run.began_at, run.number = State.RUNNING, erp.now(), run.number + 1
    run.source, run.after_id, run.after = "", 0, ""
    run.met = run.changed = run.gone = 0
    run.ended_at = None


def _end(work: Work, run: MasterRun) -> MasterRun:
    run.state, run.confirmed = State.DONE, False
    _keep(work, run, (), gone=Q(pk__in=()))
    MasterRun.objects.filter(pk=run.pk).update(ended_at=Now())
    return run


def _next(sources: Sequence[str], source: str) -> str:
    place = sources.index(source) + 1
    return sources[place] if place < len(sources) else ""


def _pages(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + PAGE] for start in range(0, len(ids), PAGE))


def _keep(work: Work, run: MasterRun, met: Sequence[Record], *, gone: Q) -> None:
    """The page and how far the run is, in one transaction. Raises ClaimLost."""
    settle.in_one_piece(partial(_kept, work, run, met, gone, (run.met, run.changed, run.gone)))
    failpoints.hit("in_look")


def _kept(work: Work, run: MasterRun, met: Sequence[Record], gone: Q, before: tuple[int, int, int]) -> None:
    streams.lock(work.claim)
    changed = _store(run.connection, run.kind, met)
    ours = MasterRecord.objects.filter(gone, connection=run.connection, kind=run.kind, gone_at=None)
    left = [(record.pk, record.version) for record in ours.defer("snapshot")]
    if left:
        _believe(run, before[2] + len(left))
    for pk, version in left:
        MasterRecord.objects.filter(pk=pk).update(gone_at=Now(), active=False, version=version + 1)
    run.met, run.changed, run.gone = before[0] + len(met), before[1] + changed, before[2] + len(left)
    run.save()


def _believe(run: MasterRun, gone: int) -> None:
    """Who lost a right in Odoo sees nothing either. Raises RuleHold CD-3014 where much of a kind seems gone."""
    if run.task != Task.SWEEP or run.confirmed or gone <= FEW:
        return
    known = MasterRecord.objects.filter(connection=run.connection, kind=run.kind, gone_at=None).count() + run.gone
    if gone > known * SHARE:
        name = run.connection.name
        raise RuleHold(MANY_GONE, connection=name, scope=run.connection.slug, kind=run.kind, gone=gone, known=known)


def confirm_gone(case: ExceptionCase) -> None:
    """A person has looked: what the sweep misses counts as deleted. Call inside a transaction."""
    sweeps = MasterRun.objects.filter(connection__slug=case.context.get("scope"), task=Task.SWEEP)
    sweeps.filter(kind=case.context.get("kind")).update(confirmed=True)


def _store(connection: Connection, kind: str, met: Collection[Record]) -> int:
    """How many are new or say something else."""
    found = MasterRecord.objects.filter(connection=connection, kind=kind, erp_id__in=[each.id for each in met])
    known = {row.erp_id: row for row in found.defer("snapshot")}
    rows = [_row(connection, kind, record, known.get(record.id)) for record in met]
    differ = [row for row in rows if row is not None]
    MasterRecord.objects.bulk_create(
        differ, update_conflicts=True, unique_fields=["connection", "kind", "erp_id"], update_fields=list(AS_READ)
    )
    found.update(seen_at=Now())
    return len(differ)


def _row(connection: Connection, kind: str, record: Record, known: MasterRecord | None) -> MasterRecord | None:
    """None when nothing has changed. One that was gone and is back has, and one that changed hands."""
    digest = hashlib.sha256(record.model_dump_json().encode()).hexdigest()
    now = (digest, record.company, None)
    if known is not None and (known.content_hash, known.company_id, known.gone_at) == now:
        return None
    return MasterRecord(
        connection=connection,
        kind=kind,
        erp_id=record.id,
        code=record.code,
        mapped_by=rules.mapped_by(kind, record),
        name="" if isinstance(record, Party) else getattr(record, "name", ""),
        barcodes=_barcodes(record),
        kit=isinstance(record, Item) and bool(record.components),
        active=record.active,
        company_id=record.company,
        content_hash=digest,
        snapshot=record.model_dump(mode="json"),
        version=known.version + 1 if known else 1,
        seen_at=Now(),
    )


def _barcodes(record: Record) -> list[str]:
    """Its boxes' too: each barcode is one product's."""
    if not isinstance(record, Item):
        return []
    return [code for code in (record.barcode, *(box.barcode for box in record.packagings)) if code]
