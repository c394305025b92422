"""What a person decides about differences of stock. Every act is written to the audit log with it."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from integration.jobs import acts, cases, recount, routes
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.queue import NewJob, enqueue
from integration.models import ExceptionCase, StockDifference, SyncJob
from integration.rules.ownership import Entity, code_of

State = StockDifference.State
APPROVAL = ("CD-8001", "CD-8002")
BY_HAND = code_of(Entity.STOCK, "quantity, place and condition")
UNDO = "inventory_undo"


def approve(case_id: int, actor: Actor, reason: str) -> int:
    """Has the differences of the case posted; returns how many. Raises NotAllowed."""
    with transaction.atomic():
        case, jobs = _held(case_id, APPROVAL)
        rows = _waiting(case).update(
            state=State.APPROVED, approved=F("difference"), decided_at=Now(), decided_by=actor.user
        )
        _refuse_none(rows)
        _decided(case, jobs, actor, f"Approved by {actor.name}. {reason}", "approve difference", rows)
    return rows


def refuse(case_id: int, actor: Actor, reason: str) -> int:
    """Nothing of the case is posted, now or later; returns how many lines. Raises NotAllowed."""
    with transaction.atomic():
        case, jobs = _held(case_id, APPROVAL)
        rows = _waiting(case).update(state=State.REFUSED, decided_at=Now(), decided_by=actor.user)
        _refuse_none(rows)
        _decided(case, jobs, actor, f"Refused by {actor.name}. {reason}", "refuse difference", rows)
        recount.gone(jobs)
    return rows


def told(case_id: int, actor: Actor, reason: str) -> None:
    """The warehouse has keyed what was changed in Odoo. Raises NotAllowed."""
    with transaction.atomic():
        case, _ = _held(case_id, (BY_HAND,))
        _of(case).update(state=State.TOLD, decided_at=Now(), decided_by=actor.user)
        acts.note(actor, "warehouse told", case.title, case=case_id, source=case.context["source"], reason=reason)
        _close(case, actor, reason)


def undo(case_id: int, actor: Actor, reason: str) -> None:
    """The reverse of what was changed in Odoo is posted there. Raises NotAllowed."""
    with transaction.atomic():
        case, _ = _held(case_id, (BY_HAND,))
        row = _of(case).get()
        _of(case).update(state=State.APPROVED, decided_at=Now(), decided_by=actor.user)
        enqueue(
            NewJob(
                flow=UNDO,
                stream=f"{UNDO}:{row.source}",
                lane=routes.lane_of(UNDO),
                subject=f"undo {row.number}"[:100],
                payload={"source": row.source},
            )
        )
        acts.note(actor, "undo in Odoo", case.title, case=case_id, source=row.source, reason=reason)
        _close(case, actor, reason)


def _held(case_id: int, codes: Sequence[str]) -> tuple[ExceptionCase, list[int]]:
    """The case with the streams of its jobs. A job that has its lines in hand would write over what is decided."""
    case = acts.held_case(case_id)
    if case.code not in codes:
        raise NotAllowed("This case asks for something else.")
    jobs = SyncJob.objects.filter(waits_on__case=case)
    if jobs.filter(state=SyncJob.State.RUNNING).exists():
        raise NotAllowed("It is being looked at just now: try again in a moment.")
    return case, list(jobs.values_list("pk", flat=True))


def _refuse_none(rows: int) -> None:
    if not rows:
        raise NotAllowed("Nothing of it waits for a decision any more: press Retry now, and look again.")


def _of(case: ExceptionCase) -> QuerySet[StockDifference]:
    return StockDifference.objects.filter(source=case.context.get("source", ""))


def _waiting(case: ExceptionCase) -> QuerySet[StockDifference]:
    return _of(case).filter(state=State.WAITING)


def _decided(case: ExceptionCase, jobs: list[int], actor: Actor, words: str, verb: str, rows: int) -> None:
    """The jobs go on, and the case closes with the person's words when they are through."""
    acts.make_due(SyncJob.objects.filter(pk__in=jobs))
    acts.say(case, actor, words)
    acts.note(actor, verb, case.title, case=case.pk, source=case.context.get("source"), lines=rows, jobs=jobs)


def _close(case: ExceptionCase, actor: Actor, reason: str) -> None:
    cases.clear(reason or "Decided.", case.fingerprint)
    ExceptionCase.objects.filter(pk=case.pk).update(resolved_by=actor.user)
