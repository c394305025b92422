"""What becomes of a case while it is open: who has it, whom it waits for, what was said, what the clock does to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from integration.errors.catalogue import Owner, Severity
from integration.jobs import cases
from integration.jobs.acts import Actor, NotAllowed, note, refuse_ended
from integration.models import CaseEvent, ExceptionCase

State, Kind = ExceptionCase.State, CaseEvent.Kind
SETTABLE = (State.OPEN, *ExceptionCase.WAITING, State.SNOOZED)
LONGEST_SNOOZE = timedelta(days=90)
AT_ONCE = 200  # cases that one run of the clock looks at
SAID = {
    State.OPEN: Kind.OPENED,
    State.SNOOZED: Kind.SNOOZED,
    **dict.fromkeys(ExceptionCase.WAITING, Kind.WAITS),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants to be otherwise; None: stays as it is. ``until``: of a case that is snoozed.

    ``assignee``: 0 for nobody.
    """

    assignee: int | None = None
    team: str | None = None
    state: str | None = None
    until: datetime | None = None
    comment: str = ""


def change(case_id: int, actor: Actor, wish: Wish) -> None:
    """Raises NotAllowed."""
    with transaction.atomic():
        case = _held(case_id)
        told = [*_give(case, wish), *_stand(case, wish)]
        if wish.comment:
            told.append((Kind.COMMENT, wish.comment))
        for kind, text in told:
            cases.record(case, kind, text, actor.name, actor.user)
        if told:
            case.save(update_fields=["assignee", "owner", "state", "snoozed_until"])
            said = [f"{kind.label.lower()}: {text}" for kind, text in told]
            note(actor, "change case", case.title, case=case.pk, said=said)


def tick() -> int:
    """Wakes what was snoozed long enough, and raises what has been open too long; returns how many."""
    snoozed = ExceptionCase.objects.filter(state=State.SNOOZED, snoozed_until__lt=Now())
    old = ExceptionCase.objects.filter(state__in=(State.OPEN, *ExceptionCase.WAITING), escalate_at__lt=Now())
    due = [*snoozed.values_list("pk", flat=True)[:AT_ONCE], *old.values_list("pk", flat=True)[:AT_ONCE]]
    for pk in due:
        with transaction.atomic():
            _turn(pk)
    return len(due)


def _turn(pk: int) -> None:
    try:
        case = _held(pk)
    except NotAllowed:
        return
    now = timezone.now()
    if case.state == State.SNOOZED and case.snoozed_until and case.snoozed_until < now:
        case.state, case.snoozed_until = State.OPEN, None
        case.escalate_at = Now() + cases.DEADLINES[Severity(case.severity)]
        cases.record(case, Kind.OPENED, "The time is up.")
    elif case.state != State.SNOOZED and case.escalate_at and case.escalate_at < now:
        _escalate(case)
    case.save(update_fields=["state", "snoozed_until", "severity", "escalate_at", "deadline", "assignee"])


def _escalate(case: ExceptionCase) -> None:
    """One step more severe, with as long to the next step as the new severity leaves."""
    at = min(cases.RISING.index(Severity(case.severity)) + 1, len(cases.RISING) - 1)
    text = f"Nobody has ended it: {case.severity} becomes {cases.RISING[at]}."
    case.severity = cases.RISING[at]
    to = case.rule.escalate_to if case.rule else None
    if to is not None and to.is_active and to != case.assignee:
        case.assignee = to
        text = f"{text} {to.get_username()} has it now."
    case.escalate_at = None if at == len(cases.RISING) - 1 else Now() + cases.DEADLINES[cases.RISING[at]]
    cases.record(case, Kind.ESCALATED, text)


def _held(case_id: int) -> ExceptionCase:
    case = ExceptionCase.objects.filter(pk=case_id).first()
    if case is None:
        raise NotAllowed(f"There is no case {case_id}.")
    cases.hold([case.fingerprint])
    case.refresh_from_db()
    refuse_ended(case)
    return case


def _give(case: ExceptionCase, wish: Wish) -> list[tuple[CaseEvent.Kind, str]]:
    told = []
    if wish.team is not None and wish.team != case.owner:
        if wish.team not in tuple(Owner):
            raise NotAllowed(f"There is no team {wish.team}.")
        case.owner = wish.team
        told.append((Kind.ASSIGNED, f"to the team {wish.team}"))
    if wish.assignee is not None and wish.assignee != (case.assignee_id or 0):
        case.assignee = User.objects.filter(pk=wish.assignee, is_active=True, is_staff=True).first()
        if case.assignee is None and wish.assignee:
            raise NotAllowed("There is no such user any more.")
        told.append((Kind.ASSIGNED, f"to {case.assignee.get_username() if case.assignee else 'nobody'}"))
    return told


def _stand(case: ExceptionCase, wish: Wish) -> list[tuple[CaseEvent.Kind, str]]:
    if wish.state is None or (wish.state == case.state and wish.until == case.snoozed_until):
        return []
    state = next((each for each in SETTABLE if each == wish.state), None)
    if state is None:
        raise NotAllowed("A case is ended by its buttons, with a reason.")
    until = wish.until if state == State.SNOOZED else None
    if state == State.SNOOZED and (until is None or not timezone.now() < until < timezone.now() + LONGEST_SNOOZE):
        raise NotAllowed(f"Say until when it is to be left alone: at most {LONGEST_SNOOZE.days} days from now.")
    case.state, case.snoozed_until = state, until
    text = f"until {until:%Y-%m-%d %H:%M} UTC" if until else "" if state == State.OPEN else state.label
    return [(SAID[state], text)]
