"""Whether the lines of a document add up, and are what its movements say.

    ordered + over = shipped + substituted + cancelled + open, and nothing is below zero

of a delivery; of a receipt what is over came in beyond what was ordered. What left, and what came in, is what the
movements say, which are only ever added to. One statement looks at many documents at one moment, so that what is just
being booked is seen before it or after it, never half.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models.functions import Now

from integration.errors import Rejected
from integration.jobs import acts, cases, sql
from integration.jobs.acts import Actor
from integration.models import Document, DocumentLine, ReconciliationRun, StockEvent, Variance
from integration.reconcile.noting import Found, documents_of, row, system_of
from integration.rules.units import plain

CODE = "CD-8201"
LINES = ReconciliationRun.Subject.LINES
AT_ONCE = 5_000  # documents
SLICE_SECONDS = 20.0
RECENT = 5_000  # movements: many times what a minute brings
NIGHT = Actor("the nightly look at all lines")
SUBJECTS = (Variance.Subject.OVER, Variance.Subject.PART, Variance.Subject.MOVED)
State = Document.State
ENDED = (State.SHIPPED, State.RECEIVED, State.CANCELLED)
MOVING = (Document.Kind.DELIVERY, Document.Kind.RECEIPT, Document.Kind.RETURN)
DOCUMENT, LINE, MOVED, VARIANCE = (each._meta.db_table for each in (Document, DocumentLine, StockEvent, Variance))

_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('look at lines', 0))"
# What is not over, what has just moved, and what did not agree when it was last looked at.
_TO_LOOK_AT = f"""
SELECT id FROM {DOCUMENT} WHERE kind IN ({sql.listed(MOVING)}) AND state NOT IN ({sql.listed(ENDED)})
UNION SELECT document_id FROM {MOVED}
  WHERE id > (SELECT COALESCE(max(id), 0) FROM {MOVED}) - %s AND document_id IS NOT NULL
UNION SELECT document_id FROM {VARIANCE} WHERE gone_at IS NULL AND subject IN ({sql.listed(SUBJECTS)})
ORDER BY 1"""  # noqa: S608  (our own names, here and below)
_NEXT = f"""
SELECT id FROM {DOCUMENT} WHERE id > %s AND kind IN ({sql.listed(MOVING)}) ORDER BY id LIMIT %s"""  # noqa: S608

_BREAKS = f"""
WITH line AS (
  SELECT document.kind, document.warehouse_id, line.*, line.shipped + line.substituted AS gone
  FROM {LINE} AS line JOIN {DOCUMENT} AS document ON document.id = line.document_id
  WHERE line.document_id = ANY(%(ids)s::bigint[])),
moved AS (
  SELECT document_id, COALESCE(-sum(quantity) FILTER (WHERE kind = 'shipped'), 0) AS gone,
    COALESCE(sum(quantity) FILTER (WHERE kind IN ('received', 'returned')), 0) AS received
  FROM {MOVED} WHERE document_id = ANY(%(ids)s::bigint[]) GROUP BY document_id),
summed AS (SELECT document_id, sum(gone) AS gone, sum(received) AS received FROM line GROUP BY document_id)
SELECT document_id, 'over', line.line, sku, over, beyond
FROM line CROSS JOIN LATERAL (SELECT GREATEST(0, CASE kind
  WHEN 'delivery' THEN gone + cancelled - ordered WHEN 'receipt' THEN received - ordered ELSE 0 END) AS beyond) AS by
WHERE over <> beyond
UNION ALL
SELECT document_id, 'part', line.line, sku, part, GREATEST(0, LEAST(part, whole))
FROM line CROSS JOIN LATERAL (
  SELECT part, whole FROM (VALUES (cancelled, ordered), (damaged, received), (inspected, received),
    (ordered, NULL), (released, NULL), (shipped, NULL), (substituted, NULL), (received, NULL), (returned, NULL),
    (over, NULL)) AS parts(part, whole) WHERE part > whole OR part < 0 LIMIT 1) AS wrong
UNION ALL
SELECT document_id, 'moved', '', '', CASE kind WHEN 'delivery' THEN said_gone ELSE said_received END,
  CASE kind WHEN 'delivery' THEN moved_gone ELSE moved_received END
FROM (
  SELECT document_id, COALESCE(summed.gone, 0) AS said_gone, COALESCE(moved.gone, 0) AS moved_gone,
    COALESCE(summed.received, 0) AS said_received, COALESCE(moved.received, 0) AS moved_received
  FROM summed FULL JOIN moved USING (document_id)) AS sides
