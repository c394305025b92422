"""What an integrator reads, and how many queries it takes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integration.handlers import HANDLERS
from integration.models import CodeMapping, Connection, Document, ExceptionCase, InboundMessage, Stream, SyncJob
from tests.component.api.conftest import Sender

pytestmark = pytest.mark.django_db
ALL = ("connections:read", "messages:read", "jobs:read", "orders:read", "inventory:read", "cases:read", "mappings:read")


@pytest.fixture
def client(api: Callable[..., Client]) -> Client:
    return api(*ALL)


def found(client: Client, address: str, **filters: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/{address}", filters)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def a_case(**fields: Any) -> ExceptionCase:
    defaults = {
        "fingerprint": "CD-3001:x",
        "code": "CD-3001",
        "title": "Product not mapped",
        "last_seen": timezone.now(),
    }
    return ExceptionCase.objects.create(**(defaults | fields))


def test_an_order_comes_with_deliveries_lines_and_exact_quantities(client: Client, order: Document) -> None:
    shown = client.get(f"/api/v1/orders/{order.pk}").json()

    delivery = shown["deliveries"][0]
    assert (shown["reference"], shown["connection"], shown["state"]) == ("S00031", "odoo", "released")
    assert (delivery["reference"], delivery["warehouse"], delivery["state"]) == ("WH/OUT/00042", "Leeds", "released")
    line = delivery["lines"][0]
    assert {name: line[name] for name in ("ordered", "released", "shipped", "cancelled")} == {
        **{"ordered": "12", "released": "12", "shipped": "8", "cancelled": "0"}
    }


def test_deliveries_are_no_orders_of_their_own(client: Client, order: Document) -> None:
    delivery = order.deliveries.get()

    assert [row["id"] for row in found(client, "orders")] == [order.pk]
    assert client.get(f"/api/v1/orders/{delivery.pk}").status_code == 404


@pytest.mark.parametrize(
    ("filters", "hits"),
    [
        ({"reference": "S00031"}, 1),
        ({"reference": "S00032"}, 0),
        ({"delivery": "WH/OUT/00042"}, 1),
        ({"connection": "odoo", "state": "released"}, 1),
        ({"state": "waiting"}, 0),
        ({"connection": "northgate"}, 0),
        ({"created_after": "2020-01-01T00:00:00Z"}, 1),
        ({"created_before": "2020-01-01T00:00:00+02:00"}, 0),
    ],
)
def test_orders_are_found_by(client: Client, order: Document, filters: dict[str, str], hits: int) -> None:
    assert len(found(client, "orders", **filters)) == hits


def test_a_page_of_orders_takes_five_queries(client: Client, order: Document, django_assert_num_queries: Any) -> None:
    for number in range(20):
        other = Document.objects.create(
            connection=order.connection, kind="order", reference=f"S1{number}", erp_id=number
        )
        for part in range(2):
            other.deliveries.create(
                connection=order.connection,
                kind="delivery",
                reference=f"D{number}-{part}",
                erp_id=1000 + 10 * number + part,
            )
    found(client, "orders")

    with django_assert_num_queries(5):  # the token, the orders, their deliveries, their lines and parcels
        assert len(found(client, "orders")) == 21


def test_secrets_and_options_are_never_shown(client: Client, erp: Connection, wms: Connection) -> None:
    Connection.objects.update(options={"note": "private-option"}, base_url="https://user:url-password@o.test")

    text = client.get("/api/v1/connections").content.decode() + client.get("/api/v1/warehouses").content.decode()

    for secret in ("odoo-password", "present-token", "former-token", "whsec_", "private-option", "url-password"):
        assert secret not in text


def test_a_connection_tells_whether_calls_are_held_back(client: Client, wms: Connection) -> None:
    assert found(client, "connections")[0]["breaker"] == "closed"


def test_the_lanes_tell_when_they_are_clear(client: Client, add_job: Callable[..., SyncJob]) -> None:
    add_job(1)
    Stream.objects.update(next_due_at=timezone.now() - timedelta(minutes=2))

    clear, order, *_ = found(client, "lanes")
    assert (clear["lane"], clear["state"], clear["clear_at"] is None) == ("Shipment", "clear", False)
    assert (order["lane"], order["state"], order["due"], order["clear_at"]) == ("Order", "stuck", 1, None)
    assert order["why"] == ["no job of it has ended"]


def test_messages_are_listed_without_their_bodies(client: Client, wms: Connection, sender: Sender) -> None:
    message = sender.post(number="msg_1").json()["message"]

    shown = found(client, "messages/inbound", reference="SHP-9001", external_id="msg_1", type="shipment.confirmed")
    assert [row["id"] for row in shown] == [message]
    assert not {"body", "headers"} & set(shown[0])
    assert "100-441" not in client.get(f"/api/v1/messages/inbound/{message}").content.decode()


def test_a_body_needs_a_scope_of_its_own(
    client: Client, api: Callable[..., Client], wms: Connection, sender: Sender
) -> None:
    address = f"/api/v1/messages/inbound/{sender.post().json()['message']}/body"

    assert client.get(address).json()["error"]["message"] == "The token lacks the scope messages:read_body."
    shown = api("messages:read_body").get(address).json()
    assert (shown["encoding"], "100-441" in shown["body"]) == ("utf-8", True)


def test_a_body_that_is_no_text_comes_as_base64(api: Callable[..., Client], wms: Connection) -> None:
    row = InboundMessage.objects.create(connection=wms, external_id="1", type="t", reference="r", body=b"\xff\x00")

    shown = api("messages:read_body").get(f"/api/v1/messages/inbound/{row.pk}/body").json()

    assert shown == {"id": row.pk, "encoding": "base64", "body": "/wA="}


def test_jobs_of_an_order_include_those_of_its_deliveries(
    client: Client, order: Document, add_job: Callable[..., SyncJob]
) -> None:
    add_job(3)
    mine = [add_job(1, document=order).pk, add_job(2, document=order.deliveries.get()).pk]

    assert sorted(row["id"] for row in found(client, "jobs", reference="S00031")) == mine
    assert [row["id"] for row in found(client, "jobs", reference="WH/OUT/00042")] == mine[1:]


@pytest.mark.parametrize(
    ("filters", "hits"),
    [
        ({"state": "blocked"}, 1),
        ({"state": "running"}, 0),
        ({"code": "CD-3001"}, 1),
        ({"flow": "order_release", "waits_for": "northgate"}, 1),
        ({"created_after": "2999-01-01T00:00:00Z"}, 0),
    ],
)
def test_jobs_are_found_by(
    client: Client, wms: Connection, add_job: Callable[..., SyncJob], filters: dict[str, str], hits: int
) -> None:
    add_job(state="blocked", failure_code="CD-3001", waits_for=wms)

    assert len(found(client, "jobs", **filters)) == hits


def test_jobs_that_wait_for_a_case_are_found_by_it(client: Client, add_job: Callable[..., SyncJob]) -> None:
    case, job = a_case(), add_job(1, state="blocked")
    add_job(2)
    case.waiting.create(job=job)

    assert [row["id"] for row in found(client, "jobs", case=case.pk)] == [job.pk]


def test_the_attempts_of_a_job_are_pages_too(client: Client, add_job: Callable[..., SyncJob]) -> None:
    job = add_job()
    for number in (1, 2, 3):
        job.history.create(number=number, worker="w", started_at=timezone.now(), outcome="retry", code="CD-1001")

    page = client.get(f"/api/v1/jobs/{job.pk}/attempts?page_size=2").json()

    assert [row["number"] for row in page["results"]] == [3, 2]
    assert [row["number"] for row in client.get(page["next"]).json()["results"]] == [1]


@pytest.mark.parametrize("address", ["jobs", "cases", "messages/inbound", "mappings", "warehouses", "connections"])
def test_a_longer_page_takes_no_more_queries(
    client: Client, order: Document, sender: Sender, add_job: Callable[..., SyncJob], address: str,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    for number in range(5):
        job = add_job(number, document=order, state="blocked", waits_for=order.connection)
        a_case(fingerprint=str(number), connection=order.connection, document=order).waiting.create(job=job)
        sender.post()
        CodeMapping.objects.create(
            kind="carrier",
            partner=order.deliveries.get().warehouse.wms,
            odoo_code=str(number),
            partner_code=str(number),
        )
    found(client, address)

    with django_assert_num_queries(2):
        assert found(client, address)


def test_mappings_in_force_and_replaced_ones(client: Client, wms: Connection) -> None:
    for version, ended in ((1, timezone.now()), (2, None)):
        CodeMapping.objects.create(
            kind="product", partner=wms, odoo_code="A", partner_code=f"X{version}", version=version, valid_to=ended
        )

    assert [row["partner_code"] for row in found(client, "mappings", active="true")] == ["X2"]
    assert [row["partner_code"] for row in found(client, "mappings", active="false", partner="northgate")] == ["X1"]


@pytest.mark.parametrize(
    "filters",
    [
        {"state": "nonsense"},
        {"reference": "a\x00b"},
        {"case": "1e999999"},
        {"case": "9" * 5000},
        {"case": "-1"},
        {"created_after": "yesterday"},
        {"created_after": "2026-13-01T00:00:00Z"},
    ],
)
def test_a_wrong_filter_is_400_and_named(client: Client, filters: dict[str, str]) -> None:
    answer = client.get("/api/v1/jobs", filters)

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, next(iter(filters)))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_moments_at_the_edge_of_the_calendar_are_no_failure_of_ours(client: Client, moment: str) -> None:
    assert client.get("/api/v1/jobs", {"created_after": moment}).status_code in {200, 400}


@pytest.mark.parametrize("pk", ["0", "9" * 18, "9" * 30, "9" * 5000, "x", "-1", "1%00"])
def test_a_row_that_is_not_there_is_404(client: Client, pk: str) -> None:
    answer = client.get(f"/api/v1/jobs/{pk}")

    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": "not_found", "message": "There is nothing at this address."}}


def test_other_methods_are_405(client: Client) -> None:
    for method in ("put", "patch", "delete", "options"):
        answer = getattr(client, method)("/api/v1/jobs")
        assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


def test_another_format_is_406(client: Client) -> None:
    assert client.get("/api/v1/jobs", headers={"accept": "text/xml"}).status_code == 406


@pytest.mark.usefixtures("database_down")
def test_without_the_database_it_is_503() -> None:
    answer = Client().get("/api/v1/jobs", headers={"authorization": "Bearer cd_0_x"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_the_flows_tell_what_hangs_on_them_and_how_fast_they_were(
    client: Client, add_job: Callable[..., SyncJob]
) -> None:
    ended = timezone.now()
    for number, seconds in enumerate([10] * 18 + [50, 90]):
        job = add_job(number, state="succeeded", finished_at=ended)
        SyncJob.objects.filter(pk=job.pk).update(created_at=ended - timedelta(seconds=seconds))
    add_job(99, state="needs_attention")
    shown = {row["flow"]: row for row in found(client, "flows")}
    release = shown["order_release"]
    assert (release["jobs"], release["half"], release["most"], release["kept"]) == (20, 10, 52, 0.95)
    assert (release["lane"], release["promise_seconds"], release["severity"]) == ("Order", 60, "high")
    assert (shown["posting"]["jobs"], shown["posting"]["kept"]) == (0, None)
    assert set(shown) == set(HANDLERS)
