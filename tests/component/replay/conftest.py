"""An order that a stand-in Odoo has and a stand-in warehouse got, ready to be shipped."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from standardwebhooks import Webhook

from integration.handlers import HANDLERS
from integration.jobs import engine, inbox, sweep
from integration.jobs.remote import settings_for
from integration.models import CodeMapping, Connection, Document, Lane, SyncJob, Warehouse
from integration.sandbox.odoo.server import SandboxOdoo
from integration.sandbox.wms import SandboxWms
from tests.contract.gateway.world import World

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Yard:
    """``delivery`` is an order of eight pieces, released to the warehouse."""

    odoo: SandboxOdoo
    wms: Connection
    world: World
    order: int
    delivery: Document

    def ships(self, number: str, *, quantity: str = "8", shipment: str = "SHP-1") -> inbox.Receipt:
        """The warehouse says what left, under this webhook-id."""
        line = self.delivery.lines.get()
        data = {
            "shipment": shipment,
            "release": self.delivery.reference,
            "shipped_at": "2026-03-02T11:39:00Z",
            "lines": [{"line": line.line, "sku": line.partner_sku, "quantity": quantity, "unit": "EA"}],
        }
        document = {"type": "shipment.confirmed", "timestamp": "2026-03-02T11:40:12Z", "data": data}
        body, now = json.dumps(document), datetime.now(UTC)
        signature = Webhook(SIGNING).sign(number, now, body)
        stamp = str(int(now.timestamp()))
        headers = {"webhook-id": number, "webhook-timestamp": stamp, "webhook-signature": signature}
        return inbox.receive(self.wms, headers, body.encode())

    def validations(self) -> int:
        counts: dict[str, int] = self.odoo.service.calls()["counts"]
        return counts.get("stock.picking.button_validate", 0)

    def delivered(self) -> list[float]:
        return self.world.delivered(self.order)


def work() -> None:
    """One worker does everything that is due."""
    while sum(engine.run_lane(lane, HANDLERS, seconds=20) for lane in Lane):
        pass


def shipment_jobs() -> list[str]:
    jobs = SyncJob.objects.filter(flow="shipment_confirmation").order_by("pk")
    return list(jobs.values_list("state", flat=True))


@pytest.fixture
def systems() -> Iterator[tuple[SandboxOdoo, SandboxWms]]:
    with SandboxOdoo() as odoo, SandboxWms(SIGNING) as wms:
        yield odoo, wms


@pytest.fixture
def yard(transactional_db: None, systems: tuple[SandboxOdoo, SandboxWms]) -> Yard:
    odoo, sandbox = systems
    options = {"database": odoo.db, "login": odoo.login}
    erp = _connection("odoo", "odoo", odoo.url, secrets={"key": odoo.api_key}, options=options)
    wms = _connection("wms", "http_json", sandbox.url, secrets={"signing": SIGNING})
    world = World(settings_for(erp))
    product = world.product(stock=20)
    Warehouse.objects.create(
        name="Main", erp=erp, company_id=world.company_id, erp_warehouse_id=world.warehouse_id, wms=wms, site="MAIN",
        release_mode="live", shipment_mode="live",
    )  # fmt: skip
    sku = str(world.read("product.product", product, "default_code")["default_code"])
    for kind, code, partner_code in (("product", sku, "SKU-1"), ("unit", "Units", "EA")):
        CodeMapping.objects.create(partner=wms, kind=kind, odoo_code=code, partner_code=partner_code, factor=Decimal(1))
    order = world.order({product: 8}, partner_id=_customer(world))
    sweep.start_polls("odoo_sweep")
    work()
    return Yard(odoo, wms, world, order, Document.objects.get(kind="delivery", state__in=["released", "accepted"]))


def _connection(slug: str, kind: str, url: str, **given: Any) -> Connection:
    return Connection.objects.create(slug=slug, name=slug, kind=kind, base_url=url, **given)


def _customer(world: World) -> int:
    [country] = world.call("res.country", "search", domain=[("code", "=", "US")], limit=1)
    return world.customer("Harbor Cafe", country_id=country)
