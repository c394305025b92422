"""What has been kept long enough leaves: in small batches, past every lock, and never what something still needs.

A pass walks each table by id, a window of rows in a transaction, and ends at the first row that is too young: ids and
times grow together. Where it is stands in ``Retention``, so that the next run goes on there.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from integration.jobs import sql
from integration.jobs.streams import ACTIVE, JOB, STREAM
from integration.models import (
    CaseJob,
    DecidedDelivery,
    Document,
    Effect,
    ExceptionCase,
    InboundMessage,
    JobAttempt,
    MessageEdit,
    MessageKey,
    OutboundMessage,
    Proof,
    ProofFile,
    Replay,
    ReplayItem,
    Retention,
    ShadowDocument,
    StockEvent,
    TriedChange,
    TriedDocument,
    TypedShipment,
    Wave,
    WaveOrder,
)

LONGEST_PAUSE = 1.0
REST = timedelta(hours=6)  # between the end of a pass and the next one
ATTEMPT, EFFECT, KEY, DOCUMENT = (each._meta.db_table for each in (JobAttempt, Effect, MessageKey, Document))
INBOUND, OUTBOUND, MOVED = (each._meta.db_table for each in (InboundMessage, OutboundMessage, StockEvent))
PROOF, FILE = Proof._meta.db_table, ProofFile._meta.db_table
REPLAY, ITEM = Replay._meta.db_table, ReplayItem._meta.db_table
WAVE, IN_WAVE = Wave._meta.db_table, WaveOrder._meta.db_table
SHADOW = ShadowDocument._meta.db_table
CASE, WAITS = ExceptionCase._meta.db_table, CaseJob._meta.db_table
UNRESOLVED = sql.listed(ExceptionCase.UNRESOLVED)
OLD = "now() - %(days)s::float8 * interval '1 day'"

# What nobody needs any more, as conditions on the row ``one``.
_ENDED = f"""state NOT IN ({ACTIVE}) AND COALESCE(finished_at, created_at) < {OLD}
  AND NOT EXISTS (SELECT FROM {EFFECT} AS made WHERE made.job_id = one.id AND made.state = 'intended')
  AND NOT EXISTS (SELECT FROM {WAITS} AS waits JOIN {CASE} AS open ON open.id = waits.case_id
                  WHERE waits.job_id = one.id AND open.state IN ({UNRESOLVED}))"""  # noqa: S608  (our own names)
_NO_CASE = f"""NOT EXISTS (SELECT FROM {CASE} AS open
  WHERE open.document_id = one.document_id AND open.state IN ({UNRESOLVED}))"""
_READ = f"""received_at < {OLD} AND {_NO_CASE}
  AND NOT EXISTS (SELECT FROM {JOB} AS job WHERE job.inbound_id = one.id AND job.state IN ({ACTIVE}))"""
# As long as a delivery or an advice is open, what was sent about it says whether the warehouse has it.
_ANSWERED = f"""created_at < {OLD} AND {_NO_CASE}
  AND NOT EXISTS (SELECT FROM {JOB} AS job WHERE job.outbound_id = one.id AND job.state IN ({ACTIVE}))
  AND NOT EXISTS (SELECT FROM {DOCUMENT} AS document WHERE document.id = one.document_id
                  AND (document.state NOT IN ('shipped', 'received', 'cancelled') OR document.updated_at >= {OLD}))"""  # noqa: S608
_UNUSED_KEY = f"""received_at < {OLD} AND NOT EXISTS (SELECT FROM {INBOUND} AS message
  WHERE message.connection_id = one.connection_id AND message.external_id = one.external_id)"""
_UNUSED_WRITE = f"""intended_at < {OLD} AND state <> 'intended' AND job_id IS NULL
  AND NOT EXISTS (SELECT FROM {MOVED} AS moved WHERE moved.effect_id = one.id)"""

_PROVEN = f"""received_at < {OLD} AND {_NO_CASE}
  AND NOT EXISTS (SELECT FROM {JOB} AS job WHERE job.document_id = one.document_id AND job.flow = 'parcel_posting'
                  AND job.state IN ({ACTIVE}))"""
_EMPTY = f"""made_at < {OLD} AND NOT EXISTS (SELECT FROM {ITEM} AS item WHERE item.replay_id = one.id)"""
_RELEASED = f"state = 'released' AND opened_at < {OLD}"
_DECIDED = f"last_at < {OLD}"
_TRIED = f"made_at < {OLD} AND state <> 'trying'"
_PROVES_NOTHING = f"""created_at < {OLD}
  AND NOT EXISTS (SELECT FROM {PROOF} AS proof WHERE proof.file_id = one.id)"""

_AMONG = "{} = ANY(%(ids)s::bigint[])"
_FREE_WAVE = f"DELETE FROM {IN_WAVE} WHERE {_AMONG.format('wave_id')}"  # noqa: S608
_FREE_JOB = (
    f"DELETE FROM {ATTEMPT} WHERE {_AMONG.format('job_id')}",  # noqa: S608
    f"DELETE FROM {WAITS} WHERE {_AMONG.format('job_id')}",  # noqa: S608
    f"UPDATE {EFFECT} SET job_id = NULL WHERE {_AMONG.format('job_id')}",  # noqa: S608
    f"UPDATE {ITEM} SET job_id = NULL WHERE {_AMONG.format('job_id')}",  # noqa: S608
)
_FREE_RECEIVED = (
    f"UPDATE {JOB} SET inbound_id = NULL WHERE {_AMONG.format('inbound_id')}",  # noqa: S608
    f"DELETE FROM {ITEM} WHERE {_AMONG.format('message_id')}",  # noqa: S608
)
_FREE_TYPED = f"UPDATE {TypedShipment._meta.db_table} SET message_id = NULL WHERE {_AMONG.format('message_id')}"  # noqa: S608
_EDITS = f"DELETE FROM {MessageEdit._meta.db_table} WHERE {_AMONG.format('message_id')}"  # noqa: S608
_FREE_SENT = f"UPDATE {JOB} SET outbound_id = NULL WHERE {_AMONG.format('outbound_id')}"  # noqa: S608
_FREE_TRIED = f"DELETE FROM {TriedDocument._meta.db_table} WHERE {_AMONG.format('tried_id')}"  # noqa: S608
_STREAMS = f"SELECT DISTINCT stream_id FROM {JOB} WHERE {_AMONG.format('id')}"  # noqa: S608
_IDLE = f"""
SELECT id FROM {STREAM} WHERE id = ANY(%s::bigint[]) AND next_due_at IS NULL AND claim_token IS NULL
ORDER BY id FOR UPDATE SKIP LOCKED"""  # noqa: S608
_DROP = f"""
DELETE FROM {STREAM} WHERE id = ANY(%s::bigint[])
  AND NOT EXISTS (SELECT FROM {JOB} AS job WHERE job.stream_id = {STREAM}.id)"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Subject:
    """One sort of rows. ``born``: the column that grows with the id. ``days``: the setting that says how long.

    ``unneeded``: a condition on the row ``one``. ``free``: statements that let go of the rows %(ids)s.
    """

    name: str
    table: str
    born: str
    days: str
    unneeded: str
    free: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch came to. ``over``: nothing is left to do for now."""

    removed: int
    over: bool


JOBS = Subject("jobs", JOB, "created_at", "job_days", _ENDED, _FREE_JOB)
SUBJECTS = (
    JOBS,
    Subject("messages received", INBOUND, "received_at", "message_days", _READ, (*_FREE_RECEIVED, _FREE_TYPED, _EDITS)),
    Subject("replays", REPLAY, "made_at", "message_days", _EMPTY),
    Subject("messages sent", OUTBOUND, "created_at", "message_days", _ANSWERED, (_FREE_SENT,)),
    Subject("decided deliveries", DecidedDelivery._meta.db_table, "first_at", "message_days", _DECIDED),
    Subject("changes tried", TriedChange._meta.db_table, "made_at", "message_days", _TRIED, (_FREE_TRIED,)),
    Subject("documents in shadow", SHADOW, "made_at", "message_days", f"made_at < {OLD}"),
    Subject("message numbers", KEY, "received_at", "key_days", _UNUSED_KEY),
    Subject("writes", EFFECT, "intended_at", "key_days", _UNUSED_WRITE),
    Subject("waves", WAVE, "opened_at", "message_days", _RELEASED, (_FREE_WAVE,)),
    Subject("proofs", PROOF, "received_at", "proof_days", _PROVEN),
    Subject("files", FILE, "created_at", "proof_days", _PROVES_NOTHING),
)


def run() -> dict[str, int]:
    """Removes for RETENTION_RUN_SECONDS at most, a batch of each sort in turn; returns how many rows of each."""
    Retention.objects.bulk_create([Retention(subject=each.name) for each in SUBJECTS], ignore_conflicts=True)
    ends = time.monotonic() + settings.RETENTION["run_seconds"]
    removed = dict.fromkeys((each.name for each in SUBJECTS), 0)
    left = list(SUBJECTS)
    while left and time.monotonic() < ends:
        for subject in list(left):
            began = time.monotonic()
            step = batch(subject)
            time.sleep(min(time.monotonic() - began, LONGEST_PAUSE))  # half of the time is for others
            removed[subject.name] += step.removed
            if step.over:
                left.remove(subject)
    return removed


def batch(subject: Subject) -> Step:
    """One window of the table, in one transaction."""
    streams: list[int] = []
    with transaction.atomic():
        mark = _mark(subject)
        if mark is None:
            return Step(0, over=True)
        old, over = _window(subject, mark.reached)
        # Looked at again once it is locked: a message may have got a new job before that.
        if gone := _lock(subject, _lock(subject, old)):
            streams = _streams(gone) if subject is JOBS else []
            _remove(subject, gone)
        _note(mark, 0 if over else old[-1], len(gone), over=over)
    drop_idle_streams(streams)
    return Step(len(gone), over)


def drop_idle_streams(stream_ids: Sequence[int]) -> None:
    """Removes those of the streams that hold no job.

    A stream is locked first and looked at in a second statement, which sees whatever was added before the lock. Who
    adds a job later waits for the lock, finds the stream gone, and makes a new one (``streams.touching``).
    """
    if not stream_ids:
        return
    with transaction.atomic():
        if idle := [row[0] for row in sql.rows(_IDLE, [list(stream_ids)])]:
            sql.run(_DROP, [idle])


def _mark(subject: Subject) -> Retention | None:
    """Where the pass is; None while another worker is at it, and between two passes."""
    begins = Q(reached__gt=0) | Q(ended_at=None) | Q(ended_at__lt=Now() - REST)
    return Retention.objects.select_for_update(skip_locked=True).filter(begins, pk=subject.name).first()


def _window(subject: Subject, after: int) -> tuple[list[int], bool]:
    """The next rows that are old enough, and whether they are the last ones."""
    size, days = settings.RETENTION["batch_rows"], settings.RETENTION[subject.days]
    statement = f"""
