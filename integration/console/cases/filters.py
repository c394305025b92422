"""What the case list can be narrowed by."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from integration.console import said
from integration.console.cases.desk import people
from integration.console.reach import scoped
from integration.errors.catalogue import Severity
from integration.errors.problem import Owner
from integration.models import ExceptionCase, Warehouse
from integration.reports.belonging import of_warehouses

State = ExceptionCase.State
VIEWS = (
    *(("open", _("Open")), ("waiting", _("Waiting for somebody")), ("snoozed", _("Snoozed"))),
    *(("resolved", _("Resolved")), ("ignored", _("Ignored")), ("all", _("All"))),
)
STATES = {"waiting": ExceptionCase.WAITING}  # of a view that is more than one state
MINE, NOBODYS = "mine", "nobody"


class StateFilter(admin.SimpleListFilter):
    """Shows what is to be done unless asked for something else."""

    title = _("status")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        return VIEWS

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, label in ((None, _("To be done")), *VIEWS):
            wanted = {"new_params": {self.parameter_name: value}} if value else {"remove": [self.parameter_name]}
            address = changelist.get_query_string(**wanted)
            yield {"selected": self.value() == value, "query_string": address, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        view = self.value()
        if view == "all":
            return queryset
        to_be_done = [state for state in ExceptionCase.UNRESOLVED if state != State.SNOOZED]
        return queryset.filter(state__in=STATES.get(view, [view]) if view else to_be_done)


class OneOfFilter(admin.SimpleListFilter):
    """By a column whose values are known without a look at the cases."""

    column = ""
    values: Sequence[str] = ()

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        return [(value, said.below(value)) for value in self.values]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class SeverityFilter(OneOfFilter):
    title = _("severity")
    parameter_name = "severity__exact"
    column = "severity"
    values = tuple(reversed(Severity))


class TeamFilter(OneOfFilter):
    title = _("team")
    parameter_name = "team"
    column = "owner"
    values = tuple(Owner)


class CodeFilter(OneOfFilter):
    """Offers the codes of what is to be done: of all that there ever was they would be many."""

    title = _("code")
    parameter_name = column = "code"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        cases = scoped(request, ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED))
        return [(code, code) for code in cases.order_by("code").values_list("code", flat=True).distinct()]


class OwnerFilter(admin.SimpleListFilter):
    title = _("owner")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        named = [(str(pk), name) for pk, name in people() if pk != request.user.pk]
        return [(MINE, _("Me")), (NOBODYS, _("Nobody")), *named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        who = self.value()
        if who == MINE:
            return queryset.filter(assignee=request.user.pk)
        if who == NOBODYS:
            return queryset.filter(assignee=None)
        return queryset.filter(assignee=int(who)) if who and who.isdecimal() else queryset


class WarehouseFilter(admin.SimpleListFilter):
    """What somebody sees who sees this warehouse alone, and all about its stock."""

    title = _("warehouse")
    parameter_name = "warehouse"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        seen = scoped(request, Warehouse.objects.order_by("name"))
        return [(str(pk), name) for pk, name in seen.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return of_warehouses(queryset, [int(chosen[:18])]) if chosen and chosen.isdecimal() else queryset
