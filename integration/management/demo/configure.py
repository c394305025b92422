"""Configures a fresh Crossdock for the demo, in its own database, as a person would with `manage.py connect`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from integration.jobs import business, connections, tokens, warehouses
from integration.jobs.acts import Actor
from integration.management.demo import branch, partners, trading
from integration.management.demo.branch import Shadow
from integration.management.demo.partners import TIMES
from integration.management.demo.trading import Trading
from integration.models import BusinessRule, CodeMapping, OrderRule, Warehouse
from integration.rules.business.outcomes import RuleKind, Why
from integration.sandbox.day import goods
from integration.sandbox.day.trade import OWNER

POLICIES = {
    "name": "Main warehouse",
    "owner_code": OWNER,
    "release_mode": Warehouse.Mode.LIVE,
    "shipment_mode": Warehouse.Mode.LIVE,
}
SCOPES = ("cases:read", "jobs:read", "mappings:write", "inventory:read")
LOGIN = "admin"
DEMO = Actor("the demo")


@dataclass(frozen=True)
class Setup:
    """Everything that the rows are made from.

    ``hint_url`` empty: Odoo is polled only. ``company`` tells two warehouses of one ``code`` apart. ``sign`` ends every
    name that the goods have in Odoo. ``trading``: what ``Trading`` is made from; empty: orders are shipped, no more.
    ``branch``: what ``Shadow`` is made from; empty: there is no third warehouse.
    """

    odoo_slug: str
    odoo_url: str
    odoo_database: str
    odoo_login: str
    odoo_key: str
    hint_token: str
    hint_url: str
    wms_slug: str
    wms_url: str
    wms_token: str
    signing: str
    password: str
    code: str = "WH"
    company: int | None = None
    sign: str = ""
    trading: Mapping[str, Any] = field(default_factory=dict)
    branch: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def configure(setup: Setup) -> str:
    """Makes the administrator, the connections, the warehouse and the codes; the text of a token for the API."""
    User.objects.create_superuser(LOGIN, password=setup.password)
    main = ("Main warehouse WMS", setup.wms_slug, setup.wms_url, setup.wms_token, setup.signing)
    wms = partners.add(partners.warehouse(*main), DEMO)
    odoo = partners.add(_odoo(setup), DEMO)
    if setup.hint_url:
        connections.erp(odoo).install_hints(setup.hint_url)
    wanted = warehouses.Wanted(
        erp=odoo.slug, code=setup.code, company=setup.company, wms=wms.slug, site="MAIN", policies=POLICIES
    )
    warehouse = warehouses.connect(wanted, DEMO)
    known = [one for one in (*goods.ALL, *(goods.TRADED if setup.trading else ())) if one.mapped]
    CodeMapping.objects.bulk_create(partners.codes(wms, known, setup.sign))
    if setup.trading:
        trading.configure(warehouse, Trading(**setup.trading), setup.sign, DEMO)
    if setup.branch:
        branch.configure(odoo, warehouse.company_id, Shadow(**setup.branch), DEMO)
    BusinessRule.objects.create(
        kind=BusinessRule.Kind.OVER_UNITS,
        warehouse=warehouse,
        sku=f"{goods.ROPE.sku}{setup.sign}",
        value=Decimal(1),
        note="Rope is cut: one piece more is fine",
    )
    with transaction.atomic():
        business.keep(_hold(f"{goods.DESK.sku}{setup.sign}"), DEMO)
    return tokens.make("the demo", SCOPES, None)[1]


def _hold(sku: str) -> OrderRule:
    many = f'"{sku}" in delivery.quantities && delivery.quantities["{sku}"] >= decimal({goods.MANY_DESKS})'
    ask = "Ask the sales team whether the customer means it"
    return OrderRule(kind=RuleKind.HOLD, name="Many desks", condition=many, outcome={"why": Why.PRODUCT, "ask": ask})


def _odoo(setup: Setup) -> connections.Wanted:
    return connections.Wanted(
        slug=setup.odoo_slug,
        kind="odoo",
        name="Odoo",
        base_url=setup.odoo_url,
        options={"database": setup.odoo_database, "login": setup.odoo_login},
        secrets={"key": setup.odoo_key, "hint_token": setup.hint_token},
        limits=TIMES,
    )
