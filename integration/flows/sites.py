"""What flows need to know about a warehouse: its code book, its rules, its lines as released."""

from collections.abc import Iterable
from fractions import Fraction

from integration.jobs import configuration, mappings, rows
from integration.models import CapturedRecord, Document, DocumentLine, Place, Warehouse
from integration.rules.policy import ReleasePoint, Rule, RuleKind, Rules
from integration.rules.release import Site
from integration.rules.shipping import ReleasedLine

KINDS = frozenset(RuleKind)


def rules_of(warehouse: Warehouse) -> Rules:
    """Those that goods are shipped by; of this company."""
    mine = [row for row in configuration.rules_of(warehouse.pk) if row.company_id in (None, warehouse.company_id)]
    fits = [row for row in mine if row.kind in KINDS]
    return Rules(tuple(Rule(RuleKind(row.kind), row.sku, row.value, row.customer_id) for row in fits))


def customer_of(delivery: Document) -> int | None:
    """Odoo's id of the order's customer, as the order was last read."""
    order = rows.first(Document, "id = %s", [delivery.parent_id])
    named = [delivery.connection_id, order.erp_id if order else 0]
    found = rows.first(CapturedRecord, "connection_id = %s AND model = 'sale.order' AND record_id = %s", named)
    return found.snapshot.get("customer_id") if found is not None and found.snapshot else None


def site_of(warehouse: Warehouse, codes: set[str]) -> Site:
    """``codes``: Odoo's codes on the document, which the code book is loaded for."""
    return Site(
        erp=warehouse.erp.name,
        company=warehouse.company_id,
        name=warehouse.name,
        site=warehouse.site,
        owner=warehouse.owner_code,
        release_point=ReleasePoint(warehouse.release_point),
        book=mappings.load(warehouse.wms, codes),
        rules=rules_of(warehouse),
    )


def places_of(warehouse: Warehouse) -> dict[tuple[str, str], int]:
    """Odoo's location by condition and the warehouse's own place; without a place it holds for all of them."""
    found = Place.objects.filter(warehouse=warehouse).values_list("condition", "partner_location", "erp_location_id")
    return {(condition, place): location for condition, place, location in found}


def released_lines(delivery: Document) -> tuple[ReleasedLine, ...]:
    return as_released(rows.find(DocumentLine, "document_id = %s ORDER BY id", [delivery.pk]))


def as_released(lines: Iterable[DocumentLine]) -> tuple[ReleasedLine, ...]:
    return tuple(
        ReleasedLine(
            line=row.line,
            sale_line_id=row.sale_line_id,
            purchase_line_id=row.purchase_line_id,
            product_id=row.product_id,
            sku=row.sku,
            unit=row.unit,
            tracking=row.tracking,
            partner_sku=row.partner_sku,
            partner_unit=row.partner_unit,
            factor=Fraction(row.factor) / Fraction(row.per),
            ordered=row.ordered,
            released=row.released,
            shipped=row.gone,
            substituted=row.substituted,
            received=row.received,
        )
        for row in lines
    )
