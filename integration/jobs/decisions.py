"""What a person may decide once about one cause, so that the work which waits for it goes on."""

from django.db import transaction

from integration.jobs import acts
from integration.jobs.acts import Actor, NotAllowed
from integration.models import Decision, ExceptionCase

ACCEPT = "accept"
DECIDED = ("CD-5020",)  # what may be accepted once


def accept_once(case_id: int, actor: Actor, reason: str) -> int:
    """Has the jobs that wait for the case go on as if a rule allowed it, this time; returns how many.

    Raises NotAllowed.
    """
    with transaction.atomic():
        case = _to_decide(case_id)
        made = {"choice": ACCEPT, "by": actor.name[:150], "reason": reason[:300]}
        Decision.objects.update_or_create(fingerprint=case.fingerprint, defaults=made)
        acts.note(actor, "accept once", case.title, case=case_id, reason=reason)
        return acts.retry_case(case_id, actor)


def refuse(case_id: int, actor: Actor, reason: str) -> int:
    """Ends the jobs that wait for the case: nothing is posted. Returns how many. Raises NotAllowed."""
    _to_decide(case_id)
    return acts.done_by_hand(case_id, actor, f"Refused: {reason}")


def _to_decide(case_id: int) -> ExceptionCase:
    case = ExceptionCase.objects.filter(pk=case_id).first()
    if case is None or case.code not in DECIDED:
        raise NotAllowed("There is nothing to accept or to refuse in this case.")
    return case