SELECT id, {subject.born} < {OLD} FROM {subject.table} WHERE id > %(after)s ORDER BY id LIMIT %(size)s"""  # noqa: S608
    rows = sql.rows(statement, {"after": after, "size": size, "days": days})
    over = len(rows) < size or not rows[-1][1]
    return [pk for pk, is_old in rows if is_old], over


def _lock(subject: Subject, ids: Sequence[int]) -> list[int]:
    """Those that nothing needs and that nobody else has locked."""
    if not ids:
        return []
    statement = f"""
SELECT id FROM {subject.table} AS one WHERE id = ANY(%(ids)s::bigint[]) AND {subject.unneeded}
ORDER BY id FOR UPDATE SKIP LOCKED"""  # noqa: S608
    return [row[0] for row in sql.rows(statement, {"ids": list(ids), "days": settings.RETENTION[subject.days]})]


def _streams(jobs: Sequence[int]) -> list[int]:
    return [row[0] for row in sql.rows(_STREAMS, {"ids": jobs})]


def _remove(subject: Subject, ids: Sequence[int]) -> None:
    delete = f"DELETE FROM {subject.table} WHERE {_AMONG.format('id')}"  # noqa: S608
    for statement in (*subject.free, delete):
        sql.run(statement, {"ids": ids})


def _note(mark: Retention, reached: int, removed: int, *, over: bool) -> None:
    mark.reached, mark.removed, mark.total = reached, mark.removed + removed, mark.total + removed
    if over:
        mark.last_removed, mark.removed, mark.ended_at = mark.removed, 0, Now()
    mark.save()