JOIN {DOCUMENT} AS document ON document.id = document_id
WHERE said_gone <> moved_gone OR said_received <> moved_received"""  # noqa: S608

_SUMS = f"""
SELECT count(*), COALESCE(sum(ordered), 0), COALESCE(sum(shipped), 0), COALESCE(sum(substituted), 0),
  COALESCE(sum(cancelled), 0), COALESCE(sum(over), 0), COALESCE(sum(received), 0), COALESCE(sum(returned), 0)
FROM {LINE} WHERE document_id = ANY(%s::bigint[])"""  # noqa: S608
SUMMED = ("ordered", "shipped", "substituted", "cancelled", "over", "received", "returned")


def look() -> int:
    """Looks at every document of which something may have changed; returns how many that are."""
    ids = [row[0] for row in sql.rows(_TO_LOOK_AT, [RECENT])]
    for first in range(0, len(ids), AT_ONCE):
        with transaction.atomic():
            _keep(ids[first : first + AT_ONCE])
    return len(ids)


def sign(*, seconds: float = SLICE_SECONDS) -> ReconciliationRun:
    """Goes on with the day's walk through all documents, ended ones too, where the last call left it.

    What it comes to is a row of the audit log, and so of its chain.
    """
    run, _ = ReconciliationRun.objects.get_or_create(subject=LINES, day=datetime.now(UTC).date())
    ends = time.monotonic() + seconds
    while run.ended_at is None and time.monotonic() < ends:
        run = _step(run.pk)
    return run


@transaction.atomic
def _step(pk: int) -> ReconciliationRun:
    """A part of the walk, and how far it is: kept together, so that no document is summed twice."""
    run = ReconciliationRun.objects.select_for_update(no_key=True).get(pk=pk)
    ids = [row[0] for row in sql.rows(_NEXT, [run.after, AT_ONCE])]
    if run.ended_at is None and ids:
        run.different += _keep(ids)
        run.after = ids[-1]
        count, *sums = sql.rows(_SUMS, [ids])[0]
        run.compared += count
        before = {name: Decimal(run.sums.get(name, 0)) for name in SUMMED}
        run.sums = {name: str(before[name] + added) for name, added in zip(SUMMED, sums, strict=True)}
        run.save()
    elif run.ended_at is None:
        run.ended_at = datetime.now(UTC)
        run.save()
        acts.note(NIGHT, "signed", str(run), lines=run.compared, different=run.different, **run.sums)
    return run


def _keep(ids: Sequence[int]) -> int:
    """Writes down what of the documents does not agree, and what does so again; returns how much does not.

    Two at once take turns: each thing is written down once, and what is seen is not older than what was.
    """
    sql.rows(_TURN, [])
    found = {each.key: each for each in (Found(*row) for row in sql.rows(_BREAKS, {"ids": list(ids)}))}
    open_ones = Variance.objects.filter(document__in=ids, subject__in=SUBJECTS, gone_at=None)
    known = {(row.document_id or 0, row.subject, row.line, row.lot): row for row in open_ones}
    for key in found.keys() & known.keys():
        Variance.objects.filter(pk=known[key].pk).update(says=found[key].says, found=found[key].found, last_seen=Now())
    Variance.objects.filter(pk__in=[row.pk for key, row in known.items() if key not in found]).update(gone_at=Now())
    new = [each for key, each in found.items() if key not in known]
    documents = documents_of({*(key[0] for key in found), *(key[0] for key in known)})
    Variance.objects.bulk_create(row(each, documents[each.document_id]) for each in new)
    _tell(documents, list(found.values()), new)
    return len(found)


def _tell(documents: Mapping[int, Document], found: Sequence[Found], new: Sequence[Found]) -> None:
    """A case for each document that does not add up; it closes when it does."""
    wrong: defaultdict[int, list[Found]] = defaultdict(list)
    for each in found:
        wrong[each.document_id].append(each)
    told = {pk: _about(document, wrong[pk]) for pk, document in documents.items()}
    cases.hold(error.fingerprint for error in told.values())
    cases.clear("It adds up again.", *(error.fingerprint for pk, error in told.items() if not wrong[pk]))
    for pk in sorted({each.document_id for each in new}):
        cases.open_case(told[pk], system_of(documents[pk]), documents[pk])


def _about(document: Document, found: Sequence[Found]) -> Rejected:
    """The first of what does not add up stands for it."""
    name = system_of(document).name
    about = Rejected(CODE, connection=name, document=document.reference, record=document.pk)
    for first in found[:1]:
        about.context |= {"what": first.sku or document.reference, "count": len(found)}
        about.context |= {"says": plain(first.says), "found": plain(first.found)}
    return about
