"""Which rows a user sees: those of the warehouses and companies that he was given, or all of them.

``scoped`` is asked for every list, row and figure. What a table has to do with a warehouse stands in ``REACH``; of a
table that is not there, whoever may not see all warehouses sees nothing.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.contrib.admin import FieldListFilter, ModelAdmin, RelatedFieldListFilter
from django.contrib.auth.models import AnonymousUser, Group, User
from django.db.models import Exists, Field, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import IsNull
from django.http import HttpRequest
from django_celery_beat.models import PeriodicTask

from integration import models
from integration.models import CaseJob, Connection, Document, Reach, Warehouse
from integration.reports.belonging import OUTAGES

ALL = "integration.view_all_warehouses"
FEW, SOME = 5_000, 50_000  # rows that can be gathered for any page, and documents for one of rows that may be others'
LOOK_AGAIN = 60.0  # seconds
Within = Callable[[frozenset[int]], Q]
Ways = Callable[[frozenset[int]], Sequence[QuerySet[Any]]]
Row = TypeVar("Row", bound=Model)
Sized = tuple[type[Model], frozenset[int], int]
_sizes: dict[Sized, tuple[float, bool]] = {}  # until when it holds, and whether they are few


def limit(request: HttpRequest) -> frozenset[int] | None:
    """The ids of the warehouses that the user sees; None: no limit."""
    if not hasattr(request, "_reach"):
        request._reach = _limit_of(request.user)  # type: ignore[attr-defined]
    found: frozenset[int] | None = request._reach  # type: ignore[attr-defined]
    return found


def scoped(request: HttpRequest, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of the rows that the user sees."""
    seen = limit(request)
    return rows if seen is None else rows.filter(within(rows.model, seen))


def within(table: type[Model], seen: frozenset[int]) -> Q:
    """What rows of the table have to fulfil."""
    return REACH[table](seen) if table in REACH else Q(pk__in=[])


def is_seen_by(user: User, row: Model) -> bool:
    """Whether somebody who is not asking himself sees the row."""
    seen = _limit_of(user)
    return seen is None or type(row)._default_manager.filter(within(type(row), seen), pk=row.pk).exists()


def sees_as_much(request: HttpRequest, other: User) -> bool:
    """Whether who asks sees all that the other one sees."""
    seen, theirs = limit(request), _limit_of(other)
    return seen is None or (theirs is not None and theirs <= seen)


def _limit_of(user: User | AnonymousUser) -> frozenset[int] | None:
    return None if user.has_perm(ALL) else _given(user)


def _given(user: User | AnonymousUser) -> frozenset[int]:
    rows = Reach.objects.filter(user=user.pk)
    companies = rows.filter(erp=OuterRef("erp"), company_id=OuterRef("company_id"))
    given = Warehouse.objects.filter(Q(pk__in=rows.values("warehouse")) | Exists(companies))
    return frozenset(given.order_by().values_list("pk", flat=True))


def _all(_seen: frozenset[int]) -> Q:
    return Q()


def _nothing(_seen: frozenset[int]) -> Q:
    return Q(pk__in=[])


def _by(path: str) -> Within:
    return lambda seen: Q(**{f"{path}__in": seen})


def any_of(rows: QuerySet[Any]) -> Q:
    """Whether there is any of them, looked up for one outer row at a time.

    For an EXISTS, PostgreSQL may rather gather all that there is to show a page of fifty rows. Of what is compared with
    NULL it believes that nearly all passes: it walks a list as it does for who sees all of it, and sorts none of it.
    """
    return Q(IsNull(Subquery(rows.order_by().values(found=Value(1))[:1]), False))


def _of_document(path: str, few: int = FEW) -> Within:
    """A document of the warehouse, or an order with one there, or that names it.

    Who sees few is shown what hangs on these; who sees many, what is on the page and passes. The other way round each
    would read a table to its end.
    """

    def rows(seen: frozenset[int]) -> Q:
        if _are_few(seen, Document.objects.filter(warehouse__in=seen), few):
            return Q(**{f"{path or 'pk'}__in": _documents(seen)})
        own = Q(warehouse__in=seen) | Q(named_warehouse__in=seen)
        part = any_of(Document.objects.filter(parent=OuterRef(path or "pk"), warehouse__in=seen))
        return (any_of(Document.objects.filter(own, pk=OuterRef(path))) if path else own) | part

    return rows


def _documents(seen: frozenset[int]) -> QuerySet[Any]:
    """The numbers of all of them, each way by its own index."""
    own = Document.objects.filter(warehouse__in=seen).order_by()
    named = Document.objects.filter(named_warehouse__in=seen).order_by()
    orders = own.filter(parent__isnull=False).values_list("parent")
    return own.values_list("pk").union(named.values_list("pk"), orders)


def _are_few(seen: frozenset[int], rows: QuerySet[Any], most: int) -> bool:
    """Whether these warehouses have so few of the rows, as of the last minute."""
    known = _sizes.get((rows.model, seen, most))
    if known is None or known[0] < time.monotonic():
        found = rows.order_by()[: most + 1].count() <= most
        known = _sizes[rows.model, seen, most] = (time.monotonic() + LOOK_AGAIN, found)
    return known[1]


