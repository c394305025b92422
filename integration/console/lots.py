"""The lot of a line is chosen, not typed: the lots that we know of its product, from our own tables."""

from collections.abc import Iterator, Mapping, Sequence

from django.http import HttpRequest

from integration.console.reach import scoped
from integration.jobs import mappings
from integration.models import (
    Availability,
    DocumentLine,
    ExceptionCase,
    InboundMessage,
    MasterRecord,
    StockEvent,
    StockLevel,
    StockSnapshot,
)
from integration.rules.codes import CodeKind

# Cases of a lot or serial number that is missing, unknown or in the wrong place; all of them name Odoo's ``sku``.
ABOUT_LOTS = (
    *("CD-5005", "CD-5006", "CD-5013", "CD-7007", "CD-7008", "CD-7032", "CD-7038"),
    *("CD-8007", "CD-8009", "CD-8014"),
)
MOST = 100


def asked_for(cases: Sequence[ExceptionCase]) -> set[str]:
    """Odoo's codes of the products whose lots the cases are about."""
    return {str(case.context["sku"]) for case in cases if case.code in ABOUT_LOTS and case.context.get("sku")}


def in_odoo(message: InboundMessage, lines: Mapping[str, str]) -> dict[str, str]:
    """Odoo's codes of the products that the warehouse's SKUs stand for; ``lines``: SKU, and the line that names it."""
    book = mappings.load(message.connection, set(lines))
    found = {sku: code.odoo for sku in lines if (code := book.to_odoo(CodeKind.PRODUCT, sku))}
    rows = DocumentLine.objects.filter(document=message.document_id, line__in=lines.values())
    by_line = dict(rows.values_list("line", "sku")) if message.document_id else {}
    return {sku: by_line[line] for sku, line in lines.items() if line in by_line} | found


def known(request: HttpRequest, message: InboundMessage, sku: str, partner_sku: str) -> list[str]:
    """What lies in stock comes first; at most ``MOST`` of them."""
    found: dict[str, None] = {}
    for lot in _known(request, message, sku, partner_sku):
        found[lot] = None
        if len(found) == MOST:
            break
    return list(found)


def _known(request: HttpRequest, message: InboundMessage, sku: str, partner_sku: str) -> Iterator[str]:
    of_partner = {"warehouse__wms": message.connection_id}
    held = scoped(request, Availability.objects.filter(sku=sku, **of_partner)).exclude(lot="")
    yield from held.order_by("-on_hand", "lot").values_list("lot", flat=True)[:MOST]
    latest = StockSnapshot.objects.filter(complete=True, **of_partner).order_by("warehouse_id", "-taken_at")
    snapshots = list(scoped(request, latest.distinct("warehouse_id")).values_list("pk", flat=True))
    told = StockLevel.objects.filter(snapshot__in=snapshots, partner_sku=partner_sku).exclude(lot="")
    yield from told.order_by("lot").values_list("lot", flat=True)[:MOST]
    moved = scoped(request, StockEvent.objects.filter(sku=sku, **of_partner)).exclude(lot="")
    yield from moved.order_by("-pk").values_list("lot", flat=True)[:MOST]
    records = MasterRecord.objects.filter(kind="lot", mapped_by=sku, active=True, gone_at=None)
    yield from scoped(request, records).order_by("-pk").values_list("code", flat=True)[:MOST]
