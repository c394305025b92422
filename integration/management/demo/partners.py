"""The demo's connections and what their codes are called, as a person would enter them."""

from collections.abc import Sequence
from decimal import Decimal

from integration.jobs import connections
from integration.jobs.acts import Actor
from integration.models import CodeMapping, Connection
from integration.sandbox.day.goods import CARRIERS, UNITS, Goods

TIMES = {"connect_timeout": 2.0, "read_timeout": 10.0, "settle_seconds": 5, "acknowledge_seconds": 12}
Kind = CodeMapping.Kind


def add(wanted: connections.Wanted, actor: Actor) -> Connection:
    return connections.store(wanted, connections.probe(connections.draft(wanted)), actor)


def warehouse(name: str, slug: str, url: str, token: str, signing: str) -> connections.Wanted:
    """A warehouse's system."""
    return connections.Wanted(
        slug=slug,
        kind="http_json",
        name=name,
        base_url=url,
        secrets={"token": token, "signing": signing},
        limits=TIMES,
    )


def codes(partner: Connection, goods: Sequence[Goods], sign: str = "") -> list[CodeMapping]:
    products = [(Kind.PRODUCT, f"{one.sku}{sign}", one.partner_sku, Decimal(1)) for one in goods]
    units = [(Kind.UNIT, odoo, there, factor) for odoo, (there, factor) in UNITS.items()]
    carriers = [(Kind.CARRIER, f"{odoo}{sign}", there, Decimal(1)) for odoo, there in CARRIERS.items()]
    return [
        CodeMapping(partner=partner, kind=kind, odoo_code=odoo, partner_code=there, factor=factor)
        for kind, odoo, there, factor in [*products, *units, *carriers]
    ]
