"""Receipts that were announced: their lines, as they are kept, in the codes that they would have gone out in."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from integration.canonical.erp import Move
from integration.errors import Permanent
from integration.flows import sites
from integration.flows.tried.bench import Bench, Looked, Phase, Subject, both
from integration.models import Document, DocumentLine, OutboundMessage
from integration.rules.otherwise import Course, stopped
from integration.rules.release import Site, line_of, rendered
from integration.rules.units import Inexact, plain

KIND = "receipt.advice"


def wanted(bench: Bench) -> bool:
    return "mappings" in bench.sections or "allow_fraction" in bench.kinds


def rows(bench: Bench, after: int, most: int) -> Sequence[OutboundMessage]:
    """The first message of each."""
    sent = OutboundMessage.objects.filter(type=KIND, created_at__gte=bench.tried.since)
    earlier = sent.filter(document=OuterRef("document"), pk__lt=OuterRef("pk"))
    found = sent.filter(~Exists(earlier), pk__gt=after, document__warehouse__in=bench.warehouses)
    return list(
        found.select_related("document__warehouse__erp", "document__warehouse__wms", "document__parent")
        .defer("body")
        .order_by("pk")[:most]
    )


def look(bench: Bench, sent: OutboundMessage) -> Looked:
    document = sent.document
    assert document is not None  # noqa: S101  (by what ``rows`` asks for)
    subject = Subject(KIND, sent.reference, sent.created_at, document.warehouse_id, document.parent_id)
    return Looked(subject, *both(bench, lambda: _course(document)))


def _course(document: Document) -> Course:
    assert document.warehouse is not None  # noqa: S101  (made with one)
    lines = list(document.lines.filter(released__gt=0).order_by("pk"))
    site = sites.site_of(document.warehouse, {code for line in lines for code in (line.sku, line.unit)})
    order = document.parent.reference if document.parent else document.reference
    against: list[Permanent] = []
    said = {f"line {line.line}": _said(line, order, site, against) for line in lines}
    return stopped(against) if against else Course(says=said)


def _said(line: DocumentLine, order: str, site: Site, against: list[Permanent]) -> str:
    move = Move(
        id=line.pk,
        product_id=line.product_id,
        sku=line.sku,
        product=line.sku,
        unit_id=0,
        unit=line.unit,
        demand=line.released,
        state="assigned",
    )
    try:
        made = line_of(order, move, line.released, site, against)
        sent = rendered(made, site) if made else None
    except Inexact:  # what stands against it is known
        return ""
    return f"{plain(sent.quantity)} {sent.unit} {sent.sku}" if sent else ""


PHASES = (Phase("advices", wanted, rows, look),)
