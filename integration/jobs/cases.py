"""Exception cases: opened by failures, one per cause; closed when the cause is gone."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Case, F, Value, When
from django.db.models.functions import Now

from integration.errors import IntegrationError
from integration.errors.catalogue import Severity
from integration.jobs import desk_rules, sql
from integration.models import CaseEvent, CaseJob, CaseTally, Connection, Document, ExceptionCase, SyncJob
from integration.rules.flows import FLOWS

UNRESOLVED = ExceptionCase.UNRESOLVED
TOLD_ANEW = ("count", "last_seen", "cause", "fix", "context", "resolution", "resolved_by", "value", "currency")
_HOLD = """
SELECT pg_advisory_xact_lock(hashtextextended(cause, 0))
FROM (SELECT DISTINCT cause FROM unnest(%s::text[]) AS cause ORDER BY cause) AS causes"""
_CLEAR = f"""
UPDATE {ExceptionCase._meta.db_table}
SET state = 'resolved', resolved_at = now(), resolution = %s, resolved_by_id = NULL
WHERE fingerprint = ANY(%s::text[]) AND state IN ({sql.listed(UNRESOLVED)})"""  # noqa: S608
_TALLY = f"""
INSERT INTO {CaseTally._meta.db_table} AS tally (case_id, hour, count) VALUES (%s, date_trunc('hour', now()), 1)
ON CONFLICT (case_id, hour) DO UPDATE SET count = tally.count + 1"""  # noqa: S608
KEPT = 100  # jobs that a case still names when they wait for it no more
_KEEP = f"""
UPDATE {ExceptionCase._meta.db_table} SET jobs = jobs || %(job)s::text::jsonb
WHERE id = ANY(%(cases)s::bigint[]) AND jsonb_array_length(jobs) < {KEPT} AND NOT jobs @> %(job)s::text::jsonb"""  # noqa: S608
_FORGET = f"DELETE FROM {CaseTally._meta.db_table} WHERE hour < now() - interval '90 days'"  # noqa: S608
RISING = tuple(Severity)
DEADLINES = {
    Severity.CRITICAL: timedelta(hours=1),
    Severity.HIGH: timedelta(hours=4),
    Severity.MEDIUM: timedelta(days=1),
    Severity.LOW: timedelta(days=3),
}


def hold(fingerprints: Iterable[str]) -> None:
    """Whoever opens, joins, leaves or closes a case holds its cause until the transaction ends.

    Two jobs that meet a new cause at once open one case, and of two that leave one, the last closes it. Taken in one
    order, and after the streams, so that two transactions cannot block each other.
    """
    sql.run(_HOLD, [list(fingerprints)])


def open_case(
    error: IntegrationError,
    connection: Connection | None = None,
    document: Document | None = None,
    *,
    at_least: Severity = Severity.LOW,
    flow: str = "",
) -> ExceptionCase:
    """Opens the case of this cause, or counts it once more: then it stands, whatever a person said was done about it.

    ``at_least``: how severe it is for what hangs on it. ``flow``: what was being done. Call inside a transaction.
    """
    severity = max(error.problem.severity, at_least, key=RISING.index)
    hold([error.fingerprint])
    known = ExceptionCase.objects.filter(fingerprint=error.fingerprint, state__in=UNRESOLVED).first()
    if known is not None:
        known.count += 1
        known.last_seen = Now()
        known.cause, known.fix, known.context = error.cause, error.fix, _context(error)
        known.resolution, known.resolved_by = "", None
        known.value, known.currency = error.stake or (known.value, known.currency)
        known.save(update_fields=TOLD_ANEW)
        sql.run(_TALLY, [known.pk])
        return known
    value, currency = error.stake or ((document.value, document.currency) if document else (None, ""))
    rule = desk_rules.first_that_fits(error.code, flow, document)
    due = desk_rules.deadline(rule, DEADLINES[severity])
    case = ExceptionCase.objects.create(
        fingerprint=error.fingerprint,
        code=error.code,
        title=error.problem.title,
        cause=error.cause,
        fix=error.fix,
        owner=(rule.team if rule else "") or error.problem.owner,
        assignee_id=rule.assignee_id if rule else None,
        rule=rule,
        severity=severity,
        connection=connection,
        document=document,
        context=_context(error),
        value=value,
        currency=currency,
        last_seen=Now(),
        deadline=Now() + due,
        escalate_at=Now() + desk_rules.patience(rule, due),
        regression_of=ExceptionCase.objects.filter(fingerprint=error.fingerprint).order_by("-id").first(),
    )
    sql.run(_TALLY, [case.pk])
    return case


def blocked(job: SyncJob, error: IntegrationError, connection: Connection | None) -> None:
    """The job waits for every cause of the error."""
    causes = {cause.fingerprint: cause for cause in error.causes}
    hold([*causes, *job.waits_on.values_list("case__fingerprint", flat=True)])
    least = FLOWS[job.flow].severity if job.flow in FLOWS else Severity.LOW
    opened = [open_case(cause, connection, job.document, at_least=least, flow=job.flow) for cause in causes.values()]
    _forget(job, but=opened, resolution=_unless_said("Its cause is gone."))
    rows = [CaseJob(case=case, job=job) for case in opened]
    CaseJob.objects.bulk_create(rows, ignore_conflicts=True)


def went_on(job: SyncJob, resolution: str) -> None:
    """The job no longer waits; cases that nothing waits for any more close by themselves.

    What a person said was done about a case, when the job was tried for it, is its resolution then.
    """
    _forget(job, but=(), resolution=_unless_said(resolution))


def ended(job: SyncJob, resolution: str) -> None:
    """A person ended the job: whatever was said to be done about its cases did not help it."""
    _forget(job, but=(), resolution=resolution, resolved_by=None)


def record(case: ExceptionCase, kind: CaseEvent.Kind, text: str = "", name: str = "", user: User | None = None) -> None:
    """Adds to the case's history. Without a name it was the clock."""
    CaseEvent.objects.create(case=case, kind=kind, text=text, actor=name, user=user)


def clear(resolution: str, *fingerprints: str) -> None:
    """Closes the open cases of causes that are gone."""
    hold(fingerprints)
    sql.run(_CLEAR, [resolution, list(fingerprints)])


def forget_tallies() -> int:
    """How often causes were met long ago; returns how many rows."""
    return sql.run(_FORGET, [])


def _unless_said(resolution: str) -> Case:
    return Case(When(resolution="", then=Value(resolution)), default=F("resolution"))


def _forget(job: SyncJob, *, but: Iterable[ExceptionCase], **closing: Any) -> None:
    """Leaves all cases but these; those that nothing waits for any more close."""
    left = job.waits_on.exclude(case__in=list(but))
    cases = dict(left.values_list("case_id", "case__fingerprint"))
    if not cases:
        return
    hold(cases.values())
    left.delete()
    sql.run(_KEEP, {"cases": list(cases), "job": str(job.pk)})
    idle = ExceptionCase.objects.filter(pk__in=cases, state__in=UNRESOLVED, waiting__isnull=True)
    idle.update(state=ExceptionCase.State.RESOLVED, resolved_at=Now(), **closing)


def _context(error: IntegrationError) -> dict[str, object]:
    return {key: _plain(value) for key, value in error.context.items()}


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Decimal) or not isinstance(value, str | int | bool | None) else value
