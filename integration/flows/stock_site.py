"""What flows about stock need to know: the warehouse, its places in Odoo, its products, its rules."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from integration.adapters.base import ErpGateway
from integration.canonical.stock import Product
from integration.errors import ConfigurationError
from integration.jobs import configuration, mappings, rollout
from integration.jobs.work import Work
from integration.models import Connection, Place, RolloutFlow, Warehouse
from integration.rules.approval import Allowance, Limit
from integration.rules.codes import CodeBook, CodeKind
from integration.rules.findings import Facts
from integration.rules.places import Places

LIMITS = tuple(limit.value for limit in Limit)


@dataclass(frozen=True, slots=True)
class Site:
    """A warehouse as it is now. ``currency``: the company's, which costs and the limits of rules are in."""

    warehouse: Warehouse
    places: Places
    allowances: tuple[Allowance, ...]

    @property
    def currency(self) -> str:
        return self.places.layout.currency


def warehouse_of(work: Work, partner: Connection, site: str, owner: str, document: str) -> Warehouse:
    """By the mode of its inventory the work goes on. Raises ConfigurationError CD-8012, CD-2011."""
    warehouse = named(partner, site, owner, document)
    rollout.enter(work, warehouse, [RolloutFlow.INVENTORY], says="inventory", partner=partner.name)
    return warehouse


def named(partner: Connection, site: str, owner: str, document: str) -> Warehouse:
    """Raises ConfigurationError CD-8012."""
    found = Warehouse.objects.filter(wms=partner, site=site, owner_code=owner).values_list("pk", flat=True).first()
    if found is None:
        about: dict[str, Any] = {"connection": partner.name, "partner": partner.name, "document": document}
        raise ConfigurationError("CD-8012", **about, site=site, owner=owner or "none")
    return configuration.warehouse(found)


def look(warehouse: Warehouse, erp: ErpGateway) -> Site:
    rows = list(Place.objects.filter(warehouse=warehouse))
    layout = erp.stock.layout(warehouse.erp_warehouse_id, sorted({row.erp_location_id for row in rows}))
    named = {(row.condition, row.partner_location): row.erp_location_id for row in rows}
    return Site(warehouse, Places(layout, named), allowances_of(warehouse))


def allowances_of(warehouse: Warehouse) -> tuple[Allowance, ...]:
    rules = [row for row in configuration.rules_of(warehouse.pk) if row.kind in LIMITS]
    fitting = [row for row in rules if row.company_id in (None, warehouse.company_id)]
    return tuple(Allowance(Limit(row.kind), row.sku, row.reason, row.value) for row in fitting)


def facts(site: Site, document: str, codes: Collection[str], erp: ErpGateway) -> Facts:
    book = mappings.load(site.warehouse.wms, set(codes))
    wanted = {code.odoo for code in book.codes if code.kind == CodeKind.PRODUCT and code.partner in codes}
    return _facts(
        site, document, book, erp.stock.products(site.warehouse.company_id, skus=sorted(wanted)) if wanted else ()
    )


def facts_of_skus(site: Site, document: str, skus: Collection[str], erp: ErpGateway) -> Facts:
    """With all codes that a message may use for these products of Odoo's."""
    return facts_of(site, document, erp.stock.products(site.warehouse.company_id, skus=sorted(skus)))


def facts_of(site: Site, document: str, found: Sequence[Product]) -> Facts:
    skus = {product.sku for product in found}
    book = mappings.load(site.warehouse.wms, {*skus, *(product.unit for product in found)})
    return _facts(site, document, book, found)


def _facts(site: Site, document: str, book: CodeBook, found: Sequence[Product]) -> Facts:
    products: defaultdict[str, list[Product]] = defaultdict(list)
    for product in found:
        products[product.sku].append(product)
    return Facts(site.warehouse.wms.name, site.warehouse.name, document, book, products, site.places)
