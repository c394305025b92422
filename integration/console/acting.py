"""Acts of people on rows: the buttons of a page and the actions of a list, with the reason asked where it is needed."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from integration.console import links, said
from integration.console.base import ConsoleAdmin, HistoryAdmin, actor
from integration.console.reach import may_change
from integration.console.words import plural
from integration.jobs import acts

LONGEST_REASON = 300
OF_OTHERS = gettext_lazy("Work of warehouses that you do not see hangs on it too: ask somebody who sees all of it.")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do with a row. ``asks`` is the question for the reason; ``done`` says how it ended, for a count.

    ``right``: what only who has it may do, beside the right to act on such rows.
    """

    name: str
    label: StrOrPromise
    run: Callable[[int, acts.Actor, str], str]
    done: StrOrPromise
    asks: StrOrPromise = ""
    grave: bool = False
    right: str = ""


class Acting(ConsoleAdmin):
    """Rows that people act on: ``acts`` are offered on the page of a row and in the list."""

    acts: Sequence[Act] = ()

    def acts_for(self, row: Model | None) -> Sequence[Act]:
        """What is offered on the page of a row."""
        return self.acts

    def has_act_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        view = self.admin_site.admin_view(self.act_view)
        return [path("<int:pk>/act/<slug:act>/", view, name=name), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {act.name: (_bulk(act), act.name, str(act.label)) for act in self.allowed(request, self.acts)}

    def allowed(self, request: HttpRequest, acts: Iterable[Act]) -> list[Act]:
        """Those that the user has the right to."""
        if not self.has_act_permission(request):
            return []
        return [act for act in acts if not act.right or request.user.has_perm(act.right)]

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
        """One button of a row's page: POST only. A link, such as the login follows, leads to the row."""
        row = self.get_queryset(request).filter(pk=pk).first()
        chosen = next((known for known in self.acts_for(row) if known.name == act), None)
        if row is not None and request.method == "GET":
            return HttpResponseRedirect(links.page(row))
        if row is None or request.method != "POST":
            return HttpResponse(_("This page takes the buttons of the console only."), status=405)
        if not (self.allowed(request, [chosen]) if chosen else self.has_act_permission(request)):
            raise PermissionDenied
        back = links.page(row)
        if chosen is None:  # the page with the button has stood open while the row became something else
            told = _("{row}: nothing is done, as it is not offered any more.")
            messages.warning(request, told.format(row=said.row(row)))
            return HttpResponseRedirect(back)
        return self._act(request, chosen, [row], request.path, back) or HttpResponseRedirect(back)

    def bulk(self, request: HttpRequest, act: Act, rows: QuerySet[Model]) -> HttpResponseBase | None:
        """One action of the list."""
        address = request.get_full_path()
        return self._act(request, act, list(rows), address, address)

    def refusal(self, request: HttpRequest, row: Model) -> str:
        """Why this user may not act on this row; empty: he may."""
        return "" if may_change(request, row) else str(OF_OTHERS)

    def shown(self, row: Model) -> str:
        """What a person goes by who acts on the row."""
        return ""

    def _act(
        self, request: HttpRequest, act: Act, rows: Sequence[Model], address: str, back: str
    ) -> HttpResponseBase | None:
        """Asks for the reason first where there must be one, and once more when the rows say something else by then."""
        reason, seen = request.POST.get("reason", "").strip(), self._seen(rows)
        changed = request.POST.get("seen", seen) != seen
        if act.asks and (changed or not reason):
            return self._ask(request, act, rows, address, back, changed=changed)
        self._run(request, act, rows, reason)
        return None

    def _seen(self, rows: Sequence[Model]) -> str:
        words = "\n".join(f"{row.pk} {self.shown(row)}" for row in rows)
        return hashlib.sha256(words.encode()).hexdigest()

    def _run(self, request: HttpRequest, act: Act, rows: Sequence[Model], reason: str) -> None:
        done, notes = 0, []
        for row in rows:
            try:
                if refusal := self.refusal(request, row):
                    raise acts.NotAllowed(refusal)
                note = act.run(row.pk, actor(request), reason[:LONGEST_REASON])
            except acts.NotAllowed as refusal:
                named = str(row) in str(refusal)
                told = said.below(refusal)
                messages.warning(request, told if named else f"{said.row(row)}: {told}")
            else:
                done += 1
                notes.append(note)
        if done:
            text = f"{plural(done, str(self.opts.verbose_name_raw))} {act.done}"
            messages.success(request, " ".join(filter(None, [f"{text}.", *dict.fromkeys(notes)])))

    def _ask(
        self, request: HttpRequest, act: Act, rows: Sequence[Model], address: str, back: str, *, changed: bool
    ) -> HttpResponseBase:
        """``back``: the page that the user comes from, a row's or the list with its filters."""
        context = self.admin_site.each_context(request) | {
            "title": act.label,
            "opts": self.opts,
            "act": act,
            "rows": [(said.row(row), self.shown(row)) for row in rows],
            "seen": self._seen(rows),
            "changed": changed,
            "reason": request.POST.get("reason", ""),
            "address": address,
            "back": back,
            "selected": ACTION_CHECKBOX_NAME,
            "longest": LONGEST_REASON,
            "tried": "reason" in request.POST,
        }
        return TemplateResponse(request, "console/reason.html", context)


class ActingAdmin(Acting, HistoryAdmin):
    """History that people act on."""


def _bulk(act: Act) -> Callable[..., HttpResponseBase | None]:
    def action(page: Acting, request: HttpRequest, rows: QuerySet[Model]) -> HttpResponseBase | None:
        return page.bulk(request, act, rows)

    return action
