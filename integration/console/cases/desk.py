"""Who has a case, whom it waits for, what was said: a form on its page, and for many cases at once."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from integration.console.base import actor
from integration.console.words import plural
from integration.errors.catalogue import Owner
from integration.jobs import acts, desk
from integration.models import ExceptionCase

KEEP = ""
NOBODY = "0"
LONGEST_COMMENT = 2000


class DeskForm(forms.Form):
    """What is left as it is does not change. For one case it begins with what is so."""

    assignee = forms.ChoiceField(label=_("Owner"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    state = forms.ChoiceField(label=_("Status"), required=False)
    until = forms.DateTimeField(
        label=_("Snooze until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, max_length=LONGEST_COMMENT, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: QueryDict | None = None, *, case: ExceptionCase | None = None) -> None:
        super().__init__(data, initial=_initial(case) if case is not None else {})
        keep = [(KEEP, _("(as it is)"))] if case is None else []
        states = [(state.value, state.label.capitalize()) for state in desk.SETTABLE]
        choices = {
            "assignee": [*keep, (NOBODY, _("Nobody")), *((str(pk), name) for pk, name in people())],
            "team": [*keep, *((owner.value, owner.value.capitalize()) for owner in Owner)],
            "state": [*keep, *states],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def wish(self) -> desk.Wish:
        given = self.cleaned_data
        until: datetime | None = given["until"]
        return desk.Wish(
            assignee=int(given["assignee"]) if given["assignee"] != KEEP else None,
            team=given["team"] or None,
            state=given["state"] or None,
            until=until if given["state"] == ExceptionCase.State.SNOOZED else None,
            comment=given["comment"].strip(),
        )


def people() -> list[tuple[int, str]]:
    """Who can have a case."""
    users = User.objects.filter(is_active=True, is_staff=True).order_by("username")
    return list(users.values_list("pk", "username"))


def save(request: HttpRequest, form: DeskForm, cases: QuerySet[ExceptionCase]) -> None:
    """Does it to each of the cases, and says how it ended."""
    done = 0
    for case in cases:
        try:
            desk.change(case.pk, actor(request), form.wish())
        except acts.NotAllowed as refusal:
            messages.warning(request, f"{case}: {refusal}")
        else:
            done += 1
    if done:
        messages.success(request, f"{plural(done, 'case')} changed.")


def take(request: HttpRequest, cases: QuerySet[ExceptionCase]) -> None:
    """Whoever asks for it has the cases then."""
    for case in cases:
        try:
            desk.change(case.pk, actor(request), desk.Wish(assignee=request.user.pk))
        except acts.NotAllowed as refusal:
            messages.warning(request, f"{case}: {refusal}")


def _initial(case: ExceptionCase) -> dict[str, Any]:
    return {
        "assignee": str(case.assignee_id or NOBODY),
        "team": case.owner,
        "state": case.state,
        "until": case.snoozed_until,
    }
