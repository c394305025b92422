"""A warehouse's own items, read page by page or brought in by a person: which products of Odoo's are they?"""

from collections.abc import Sequence
from functools import partial

from django.db.models.functions import Now

from integration.adapters.base import WmsAdapter
from integration.canonical.master import WarehouseItem
from integration.jobs import acts, failpoints, routes, settle, streams
from integration.jobs.acts import Actor
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.work import Work
from integration.models import Connection, MasterRun, PartnerItem

PAGES_PER_JOB = 10
LONGEST_SKU = 100
State = MasterRun.State


def job(partner: Connection) -> NewJob:
    return NewJob(
        flow="items_fetch",
        stream=f"items:{partner.pk}",
        lane=routes.lane_of("items_fetch"),
        subject=f"items of {partner.name}",
        payload={"connection": partner.pk},
        coalesce=True,
        news=False,
    )


def ask(partner: Connection, actor: Actor) -> None:
    """A person wants the warehouse's list. Call inside a transaction."""
    enqueue(job(partner))
    acts.note(actor, "fetch items", partner.name, partner=partner.slug)


def go_on(partner: Connection) -> None:
    """There are more pages. Call inside a transaction."""
    enqueue(job(partner))


def fetch(work: Work, partner: Connection, wms: WmsAdapter) -> MasterRun:
    """Goes on where an earlier try stopped; RUNNING when there is more than one job should do. Raises ClaimLost."""
    run, _ = MasterRun.objects.get_or_create(connection=partner, kind="item", task=MasterRun.Task.FETCH)
    if run.state == State.DONE:
        run.state, run.number, run.after, run.met, run.gone, run.ended_at = (
            State.RUNNING,
            run.number + 1,
            "",
            0,
            0,
            None,
        )
    for _ in range(PAGES_PER_JOB):
        page = wms.fetch_items(run.after)
        if not page:
            run.state = State.DONE
        else:
            run.after, run.met = page[-1].sku, run.met + len(page)
        settle.in_one_piece(partial(_keep, work, run, page))
        failpoints.hit("in_look")
        if run.state == State.DONE:
            break
    return run


def store(partner: Connection, items: Sequence[WarehouseItem], run: int) -> None:
    """Call inside a transaction."""
    rows = [
        PartnerItem(
            partner=partner,
            sku=item.sku,
            name=item.name,
            barcodes=list(item.barcodes),
            active=item.active,
            run=run,
            seen_at=Now(),
        )
        for item in {item.sku: item for item in items if len(item.sku) <= LONGEST_SKU}.values()
    ]
    columns = ["name", "barcodes", "active", "run", "seen_at"]
    PartnerItem.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["partner", "sku"], update_fields=columns
    )


def _keep(work: Work, run: MasterRun, page: Sequence[WarehouseItem]) -> None:
    streams.lock(work.claim)
    store(run.connection, page, run.number)
    if run.state == State.DONE:
        unlisted = PartnerItem.objects.filter(partner=run.connection, active=True, run__lt=run.number)
        run.gone = unlisted.update(active=False)
    run.save()
    if run.state == State.DONE:
        MasterRun.objects.filter(pk=run.pk).update(ended_at=Now())
