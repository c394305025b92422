"""What was changed of the configuration, by whom and why: rolled back with a click, approved by a second person."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integration.console.acting import Act, ActingAdmin
from integration.console.words import badge
from integration.jobs import acts
from integration.jobs.tree import undoing
from integration.jobs.tree.cells import column
from integration.jobs.tree.tables import SECTIONS
from integration.models import ConfigurationChange

APPROVES = "integration.approve_configuration"
State = ConfigurationChange.State
LONGEST = 60  # of a value in the list


def _undo(pk: int, actor: acts.Actor, reason: str) -> str:
    done = undoing.roll_back(pk, actor, reason)
    return gettext("It is as it was before.") if done else gettext("Somebody else has to approve it.")


def _approve(pk: int, actor: acts.Actor, _reason: str) -> str:
    undoing.approve(pk, actor)
    return gettext("It is in force.")


def _refuse(pk: int, actor: acts.Actor, reason: str) -> str:
    undoing.refuse(pk, actor, reason)
    return gettext("Nothing is changed.")


UNDO = Act("undo", _("Roll back"), _undo, _("rolled back"), _("Why is it taken back?"), grave=True)
APPROVE = Act("approve", _("Approve"), _approve, _("approved"), right=APPROVES)
REFUSE = Act("refuse", _("Refuse"), _refuse, _("refused"), _("Why not?"), grave=True)


@admin.register(ConfigurationChange)
class ConfigurationChangeAdmin(ActingAdmin):
    acts = (APPROVE, REFUSE)
    exact = ("name",)
    search_help_text = _("What was changed, as the list names it")
    list_display = ("made_at", "section_name", "name", "move", "said", "actor", "why", "state_badge")
    list_display_links = ("name",)
    list_filter = ("state", "section", "source", "verb")
    exclude = ("section", "row_id", "name", "before", "after", "kept", "secrets")
    change_form_outer_before_template = "console/change_panel.html"
    nothing = _("A row appears when somebody changes what is configured, in the console, by a file or by a command.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConfigurationChange]:
        return super().get_queryset(request).prefetch_related("undone_by")

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("integration.view_configurationchange")

    def acts_for(self, row: Model | None) -> list[Act]:
        if not isinstance(row, ConfigurationChange):
            return []
        if undoing.undone(row) is not None:
            return []
        return {State.DONE: [UNDO], State.WAITING: [APPROVE, REFUSE]}.get(State(row.state), [])

    def refusal(self, request: HttpRequest, row: Any) -> str:
        """To take back a change needs the right to make it."""
        name = SECTIONS[row.section].model._meta.model_name
        if request.user.has_perm(f"integration.change_{name}") or request.user.has_perm(APPROVES):
            return super().refusal(request, row)
        return gettext("You may not change this: ask somebody who may.")

    def shown(self, row: Any) -> str:
        return "; ".join(f"{name}: {before} -> {after}" for name, before, after in cells(row))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        row = self.get_object(request, object_id) if object_id else None
        context = extra_context or {}
        if row is not None:
            context |= {
                "buttons": self.allowed(request, self.acts_for(row)),
                "section": section(row.section),
                "sentence": sentence(row),
                "cells": list(cells(row)),
            }
        return super().changeform_view(request, object_id, form_url, context)

    @admin.display(description=_("table"), ordering="section")
    def section_name(self, change: ConfigurationChange) -> str:
        return section(change.section)

    @admin.display(description=_("how it changed"))
    def move(self, change: ConfigurationChange) -> str:
        return change.get_verb_display()

    @admin.display(description=_("what"))
    def said(self, change: ConfigurationChange) -> str:
        """The first columns of it."""
        if change.verb != ConfigurationChange.Verb.CHANGE:
            return "-"
        parts = [f"{name}: {before or '-'} -> {after or '-'}" for name, before, after in cells(change)]
        shown = ", ".join([*(part[:LONGEST] for part in parts[:2]), *change.secrets])
        return f"{shown}, ..." if len(parts) > 2 else shown

    @admin.display(description=_("state"))
    def state_badge(self, change: ConfigurationChange) -> SafeString:
        if undoing.undone(change) is not None:
            return badge(_("rolled back"), "ignored")
        return badge(change.get_state_display(), change.state)


def section(name: str) -> str:
    return capfirst(str(SECTIONS[name].model._meta.verbose_name)) if name in SECTIONS else name


def cells(change: ConfigurationChange) -> Iterator[tuple[str, str, str]]:
    """What differs, by what people call the column."""
    table, before, after = SECTIONS[change.section], change.before or {}, change.after or {}
    for name in table.columns:
        if before.get(name) != after.get(name):
            title = capfirst(str(column(table.model, name).verbose_name))
            yield title, as_said(before.get(name)), as_said(after.get(name))


def sentence(change: ConfigurationChange) -> str:
    """Who, how, when; and who has looked at it."""
    told = gettext("{who} {how}, {when}").format(
        who=change.actor,
        how=change.get_source_display(),
        when=date_format(localtime(change.made_at), "SHORT_DATETIME_FORMAT"),
    )
    if change.state == State.WAITING:
        return f"{told}. {gettext('It waits for a second person: nothing is changed yet.')}"
    if taken_back := undoing.undone(change):
        said = (
            gettext("Rolled back by {who}, {when}")
            if taken_back.state == State.DONE
            else gettext("{who} wants to roll it back since {when}")
        )
        when = date_format(localtime(taken_back.made_at), "SHORT_DATETIME_FORMAT")
        told = f"{told}. {said.format(who=taken_back.actor, when=when)}"
    if not change.decided_by:
        return f"{told}."
    word = gettext("refused by") if change.state == State.REFUSED else gettext("approved by")
    return " ".join(filter(None, [f"{told}, {word} {change.decided_by}.", change.decided_why]))


def as_said(said: Any) -> str:
    """A value of the tree as people read it."""
    if isinstance(said, bool):
        return gettext("yes") if said else gettext("no")
    if isinstance(said, list):
        return ", ".join(map(str, said))
    return "" if said is None else str(said)
