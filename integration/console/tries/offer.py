"""*Try on the last days*, on the pages that edit rules and mappings: what was typed is checked and not saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from integration.console import links, said
from integration.console.base import ConfigurationAdmin, actor
from integration.console.reach import limit, scoped
from integration.jobs import tries
from integration.jobs.acts import NotAllowed
from integration.jobs.tree import changelog
from integration.jobs.tries import DAYS, Step, Wish
from integration.models import TriedChange

TRY, HOW_LONG, AGAIN = "_try", "try_days", "tried"  # names of a button, of a field, and of what an address has
UNKEPT = ("csrfmiddlewaretoken", TRY, HOW_LONG, "_save", "_continue", "_addanother")


class _Wanted(Exception):
    """What was typed is fit to be saved, and is to be tried first."""

    def __init__(self, step: Step) -> None:
        super().__init__("is tried first")
        self.step = step


class Filled(forms.ModelForm):  # type: ignore[type-arg]
    """A form that opens with what was typed before: ``typed``, as the page sent it."""

    typed: QueryDict

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in () if self.is_bound else self.fields.items():
            if not field.disabled and not field.widget.value_omitted_from_data(self.typed, {}, name):
                self.initial[name] = field.widget.value_from_datadict(self.typed, {}, name)


@dataclass(frozen=True, slots=True)
class TryAct:
    """A button of a row's page that can be tried first. ``steps``: what it would change; raises NotAllowed.

    ``deletes``: it is Django's own page that does it.
    """

    name: str
    label: StrOrPromise
    steps: Callable[[int], Sequence[Step]]
    deletes: bool = False

    def address(self, model: type[Model], pk: int) -> str:
        """Where it is done."""
        table = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        return reverse(f"{table}_delete", args=[pk]) if self.deletes else reverse(f"{table}_act", args=[pk, self.name])


class TryFirst(ConfigurationAdmin):
    """Rows whose changes can be tried on past documents before they are saved.

    ``tries``: acts of the same name, each as it would be.
    """

    tries: Sequence[TryAct] = ()

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_try"
        view = self.admin_site.admin_view(self.try_view)
        return [path("<int:pk>/try/<slug:act>/", view, name=name), *super().get_urls()]

    def try_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
        """What one button of the row's page would do: POST only. A link, as the login follows, leads to the row."""
        row = self.get_queryset(request).filter(pk=pk).first()
        chosen = next((known for known in self.tries if known.name == act), None)
        if row is not None and request.method == "GET":
            return HttpResponseRedirect(links.page(row))
        if row is None or chosen is None or request.method != "POST":
            return HttpResponse(_("This page takes the buttons of the console only."), status=405)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        back = links.page(row)
        try:
            steps = chosen.steps(pk)
        except NotAllowed as refusal:
            messages.warning(request, said.below(refusal))
            return HttpResponseRedirect(back)
        form = {"address": chosen.address(self.model, pk), "back": back}
        return try_it(request, self.model, Wish(steps, form))

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form, typed = super().get_form(request, obj, change=change, **kwargs), _typed(request)
        return form if typed is None else type(form.__name__, (Filled, form), {"typed": typed})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        row = context.get("original")
        may = self.has_change_permission(request, row) if row is not None else self.has_add_permission(request)
        more = {"try_days": DAYS, "tries": self.tries if row is not None else ()} if may else {}
        return super().render_change_form(request, context | more, *args, **kwargs)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        row = super().save_form(request, form, change)
        if TRY in request.POST:
            raise _Wanted(tries.step(row, changelog.taken(row) if change else None))
        return row

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except _Wanted as wanted:
            fields = {name: values for name, values in request.POST.lists() if name not in UNKEPT}
            return try_it(request, self.model, Wish([wanted.step], {"address": request.path, "fields": fields}))


def try_it(request: HttpRequest, model: type[Model], wish: Wish) -> HttpResponseRedirect:
    """Has it tried and leads to its page; back to the page that was typed on with what stands against it."""
    days = request.POST.get(HOW_LONG, "")
    form = {**wish.form, "model": model._meta.model_name}
    try:
        made = tries.make(Wish(wish.steps, form), int(days) if days.isdecimal() and len(days) < 5 else DAYS,
                          limit(request), actor(request))  # fmt: skip
    except NotAllowed as refusal:
        messages.warning(request, said.below(refusal))
        return HttpResponseRedirect(str(wish.form.get("back") or wish.form["address"]))
    return HttpResponseRedirect(links.page(made))


def _typed(request: HttpRequest) -> QueryDict | None:
    """What a change that was tried was typed as, where the address names one."""
    number = request.GET.get(AGAIN, "")
    if request.method != "GET" or not number.isdecimal() or len(number) > 18:
        return None
    tried = scoped(request, TriedChange.objects.filter(pk=number)).first()
    if tried is None or tried.form.get("address") != request.path or not tried.form.get("fields"):
        return None
    typed = QueryDict(mutable=True)
    for name, values in tried.form["fields"].items():
        typed.setlist(name, values)
    return typed
