"""How messages that came in are chosen: by what they are about, the warehouse, the day, and what became of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integration.console.reach import any_of, scoped
from integration.jobs.routes import ROUTES
from integration.models import Document, InboundMessage, SyncJob, Warehouse

State = SyncJob.State
WORK: Mapping[str, tuple[object, tuple[str, ...]]] = {  # by name: what it is called, and the flows that work on it
    "ship": (gettext_lazy("Shipments"), ("shipment_confirmation",)),
    "receive": (gettext_lazy("Receipts"), ("receipt_confirmation", "put_away")),
    "return": (gettext_lazy("Returns"), ("return_receipt",)),
    "stock": (gettext_lazy("Stock"), ("inventory_adjustment", "inventory_count", "inventory_snapshot")),
    "answer": (gettext_lazy("Answers of the warehouse"), ("acknowledgement", "change_answer")),
    "progress": (gettext_lazy("Progress and tracking"), ("order_progress", "shipment_tracking")),
}
FAILED = (State.NEEDS_ATTENTION, State.BLOCKED)  # what a person ended was done by hand, or is not to be done
ENDED_WELL = (State.SUCCEEDED, State.SUPERSEDED)
DAYS: Mapping[str, tuple[object, int, int]] = {  # by name: what it is called, its first day and the day after its last
    "today": (gettext_lazy("Today"), 0, 1),
    "yesterday": (gettext_lazy("Yesterday"), -1, 0),
    "week": (gettext_lazy("The last seven days"), -6, 1),
}
Rows = QuerySet[InboundMessage]


def failed(messages: Rows) -> Rows:
    """Their latest job has stopped."""
    return _stand(messages, FAILED)


def ended(messages: Rows) -> Rows:
    """A person has ended their latest job: by hand it was done elsewhere, or it was not to be done."""
    return _stand(messages, (State.CANCELLED,))


def _stand(messages: Rows, states: Sequence[str]) -> Rows:
    """By the state of their latest job: found by the jobs, which are few, and not by the messages, which are many."""
    later = SyncJob.objects.filter(inbound=OuterRef("inbound"), pk__gt=OuterRef("pk"))
    found = SyncJob.objects.filter(state__in=states, inbound__isnull=False).exclude(Exists(later))
    return messages.filter(pk__in=found.order_by().values("inbound"))


def done(messages: Rows) -> Rows:
    """Their latest job has ended well."""
    later = SyncJob.objects.filter(inbound=OuterRef("inbound"), pk__gt=OuterRef("pk"))
    good = SyncJob.objects.filter(state__in=ENDED_WELL, inbound=OuterRef("pk")).exclude(Exists(later))
    return messages.filter(Exists(good))


OUTCOMES = {
    "failed": (gettext_lazy("Failed"), failed),
    "done": (gettext_lazy("Done"), done),
    "ended": (gettext_lazy("Ended by a person"), ended),
}


class WorkFilter(admin.SimpleListFilter):
    title = gettext_lazy("work")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        return [(name, label) for name, (label, _flows) in WORK.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        _label, flows = WORK.get(self.value() or "", ("", ()))
        types = [name for name, route in ROUTES.items() if route.flow in flows]
        return queryset.filter(type__in=types) if types else queryset


class WarehouseFilter(admin.SimpleListFilter):
    """What has no document may be of any warehouse of its sender."""

    title = gettext_lazy("warehouse")
    parameter_name = "warehouse"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        seen = scoped(request, Warehouse.objects.order_by("name"))
        return [(str(pk), name) for pk, name in seen.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        value = self.value() or ""
        if not value.isdecimal():
            return queryset
        warehouse = Warehouse.objects.filter(pk=int(value[:9])).first()
        if warehouse is None:
            return queryset.none()
        of_it = Q(document=None) | any_of(Document.objects.filter(pk=OuterRef("document"), warehouse=warehouse))
        return queryset.filter(of_it, connection=warehouse.wms_id)


class DayFilter(admin.SimpleListFilter):
    """Days as the user's clock has them."""

    title = gettext_lazy("day")
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        return [(name, label) for name, (label, *_days) in DAYS.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() not in DAYS:
            return queryset
        _label, first, after = DAYS[self.value() or ""]
        return queryset.filter(received_at__gte=_begins(first), received_at__lt=_begins(after))


class OutcomeFilter(admin.SimpleListFilter):
    title = gettext_lazy("outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Model]) -> Any:
        return [(name, label) for name, (label, _rows) in OUTCOMES.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() not in OUTCOMES:
            return queryset
        _label, rows = OUTCOMES[self.value() or ""]
        return rows(queryset)


MOST_OFFERED = 12  # warehouses that are a click away; the filters have them all
FILTERS = (WorkFilter, OutcomeFilter, DayFilter, WarehouseFilter, "connection")


def warehouses(shown: ChangeList) -> list[dict[str, Any]]:
    """The list of all warehouses, and of each alone, as choices of the filter; empty where there is no choice."""
    specs = (spec for spec in shown.filter_specs if isinstance(spec, WarehouseFilter))
    choices = [dict(choice) for spec in specs for choice in spec.choices(shown)]
    return choices[: MOST_OFFERED + 1] if len(choices) > 2 else []


def words(request: HttpRequest, shown: ChangeList) -> str:
    """What a list shows, by its filters and its search."""
    parts = list(_chosen(shown.filter_specs, shown))
    if shown.query:
        parts.append(_("found by “%(term)s”") % {"term": shown.query})
    return "; ".join(parts) or _("all messages")


def _chosen(specs: Sequence[Any], shown: ChangeList) -> Iterator[str]:
    for spec in specs:
        if spec.used_parameters:
            yield from (f"{spec.title}: {one['display']}" for one in spec.choices(shown) if one.get("selected"))


def _begins(days: int) -> datetime:
    today = localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days)
