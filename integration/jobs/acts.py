"""What a person or a token may do to jobs and cases. Every act is written to the audit log with it."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from integration.jobs import (
    cases,
    dispatch,
    effects,
    failpoints,
    inbox,
    looks,
    master,
    missing,
    recount,
    shipments,
    streams,
    switching,
    telling,
)
from integration.jobs.queue import enqueue
from integration.jobs.states import sources
from integration.models import (
    AuditEvent,
    CaseEvent,
    ChangeRequest,
    Document,
    ExceptionCase,
    InboundMessage,
    Lane,
    OutboundMessage,
    Stream,
    SyncJob,
)

State = SyncJob.State
PATIENCE_SECONDS = 2.0
ASK_AGAIN = "CD-4014"  # and for this one, a new request
RELEASE_AGAIN = ("CD-4006", "CD-4007", "CD-7001", "CD-7002")  # their remedy is to be told again, not a waiting job
STARTS_ANEW = (*RELEASE_AGAIN, ASK_AGAIN, *telling.TOLD_AGAIN)  # no job waits for these: to try one starts a new job


class NotAllowed(Exception):
    """The act does not fit the state; the text says why, for people."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user of the console, or a token of the API."""

    name: str
    user: User | None = None


def retry_job(job_id: int, actor: Actor) -> None:
    """Makes a waiting job due now; a write of unknown outcome is sent again. Raises NotAllowed."""
    with transaction.atomic():
        job = _held(job_id)
        make_due(SyncJob.objects.filter(pk=job_id), f"{job} is {job.get_state_display()} and cannot be retried.")
        effects.told([job_id], landed=False)
        note(actor, "retry job", str(job), job=job_id)


def cancel_job(job_id: int, actor: Actor, reason: str) -> None:
    """Ends a job that is not running. Raises NotAllowed."""
    _let_finish(SyncJob.objects.filter(pk=job_id))
    with transaction.atomic():
        job = _held(job_id)
        _cancel(job)
        note(actor, "cancel job", str(job), job=job_id, reason=reason)


def cancel_pending(jobs: Sequence[int]) -> int:
    """Ends those of these jobs that nobody has begun; returns how many. Call inside a transaction."""
    streams.hold(list(SyncJob.objects.filter(pk__in=jobs).values_list("stream_id", flat=True)))
    waiting = list(SyncJob.objects.filter(pk__in=jobs, state=State.PENDING).select_related("stream").order_by("pk"))
    for job in waiting:
        _cancel(job)
    return len(waiting)


def replay_message(message_id: int, actor: Actor, reason: str) -> SyncJob:
    """Has a received message worked on once more, by a job of its own; what it did before is recognised, not done
    again. Raises NotAllowed, InvalidDocument."""
    with transaction.atomic():
        streams.hold_of_message(message_id)
        messages = InboundMessage.objects.select_for_update(of=("self",)).select_related("connection")
        message = messages.filter(pk=message_id).first()
        if message is None:
            raise NotAllowed(f"There is no message {message_id}. If it was purged, the partner can send it again.")
        waiting = message.jobs.filter(state__in=SyncJob.ACTIVE).first()
        if waiting is not None:
            raise NotAllowed(f"Job {waiting.pk} has this message in hand ({waiting.get_state_display()}): retry that.")
        job = enqueue(inbox.job_again(message))
        assert job is not None  # noqa: S101  (jobs of messages do not coalesce)
        note(actor, "replay message", str(message), message=message_id, job=job.pk, reason=reason)
    return job


def retry_case(case_id: int, actor: Actor) -> int:
    """Makes every job that waits for the case due now; returns how many."""
    with transaction.atomic():
        case = held_case(case_id)
        jobs = list(SyncJob.objects.filter(waits_on__case=case).values_list("pk", flat=True))
        count = make_due(SyncJob.objects.filter(pk__in=jobs))
        effects.told(jobs, landed=False)
        if case.code in RELEASE_AGAIN:
            count += _release_again(case)
        if case.code == switching.DRIFTED:
            switching.release(case.connection, actor.name, actor.user)
        if case.code == ASK_AGAIN:
            count += _ask_again(case)
        if case.code == master.MANY_GONE:
            master.confirm_gone(case)
        if case.code in telling.TOLD_AGAIN:
            count += telling.tell_again(case)
        cases.record(case, CaseEvent.Kind.TRIED, "", actor.name, actor.user)
        note(actor, "retry case", case.title, case=case_id, jobs=count)
    return count


