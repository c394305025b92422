"""What a person edited in Odoo of what is the warehouse's to say, met when an order is looked at."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from integration.canonical.erp import Order, Picking
from integration.errors import Rejected
from integration.jobs import cases, ownership
from integration.models import Document, ExternalReference, TypedShipment, Warehouse
from integration.rules.ownership import Entity, code_of
from integration.rules.shipping import TRACKING_LENGTH

TRACKING = code_of(Entity.DELIVERY, "tracking number")
KEPT = 64  # characters of a number in our references
Numbers = defaultdict[tuple[int, str], list[str]]  # by the transfer and the kind of number


def tell(order: Order, connected: Mapping[int, Warehouse]) -> None:
    """A tracking number that is not the shipment's any more; once it is again, the case closes. Call inside a
    transaction."""
    ours = {picking.id: (picking, warehouse) for picking, warehouse in _shipped(order, connected)}
    if not ours:
        return
    known = _numbers(next(iter(ours.values()))[1], list(ours))
    for picking_id, (picking, warehouse) in ours.items():
        numbers = known[picking_id, "tracking"]
        cause = _edited(picking, warehouse, numbers)
        if _as_told(picking, numbers) or (_is_one_of(picking, numbers) and _is_typed(warehouse, picking_id, known)):
            cases.clear("Odoo shows the shipment's numbers again.", cause.fingerprint)
        else:
            ownership.tell(cause, warehouse.erp, _document(picking, warehouse))


def _shipped(order: Order, connected: Mapping[int, Warehouse]) -> Iterator[tuple[Picking, Warehouse]]:
    """What we have posted, with room for all of its numbers."""
    for picking in order.pickings:
        warehouse = connected.get(picking.warehouse_id or order.warehouse_id)
        posted = picking.code == "outgoing" and picking.state == "done" and picking.mark is not None
        if warehouse is not None and posted and len(picking.tracking_reference) < TRACKING_LENGTH:
            yield picking, warehouse


def _numbers(warehouse: Warehouse, pickings: list[int]) -> Numbers:
    known = ExternalReference.objects.filter(erp=warehouse.erp_id, model="stock.picking", record_id__in=pickings)
    found: Numbers = defaultdict(list)
    for record, kind, number in known.order_by("pk").values_list("record_id", "document_type", "reference"):
        found[record, kind].append(number)
    return found


def _as_told(picking: Picking, numbers: list[str]) -> bool:
    """Of a shipment without a number, a person's is as good as any."""
    return not numbers or _shown(picking) == set(numbers)


def _is_one_of(picking: Picking, numbers: list[str]) -> bool:
    return _shown(picking) <= set(numbers)


def _is_typed(warehouse: Warehouse, picking_id: int, known: Numbers) -> bool:
    """Told twice, by a sheet and by the warehouse's own message: Odoo was written the numbers of one of the two."""
    about = {"release__in": known[picking_id, "release"], "shipment__in": known[picking_id, "shipment"]}
    return TypedShipment.objects.filter(partner=warehouse.wms_id, **about).exclude(told={}).exists()


def _shown(picking: Picking) -> set[str]:
    return {number.strip()[:KEPT] for number in picking.tracking_reference.split(",")}


def _edited(picking: Picking, warehouse: Warehouse, numbers: list[str]) -> Rejected:
    about: dict[str, Any] = {"connection": warehouse.erp.name, "partner": warehouse.wms.name, "picking": picking.name}
    shown = picking.tracking_reference or "none"
    return Rejected(TRACKING, **about, picking_id=picking.id, shown=shown, told=", ".join(numbers))


def _document(picking: Picking, warehouse: Warehouse) -> Document | None:
    return Document.objects.filter(connection=warehouse.erp, kind=Document.Kind.DELIVERY, erp_id=picking.id).first()
