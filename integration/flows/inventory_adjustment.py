"""Inventory adjustment: what the warehouse did to its stock is done to Odoo's, if a rule or a person lets it.

Operational impact: stock that is not there is sold, or stock that is there is not.
"""

from functools import partial
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.events import InventoryAdjustedEvent
from integration.canonical.inventory import InventoryAdjusted
from integration.canonical.stock import Product
from integration.errors import InvalidDocument
from integration.flows import differences, shadow, stock_postings, stock_site
from integration.flows.differences import Kind, Results, State
from integration.flows.events import event_of
from integration.flows.stock_postings import Posted
from integration.flows.stock_site import Site
from integration.jobs import configuration, locks, rows, sources
from integration.jobs.remote import open_erp
from integration.jobs.work import Outcome, Work
from integration.models import InboundMessage, Mode, StockDifference
from integration.rules import findings
from integration.rules.places import Places


def handle(work: Work) -> Outcome:
    [message] = rows.find(InboundMessage, "id = %s", [work.job.payload["message"]])
    message.connection = work.connection = configuration.connection(message.connection_id)
    event = event_of(message)
    assert isinstance(event, InventoryAdjustedEvent)  # noqa: S101  (the inbox routes by type)
    document = event.data
    warehouse = stock_site.warehouse_of(work, message.connection, document.site, document.owner, document.adjustment)
    if work.mode == Mode.LIVE and differences.stays(warehouse, message, document):
        return Outcome(shadow.STAYS)
    with open_erp(warehouse.erp, work) as erp:
        site = stock_site.look(warehouse, erp)
        if work.mode == Mode.SHADOW:
            found = _found(work, erp, site, message, document)
            rest = partial(_adjust, work, erp, site, message, document)
            return shadow.only(work, partial(differences.wanted, message, document, found[0]), rest)
        return _adjust(work, erp, site, message, document)


def _adjust(work: Work, erp: ErpGateway, site: Site, message: InboundMessage, document: InventoryAdjusted) -> Outcome:
    partner, number = message.connection, document.adjustment
    source = sources.of(partner, document)
    fresh, products = _found(work, erp, site, message, document)
    with differences.of_the_message(work, site):
        kept = differences.keep(work, fresh, differences.used_twice(partner.name, number))
    results, waiting = Results(), list[StockDifference]()
    post = partial(_line, work, erp, site, products, partner.slug, waiting)
    with locks.held(work, differences.stock_keys(site, products)):
        differences.each(results, kept, post)
    if waiting:
        results.against.append(differences.waits("CD-8001", waiting, site, number, source))
    return results.outcome(f"{number}: {len(results.done)} of {len(kept)} lines looked at")


def _found(
    work: Work, erp: ErpGateway, site: Site, message: InboundMessage, document: InventoryAdjusted
) -> tuple[list[StockDifference], dict[int, Product]]:
    """Its lines in Odoo's words, and their products."""
    number, source = document.adjustment, sources.of(message.connection, document)
    with differences.of_the_message(work, site):
        facts = stock_site.facts(site, number, findings.codes(document.lines), erp)
        found = findings.adjusted(document, facts)
    fresh = [
        differences.fresh_row(site, Kind.MOVED if each.to else Kind.ADJUSTED, source, number, each, message.pk)
        for each in found
    ]
    return fresh, {each.product.id: each.product for each in found}


def _line(
    work: Work,
    erp: ErpGateway,
    site: Site,
    products: dict[int, Product],
    partner: str,
    waiting: list[StockDifference],
    row: StockDifference,
) -> Posted | None:
    if row.state in (State.POSTED, State.REFUSED, State.EQUAL):
        return None
    if row.to_place == row.place:  # Odoo keeps both as one place
        row.state = State.EQUAL
        return Posted(row)
    product, begun = products[row.product_id], stock_postings.begun(site, row)
    if not begun and not differences.passes(row, row.quantity, product, site):
        row.state = State.WAITING
        waiting.append(row)
        return Posted(row)
    if not begun:
        _serial_is_free(erp, site, row)
    return stock_postings.posted(row, stock_postings.post(work, erp, site, row, row.quantity, partner))


def _serial_is_free(erp: ErpGateway, site: Site, row: StockDifference) -> None:
    """Odoo would hold a serial number twice. Raises InvalidDocument CD-8014."""
    if row.tracking != "serial" or row.to_place or row.quantity < 0:
        return
    places: Places = site.places
    for held in erp.stock.quantities(places.layout, [row.product_id]):
        if held.lot == row.lot and held.on_hand > 0:
            partner = site.warehouse.wms.name
            about: dict[str, Any] = {"connection": partner, "document": row.number, "sku": row.sku, "lot": row.lot}
            raise InvalidDocument("CD-8014", **about, place=places.name(held.location_id))
