"""Master data: read from Odoo, told to the warehouses that want it, and the warehouses' own items.

Operational impact: an item that a warehouse does not know is refused with the first order for it. Minutes count little.
"""

from functools import partial
from typing import cast

from integration.adapters import registry
from integration.adapters.base import Capability
from integration.canonical.master import RECORDS, MasterBatch, MasterKind, Record
from integration.errors import ConfigurationError
from integration.jobs import configuration, fetching, mappings, master, outbox, remote, sweep, telling
from integration.jobs.outbox import NewMessage
from integration.jobs.queue import enqueue
from integration.jobs.remote import open_erp, open_wms
from integration.jobs.telling import Due
from integration.jobs.work import Outcome, Work
from integration.models import Connection, MasterRun, Warehouse
from integration.rules import master as rules


def poll(work: Work) -> Outcome:
    erp, kind = _about(work)
    with open_erp(erp, work) as gateway:
        run = master.poll(work, erp, gateway, kind)
    if run is None:
        return Outcome("everything is read first", partial(sweep.start_master, "master_sweep", erp, kind))
    return _go_on(run, "master_poll")


def sweep_all(work: Work) -> Outcome:
    erp, kind = _about(work)
    with open_erp(erp, work) as gateway:
        run = master.sweep(work, erp, gateway, kind)
    return _go_on(run, "master_sweep")


def tell(work: Work) -> Outcome:
    """One batch: the next one is made when this one is answered."""
    partner, kind = _about(work)
    if kind not in partner.master_kinds:
        return Outcome("the warehouse is not told of these")
    wms = registry.wms_for_receiving(remote.settings_for(partner))  # rendering uses no network
    if Capability.MASTER not in wms.capabilities:
        raise ConfigurationError(
            "CD-3012", connection=partner.name, partner=partner.name, kind=kind, scope=partner.slug
        )
    due = telling.due(partner, kind)
    if not due:
        return Outcome("it knows everything", partial(_nothing_due, partner, kind))
    told = _told(partner, kind, due)
    return Outcome(f"{len(told)} {kind}s", partial(_queue, work, partner, kind, due, told))


def fetch_items(work: Work) -> Outcome:
    """The warehouse's own items, page by page; those that it lists no more are not in use."""
    partner = configuration.connection(work.job.payload["connection"])
    with open_wms(partner, work) as wms:
        if Capability.ITEMS not in wms.capabilities:
            detail = "items"
            raise ConfigurationError(
                "CD-3012", connection=partner.name, partner=partner.name, kind=detail, scope=partner.slug
            )
        run = fetching.fetch(work, partner, wms)
    if run.state == MasterRun.State.RUNNING:
        return Outcome(f"{run.met} items so far", partial(fetching.go_on, partner))
    return Outcome(f"{run.met} items, {run.gone} not listed any more")


def _about(work: Work) -> tuple[Connection, str]:
    return configuration.connection(work.job.payload["connection"]), str(work.job.payload["kind"])


def _go_on(run: MasterRun, flow: str) -> Outcome:
    note = f"{run.met} {run.kind}s met, {run.changed} changed, {run.gone} gone"
    if run.state == MasterRun.State.RUNNING:
        return Outcome(f"{note} so far", partial(sweep.start_master, flow, run.connection, run.kind))
    return Outcome(note, partial(_start_telling, run))


def _start_telling(run: MasterRun) -> None:
    for partner in telling.partners_of(run.connection, run.kind):
        enqueue(telling.job(partner, run.kind))


def _told(partner: Connection, kind: str, due: list[Due]) -> dict[int, Record]:
    """By our id, what the warehouse is told of each record; those that it has no business with are left out."""
    model = RECORDS[kind]
    records = {each.record.pk: model.model_validate(each.record.snapshot) for each in due}
    book = mappings.load(partner, rules.codes(list(records.values())))
    sites = dict(
        Warehouse.objects.filter(wms=partner, erp=due[0].record.connection).values_list("erp_warehouse_id", "site")
    )
    words = rules.Words(book, same=partner.same_codes, sites=sites)
    in_use = {each.record.pk: each.active for each in due}
    told = {pk: rules.told(kind, record, words) for pk, record in records.items()}
    return {pk: each.model_copy(update={"active": in_use[pk]}) for pk, each in told.items() if each is not None}


def _queue(work: Work, partner: Connection, kind: str, due: list[Due], told: dict[int, Record]) -> None:
    telling.give_up(partner, kind)
    number = telling.next_number(partner, kind)
    telling.mark(partner, number, due, told)
    if told:
        document = rules.batch(cast("MasterKind", kind), number, due[0].record.connection.slug, list(told.values()))
        telling.told_of(partner, kind, len(told))
        outbox.enqueue_message(_message(work, partner, document))
    enqueue(telling.job(partner, kind))


def _message(work: Work, partner: Connection, document: MasterBatch) -> NewMessage:
    wms = registry.wms_for_receiving(remote.settings_for(partner))
    return NewMessage(
        connection=partner,
        type="master.batch",
        reference=document.kind,
        document=None,
        version=document.batch,
        body=wms.render(document),
        trace_id=work.job.trace_id,
    )


def _nothing_due(partner: Connection, kind: str) -> None:
    telling.give_up(partner, kind)
    if kind == "item":
        telling.tell_unmapped(partner, kind)


__all__ = ["fetch_items", "poll", "sweep_all", "tell"]
