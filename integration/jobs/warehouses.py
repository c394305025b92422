"""Says which warehouse of an Odoo is which site of a partner."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.timezone import now

from integration.errors import ConfigurationError
from integration.jobs import acts, capture, cases, inventories, routes, sweep
from integration.jobs.acts import Actor, NotAllowed, note
from integration.jobs.queue import NewJob, enqueue
from integration.jobs.tree import changelog
from integration.jobs.tree.changelog import Told
from integration.models import (
    ConfigurationChange,
    Connection,
    ExceptionCase,
    Mode,
    Rollout,
    RolloutFlow,
    SyncJob,
    Warehouse,
)

NO_PLACE = "CD-7013"
COMMAND = ConfigurationChange.Source.COMMAND


@dataclass(frozen=True, slots=True)
class Wanted:
    """``code`` is Odoo's short name of the warehouse; ``company`` tells two warehouses of one code apart.

    ``policies`` are columns of ``Warehouse``; what is not named stays as it is.
    """

    erp: str
    code: str
    wms: str
    site: str
    company: int | None = None
    policies: dict[str, Any] = field(default_factory=dict)


def connect(wanted: Wanted, actor: Actor) -> Warehouse:
    """Adds the row, or changes the one of this Odoo warehouse. Raises NotAllowed with what is wrong."""
    erp, wms = _connection(wanted.erp), _connection(wanted.wms)
    if erp.kind != "odoo" or wms.kind == "odoo":
        raise NotAllowed(f"{erp.slug} must be an Odoo and {wms.slug} a warehouse system.")
    found = _in_odoo(erp, wanted)
    _check_steps(erp, wanted.code)
    values = {"company_id": found["company_id"], "wms": wms, "site": wanted.site, **wanted.policies}
    fresh = {"name": f"{found['name']}", **values}
    try:
        with transaction.atomic():
            known = Warehouse.objects.filter(erp=erp, erp_warehouse_id=found["id"]).first()
            before = changelog.taken(known)
            check(known, Warehouse(**{**_as_is(known), **values}))
            row, added = Warehouse.objects.update_or_create(
                erp=erp, erp_warehouse_id=found["id"], defaults=values, create_defaults=fresh
            )
            changelog.note(Warehouse, row.pk, before, changelog.taken(row), Told(actor, COMMAND))
            note(actor, "add warehouse" if added else "change warehouse", str(row), site=wanted.site)
            changed(row)
    except IntegrityError:
        raise NotAllowed(f"{wms.name} has another Odoo warehouse for site {wanted.site}: name another owner.") from None
    return row


def check(before: Warehouse | None, after: Warehouse) -> None:
    """What was in shadow goes live when it is ready, or when somebody has let it. Raises NotAllowed."""
    for flow in RolloutFlow if before is not None else ():
        if getattr(after, f"{flow}_mode") != Mode.LIVE or before is None or before.in_force(flow) == Mode.LIVE:
            continue
        shadowed = Rollout.objects.filter(warehouse=after.pk, flow=flow, go=False, waived_by="").first()
        if shadowed is not None and shadowed.live_since is None:
            raise NotAllowed(f"{shadowed} was in shadow and is not ready: it goes live on its page under Rollout.")


def changed(warehouse: Warehouse) -> None:
    """Orders that were read before may go out now, and what comes in is looked for. Call inside the transaction that
    saves the row."""
    cause = _unconnected(warehouse.erp, warehouse.erp_warehouse_id)
    cases.clear("The warehouse is connected.", cause.fingerprint)
    capture.read_all_again(warehouse.erp)
    inventories.begin(warehouse)
    _follow(warehouse)
    if warehouse.strongest(("receipt", "return", "transfer")) != Mode.OFF:
        sweep.start_poll("odoo_sweep", warehouse.erp)


def _follow(warehouse: Warehouse) -> None:
    """Since when each flow is what it is; one that is to begin later is looked at then."""
    for of in Rollout.objects.filter(warehouse=warehouse):
        mode = warehouse.in_force(of.flow)
        if mode == Mode.LIVE and of.live_since is None:
            Rollout.objects.filter(pk=of.pk).update(live_since=Now())
        elif mode != Mode.LIVE and of.live_since is not None:
            Rollout.objects.filter(pk=of.pk).update(live_since=None, waived_by="", waived_why="", taking="")
    for flow in RolloutFlow:
        starts = getattr(warehouse, f"{flow}_from")
        if warehouse.in_force(flow) == Mode.SHADOW:
            Rollout.objects.get_or_create(warehouse=warehouse, flow=flow)
        if starts is not None and starts > now():
            enqueue(_begins(warehouse, flow, starts))


def _begins(warehouse: Warehouse, flow: RolloutFlow, starts: datetime) -> NewJob:
    return NewJob(
        flow="flow_begins",
        stream=f"begins:{warehouse.pk}:{flow}:{starts:%Y%m%d%H%M%S}",
        lane=routes.lane_of("flow_begins"),
        subject=f"{flow} of {warehouse.name}"[:100],
        payload={"warehouse": warehouse.pk},
        coalesce=True,
        delay=(starts - now()).total_seconds(),
    )


def placed() -> None:
    """What waits for a place may go on. Call inside the transaction that saves one."""
    acts.make_due(SyncJob.objects.filter(waits_on__case__code=NO_PLACE, state=SyncJob.State.BLOCKED))


def tell_unconnected(erp: Connection, erp_warehouse_id: int, order: str) -> None:
    """One case for a warehouse; once it was ignored, for good. Call inside a transaction."""
    cause = _unconnected(erp, erp_warehouse_id, order)
    told = ExceptionCase.objects.filter(fingerprint=cause.fingerprint, state=ExceptionCase.State.IGNORED)
    if not told.exists():
        cases.open_case(cause, erp)


def _unconnected(erp: Connection, erp_warehouse_id: int, order: str = "") -> ConfigurationError:
    known = {row["id"]: row["name"] for row in erp.profile.get("warehouses", [])}
    name = known.get(erp_warehouse_id, f"no. {erp_warehouse_id}")
    return ConfigurationError("CD-2008", connection=erp.name, warehouse=name, order=order)


def _as_is(known: Warehouse | None) -> dict[str, Any]:
    return {field.attname: getattr(known, field.attname) for field in Warehouse._meta.fields} if known else {}


def _connection(slug: str) -> Connection:
    found = Connection.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Connection.objects.values_list("slug", flat=True)) or "none"
        raise NotAllowed(f"There is no connection {slug}. Connected are: {known}.")
    return found


def _in_odoo(erp: Connection, wanted: Wanted) -> dict[str, Any]:
    known = erp.profile.get("warehouses", [])
    fitting = [row for row in known if row["code"] == wanted.code]
    if wanted.company is not None:
        fitting = [row for row in fitting if row["company_id"] == wanted.company]
    if len(fitting) > 1:
        companies = ", ".join(str(row["company_id"]) for row in fitting)
        raise NotAllowed(f"{erp.name} has {wanted.code} in several companies: name one of {companies}.")
    if not fitting:
        codes = ", ".join(sorted(row["code"] for row in known)) or "none"
        raise NotAllowed(f"{erp.name} has no warehouse {wanted.code}. It has: {codes}.")
    return dict(fitting[0])


def _check_steps(erp: Connection, code: str) -> None:
    name = f"warehouse {code}: delivery steps"
    for finding in erp.profile.get("findings", []):
        if finding["name"] == name and finding["ok"] is False:
            raise NotAllowed(f"{erp.name}, warehouse {code}: {finding['fix']}")
