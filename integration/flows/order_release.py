"""Order release: what a confirmed order's deliveries ask of the warehouse, told once and told again when it changes.

Works on the latest snapshot of the order. Operational impact: the warehouse cannot start without it; seconds count.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from integration.adapters import registry
from integration.adapters.base import WmsAdapter
from integration.canonical.erp import Order, Picking
from integration.errors import Causes, InvalidDocument, Permanent
from integration.flows import sites
from integration.jobs import cases, outbox, remote
from integration.jobs.work import Outcome, Work
from integration.models import CapturedRecord, Document, DocumentLine, Effect, ExternalReference, Warehouse
from integration.rules import release as rules
from integration.rules.policy import ReleasePoint

CONFIRMED = ("sale", "done")
DocumentState = Document.State


@dataclass(slots=True)
class _Findings:
    """What the look at an order came to: changes to commit, and what stands against the rest."""

    changes: list[Callable[[], None]] = field(default_factory=list)
    against: list[Permanent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def commit(self) -> None:
        for change in self.changes:
            change()


def handle(work: Work) -> Outcome:
    """Looks at all deliveries of the order; what is right goes out even when another delivery has to wait."""
    record = CapturedRecord.objects.get(
        connection_id=work.job.payload["connection"], model="sale.order", record_id=work.job.payload["order"]
    )
    order = Order.model_validate(record.snapshot)
    found = _Findings()
    for picking, warehouse in _deliveries(record, order, found):
        work.connection = warehouse.wms
        _look(work, order, picking, warehouse, found)
    error = Causes(found.against) if found.against else None
    return Outcome("; ".join(found.notes) or "nothing to release", found.commit, error)


def _deliveries(record: CapturedRecord, order: Order, found: _Findings) -> Iterator[tuple[Picking, Warehouse]]:
    connected = sites.warehouses_of(record.connection)
    for picking in order.pickings:
        if picking.code != "outgoing" or picking.return_of is not None:
            continue
        warehouse = connected.get(picking.warehouse_id or order.warehouse_id)
        if warehouse is not None and warehouse.release_mode == Warehouse.Mode.LIVE:
            yield picking, warehouse
        elif warehouse is None:
            found.notes.append(f"{picking.name} ships from a warehouse that is not connected")


def _look(work: Work, order: Order, picking: Picking, warehouse: Warehouse, found: _Findings) -> None:
    known = Document.objects.filter(connection=warehouse.erp, kind="delivery", reference=picking.name).first()
    if known is not None and known.version:
        _look_again(work, order, picking, known, found)
    elif order.state in CONFIRMED and not _open_at_partner(picking, warehouse):
        _release(work, order, picking, warehouse, known, found)


def _open_at_partner(picking: Picking, warehouse: Warehouse) -> bool:
    """A backorder of a release that the warehouse has not finished: it will ship from there."""
    if picking.backorder_of is None:
        return False
    held = ExternalReference.objects.filter(
        erp=warehouse.erp, model="stock.picking", record_id=picking.backorder_of, partner=warehouse.wms
    ).values_list("reference", flat=True)
    root = Document.objects.filter(connection=warehouse.erp, kind="delivery", reference__in=list(held))
    return root.exclude(state__in=[DocumentState.SHIPPED, DocumentState.CANCELLED]).exists()


def _look_again(work: Work, order: Order, picking: Picking, known: Document, found: _Findings) -> None:
    """Something was released before: has it changed since?"""
    warehouse = known.warehouse
    if warehouse is None or known.state in (DocumentState.SHIPPED, DocumentState.CANCELLED):
        return
    if picking.state == "cancel":
        found.changes.append(partial(_cancelled, order, known, warehouse))
        found.notes.append(f"{picking.name} is cancelled in Odoo")
        return
    point = ReleasePoint(warehouse.release_point)
    if picking.state == "done" or not rules.ready(picking, point):
        return
    if rules.digest(order, picking, point) == known.content_hash:
        found.changes.append(partial(_agrees, order, known, warehouse))
    elif _may_go_again(known, point):
        _release(work, order, picking, warehouse, known, found)
    else:
        found.changes.append(partial(_differs, order, picking, known, warehouse))
        found.notes.append(f"{picking.name} changed after its release")


def _may_go_again(known: Document, point: ReleasePoint) -> bool:
    """Not at the warehouse yet, refused there, or released part by part: then a newer version simply replaces it."""
    if known.state == DocumentState.REJECTED or not known.content_hash:
        return True
    may_be_there = known.outbound.filter(job__effects__state=Effect.State.INTENDED)  # sent, and no answer yet
    unsent = not known.outbound.exclude(state__in=["queued", "superseded"]).exists() and not may_be_there.exists()
    return unsent or (point == ReleasePoint.RESERVED_PART and known.state != DocumentState.PART_SHIPPED)


def _release(
    work: Work, order: Order, picking: Picking, warehouse: Warehouse, known: Document | None, found: _Findings
) -> None:
    if not rules.ready(picking, ReleasePoint(warehouse.release_point)):
        found.notes.append(f"{picking.name} waits for its release point ({warehouse.get_release_point_display()})")
        return
    try:
        decided = rules.decide(order, picking, sites.site_of(warehouse, _codes(picking)))
    except Causes as against:
        found.against += [cause for cause in against.causes if isinstance(cause, Permanent)]
        return
    version = known.version + 1 if known else 1
    document = decided.document.model_copy(update={"version": version})
    body = _adapter(warehouse).render_release(document)
    found.changes.append(partial(_commit, work, order, picking, warehouse, decided, version, body))
    found.notes.append(f"{picking.name} released")


def _codes(picking: Picking) -> set[str]:
    codes = {code for move in picking.moves for code in (move.sku, move.unit) if code}
    return codes | ({picking.carrier.name} if picking.carrier else set())


def _adapter(warehouse: Warehouse) -> WmsAdapter:
    """For rendering alone, which uses no network."""
    return registry.wms_for_receiving(remote.settings_for(warehouse.wms))


def _commit(
    work: Work,
    order: Order,
    picking: Picking,
    warehouse: Warehouse,
    decided: rules.Release,
    version: int,
    body: bytes,
) -> None:
    parent = Document.objects.get(connection=warehouse.erp, kind="order", reference=order.name)
    delivery, _ = Document.objects.update_or_create(
        connection=warehouse.erp,
        kind=Document.Kind.DELIVERY,
        reference=picking.name,
        defaults={
            "erp_id": picking.id,
            "parent": parent,
            "warehouse": warehouse,
            "state": DocumentState.RELEASED,
            "version": version,
            "content_hash": decided.digest,
            "customer_reference": parent.customer_reference,
            "value": parent.value,
            "currency": parent.currency,
        },
    )
    _keep_lines(delivery, decided)
    ExternalReference.objects.get_or_create(
        erp=warehouse.erp,
        model="stock.picking",
        record_id=picking.id,
        partner=warehouse.wms,
        document_type="release",
        reference=picking.name,
    )
    outbox.enqueue_message(
        outbox.NewMessage(warehouse.wms, "order.release", delivery, version, body, work.job.trace_id)
    )
    for code in ("CD-4004", "CD-4006", "CD-4007"):
        cases.clear(_about(code, order, delivery, warehouse).fingerprint, "It was released again.")


def _keep_lines(delivery: Document, decided: rules.Release) -> None:
    """The lines as released now; lines of an earlier version that are gone were never shipped, so they may go."""
    delivery.lines.exclude(line__in=[str(line.move.id) for line in decided.lines]).filter(shipped=0).delete()
    for line in decided.lines:
        DocumentLine.objects.update_or_create(
            document=delivery,
            line=str(line.move.id),
            defaults={
                "sale_line_id": line.move.sale_line_id,
                "product_id": line.move.product_id,
                "sku": line.code.odoo,
                "unit": line.move.unit,
                "tracking": line.move.tracking,
                "partner_sku": line.code.partner,
                "partner_unit": line.unit.partner,
                "factor": line.unit.factor,
                "ordered": line.move.demand,
                "released": line.quantity,
            },
        )


def _cancelled(order: Order, delivery: Document, warehouse: Warehouse) -> None:
    """Taken back if it was not sent; else the warehouse has to be asked by a person."""
    if outbox.supersede(warehouse.wms, delivery):
        Document.objects.filter(pk=delivery.pk).update(state=DocumentState.CANCELLED)
    else:
        cases.open_case(_about("CD-4005", order, delivery, warehouse), warehouse.wms, delivery)


def _agrees(order: Order, delivery: Document, warehouse: Warehouse) -> None:
    for code in ("CD-4004", "CD-4005"):
        cases.clear(_about(code, order, delivery, warehouse).fingerprint, "Both sides agree again.")


def _differs(order: Order, picking: Picking, delivery: Document, warehouse: Warehouse) -> None:
    difference = _difference(picking, delivery, ReleasePoint(warehouse.release_point))
    error = _about("CD-4004", order, delivery, warehouse, difference=difference)
    cases.open_case(error, warehouse.wms, delivery)


def _difference(picking: Picking, delivery: Document, point: ReleasePoint) -> str:
    now = {str(move_id): quantity for move_id, quantity in rules.quantities(picking, point).items()}
    before = {row.line: row for row in delivery.lines.all()}
    skus = {str(move.id): move.sku or move.product for move in picking.moves}
    changed = [
        f"{skus.get(line) or before[line].sku}: {before[line].released.normalize() if line in before else 0:f}"
        f" -> {now.get(line, Decimal(0)):f}"
        for line in sorted(now.keys() | before.keys())
        if line not in before or now.get(line) != before[line].released
    ]
    return "; ".join(changed) or "address, date or carrier"


def _about(code: str, order: Order, delivery: Document, warehouse: Warehouse, **more: str) -> Permanent:
    context: dict[str, Any] = {"connection": warehouse.wms.name, "partner": warehouse.wms.name, **more}
    return InvalidDocument(code, order=order.name, release=delivery.reference, **context)
