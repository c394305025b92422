"""What did goods that came back leave with? Found by whatever the warehouse, or a person, says of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from integration.canonical.receipts import ReturnReceived
from integration.models import Connection, Document, ExternalReference, Warehouse

Kind = Document.Kind


@dataclass(frozen=True, slots=True)
class Origin:
    """``deliveries``: our documents of them; ``pickings``: Odoo's ids of all that left with them."""

    deliveries: tuple[Document, ...]
    pickings: tuple[int, ...]

    @property
    def order(self) -> Document | None:
        return next((delivery.parent for delivery in self.deliveries if delivery.parent), None)


def find(warehouse: Warehouse, told: ReturnReceived, named: str = "") -> Origin | None:
    """By release, shipment, order or tracking number: the first one that helps. ``named``: by a person.

    Among what left for the warehouse's company: another one may use the same numbers at the same partner.
    """
    if named:
        return _of_order(warehouse, named)
    return next((origin for origin in _looks(warehouse, told) if origin is not None), None)


def of_transfer(erp: Connection, picking_id: int) -> Origin | None:
    """Of a delivery that Odoo itself names."""
    references = ExternalReference.objects.filter(erp=erp, model="stock.picking", record_id=picking_id)
    row = references.filter(document_type="release").select_related("partner").first()
    if row is None:
        return None
    return _origin(_deliveries().filter(warehouse__wms=row.partner, connection=erp), [row.reference], [picking_id])


def words(told: ReturnReceived) -> str:
    """What the message says that could help, for people."""
    said = {"release": told.release, "shipment": told.shipment, "order": told.order}
    said["tracking number"] = told.tracking_number or None
    return ", ".join(f"{name} {value}" for name, value in said.items() if value) or "no number at all"


def _looks(warehouse: Warehouse, told: ReturnReceived) -> Iterator[Origin | None]:
    if told.release:
        yield _of_releases(warehouse, [told.release])
    if told.shipment:
        yield _by_reference(warehouse, "shipment", told.shipment)
    if told.order:
        yield _of_order(warehouse, told.order)
    if told.tracking_number:
        yield _by_reference(warehouse, "tracking", told.tracking_number[:64])


def _of_order(warehouse: Warehouse, number: str) -> Origin | None:
    orders = Document.objects.filter(kind=Kind.ORDER, deliveries__in=_of_company(warehouse))
    found = list(orders.filter(Q(reference=number) | Q(customer_reference=number)).distinct()[:2])
    if len(found) != 1:  # a customer may use a number twice
        return None
    ours = _of_company(warehouse).filter(parent=found[0])
    return _of_releases(warehouse, list(ours.values_list("reference", flat=True)))


def _by_reference(warehouse: Warehouse, kind: str, number: str) -> Origin | None:
    """Of one order only: a warehouse may count its shipments anew for each order."""
    pickings = _references(warehouse, kind, [number]).values_list("record_id", flat=True)
    releases = _known(warehouse).filter(document_type="release", record_id__in=list(pickings))
    names = list(releases.values_list("reference", flat=True).distinct())
    found = _origin(_of_company(warehouse), names, list(pickings))
    return found if found and len({delivery.parent_id for delivery in found.deliveries}) == 1 else None


def _of_releases(warehouse: Warehouse, numbers: list[str]) -> Origin | None:
    pickings = _references(warehouse, "release", numbers).values_list("record_id", flat=True)
    return _origin(_of_company(warehouse), numbers, list(pickings))


def _origin(known: QuerySet[Document], numbers: list[str], pickings: list[int]) -> Origin | None:
    deliveries = tuple(known.filter(reference__in=numbers).select_related("parent").order_by("pk"))
    return Origin(deliveries, tuple(sorted(set(pickings)))) if deliveries and pickings else None


def _deliveries() -> QuerySet[Document]:
    return Document.objects.filter(kind=Kind.DELIVERY)


def _of_company(warehouse: Warehouse) -> QuerySet[Document]:
    """Deliveries of the warehouse's company that any of the partner's sites shipped."""
    own = {"connection": warehouse.erp_id, "warehouse__company_id": warehouse.company_id}
    return _deliveries().filter(warehouse__wms=warehouse.wms_id, **own)


def _references(warehouse: Warehouse, kind: str, numbers: list[str]) -> QuerySet[ExternalReference]:
    return _known(warehouse).filter(document_type=kind, reference__in=numbers)


def _known(warehouse: Warehouse) -> QuerySet[ExternalReference]:
    return ExternalReference.objects.filter(partner=warehouse.wms_id, erp=warehouse.erp_id, model="stock.picking")
