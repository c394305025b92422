"""What all pages of the console share: exact search, audit of changes, history that nobody can change."""

from collections.abc import Mapping, Sequence
from functools import cache, reduce
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise
from unfold.admin import ModelAdmin, checkbox

from integration.console import kinds, links, stale
from integration.console.language import plainly
from integration.console.paging import InfinitePaginator
from integration.console.reach import MADE_BY_ALL, limit, may_change, scoped
from integration.jobs import acts
from integration.jobs.tree import changelog
from integration.jobs.tree.cells import Row
from integration.jobs.tree.changelog import Told
from integration.jobs.tree.tables import SECTION_OF
from integration.models import ConfigurationChange

WHY, LONGEST_WHY = "change_why", 300
LARGEST = 2**31 - 1  # of the numbers that are searched for: ids of ours and of Odoo
SECRET_FIELDS = ("secret_", "password")  # how the names of fields begin whose content nobody may read later


def actor(request: HttpRequest) -> acts.Actor:
    """The user of the console who acts."""
    user = cast("User", request.user)  # the site lets nobody else in
    return acts.Actor(name=user.get_username(), user=user)


class ConsoleAdmin(ModelAdmin):  # type: ignore[misc]
    """A table. ``exact`` and ``numbers``: the indexed columns that the search box looks in, for the whole term.

    ``nothing``: what to do next while the list is empty.
    """

    exact: Sequence[str] = ()
    numbers: Sequence[str] = ("pk",)
    nothing: StrOrPromise = ""
    list_per_page = 50
    list_max_show_all = 0
    list_disable_select_all = True
    show_full_result_count = False
    show_facets = 0
    compressed_fields = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return scoped(request, super().get_queryset(request))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only what the user sees can be chosen."""
        rows = kwargs["queryset"] if "queryset" in kwargs else kinds.choices(db_field)
        if db_field.name == "warehouse" and limit(request) is not None:
            kwargs["required"] = True  # what has none is for all warehouses
        return super().formfield_for_foreignkey(db_field, request, **{**kwargs, "queryset": scoped(request, rows)})

    @admin.display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Model) -> SafeString:
        before, after = _box(get_language())
        return format_html("{}{}{}", before, obj.pk, after)

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        return self.search_fields or (*self.exact, *self.numbers)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        term = search_term.strip()
        if self.search_fields or not term:
            found, doubled = super().get_search_results(request, queryset, search_term)
            return found, doubled
        columns = [*self.exact, *(self.numbers if term.isdecimal() and int(term[:20]) <= LARGEST else ())]
        found = [self.model.objects.filter(**{column: term}) for column in columns] + self.also_found(term)
        if not found:
            return queryset.none(), False
        hits = [rows.order_by().values("pk") for rows in found]
        # One look-up per index, put together: an OR over several tables would read them all.
        return queryset.filter(pk__in=reduce(lambda one, other: one.union(other), hits)), False

    def also_found(self, term: str) -> list[QuerySet[Any]]:
        """Rows that are searched otherwise than by what a column is."""
        return []


class HistoryAdmin(ConsoleAdmin):
    """Rows that tell what happened: read, never added, changed or deleted."""

    paginator = InfinitePaginator
    sortable_by = ()
    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        left_out = {"id", *(self.exclude or ())}
        return [field.name for field in self.opts.fields if field.name not in left_out]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Sequence[str]:
        return self.get_fields(request, obj)


class Waits(Exception):
    """What was to be saved is to be looked at by a second person first."""

    def __init__(
        self, row_id: int | None, before: Row | None, after: Row | None, told: Told, secrets: Mapping[str, str]
    ) -> None:
        super().__init__("waits for a second person")
        self.row_id, self.before, self.after, self.told, self.secrets = row_id, before, after, told, secrets


class ConfigurationAdmin(ConsoleAdmin):
    """Rows that people edit. Every change is written to the audit log, one row at a time."""

    actions: Any = None
    change_form_before_template = "console/seen.html"
    change_form_after_template = "console/why.html"

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is None:
            return form
        return type(form.__name__, (stale.Watched, form), {"posted": request.POST.get(stale.FIELD)})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        row: Model | None = context.get("original")
        if row is not None and request.method == "POST":  # what was sent and refused is on this one by now
            row = self.model._base_manager.get(pk=row.pk)
        seen: dict[str, Any] = {stale.FIELD: stale.seen(row)} if row is not None else {}
        seen |= {"asks_why": self.model in SECTION_OF, "why": request.POST.get(WHY, ""), "longest": LONGEST_WHY}
        return super().render_change_form(request, context | seen, *args, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        seen = self.model not in MADE_BY_ALL or limit(request) is None
        return seen and bool(super().has_add_permission(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        changes: bool = super().has_change_permission(request, obj)
        return changes and (obj is None or may_change(request, obj))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Waits as wish:
            return self._has_to_wait(request, wish)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().delete_view(request, *args, **kwargs)
        except Waits as wish:
            return self._has_to_wait(request, wish)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        stored = self.model._base_manager.filter(pk=obj.pk).first() if change else None
        before, secrets = changelog.taken(stored), getattr(stored, "secrets", {})
        super().save_model(request, obj, form, change)
        new = {name: text for name, text in getattr(obj, "secrets", {}).items() if secrets.get(name) != text}
        self._keep(request, obj, before, changelog.taken(obj), new)
        acts.note(actor(request), "changed" if change else "added", subject(obj), **changes(form))

    def save_formset(self, request: HttpRequest, form: ModelForm[Any], formset: Any, change: bool) -> None:
        """Rows that are edited on the page of the row that they belong to."""
        super().save_formset(request, form, formset, change)
        for row in formset.new_objects:
            acts.note(actor(request), "added", subject(row))
        for row, fields in formset.changed_objects:
            acts.note(actor(request), "changed", subject(row), fields=fields)
        for row in formset.deleted_objects:
            acts.note(actor(request), "deleted", subject(row))

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        about, before, pk = subject(obj), changelog.taken(obj), obj.pk
        super().delete_model(request, obj)
        obj.pk = pk
        self._keep(request, obj, before, None, {})
        acts.note(actor(request), "deleted", about)

    def _keep(
        self, request: HttpRequest, obj: Model, before: Row | None, after: Row | None, secrets: Mapping[str, str]
    ) -> None:
        """In the log of changes. Raises Waits, which takes back what was saved."""
        told = Told(actor(request), why=request.POST.get(WHY, "").strip()[:LONGEST_WHY])
        pk = obj.pk if before is not None else None
        if changelog.needs_two(self.model, before, after):
            raise Waits(pk, before, after, told, secrets)
        changelog.note(self.model, obj.pk, before, after, told, sorted(secrets))

    def _has_to_wait(self, request: HttpRequest, wish: Waits) -> HttpResponseRedirect:
        kept = changelog.wait(self.model, wish.row_id, wish.before, wish.after, wish.told, wish.secrets)
        told = _("Nothing is changed yet: somebody else has to approve it.") if kept else _("That waits already.")
        messages.warning(request, told)
        if self.has_view_permission(request):
            return HttpResponseRedirect(links.listing(ConfigurationChange) + "?state__exact=waiting")
        return HttpResponseRedirect(links.listing(self.model))


@cache
def _box(language: str | None) -> tuple[SafeString, SafeString]:
    """What stands before and after its value. The theme renders the same template for every row."""
    before, after = checkbox.render(ACTION_CHECKBOX_NAME, "?value?").split("?value?")
    return mark_safe(before), mark_safe(after)  # noqa: S308  (a template's output, cut in two)


def subject(row: Model) -> str:
    """ "warehouse Main (3)", in English: the audit log keeps it."""
    with plainly():
        return f"{row._meta.verbose_name} {row} ({row.pk})"[:200]


def changes(form: ModelForm[Any]) -> dict[str, str]:
    """What was entered, by field. Of a secret only that it was."""
    with plainly():
        return {
            name: "(secret)" if name.startswith(SECRET_FIELDS) else _plain(form.cleaned_data.get(name))
            for name in form.changed_data
        }


def _plain(value: object) -> str:
    return (", ".join(map(str, value)) if isinstance(value, QuerySet) else str(value))[:200]
