"""What flows need to know about a warehouse: its code book, its rules, its lines as released."""

from collections.abc import Iterable
from fractions import Fraction

from integration.jobs import configuration, mappings, rows
from integration.models import Document, DocumentLine, Place, Warehouse
from integration.rules.policy import ReleasePoint, Rule, RuleKind, Rules
from integration.rules.release import Site
from integration.rules.shipping import ReleasedLine

KINDS = frozenset(RuleKind)


def rules_of(warehouse: Warehouse) -> Rules:
    """Those that are about orders; other flows have rules of their own."""
    found = [row for row in configuration.rules_of(warehouse.pk) if row.kind in KINDS]
    return Rules(tuple(Rule(RuleKind(row.kind), row.sku, row.value) for row in found))


def site_of(warehouse: Warehouse, codes: set[str]) -> Site:
    """``codes``: Odoo's codes on the document, which the code book is loaded for."""
    return Site(
        erp=warehouse.erp.name,
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
            shipped=row.shipped,
            received=row.received,
        )
        for row in lines
    )
