"""Configures a fresh Crossdock for the demo, in its own database: what a person would do in the console."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from integration.jobs import tokens
from integration.models import BusinessRule, CodeMapping, Connection, Warehouse
from integration.sandbox.day import goods

TIMES = {"connect_timeout": 2.0, "read_timeout": 10.0, "settle_seconds": 5, "acknowledge_seconds": 12}
SCOPES = ("cases:read", "jobs:read", "mappings:write")
LOGIN = "admin"


@dataclass(frozen=True)
class Setup:
    """Everything that the rows are made from."""

    odoo_slug: str
    odoo_url: str
    odoo_database: str
    odoo_login: str
    odoo_key: str
    hint_token: str
    wms_slug: str
    wms_url: str
    wms_token: str
    signing: str
    company: int
    warehouse: int
    password: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@transaction.atomic
def configure(setup: Setup) -> str:
    """Makes the administrator, the connections, the warehouse and the codes; the text of a token for the API."""
    User.objects.create_superuser(LOGIN, password=setup.password)
    wms = _connect_wms(setup)
    warehouse = Warehouse.objects.create(
        name="Main warehouse",
        erp=_connect_odoo(setup),
        company_id=setup.company,
        erp_warehouse_id=setup.warehouse,
        wms=wms,
        site="MAIN",
        owner_code="HARBOR",
        release_mode=Warehouse.Mode.LIVE,
        shipment_mode=Warehouse.Mode.LIVE,
    )
    CodeMapping.objects.bulk_create(_codes(wms))
    BusinessRule.objects.create(
        kind=BusinessRule.Kind.OVER_UNITS,
        warehouse=warehouse,
        sku=goods.ROPE.sku,
        value=Decimal(1),
        note="Rope is cut: one piece more is fine",
    )
    return tokens.make("the demo", SCOPES, None)[1]


def _connect_odoo(setup: Setup) -> Connection:
    return Connection.objects.create(
        slug=setup.odoo_slug,
        name="Odoo",
        kind="odoo",
        base_url=setup.odoo_url,
        secrets={"key": setup.odoo_key, "hint_token": setup.hint_token},
        options={"database": setup.odoo_database, "login": setup.odoo_login},
        **TIMES,
    )


def _connect_wms(setup: Setup) -> Connection:
    return Connection.objects.create(
        slug=setup.wms_slug,
        name="Main warehouse WMS",
        kind="http_json",
        base_url=setup.wms_url,
        secrets={"token": setup.wms_token, "signing": setup.signing},
        **TIMES,
    )


def _codes(wms: Connection) -> list[CodeMapping]:
    kinds = CodeMapping.Kind
    products = [(kinds.PRODUCT, one.sku, one.partner_sku, Decimal(1)) for one in goods.ALL if one.mapped]
    units = [(kinds.UNIT, odoo, partner, factor) for odoo, (partner, factor) in goods.UNITS.items()]
    carriers = [(kinds.CARRIER, odoo, partner, Decimal(1)) for odoo, partner in goods.CARRIERS.items()]
    return [
        CodeMapping(partner=wms, kind=kind, odoo_code=odoo, partner_code=partner, factor=factor)
        for kind, odoo, partner, factor in [*products, *units, *carriers]
    ]