def _gathered(ways: Ways, many: Within) -> Within:
    """Few rows are found each way by its own index, where an OR of the ways would walk the list to its end."""

    def rows(seen: frozenset[int]) -> Q:
        if not _are_few(seen, Document.objects.filter(warehouse__in=seen), FEW):
            return many(seen)
        first, *others = (found.order_by().values("pk") for found in ways(seen))
        few = _are_few(seen, first.union(*others, all=True), FEW)
        return Q(pk__in=first.union(*others)) if few else many(seen)

    return rows


def _uses(path: str) -> Within:
    """A connection that the warehouses work with."""

    def rows(seen: frozenset[int]) -> Q:
        ours = Warehouse.objects.filter(pk__in=seen)
        return Q(**{f"{path}__in": ours.values("wms")}) | Q(**{f"{path}__in": ours.values("erp")})

    return rows


def _owns(path: str) -> Within:
    """A connection that no other warehouse works with."""

    def rows(seen: frozenset[int]) -> Q:
        others = Warehouse.objects.exclude(pk__in=seen)
        theirs = others.filter(Q(wms=OuterRef(path)) | Q(erp=OuterRef(path)))
        return _uses(path)(seen) & ~Q(Exists(theirs))

    return rows


def _owned(seen: frozenset[int]) -> Sequence[int]:
    """As numbers: PostgreSQL knows then how many rows they have."""
    return list(Connection.objects.filter(_owns("pk")(seen)).order_by().values_list("pk", flat=True))


def _job(seen: frozenset[int]) -> Q:
    """Of a document; or about stock, by the message that it is about, or the warehouse that it names."""
    named = Q(payload__warehouse__in=sorted(seen))
    messages = models.InboundMessage.objects.filter(_owns("connection")(seen), pk=OuterRef("inbound"))
    return _of_document("document")(seen) | (Q(document=None) & (any_of(messages) | named))


def _jobs(seen: frozenset[int]) -> Sequence[QuerySet[Any]]:
    alone = models.SyncJob.objects.filter(document=None)
    return (
        models.SyncJob.objects.filter(document__in=_documents(seen)),
        alone.filter(inbound__connection__in=_owned(seen)),
        alone.filter(payload__has_key="warehouse", payload__warehouse__in=sorted(seen)),
    )


def _of_job(seen: frozenset[int]) -> Q:
    return any_of(models.SyncJob.objects.filter(_job(seen), pk=OuterRef("job")))


def _of_jobs(table: type[Model]) -> Ways:
    return lambda seen: [table._default_manager.filter(job__in=jobs.values("pk")) for jobs in _jobs(seen)]


def _message(seen: frozenset[int]) -> Q:
    """One of a document, or one that can be of nobody else."""
    return _of_document("document")(seen) | (Q(document=None) & _owns("connection")(seen))


def _messages(table: type[Model]) -> Ways:
    rows = table._default_manager
    return lambda seen: (
        rows.filter(document__in=_documents(seen)),
        rows.filter(connection__in=_owned(seen), document=None),
    )


def _of_message(seen: frozenset[int]) -> Q:
    return Q(message__in=models.InboundMessage.objects.filter(_message(seen)).order_by().values("pk"))


def _replay(path: str) -> Within:
    """One that is of these warehouses alone: its figures tell of all of it."""
    return lambda seen: Q(**{f"{path}warehouses__contained_by": sorted(seen)})


def _schedule(path: str) -> Within:
    """One that is about these warehouses alone, and not about all."""
    return lambda seen: Q(**{f"{path}warehouses__contained_by": sorted(seen)}) & ~Q(**{f"{path}warehouses": []})


def _case(seen: frozenset[int]) -> Q:
    """One whose document, or any document that waits for it, is seen; one without, of a system that is used."""
    waits = CaseJob.objects.filter(_of_job(seen), case=OuterRef("pk"))
    away = Q(*(Q(code__startswith=code) for code in OUTAGES), _connector=Q.OR) & _uses("connection")(seen)
    return (
        _of_document("document")(seen)
        | any_of(waits)
        | (Q(document=None) & _owns("connection")(seen))
        | (Q(document=None) & away)
    )


def _of_case(seen: frozenset[int]) -> Q:
    return Q(case__in=models.ExceptionCase.objects.filter(_case(seen)).values("pk"))


