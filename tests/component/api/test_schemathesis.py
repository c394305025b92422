"""Whatever a client sends: no failure of ours, and no answer that the OpenAPI document does not describe."""

import json
from typing import Any

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from integration.api import tokens
from integration.models import (
    Alert,
    Availability,
    CodeMapping,
    Connection,
    Document,
    ExceptionCase,
    InTransit,
    OutboundMessage,
)
from tests.component.api.conftest import SHIPMENT, Sender

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
pytestmark = pytest.mark.django_db(transaction=True)
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
few = settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
many = settings(few, max_examples=30)


@pytest.fixture
def no_rate(settings: Any) -> None:
    """More documents are tried than a connection may send in a second."""
    settings.WEBHOOK_RATE = 1_000_000


@pytest.fixture
def rows(order: Document, wms: Connection, add_job: Any, sender: Sender) -> dict[str, int]:
    """One row of each resource, and its id."""
    job = add_job(document=order, state="blocked", failure_code="CD-3001", waits_for=wms)
    job.history.create(number=1, worker="w", started_at=timezone.now(), outcome="blocked", calls=[])
    case = ExceptionCase.objects.create(
        fingerprint="1", code="CD-3001", title="Product not mapped", last_seen=timezone.now(), value="12.50"
    )
    case.waiting.create(job=job)
    mapping = CodeMapping.objects.create(kind="unit", partner=wms, odoo_code="Dozen", partner_code="DZ", factor=12)
    goods = {"product_id": 7, "sku": "CHAIR", "unit": "Units", "quantity": 2, "location_id": 13}
    on_the_way = InTransit.objects.create(transfer=order, left_at=timezone.now(), **goods)
    warehouse = order.deliveries.get().warehouse
    held = Availability.objects.create(warehouse=warehouse, product_id=1, sku="CHAIR", place=8, condition="good")
    alert = Alert.objects.create(
        fingerprint="away/1", kind="away", state="open", severity="high", team="operations",
        says=[["{connection} has not answered for {span}", {"connection": "Odoo", "span": "3 min"}]],
        first_seen=timezone.now(), last_seen=timezone.now(),
    )  # fmt: skip
    sent = OutboundMessage.objects.create(connection=wms, key="k", type="order.release", reference="r", body=b"{}")
    return {
        **{"connections": wms.pk, "warehouses": warehouse.pk, "inventory": held.pk, "inbound": _received(sender)},
        **{"outbound": sent.pk, "jobs": job.pk, "orders": order.pk, "cases": case.pk, "mappings": mapping.pk},
        **{"in-transit": on_the_way.pk, "alerts": alert.pk},
    }


def _received(sender: Sender) -> int:
    return int(sender.post().json()["message"])


@pytest.fixture
def token(db: None) -> dict[str, str]:
    _, text = tokens.make("schemathesis", list(tokens.SCOPES), None)
    return {"Authorization": f"Bearer {text}"}


@schema.parametrize()
@few
def test_any_request(case: schemathesis.Case, token: dict[str, str]) -> None:
    case.call_and_validate(headers=token, checks=CHECKS)


@schema.include(path_regex="{id}").parametrize()
@few
def test_any_request_about_a_row_that_is_there(
    case: schemathesis.Case, token: dict[str, str], rows: dict[str, int]
) -> None:
    resource = next(name for name in rows if f"/{name}/" in case.path)
    case.path_parameters = {"id": rows[resource]}
    case.call_and_validate(headers=token, checks=CHECKS)


@schema.include(operation_id="webhook").parametrize()
@many
def test_any_signed_document(case: schemathesis.Case, sender: Sender, wms: Connection, no_rate: None) -> None:
    answer = sender.post(json.dumps(case.body, default=str).encode())

    assert answer.status_code in {202, 400}, answer.content


def test_the_document_that_the_other_tests_send_is_taken(sender: Sender, wms: Connection) -> None:
    assert sender.post(SHIPMENT).status_code == 202
