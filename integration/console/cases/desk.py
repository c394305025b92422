"""Who has a case, whom it waits for, what was said: a form on its page, and for many cases at once."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from integration.console import said
from integration.console.acting import OF_OTHERS
from integration.console.base import actor
from integration.console.reach import is_seen_by, may_act_on_case
from integration.console.words import plural
from integration.errors.catalogue import Owner
from integration.jobs import acts, desk
from integration.models import ExceptionCase

KEEP = ""
NOBODY = "0"
LONGEST_COMMENT = 2000


class DeskForm(forms.Form):
    """What is left as it is does not change, whatever others have made of it since the page was opened. For one case
    it begins with what is so."""

    assignee = forms.ChoiceField(label=_("Owner"), required=False, show_hidden_initial=True)
    team = forms.ChoiceField(label=_("Team"), required=False, show_hidden_initial=True)
    state = forms.ChoiceField(label=_("Status"), required=False, show_hidden_initial=True)
    until = forms.DateTimeField(
        label=_("Snooze until"),
        required=False,
        show_hidden_initial=True,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=LONGEST_COMMENT, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: QueryDict | None = None, *, case: ExceptionCase | None = None) -> None:
        super().__init__(data, initial=_initial(case) if case is not None else {})
        keep = [(KEEP, _("(as it is)"))] if case is None else []
        states = [(state.value, capfirst(_(str(state.label)))) for state in desk.SETTABLE]
        choices = {
            "assignee": [*keep, (NOBODY, _("Nobody")), *((str(pk), name) for pk, name in people())],
            "team": [*keep, *((owner.value, capfirst(_(owner.value))) for owner in Owner)],
            "state": [*keep, *states],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def wish(self) -> desk.Wish:
        given, changed = self.cleaned_data, self.changed_data
        snoozed = given["state"] == ExceptionCase.State.SNOOZED and {"state", "until"} & set(changed)
        until: datetime | None = given["until"] if snoozed else None
        return desk.Wish(
            assignee=int(given["assignee"]) if "assignee" in changed and given["assignee"] != KEEP else None,
            team=given["team"] or None if "team" in changed else None,
            state=given["state"] or None if "state" in changed or snoozed else None,
            until=until,
            comment=given["comment"].strip(),
        )


def people() -> list[tuple[int, str]]:
    """Who can have a case."""
    users = User.objects.filter(is_active=True, is_staff=True).order_by("username")
    return list(users.values_list("pk", "username"))


def save(request: HttpRequest, wish: desk.Wish, cases: QuerySet[ExceptionCase]) -> None:
    """Does it to each of the cases, and says how it ended."""
    done = 0
    for case in cases:
        try:
            refuse_others(request, case)
            _refuse_blind(case, wish.assignee)
            desk.change(case.pk, actor(request), wish)
        except acts.NotAllowed as refusal:
            messages.warning(request, f"{said.title(case)}: {said.below(refusal)}")
        else:
            done += 1
    if done:
        messages.success(request, _("{cases} changed.").format(cases=plural(done, "case")))


def refuse_others(request: HttpRequest, case: ExceptionCase) -> None:
    """Raises NotAllowed for a case that stops work of warehouses which the user does not see."""
    if not may_act_on_case(request, case):
        raise acts.NotAllowed(str(OF_OTHERS))


def _refuse_blind(case: ExceptionCase, assignee: int | None) -> None:
    """Raises NotAllowed when it would be given to somebody who could not open it."""
    user = User.objects.filter(pk=assignee).first() if assignee and assignee != case.assignee_id else None
    if user is None:
        return
    if not user.has_perm("integration.view_exceptioncase"):
        raise acts.NotAllowed(_("{name} may not open cases.").format(name=user.get_username()))
    if not is_seen_by(user, case):
        raise acts.NotAllowed(_("{name} does not see the work of this case.").format(name=user.get_username()))


def _initial(case: ExceptionCase) -> dict[str, Any]:
    return {
        "assignee": str(case.assignee_id or NOBODY),
        "team": case.owner,
        "state": case.state,
        "until": case.snoozed_until,
    }
