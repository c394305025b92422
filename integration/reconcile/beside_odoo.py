"""Orders and transfers beside Odoo: when a warehouse's are compared, and how far a day's walk through all of them is.

What has just moved is compared every half minute, if anything has; all of it once a day, from the hour that the
warehouse names, in slices. A walk that is cut off goes on behind the last page that was kept.
"""

import time
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from integration.adapters.base import ErpGateway
from integration.jobs import configuration, routes, sql
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.remote import open_erp
from integration.jobs.work import Handler, Outcome, Work
from integration.models import CaptureCursor, ReconciliationRun, Warehouse
from integration.reconcile import noting, standing
from integration.reconcile.noting import Compared
from integration.reconcile.sorts import SORTS, Sort

WATCH, WALK = "orders_watch", "orders_walk"
SLICE_SECONDS = 20.0
MOST = 5_000  # of one sort in one look at what has just moved
OVERLAP = timedelta(seconds=60)  # no transaction that books goods stays open so long
FLOWS = ("shipment", "receipt", "return", "transfer")
WALKS = [sort.walk for sort in SORTS]


def start() -> int:
    """A job for each warehouse of which something is to be compared; returns how many."""
    rows = [warehouse for warehouse in _live() if _has_news(warehouse)]
    walks = [warehouse for warehouse in _live() if _next_walk(warehouse) is not None]
    with transaction.atomic():
        for flow, each in [*((WATCH, row) for row in rows), *((WALK, row) for row in walks)]:
            enqueue(_job(flow, each))
    return len(rows) + len(walks)


def watch(work: Work) -> Outcome:
    """Compares what has just moved, and what differed before."""
    warehouse = configuration.warehouse(work.job.payload["warehouse"])
    began, since = _now(), _since(warehouse)
    compared = different = 0
    with open_erp(warehouse.erp, work) as erp:
        for sort in SORTS:
            ids, at_once = sort.touched(warehouse, since, MOST), sort.page()
            for first in range(0, len(ids), at_once):
                page = sort.compare(warehouse, erp, ids[first : first + at_once])
                with transaction.atomic():
                    _keep(page)
                compared, different = compared + page.lines, different + page.different
    return Outcome(f"{compared} compared, {different} differ", partial(_seen_to, warehouse, began))


def walk(work: Work) -> Outcome:
    """Goes on with the day's walks through all lines, for some seconds."""
    warehouse = configuration.warehouse(work.job.payload["warehouse"])
    ends, compared = time.monotonic() + SLICE_SECONDS, 0
    with open_erp(warehouse.erp, work) as erp:
        while time.monotonic() < ends and (sort := _next_walk(warehouse)) is not None:
            compared += step(sort, warehouse, erp)
    return Outcome(f"{compared} compared")


HANDLERS: Mapping[str, Handler] = {WATCH: watch, WALK: walk}


def step(sort: Sort, warehouse: Warehouse, erp: ErpGateway) -> int:
    """A page of the walk, and how far it is: kept together, so that nothing is counted twice; returns its length."""
    run = _run(sort, warehouse)
    ids, page = sort.page_after(warehouse, erp, run.after)
    with transaction.atomic():
        held = ReconciliationRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        if held.after != run.after or held.ended_at is not None:
            return 0  # somebody else has kept this page
        _keep(page)
        run.after = ids[-1] if ids else run.after
        run.compared += len(ids)
        run.different += page.different
        if page.asked:
            run.sums = {"asked": [*run.sums.get("asked", ()), *page.asked][: standing.MOST]}
        run.ended_at = None if ids else Now()
        run.save()
    return len(ids)


def _keep(page: Compared) -> None:
    """Call inside a transaction."""
    noting.keep(page.looked_at, page.found)
    page.also()


def _live() -> QuerySet[Warehouse]:
    """Those that post something in Odoo."""
    any_flow = Q()
    for flow in FLOWS:
        any_flow |= Warehouse.with_flow(flow, Warehouse.Mode.LIVE)
    return Warehouse.objects.select_related("erp").filter(any_flow, erp__enabled=True).order_by("pk")


def _has_news(warehouse: Warehouse) -> bool:
    since = _since(warehouse)
    return any(sort.touched(warehouse, since, 1) for sort in SORTS)


def _next_walk(warehouse: Warehouse) -> Sort | None:
    """The walk that is to be begun or gone on with by now; None: not yet, or all are over for today.

    Those of a day have until the hour of the next one: begun late in the evening, they go on after midnight.
    """
    here = _here(warehouse)
    runs = ReconciliationRun.objects.filter(warehouse=warehouse, day=_day(warehouse), subject__in=WALKS)
    over = {subject: ended_at is not None for subject, ended_at in runs.values_list("subject", "ended_at")}
    if here.time() < warehouse.reconcile_at and not over:
        return None
    return next((sort for sort in SORTS if not over.get(sort.walk)), None)


def _run(sort: Sort, warehouse: Warehouse) -> ReconciliationRun:
    key = {"subject": sort.walk, "warehouse": warehouse, "day": _day(warehouse)}
    known = ReconciliationRun.objects.filter(**key).first()
    if known is not None:
        return known
    return ReconciliationRun.objects.get_or_create(**key, defaults={"total": sort.count(warehouse)})[0]


def _day(warehouse: Warehouse) -> date:
    """Whose walks are on, by the warehouse's clock: before the hour, those of yesterday."""
    here = _here(warehouse)
    return here.date() - timedelta(days=here.time() < warehouse.reconcile_at)


def _here(warehouse: Warehouse) -> datetime:
    """By the warehouse's clock."""
    return _now().astimezone(ZoneInfo(warehouse.time_zone))


def _now() -> datetime:
    """PostgreSQL's, as all that is compared with it."""
    moment: datetime = sql.rows("SELECT now()", [])[0][0]
    return moment


def _since(warehouse: Warehouse) -> datetime:
    """What moved before this was compared; at first, whatever moved in the last hour."""
    cursor = CaptureCursor.objects.filter(**_cursor(warehouse)).first()
    return (cursor.read_to if cursor else _now() - timedelta(hours=1)) - OVERLAP


def _seen_to(warehouse: Warehouse, moment: datetime) -> None:
    CaptureCursor.objects.update_or_create(**_cursor(warehouse), defaults={"read_to": moment})


def _cursor(warehouse: Warehouse) -> dict[str, Any]:
    return {"connection": warehouse.erp, "model": f"order lines of {warehouse.pk}"}


def _job(flow: str, warehouse: Warehouse) -> NewJob:
    return NewJob(
        flow=flow,
        stream=f"{flow}:{warehouse.pk}",
        lane=routes.lane_of(flow),
        subject=f"orders of {warehouse.name}"[:100],
        payload={"warehouse": warehouse.pk},
        coalesce=True,
        news=False,
    )
