"""A case's history: from its first sight to its end, what people did about it and what the clock did."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from integration.console import said
from integration.console.words import whole
from integration.models import CaseEvent, ExceptionCase

MOST = 200
STATES: dict[str, str] = {CaseEvent.Kind.ESCALATED: "bad", CaseEvent.Kind.COMMENT: "busy"}


@dataclass(frozen=True, slots=True)
class Told:
    at: datetime
    who: str
    what: str
    text: str = ""
    state: str = ""


def history(case: ExceptionCase) -> list[Told]:
    """The oldest first."""
    return sorted([*_own(case), *_events(case)], key=lambda told: told.at)


def before(case: ExceptionCase) -> ExceptionCase | None:
    """The case of the same cause that somebody, or something, ended before."""
    return case.regression_of if case.regression_of_id else None


def _own(case: ExceptionCase) -> Iterator[Told]:
    yield Told(case.first_seen, "", _("opened"), said.title(case), "open")
    if case.count > 1:
        yield Told(case.last_seen, "", _("met again, {count} times in all").format(count=whole(case.count)))
    if case.resolved_at:
        who = case.resolved_by.get_username() if case.resolved_by else ""
        yield Told(case.resolved_at, who, case.get_state_display(), said.resolution(case), case.state)


def _events(case: ExceptionCase) -> Iterator[Told]:
    for event in case.events.order_by("-id")[:MOST]:
        yield Told(event.at, event.actor, event.get_kind_display(), said.event(event), STATES.get(event.kind, ""))
