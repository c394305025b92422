"""Asks a warehouse for all that it has, page by page: the same as if it had sent a snapshot."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from integration.canonical.inventory import InventorySnapshot
from integration.errors import InvalidDocument
from integration.flows import inventory_snapshot
from integration.jobs import configuration
from integration.jobs.remote import open_wms
from integration.jobs.work import Outcome, Work
from integration.models import Warehouse


def handle(work: Work) -> Outcome:
    warehouse = configuration.warehouse(work.job.payload["warehouse"])
    pages: list[InventorySnapshot] = []
    with open_wms(warehouse.wms, work) as wms:
        while not pages or pages[-1].page < pages[-1].pages:
            wanted = len(pages) + 1
            pages.append(wms.fetch_inventory(warehouse.site, warehouse.owner_code, wanted))
            _fits(warehouse, pages, wanted)
    inventory_snapshot.same_snapshot(warehouse, pages[0])
    return Outcome(f"{pages[0].snapshot}: {len(pages)} pages", partial(_keep, warehouse, pages))


def _fits(warehouse: Warehouse, pages: Sequence[InventorySnapshot], wanted: int) -> None:
    """Raises InvalidDocument CD-8021 for a page of another snapshot, site or number."""
    first, page = pages[0], pages[-1]
    asked = (first.snapshot, first.taken_at, first.pages, warehouse.site, wanted)
    got = (page.snapshot, page.taken_at, page.pages, page.site, page.page)
    if got != asked:
        detail = f"page {page.page} of {page.pages} of {page.snapshot} at {page.site}, taken at {page.taken_at:%c}"
        partner = warehouse.wms.name
        about: dict[str, Any] = {"connection": partner, "partner": partner, "site": warehouse.site}
        raise InvalidDocument("CD-8021", **about, page=wanted, detail=detail)


def _keep(warehouse: Warehouse, pages: Sequence[InventorySnapshot]) -> None:
    for page in pages:
        inventory_snapshot.keep(warehouse, page)
