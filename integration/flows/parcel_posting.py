"""What Odoo gets of parcels after their shipment is booked: late freight, the delivery, and the proofs; each once.

Operational impact: carriage is billed by it, and a customer who asks is answered by it. Nothing here moves stock.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from integration.errors import Causes, Permanent, Rejected
from integration.flows import beside, freight
from integration.flows.beside import Target
from integration.jobs import configuration, effects, rollout, routes, rows, sources
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import Document, Effect, Mode, Parcel, Proof, RolloutFlow, SyncJob, Warehouse


@dataclass(frozen=True, slots=True)
class _Shipment:
    """What we hold of one shipment. ``booked``: its posting in Odoo, if that landed."""

    number: str
    delivery: Document
    warehouse: Warehouse
    parcels: Sequence[Parcel]
    proofs: Sequence[Proof]
    booked: Effect | None

    def key(self, kind: str, *names: object) -> str:
        return beside.key(kind, self.delivery, self.warehouse, self.number, *names)


@dataclass(frozen=True, slots=True)
class _Task:
    """One thing to write. ``what``: for people."""

    key: str
    what: str
    make: Callable[[Target], object]


@dataclass(slots=True)
class _Findings:
    done: list[str] = field(default_factory=list)
    against: list[Permanent] = field(default_factory=list)
    foreign: list[Rejected] = field(default_factory=list)


def handle(work: Work) -> Outcome:
    delivery = rows.first(Document, "id = %s", [work.job.payload["document"]])
    if delivery is None or delivery.warehouse_id is None:
        return Outcome("the delivery is gone")
    warehouse, found = configuration.warehouse(delivery.warehouse_id), _Findings()
    work.connection = warehouse.erp
    for shipment in _shipments(delivery, warehouse):
        tasks = _left(shipment, found)
        if tasks and shipment.booked is None:
            found.against += _not_booked(shipment)
        elif tasks:
            _make(work, shipment, tasks, found)
    error = Causes(found.against) if found.against else None
    note = ", ".join(found.done) or "nothing to write"
    return Outcome(note, partial(freight.tell, found.foreign, warehouse, delivery), error)


def _shipments(delivery: Document, warehouse: Warehouse) -> Iterator[_Shipment]:
    parcels: defaultdict[str, list[Parcel]] = defaultdict(list)
    proofs: defaultdict[str, list[Proof]] = defaultdict(list)
    for parcel in delivery.parcels.all():
        parcels[parcel.shipment].append(parcel)
    for proof in delivery.proofs.select_related("file").defer("file__content"):
        proofs[proof.shipment].append(proof)
    for number in sorted({*parcels, *proofs}):
        effect = effects.of(warehouse.erp, _source(delivery, warehouse, number))
        booked = effect if effect is not None and effect.state == Effect.State.LANDED else None
        yield _Shipment(number, delivery, warehouse, parcels[number], proofs[number], booked)


def _source(delivery: Document, warehouse: Warehouse, number: str) -> str:
    return sources.key(sources.SHIPMENT, warehouse.wms, delivery.reference, number)


def _left(shipment: _Shipment, found: _Findings) -> list[_Task]:
    """What is not in Odoo yet."""
    tasks = [*_deliveries(shipment), *_proofs(shipment), *_freight(shipment, found)]
    states = beside.states(shipment.warehouse.erp, [task.key for task in tasks]) if tasks else {}
    return [task for task in tasks if states.get(task.key) != Effect.State.LANDED]


def _deliveries(shipment: _Shipment) -> Iterator[_Task]:
    for parcel in shipment.parcels:
        if parcel.delivered_at is not None:
            signed = f", signed by {parcel.signed_by}" if parcel.signed_by else ""
            text = f"Parcel {parcel.number} was delivered on {parcel.delivered_at:%Y-%m-%d %H:%M} UTC{signed}."
            key = shipment.key("delivered", parcel.number)
            yield _Task(key, f"{parcel.number} delivered", partial(beside.say, name=key, text=text))


def _proofs(shipment: _Shipment) -> Iterator[_Task]:
    for proof in shipment.proofs:
        key = shipment.key("proof", proof.kind, proof.number, proof.file.sha256[:16])
        yield _Task(key, proof.name, partial(_attach, key=key, proof=proof))


def _attach(at: Target, key: str, proof: Proof) -> Effect:
    return beside.attach(at, key, proof.name, bytes(proof.file.content), proof.file.media_type)


def _freight(shipment: _Shipment, found: _Findings) -> Iterator[_Task]:
    wanted = freight.wanted(shipment.parcels, shipment.booked, shipment.warehouse)
    if wanted:
        key = shipment.key("freight", wanted.name)
        make = partial(freight.write, key=key, wanted=wanted, shipment=shipment.number, foreign=found.foreign)
        yield _Task(key, "freight", partial(make, delivery=shipment.delivery, warehouse=shipment.warehouse))


def _make(work: Work, shipment: _Shipment, tasks: Sequence[_Task], found: _Findings) -> None:
    """What Odoo refuses of one thing does not keep it from the others."""
    assert shipment.booked is not None  # noqa: S101  (asked by the caller)
    warehouse, picking = shipment.warehouse, shipment.booked.result
    with open_erp(warehouse.erp, work) as erp:
        at = Target(work, erp, warehouse.erp, picking["picking_id"], picking["picking"], warehouse.company_id)
        for task in tasks:
            try:
                task.make(at)
            except Permanent as refused:
                found.against.append(refused)
            else:
                found.done.append(task.what)


def _not_booked(shipment: _Shipment) -> list[Permanent]:
    """One that is in hand has this looked at again when it is booked."""
    delivery, partner = shipment.delivery, shipment.warehouse.wms
    stream = routes.DELIVERY.key(partner, delivery.reference)
    jobs = SyncJob.objects.filter(stream__key=stream, flow="shipment_confirmation", state__in=SyncJob.ACTIVE)
    if jobs.filter(inbound__reference=shipment.number).exists():
        return []
    if _is_in_shadow(shipment):
        return []
    about: dict[str, Any] = {"connection": partner.name, "partner": partner.name, "release": delivery.reference}
    return [Rejected("CD-5026", **about, shipment=shipment.number)]


def _is_in_shadow(shipment: _Shipment) -> bool:
    """Or it was: people have booked it then, or will."""
    delivery, warehouse = shipment.delivery, shipment.warehouse
    flow, source = rollout.flow_of(delivery, RolloutFlow.SHIPMENT), _source(delivery, warehouse, shipment.number)
    if warehouse.in_force(flow) == Mode.SHADOW:
        return True
    return rollout.stays(warehouse, [flow], f"delivery/{delivery.pk}", source)
