"""What did goods that came back leave with? Found by whatever the warehouse, or a person, says of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from integration.canonical.receipts import ReturnReceived
from integration.models import Connection, Document, ExternalReference

Kind = Document.Kind


@dataclass(frozen=True, slots=True)
class Origin:
    """``deliveries``: our documents of them; ``pickings``: Odoo's ids of all that left with them."""

    deliveries: tuple[Document, ...]
    pickings: tuple[int, ...]

    @property
    def order(self) -> Document | None:
        return next((delivery.parent for delivery in self.deliveries if delivery.parent), None)


def find(partner: Connection, told: ReturnReceived, named: str = "") -> Origin | None:
    """By release, shipment, order or tracking number: the first one that helps. ``named``: by a person."""
    if named:
        return _of_order(partner, named)
    return next((origin for origin in _looks(partner, told) if origin is not None), None)


def of_transfer(erp: Connection, picking_id: int) -> Origin | None:
    """Of a delivery that Odoo itself names."""
    references = ExternalReference.objects.filter(erp=erp, model="stock.picking", record_id=picking_id)
    row = references.filter(document_type="release").select_related("partner").first()
    return _origin(row.partner, [row.reference], [picking_id]) if row else None


def words(told: ReturnReceived) -> str:
    """What the message says that could help, for people."""
    said = {"release": told.release, "shipment": told.shipment, "order": told.order}
    said["tracking number"] = told.tracking_number or None
    return ", ".join(f"{name} {value}" for name, value in said.items() if value) or "no number at all"


def _looks(partner: Connection, told: ReturnReceived) -> Iterator[Origin | None]:
    if told.release:
        yield _of_releases(partner, [told.release])
    if told.shipment:
        yield _by_reference(partner, "shipment", told.shipment)
    if told.order:
        yield _of_order(partner, told.order)
    if told.tracking_number:
        yield _by_reference(partner, "tracking", told.tracking_number[:64])


def _of_order(partner: Connection, number: str) -> Origin | None:
    orders = Document.objects.filter(kind=Kind.ORDER, deliveries__warehouse__wms=partner)
    found = list(orders.filter(Q(reference=number) | Q(customer_reference=number)).distinct()[:2])
    if len(found) != 1:  # a customer may use a number twice
        return None
    ours = found[0].deliveries.filter(kind=Kind.DELIVERY, warehouse__wms=partner)
    return _of_releases(partner, list(ours.values_list("reference", flat=True)))


def _by_reference(partner: Connection, kind: str, number: str) -> Origin | None:
    """Of one order only: a warehouse may count its shipments anew for each order."""
    pickings = _references(partner, kind, [number]).values_list("record_id", flat=True)
    releases = _known(partner).filter(document_type="release", record_id__in=list(pickings))
    names = list(releases.values_list("reference", flat=True).distinct())
    found = _origin(partner, names, list(pickings))
    return found if found and len({delivery.parent_id for delivery in found.deliveries}) == 1 else None


def _of_releases(partner: Connection, numbers: list[str]) -> Origin | None:
    pickings = _references(partner, "release", numbers).values_list("record_id", flat=True)
    return _origin(partner, numbers, list(pickings))


def _origin(partner: Connection, numbers: list[str], pickings: list[int]) -> Origin | None:
    ours = Document.objects.filter(kind=Kind.DELIVERY, reference__in=numbers, warehouse__wms=partner)
    deliveries = tuple(ours.select_related("parent").order_by("pk"))
    return Origin(deliveries, tuple(sorted(set(pickings)))) if deliveries and pickings else None


def _references(partner: Connection, kind: str, numbers: list[str]) -> QuerySet[ExternalReference]:
    return _known(partner).filter(document_type=kind, reference__in=numbers)


def _known(partner: Connection) -> QuerySet[ExternalReference]:
    return ExternalReference.objects.filter(partner=partner, model="stock.picking")
