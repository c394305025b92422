"""Exception cases: opened by failures, one per cause; closed when the cause is gone."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from django.db import connection as database
from django.db.models.functions import Now

from integration.errors import IntegrationError
from integration.errors.catalogue import Severity
from integration.models import CaseJob, Connection, Document, ExceptionCase, SyncJob

UNRESOLVED = ExceptionCase.UNRESOLVED
DEADLINES = {
    Severity.CRITICAL: timedelta(hours=1),
    Severity.HIGH: timedelta(hours=4),
    Severity.MEDIUM: timedelta(days=1),
    Severity.LOW: timedelta(days=3),
}


def open_case(
    error: IntegrationError, connection: Connection | None = None, document: Document | None = None
) -> ExceptionCase:
    """Opens the case of this cause, or counts it once more. Call inside a transaction."""
    _one_at_a_time(error.fingerprint)
    known = ExceptionCase.objects.filter(fingerprint=error.fingerprint, state__in=UNRESOLVED).first()
    if known is not None:
        known.count += 1
        known.last_seen = Now()
        known.cause, known.fix = error.cause, error.fix
        known.save(update_fields=["count", "last_seen", "cause", "fix"])
        return known
    return ExceptionCase.objects.create(
        fingerprint=error.fingerprint,
        code=error.code,
        title=error.problem.title,
        cause=error.cause,
        fix=error.fix,
        owner=error.problem.owner,
        severity=error.problem.severity,
        connection=connection,
        document=document,
        context={key: _plain(value) for key, value in error.context.items()},
        value=document.value if document else None,
        currency=document.currency if document else "",
        last_seen=Now(),
        deadline=Now() + DEADLINES[error.problem.severity],
        regression_of=ExceptionCase.objects.filter(fingerprint=error.fingerprint).order_by("-id").first(),
    )


def blocked(job: SyncJob, error: IntegrationError, connection: Connection | None) -> None:
    """The job waits for every cause of the error."""
    opened = [open_case(cause, connection, job.document) for cause in error.causes]
    _forget(job, but=opened)
    rows = [CaseJob(case=case, job=job) for case in opened]
    CaseJob.objects.bulk_create(rows, ignore_conflicts=True)


def went_on(job: SyncJob, resolution: str) -> None:
    """The job no longer waits; cases that nothing waits for any more close by themselves."""
    _forget(job, but=(), resolution=resolution)


def clear(fingerprint: str, resolution: str) -> None:
    """Closes the open case of a cause that is gone."""
    rows = ExceptionCase.objects.filter(fingerprint=fingerprint, state__in=UNRESOLVED)
    rows.update(state=ExceptionCase.State.RESOLVED, resolved_at=Now(), resolution=resolution)


def _forget(job: SyncJob, *, but: Iterable[ExceptionCase], resolution: str = "Its cause is gone.") -> None:
    left = job.waits_on.exclude(case__in=list(but))
    case_ids = list(left.values_list("case_id", flat=True))
    if not case_ids:
        return
    left.delete()
    idle = ExceptionCase.objects.filter(pk__in=case_ids, state__in=UNRESOLVED, waiting__isnull=True)
    idle.update(state=ExceptionCase.State.RESOLVED, resolved_at=Now(), resolution=resolution)


def _one_at_a_time(fingerprint: str) -> None:
    """Two jobs that meet the same new cause at once open one case; the lock ends with the transaction."""
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [fingerprint])


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) or not isinstance(value, str | int | bool | None) else value