def resolve_case(case_id: int, actor: Actor, resolution: str) -> int:
    """Closes a case that no job waits for. Else the jobs are tried now, and a write of unknown outcome counts as done;
    the case keeps the person's words, and closes with them when the last of its jobs has gone on (see ``cases``).

    Returns how many jobs wait. Raises NotAllowed.
    """
    with transaction.atomic():
        case = held_case(case_id)
        jobs = list(SyncJob.objects.filter(waits_on__case=case).order_by("pk").values_list("pk", flat=True))
        make_due(SyncJob.objects.filter(pk__in=jobs))
        effects.told(jobs, landed=True)
        _give_up(case)
        if jobs:
            cases.record(case, CaseEvent.Kind.TRIED, resolution, actor.name, actor.user)
        else:
            case.state, case.resolved_at = ExceptionCase.State.RESOLVED, Now()
        say(case, actor, resolution)
        note(actor, "resolve case", case.title, case=case_id, resolution=resolution, jobs=jobs)
    return len(jobs)


def done_by_hand(case_id: int, actor: Actor, resolution: str) -> int:
    """Closes a case whose work a person has done elsewhere: the jobs that wait for it are cancelled.

    Returns how many. Raises NotAllowed.
    """
    _let_finish(SyncJob.objects.filter(waits_on__case=case_id))
    with transaction.atomic():
        case = held_case(case_id)
        jobs = _end(case, ExceptionCase.State.RESOLVED, actor, resolution)
        note(actor, "done by hand", case.title, case=case_id, resolution=resolution, jobs=jobs)
    return len(jobs)


def ignore_case(case_id: int, actor: Actor, reason: str) -> int:
    """Closes a case that nothing is to be done about: the jobs that wait for it are cancelled.

    Returns how many. Raises NotAllowed.
    """
    _let_finish(SyncJob.objects.filter(waits_on__case=case_id))
    with transaction.atomic():
        case = held_case(case_id)
        jobs = _end(case, ExceptionCase.State.IGNORED, actor, reason)
        note(actor, "ignore case", case.title, case=case_id, reason=reason, jobs=jobs)
    return len(jobs)


def note(actor: Actor, verb: str, subject: str, **detail: Any) -> None:
    """Adds a row to the audit log."""
    AuditEvent.objects.create(actor=actor.name, user=actor.user, verb=verb, subject=subject[:200], detail=detail)
    failpoints.hit("in_act")


