"""A partner, an Odoo, and clients that sign or carry a token."""

import json
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from standardwebhooks import Webhook

from integration.api import limits, tokens, webhooks
from integration.models import Connection, Document, Lane, Stream, SyncJob, Warehouse

SECRET = "whsec_" + b64encode(b"0123456789abcdef0123456789abcdef").decode()
SHIPMENT: dict[str, Any] = {
    "type": "shipment.confirmed",
    "timestamp": "2026-03-02T11:40:12Z",
    "data": {
        "shipment": "SHP-9001",
        "release": "WH/OUT/00042",
        "shipped_at": "2026-03-02T11:39:00Z",
        "lines": [{"line": "318", "sku": "100-441", "quantity": "8", "unit": "EA"}],
    },
}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """No count and no connection of another test, and no memory of a Valkey that was down."""
    limits._counter.asleep_until = 0.0
    limits._purse.left.clear()
    webhooks._known.cache_clear()
    for key in (valkey := limits._valkey(settings.REDIS_URL)).scan_iter("crossdock:webhook:*"):
        valkey.delete(key)
    yield
    limits._counter.asleep_until = 0.0


@pytest.fixture
def wms(db: None) -> Connection:
    return Connection.objects.create(
        slug="northgate",
        name="Northgate 3PL",
        kind="http_json",
        base_url="https://wms.test",
        secrets={"signing": SECRET},
    )


@pytest.fixture
def erp(db: None) -> Connection:
    secrets = {"password": "odoo-password", "hint_token": "present-token", "hint_token_previous": "former-token"}
    return Connection.objects.create(slug="odoo", name="Odoo", kind="odoo", base_url="https://o.test", secrets=secrets)


@pytest.fixture
def warehouse(erp: Connection, wms: Connection) -> Warehouse:
    return Warehouse.objects.create(name="Leeds", erp=erp, company_id=1, erp_warehouse_id=1, wms=wms, site="LEEDS")


@pytest.fixture
def order(erp: Connection, warehouse: Warehouse) -> Document:
    """An order of one delivery with one line."""
    order = Document.objects.create(connection=erp, kind="order", reference="S00031", erp_id=31)
    delivery = order.deliveries.create(
        connection=erp, kind="delivery", reference="WH/OUT/00042", erp_id=42, warehouse=warehouse, state="released"
    )
    delivery.lines.create(
        **{"line": "318", "product_id": 7, "sku": "CHAIR", "unit": "Units", "partner_sku": "100-441"},
        **{"partner_unit": "EA", "ordered": 12, "released": 12, "shipped": 8},
    )
    return order


@pytest.fixture
def add_job(db: None) -> Callable[..., SyncJob]:
    def add(number: int = 1, **fields: Any) -> SyncJob:
        stream, _ = Stream.objects.get_or_create(key=f"test:{number}", defaults={"lane": Lane.ORDER})
        return SyncJob.objects.create(stream=stream, flow="order_release", subject=f"S{number:05}", **fields)

    return add


class Sender:
    """A partner that signs what it posts."""

    def __init__(self, secret: str = SECRET) -> None:
        self.signer = Webhook(secret)
        self.client = Client(raise_request_exception=True)

    def headers(self, body: bytes, number: str = "", at: datetime | None = None) -> dict[str, str]:
        number, at = number or f"msg_{uuid4().hex}", at or datetime.now(UTC)
        return {
            "webhook-id": number,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self.signer.sign(number, at, body.decode()),
        }

    def post(
        self,
        document: Any = SHIPMENT,
        *,
        to: str = "northgate",
        number: str = "",
        at: datetime | None = None,
        **extra: Any,
    ) -> HttpResponse:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        headers = self.headers(body, number, at) | extra.pop("headers", {})
        options = {"content_type": "application/json"} | extra
        return self.client.post(f"/api/v1/webhooks/{to}", body, headers=headers, **options)


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.fixture
def api(db: None) -> Callable[..., Client]:
    """A client with a token of these scopes."""

    def make(*scopes: str) -> Client:
        _, text = tokens.make("tests", scopes, None)
        return Client(headers={"authorization": f"Bearer {text}"})

    return make


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def database_down(transactional_db: None, wms: Connection, erp: Connection, closed_port: int) -> Iterator[None]:
    """Connections to PostgreSQL are refused."""
    before = database.settings_dict["PORT"]
    database.close()
    database.settings_dict["PORT"] = closed_port
    yield
    database.close()
    database.settings_dict["PORT"] = before
