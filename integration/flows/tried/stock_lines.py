"""Adjustments and counts: their lines in Odoo's products and units, which are read there, once for both sides."""

from collections.abc import Sequence
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.base import Part
from integration.canonical.inventory import InventoryAdjusted, InventoryCounted
from integration.errors import IntegrationError
from integration.flows import differences, stock_site
from integration.flows.differences import Kind
from integration.flows.stock_site import Site
from integration.flows.tried import bench as benches
from integration.flows.tried.bench import Bench, or_stopped
from integration.jobs import sources
from integration.jobs.remote import open_erp
from integration.models import InboundMessage, Warehouse
from integration.rules import findings
from integration.rules.findings import Finding
from integration.rules.otherwise import Course, stopped
from integration.rules.units import plain


def both(bench: Bench, message: InboundMessage, document: Part) -> tuple[Course, Course]:
    """Raises what Odoo's not answering raises."""
    assert isinstance(document, InventoryAdjusted | InventoryCounted)  # noqa: S101  (by the message's type)
    number = document.adjustment if isinstance(document, InventoryAdjusted) else document.count
    try:
        warehouse = stock_site.named(message.connection, document.site, document.owner, number)
    except IntegrationError as wrong:
        return stopped(wrong.causes), stopped(wrong.causes)
    with open_erp(warehouse.erp, bench.work) as erp:
        return benches.both(bench, lambda: or_stopped(lambda: _course(warehouse, erp, message, document, number)))


def _course(
    warehouse: Warehouse,
    erp: ErpGateway,
    message: InboundMessage,
    document: InventoryAdjusted | InventoryCounted,
    number: str,
) -> Course:
    site = stock_site.look(warehouse, erp)
    facts = stock_site.facts(site, number, findings.codes(document.lines), erp)
    if isinstance(document, InventoryCounted):
        return Course(says=_said(findings.counted(document, facts)))
    found = findings.adjusted(document, facts)
    waiting = _waiting(site, found, message, document)
    if waiting:
        held = differences.waits("CD-8001", waiting, site, number, sources.of(message.connection, document))
        return stopped(held.causes)
    return Course(says=_said(found))


def _waiting(site: Site, found: Sequence[Finding], message: InboundMessage, document: InventoryAdjusted) -> list[Any]:
    """What no rule lets through, at what the products cost today."""
    source = sources.of(message.connection, document)
    rows = [
        (each, differences.fresh_row(site, Kind.MOVED if each.to else Kind.ADJUSTED, source, document.adjustment, each,
                                     message.pk))
        for each in found
    ]  # fmt: skip
    return [row for each, row in rows if not differences.passes(row, row.quantity, each.product, site)]


def _said(found: Sequence[Finding]) -> dict[str, str]:
    lots = {each.line: f", lot {each.slot.lot}" if each.slot.lot else "" for each in found}
    return {f"line {each.line + 1}": f"{plain(each.quantity)} {each.product.sku}{lots[each.line]}" for each in found}