def _let_finish(jobs: QuerySet[SyncJob]) -> None:
    """A job that only looks whether its cause is gone is done in a moment: wait for it, not for long."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while jobs.filter(state=State.RUNNING).exists() and time.monotonic() < ends:
        time.sleep(PATIENCE_SECONDS / 20)


def _held(job_id: int) -> SyncJob:
    """The job, with its stream held: no worker can take it meanwhile."""
    job = SyncJob.objects.filter(pk=job_id).first()
    if job is None:
        raise NotAllowed(f"There is no job {job_id}.")
    Stream.objects.select_for_update().get(pk=job.stream_id)
    job.refresh_from_db()
    return job


def make_due(jobs: QuerySet[SyncJob], refusal: str = "") -> int:
    """Raises NotAllowed with ``refusal``, if there is one and none of the jobs can be made due; returns how many."""
    waiting = jobs.filter(state__in=sources(State.PENDING))
    rows = list(waiting.values_list("pk", "stream_id", "stream__lane"))
    if not rows and refusal:
        raise NotAllowed(refusal)
    streams.wake([stream_id for _, stream_id, _ in rows])
    count = SyncJob.objects.filter(pk__in=[pk for pk, *_ in rows], state__in=sources(State.PENDING)).update(
        state=State.PENDING, next_attempt_at=None, attempts=0, crashes=0, waits_for=None
    )
    for lane in {Lane(lane) for *_, lane in rows}:
        transaction.on_commit(partial(dispatch.wake, lane))
    return count


def _cancel(job: SyncJob) -> None:
    if job.state == State.RUNNING or not SyncJob.objects.filter(pk=job.pk, state__in=sources(State.CANCELLED)).update(
        state=State.CANCELLED, next_attempt_at=None, waits_for=None, finished_at=Now()
    ):
        raise NotAllowed(f"{job} is {job.get_state_display()} and cannot be cancelled.")
    if job.outbound_id:
        unsent = OutboundMessage.objects.filter(pk=job.outbound_id, state=OutboundMessage.State.QUEUED)
        unsent.update(state=OutboundMessage.State.SUPERSEDED)
    cases.ended(job, "The job was cancelled.")
    recount.ended(job)
    streams.wake([job.stream_id])
    transaction.on_commit(partial(dispatch.wake, Lane(job.stream.lane)))


def held_case(case_id: int) -> ExceptionCase:
    """The case, held together with the streams of its jobs: streams first, as workers do."""
    case = ExceptionCase.objects.filter(pk=case_id).first()
    if case is None:
        raise NotAllowed(f"There is no case {case_id}.")
    shipments.hold(case)
    streams.hold(list(SyncJob.objects.filter(waits_on__case=case).values_list("stream_id", flat=True)))
    missing.hold(case)
    cases.hold([case.fingerprint])
    case.refresh_from_db()
    refuse_ended(case)
    return case


def refuse_ended(case: ExceptionCase) -> None:
    """Raises NotAllowed."""
    if case.state not in ExceptionCase.UNRESOLVED:
        raise NotAllowed(f"The case is {case.get_state_display().lower()} already.")


def _end(case: ExceptionCase, state: ExceptionCase.State, actor: Actor, resolution: str) -> list[int]:
    """Cancels the jobs that wait for the case, and closes it."""
    _give_up(case)
    jobs = [job.pk for job in SyncJob.objects.filter(waits_on__case=case).order_by("stream_id", "pk")]
    for pk in jobs:
        _cancel(_held(pk))
    _look_again(jobs)
    case.state, case.resolved_at = state, Now()
    say(case, actor, resolution)
    return jobs


def _look_again(jobs: Collection[int]) -> None:
    """A release of which a shipment was ended may be over: Odoo has the goods by hand, then."""
    shipped = SyncJob.objects.filter(pk__in=jobs, flow="shipment_confirmation", document__parent__isnull=False)
    for job in shipped.select_related("document__parent__connection"):
        order = job.document.parent  # type: ignore[union-attr]  # see the filter
        inbox.mark_dirty(order.connection, looks.MODELS[order.kind], [order.erp_id], forget=True)  # type: ignore[union-attr]


def _give_up(case: ExceptionCase) -> None:
    """Closing the case of a missing shipment means that it will not come."""
    job = shipments.in_hand(case)
    if job is not None:
        raise NotAllowed(f"{job} is here by now ({job.get_state_display()}): see what comes of it first.")
    shipments.give_up(case)
    missing.give_up(case)


def say(case: ExceptionCase, actor: Actor, resolution: str) -> None:
    """Keeps a person's words about a case that is held."""
    case.resolution, case.resolved_by = resolution[:300], actor.user
    case.save(update_fields=["state", "resolution", "resolved_at", "resolved_by"])


def _release_again(case: ExceptionCase) -> int:
    delivery = case.document
    if delivery is None or delivery.parent is None:
        return 0
    Document.objects.filter(pk=delivery.pk).update(content_hash="")
    leaves = delivery.kind == Document.Kind.DELIVERY
    job = enqueue(looks.release_job(delivery.parent) if leaves else looks.advice_job(delivery.parent))
    return 1 if job else 0


def _ask_again(case: ExceptionCase) -> int:
    """What was asked and not answered counts as not asked."""
    delivery = case.document
    if delivery is None or delivery.parent is None:
        return 0
    ChangeRequest.objects.filter(document=delivery, state=ChangeRequest.State.OPEN).update(stands=False)
    return 1 if enqueue(looks.release_job(delivery.parent)) else 0