REACH: Mapping[type[Model], Within] = {
    Warehouse: _by("pk"),
    Document: _of_document(""),
    **dict.fromkeys(
        (
            *(models.Place, models.CutOff, models.WorkingHours),
            *(models.StockEvent, models.StockDifference, models.Availability),
            *(models.StockSnapshot, models.StockLook, models.Variance, models.DayFigures, models.FlowDay, models.Alert),
            *(models.DowntimePack, models.TypedShipment, models.ConfigurationChange, models.OrderDecision),
            *(models.DecidedDelivery, models.TriedDocument),
            *(models.Rollout, models.ShadowDocument),
        ),
        _by("warehouse"),
    ),
    models.StockLevel: _by("snapshot__warehouse"),
    models.Wave: _by("warehouse"),
    models.ConfigurationDrift: _by("warehouse"),
    models.WaveOrder: _by("wave__warehouse"),
    models.VarianceCause: _by("variance__warehouse"),
    models.Notice: _by("alert__warehouse"),
    models.BusinessRule: lambda seen: Q(warehouse=None) | Q(warehouse__in=seen),
    models.OrderRuleVersion: lambda seen: Q(rule__warehouse=None) | Q(rule__warehouse__in=seen),
    **dict.fromkeys(
        (models.DocumentLine, models.Parcel, models.Proof, models.ChangeRequest), _of_document("document")
    ),
    # Some warehouses tell of none: their empty list would be looked for in every row.
    **dict.fromkeys((models.StageEvent, models.CartonLine), _of_document("document", SOME)),
    models.ChangeLine: _of_document("request__document"),
    models.ParcelEvent: _of_document("parcel__document"),
    models.InTransit: _of_document("transfer"),
    models.SyncJob: _gathered(_jobs, _job),
    **{table: _gathered(_of_jobs(table), _of_job) for table in (models.JobAttempt, models.Effect, CaseJob)},
    **{table: _gathered(_messages(table), _message) for table in (models.InboundMessage, models.OutboundMessage)},
    models.MessageEdit: _of_message,
    models.Replay: _replay(""),
    models.ReplayItem: _replay("replay__"),
    models.TriedChange: _replay(""),
    models.ReportSchedule: _schedule(""),
    models.ReportMail: _schedule("schedule__"),
    models.ExceptionCase: _case,
    **dict.fromkeys((models.CaseEvent, models.CaseTally), _of_case),
    **dict.fromkeys(
        (models.CaseRule, models.ReconciliationRun, models.AlertChannel, models.OrderRule),
        lambda seen: Q(warehouse=None) | Q(warehouse__in=seen),
    ),
    Connection: _uses("pk"),
    **dict.fromkeys(
        (
            *(models.ConnectionGate, models.MasterRecord, models.FlowSuccess, models.CallTally, models.CallTotal),
            *(models.MessageGap, models.Drift, models.ServerShape, models.ConformanceRun),
            *(models.KnownSystem, models.HeldRights, models.KeyRotation),
        ),
        _uses("connection"),
    ),
    **dict.fromkeys((models.CodeMapping, models.PartnerItem, models.MasterTold), _uses("partner")),
    models.ExternalReference: _owns("partner"),
    **dict.fromkeys(
        (
            *(User, Group, PeriodicTask, models.BeatSlot, models.BeatLease, models.Canary, models.Retention),
            *(models.TrackingPage, models.Generation, models.Recovery, models.AlertRule, models.DaysOff),
            *(models.Installation, models.EnvironmentLock),
        ),
        _all,
    ),
}  # fmt: skip


# What is shared with warehouses that a user does not see is changed by who sees them all.
CHANGED: Mapping[type[Model], Within] = {
    Connection: _owns("pk"),
    **dict.fromkeys((models.BusinessRule, models.CaseRule, models.AlertChannel, models.OrderRule), _by("warehouse")),
    **dict.fromkeys(
        (models.TrackingPage, models.DaysOff, models.AlertRule, models.Recovery, models.EnvironmentLock), _nothing
    ),
    models.KeyRotation: _owns("connection"),
}
MADE_BY_ALL = (
    Connection,
    Warehouse,
    models.TrackingPage,
    models.DaysOff,
    models.ApiToken,
    User,
    Group,
)  # nobody else would see them


def may_change(request: HttpRequest, row: Model) -> bool:
    """Whether all that hangs on the row is within what the user sees."""
    seen = limit(request)
    within_ = CHANGED.get(type(row))
    return seen is None or within_ is None or type(row)._default_manager.filter(within_(seen), pk=row.pk).exists()


def may_act_on_case(request: HttpRequest, case: Model) -> bool:
    """Whether no work of others waits for it; one about a system as a whole is everybody's who works with it."""
    seen = limit(request)
    if seen is None:
        return True
    waiting = CaseJob.objects.filter(case=case.pk)
    if waiting.exclude(pk__in=scoped(request, waiting)).exists():
        return False
    alone = Q(document__isnull=False) | _owns("connection")(seen)
    return models.ExceptionCase.objects.filter(alone, pk=case.pk).exists()


class SeenFilter(RelatedFieldListFilter):
    """Offers only the warehouses and connections that the user sees."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: ModelAdmin[Model]) -> list[tuple[str, Any]]:
        seen = scoped(request, field.related_model._default_manager.order_by()).values("pk")
        ordering = self.field_admin_ordering(field, request, model_admin)
        choices: list[tuple[str, Any]] = field.get_choices(
            include_blank=False, ordering=ordering, limit_choices_to={"pk__in": seen}
        )
        return choices


def _leads_to_seen(field: "Field[Any, Any]") -> bool:
    return field.related_model in REACH


FieldListFilter.register(_leads_to_seen, SeenFilter, take_priority=True)
