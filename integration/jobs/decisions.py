"""What people decide in cases where the code may not: kept with the document, and acted on at once."""

from django.db import transaction
from django.db.models.functions import Now

from integration.jobs import acts, effects, looks, rows
from integration.jobs.acts import Actor, NotAllowed
from integration.jobs.queue import enqueue
from integration.models import Decision, Document, ExceptionCase, SyncJob
from integration.rules.choices import CHOICES, SHORT, TOO_LATE

STARTS = (SHORT, *TOO_LATE)
_LATEST = "source = %s ORDER BY id"


def of(source: str) -> dict[tuple[str, str], str]:
    """By code and SKU, what was chosen last."""
    return {(code, sku): row.choice for row in all_of(source) for code, _, sku in [row.subject.partition(" ")]}


def reason(source: str, subject: str) -> str:
    """The words of the latest choice."""
    found = rows.find(Decision, "source = %s AND subject = %s ORDER BY id DESC LIMIT 1", [source, subject])
    return found[0].reason if found else ""


def source_of(receipt: Document) -> str:
    """Of a transfer's receipt as a whole, whatever message brought it."""
    return f"transfer/{receipt.connection_id}/{receipt.erp_id}"


def latest(source: str) -> Decision | None:
    """What was said last, in whatever case."""
    return rows.first(Decision, "source = %s ORDER BY id DESC LIMIT 1", [source])


def all_of(source: str) -> list[Decision]:
    """The oldest first."""
    return rows.find(Decision, _LATEST, [source])


def surplus_of(delivery: Document) -> str:
    """Of what left too much of a release."""
    return f"surplus/{delivery.connection_id}/{delivery.reference}"


def standing(case: ExceptionCase) -> Decision | None:
    """What was chosen since the case was last told: it is being done."""
    if "source" not in case.context:
        return None
    named = [case.context["source"], _subject(case), case.last_seen]
    return rows.first(Decision, "source = %s AND subject = %s AND made_at > %s ORDER BY id DESC", named)


def _subject(case: ExceptionCase) -> str:
    return f"{case.code} {case.context.get('sku', '')}".strip()[:150]


def decide(case_id: int, choice: str, actor: Actor, reason: str) -> int:
    """Keeps the choice and tries what waits for it; returns how many jobs that are. Raises NotAllowed."""
    with transaction.atomic():
        case = acts.held_case(case_id)
        chosen = next((each for each in CHOICES.get(case.code, ()) if each.name == choice), None)
        if chosen is None or "source" not in case.context:
            raise NotAllowed(f"{choice} cannot be chosen for {case.title}.")
        if before := standing(case):
            label = next(each.label for each in CHOICES[case.code] if each.name == before.choice)
            raise NotAllowed(f"{before.actor} has chosen {label} for {case.title} already: it is being done.")
        said = {"source": case.context["source"], "subject": _subject(case), "choice": choice, "reason": reason[:300]}
        Decision.objects.create(**said, actor=actor.name[:150], user=actor.user)
        jobs = list(SyncJob.objects.filter(waits_on__case=case).order_by("pk").values_list("pk", flat=True))
        acts.make_due(SyncJob.objects.filter(pk__in=jobs))
        effects.told(jobs, landed=False)
        if case.code in STARTS:
            _go_on(case, choice)
        acts.say(case, actor, f"{chosen.label}: {reason}")
        acts.note(actor, chosen.label.lower(), case.title, case=case_id, choice=choice, reason=reason, jobs=jobs)
    return len(jobs)


def _go_on(case: ExceptionCase, choice: str) -> None:
    """No job waits for such a case: the choice starts one."""
    assert case.document is not None  # noqa: S101  (opened for a receipt or a delivery)
    if case.code in TOO_LATE:
        enqueue(looks.surplus_job(case.document))
    elif choice == "lost":
        enqueue(looks.loss_job(case.document))
    else:
        looks.look_again(case.document)
    case.state, case.resolved_at = ExceptionCase.State.RESOLVED, Now()
