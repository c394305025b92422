"""Asks a warehouse for all that it has, page by page: the same as if it had sent a snapshot.

Each page is kept as it comes, so that no more than one is in memory. They count once all are here.
"""

from typing import Any

from integration.canonical.inventory import InventorySnapshot
from integration.errors import InvalidDocument
from integration.flows import inventory_snapshot
from integration.jobs import configuration, sql
from integration.jobs.remote import open_wms
from integration.jobs.work import Outcome, Work
from integration.models import Warehouse


def handle(work: Work) -> Outcome:
    warehouse = configuration.warehouse(work.job.payload["warehouse"])
    with open_wms(warehouse.wms, work) as wms:
        first = wms.fetch_inventory(warehouse.site, warehouse.owner_code, 1)
        _keep(warehouse, first, first, 1)
        for wanted in range(2, first.pages + 1):
            page = wms.fetch_inventory(warehouse.site, warehouse.owner_code, wanted)
            _keep(warehouse, first, page, wanted)
    return Outcome(f"{first.snapshot}: {first.pages} pages")


def _keep(warehouse: Warehouse, first: InventorySnapshot, page: InventorySnapshot, wanted: int) -> None:
    _fits(warehouse, first, page, wanted)
    inventory_snapshot.same_snapshot(warehouse, page)
    with sql.soon():
        inventory_snapshot.keep(warehouse, page)


def _fits(warehouse: Warehouse, first: InventorySnapshot, page: InventorySnapshot, wanted: int) -> None:
    """Raises InvalidDocument CD-8021 for a page of another snapshot, site or number."""
    asked = (first.snapshot, first.taken_at, first.pages, warehouse.site, wanted)
    got = (page.snapshot, page.taken_at, page.pages, page.site, page.page)
    if got != asked:
        detail = f"page {page.page} of {page.pages} of {page.snapshot} at {page.site}, taken at {page.taken_at:%c}"
        partner = warehouse.wms.name
        about: dict[str, Any] = {"connection": partner, "partner": partner, "site": warehouse.site}
        raise InvalidDocument("CD-8021", **about, page=wanted, detail=detail)
