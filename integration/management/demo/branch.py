"""A third warehouse with a system of its own, whose orders and shipments are in shadow at first."""

from dataclasses import dataclass

from integration.jobs import warehouses
from integration.jobs.acts import Actor
from integration.management.demo import partners
from integration.models import CodeMapping, Connection, Mode
from integration.sandbox.day.branch import CODE, GOODS, NAME, SITE

MODES = {"release_mode": Mode.SHADOW, "shipment_mode": Mode.SHADOW}


@dataclass(frozen=True)
class Shadow:
    """Where its system is."""

    slug: str
    url: str
    token: str
    signing: str


def configure(erp: Connection, company: int, wanted: Shadow, actor: Actor) -> None:
    about = partners.warehouse(f"{NAME} WMS", wanted.slug, wanted.url, wanted.token, wanted.signing)
    wms = partners.add(about, actor)
    policies = {"name": NAME, **MODES}
    warehouses.connect(warehouses.Wanted(erp.slug, CODE, wms.slug, SITE, company, policies), actor)
    CodeMapping.objects.bulk_create(partners.codes(wms, GOODS))
