"""Two stand-ins, Crossdock between them, and messages that come in by a real web server."""

import random
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from integration.jobs import generation, marks
from integration.models import CodeMapping, Connection, Warehouse
from integration.sandbox.odoo import SandboxOdoo
from integration.sandbox.wms import SandboxWms
from integration.sandbox.wms.world import Behaviour
from tests.component.engine.conftest import _fresh_broker
from tests.component.flows.odoo import Odoo
from tests.component.flows.shelves import Shelves
from tests.component.flows.wms import Wms
from tests.component.flows.yard import Kind, Yard

__all__ = ["_fresh_broker"]
SECRET = "whsec_" + b64encode(b"0123456789abcdef0123456789abcdef").decode()
TOKEN = "the-warehouse-s-token"
MAPPED = ("CRATE-S", "CRATE-M", "ROPE-10", "GLOVE-M", "PAINT-W", "DRILL")
UNITS = (("Units", "EA", 1), ("Dozens", "EA", 12))
SLUG = "northgate"
TAKES = ("receipt.advice", "receipt.cancel")  # beside releases, which every warehouse takes


@pytest.fixture(autouse=True)
def _late_retries(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A retry comes after a minute: not within the run that failed, on however slow a machine, but an hour later."""
    monkeypatch.setattr(random, "random", lambda: 0.99)
    settings.ENGINE = {**settings.ENGINE, "retry_base_seconds": 60.0}


@pytest.fixture(scope="session")
def odoo_server(request: pytest.FixtureRequest) -> Iterator[SandboxOdoo]:
    """Odoo 18, unless a test asks for others."""
    with SandboxOdoo(version=getattr(request, "param", "18")) as server:
        yield server


@pytest.fixture
def wms(live_server: LiveServer) -> Iterator[Wms]:
    """Says yes or no when asked to, not by itself."""
    target = f"{live_server.url}/api/v1/webhooks/{SLUG}"
    with SandboxWms(SECRET, TOKEN, target, behaviour=Behaviour(acknowledge_after=None)) as server:
        yield Wms(server)


@pytest.fixture
def yard(odoo_server: SandboxOdoo, wms: Wms) -> Yard:
    return fresh_yard(odoo_server, wms)


def fresh_yard(odoo_server: SandboxOdoo, wms: Wms) -> Yard:
    """In an empty database; Odoo forgets what it had."""
    odoo = Odoo(odoo_server)
    erp = Connection.objects.create(
        slug=f"odoo-{odoo.version}",
        name="Odoo",
        kind="odoo",
        base_url=odoo_server.url,
        secrets={"key": odoo_server.api_key},
        options={"database": odoo_server.db, "login": odoo_server.login},
    )
    partner = Connection.objects.create(
        slug=SLUG,
        name="Northgate 3PL",
        kind="http_json",
        base_url=wms.server.url,
        secrets={"signing": SECRET, "token": TOKEN},
        profile={"facts": {"accepts": list(TAKES)}},
    )
    _map_codes(partner)
    [own] = odoo.rows("stock.warehouse", [["code", "=", "WH"]], "company_id")
    warehouse = Warehouse.objects.create(
        name="Main warehouse",
        erp=erp,
        company_id=own["company_id"],
        erp_warehouse_id=own["id"],
        wms=partner,
        site="NORTH",
        release_mode=Warehouse.Mode.LIVE,
        shipment_mode=Warehouse.Mode.LIVE,
        release_point=Warehouse.ReleasePoint.CONFIRMED,
    )
    return Yard(odoo, wms, erp, partner, warehouse)


@pytest.fixture
def shelves(yard: Yard) -> Shelves:
    return Shelves(yard)


def _map_codes(partner: Connection) -> None:
    rows = [(Kind.PRODUCT, code, f"P-{code}", 1) for code in MAPPED]
    rows += [(Kind.UNIT, odoo, theirs, factor) for odoo, theirs, factor in UNITS]
    rows.append((Kind.CARRIER, "Standard delivery", "STD", 1))
    CodeMapping.objects.bulk_create(
        CodeMapping(partner=partner, kind=kind, odoo_code=odoo, partner_code=theirs, factor=factor)
        for kind, odoo, theirs, factor in rows
    )


@pytest.fixture
def counted(db: None) -> Iterator[None]:
    """The database and Valkey agree on how often it was counted, and nobody remembers an earlier look."""
    marks.valkey().delete(generation.KEY, generation.WRITES)
    generation.forget()
    yield
    marks.valkey().delete(generation.KEY, generation.WRITES)
    generation.forget()


@pytest.fixture
def settled(yard: Yard) -> None:
    """Calls of before cannot land any more."""
    Connection.objects.update(settle_seconds=0)
