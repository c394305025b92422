"""Whose stock is looked at, and when: Odoo's, and what the warehouses say they have."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from integration.jobs import routes
from integration.jobs.queue import NewJob, enqueue
from integration.models import CaptureCursor, Mode, StockLook, StockSnapshot, Warehouse

KEPT = 10  # complete snapshots of a warehouse


def start_reads() -> int:
    """Reads Odoo's stock of every warehouse that does inventory; returns how many."""
    return _start("inventory_read")


def start_watches() -> int:
    """Looks for what people changed in Odoo; in shadow that is all of it, and is compared."""
    return _begin("inventory_watch", _in(Mode.LIVE, Mode.SHADOW))


def start_fetches() -> int:
    """Asks the warehouses that can be asked for all that they have."""
    able = [pk for pk, profile in _live().values_list("pk", "wms__profile") if "inventory" in _serves(profile)]
    return _start("inventory_fetch", able)


def start_read(warehouse: Warehouse) -> None:
    """Call inside a transaction."""
    enqueue(_job("inventory_read", warehouse))


def ask(warehouse: Warehouse) -> bool:
    """Asks it for all that it has, where it can be asked (True); else what it said last is compared once more, all of
    it. Call inside a transaction."""
    asked = "inventory" in _serves(warehouse.wms.profile)
    StockLook.objects.filter(warehouse=warehouse, quiet=True).update(quiet=False)
    enqueue(_job("inventory_fetch" if asked else "inventory_read", warehouse))
    return asked


def begin(warehouse: Warehouse) -> None:
    """What people change in Odoo from now on is looked for; what was before is how it began. Call inside the
    transaction that saves the row."""
    if warehouse.in_force("inventory") != Mode.OFF:
        began = {"read_to": Now(), "swept_at": Now()}
        CaptureCursor.objects.get_or_create(**cursor_of(warehouse), defaults=began)


def cursor_of(warehouse: Warehouse) -> dict[str, Any]:
    """How far a warehouse's stock in Odoo was looked at."""
    return {"connection": warehouse.erp, "model": f"stock of {warehouse.pk}"}


def forget_old(warehouse: Warehouse) -> None:
    """Leaves the latest complete snapshots of a warehouse, and what is newer than the oldest of them."""
    snapshots = StockSnapshot.objects.filter(warehouse=warehouse)
    complete = snapshots.filter(complete=True).order_by("-taken_at").values_list("taken_at", flat=True)
    for oldest in complete[KEPT - 1 : KEPT]:
        snapshots.filter(taken_at__lt=oldest).delete()


def _live() -> QuerySet[Warehouse]:
    return _in(Mode.LIVE)


def _in(*modes: Mode) -> QuerySet[Warehouse]:
    return Warehouse.objects.filter(Warehouse.with_flow("inventory", *modes), erp__enabled=True, wms__enabled=True)


def _serves(profile: dict[str, object]) -> list[str]:
    facts = profile.get("facts")
    return list(facts.get("serves") or ()) if isinstance(facts, dict) else []


def _start(flow: str, only: list[int] | None = None) -> int:
    return _begin(flow, _live() if only is None else _live().filter(pk__in=only))


def _begin(flow: str, warehouses: QuerySet[Warehouse]) -> int:
    with transaction.atomic():
        rows = list(warehouses.order_by("pk"))
        for warehouse in rows:
            enqueue(_job(flow, warehouse))
    return len(rows)


def _job(flow: str, warehouse: Warehouse) -> NewJob:
    return NewJob(
        flow=flow,
        stream=f"{flow}:{warehouse.pk}",
        lane=routes.lane_of(flow),
        subject=f"stock of {warehouse.name}"[:100],
        payload={"warehouse": warehouse.pk},
        coalesce=True,
        news=False,
    )
