"""What an integrator may do: the same acts as in the console, with the token's name in the audit log."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from integration.models import AuditEvent, CodeMapping, Connection, ExceptionCase, MasterRun, SyncJob, Warehouse

pytestmark = pytest.mark.django_db
MAPPING = {"kind": "product", "partner": "northgate", "odoo_code": "CHAIR-ASH", "partner_code": "X-1"}
AddJob = Callable[..., SyncJob]


@pytest.fixture
def client(api: Callable[..., Client]) -> Client:
    return api("jobs:write", "cases:write", "mappings:write")


@pytest.fixture
def case(add_job: AddJob, wms: Connection) -> ExceptionCase:
    """A product that is not mapped, and a job that waits for it."""
    case = ExceptionCase.objects.create(
        fingerprint="CD-3001:northgate:CHAIR-ASH", code="CD-3001", title="Product not mapped", last_seen=timezone.now(),
        context={"kind": "product", "scope": "northgate", "code": "CHAIR-ASH"},
    )  # fmt: skip
    case.waiting.create(job=add_job(state="blocked", started_at=timezone.now()))
    return case


def post(client: Client, address: str, body: Any = None, **extra: Any) -> HttpResponse:
    return client.post(f"/api/v1/{address}", body or {}, **({"content_type": "application/json"} | extra))


def test_a_code_that_odoo_was_not_seen_to_have_is_refused_unless_the_caller_says_so(
    client: Client, wms: Connection
) -> None:
    erp = Connection.objects.create(slug="erp-read", name="Odoo", kind="odoo", base_url="https://example.com")
    Warehouse.objects.create(name="W", erp=erp, company_id=1, erp_warehouse_id=99, wms=wms, site="read")
    MasterRun.objects.create(connection=erp, kind="item", task="sweep", number=1, began_at=timezone.now())

    answer = post(client, "mappings", MAPPING)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_allowed")
    assert answer.json()["error"]["message"].startswith("Odoo has no product with the code CHAIR-ASH. Odoo was last ")
    assert post(client, "mappings", {**MAPPING, "odoo_has_it": True}).status_code == 201


def test_a_waiting_job_is_retried(client: Client, add_job: AddJob) -> None:
    job = add_job(state="needs_attention", attempts=7)

    answer = post(client, f"jobs/{job.pk}/retry")

    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (200, "pending", 0)
    assert AuditEvent.objects.get().actor.startswith("token tests (")


@pytest.mark.parametrize("state", ["running", "succeeded", "cancelled"])
def test_a_job_that_runs_or_is_finished_is_not_retried(client: Client, add_job: AddJob, state: str) -> None:
    job = add_job(state=state)

    answer = post(client, f"jobs/{job.pk}/retry")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_allowed")
    assert SyncJob.objects.get().state == state


def test_a_job_is_cancelled_with_a_reason(client: Client, add_job: AddJob) -> None:
    job = add_job(state="blocked")

    answer = post(client, f"jobs/{job.pk}/cancel", {"reason": "Shipped by hand."})

    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert AuditEvent.objects.get().detail["reason"] == "Shipped by hand."


@pytest.mark.parametrize("reason", ["", "   ", None, 10**400, "a\x00", "\ud800", "x" * 301, ["a"], {"a": 1}])
def test_a_job_is_not_cancelled_without_a_proper_reason(client: Client, add_job: AddJob, reason: Any) -> None:
    job = add_job(state="blocked")

    answer = post(client, f"jobs/{job.pk}/cancel", {"reason": reason})

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "reason")
    assert SyncJob.objects.get().state == "blocked"


def test_a_case_is_retried_with_all_that_waits_for_it(client: Client, case: ExceptionCase) -> None:
    answer = post(client, f"cases/{case.pk}/retry")

    assert (answer.status_code, answer.json()) == (200, {"retried": 1})
    assert SyncJob.objects.get().state == "pending"


def test_a_resolved_case_stays_open_while_what_waits_for_it_is_tried(client: Client, case: ExceptionCase) -> None:
    answer = post(client, f"cases/{case.pk}/resolve", {"resolution": "Mapped."})

    assert (answer.status_code, answer.json()["state"], answer.json()["resolution"]) == (200, "open", "Mapped.")
    assert (answer.json()["resolved_at"], SyncJob.objects.get().state) == (None, "pending")


@pytest.mark.parametrize("act", ["resolve", "done_by_hand"])
def test_a_case_is_closed_once(client: Client, case: ExceptionCase, act: str) -> None:
    case.waiting.all().delete()
    first, second = (post(client, f"cases/{case.pk}/{act}", {"resolution": "Mapped."}) for _ in range(2))

    assert (first.status_code, first.json()["state"], first.json()["resolution"]) == (200, "resolved", "Mapped.")
    assert (second.status_code, second.json()["error"]["code"]) == (409, "not_allowed")


def test_a_case_that_was_done_by_hand_ends_what_waits_for_it(client: Client, case: ExceptionCase) -> None:
    answer = post(client, f"cases/{case.pk}/done_by_hand", {"resolution": "Booked in Odoo."})

    assert (answer.status_code, answer.json()["state"], answer.json()["resolution"]) == (
        200, "resolved", "Booked in Odoo.",
    )  # fmt: skip
    assert (SyncJob.objects.get().state, AuditEvent.objects.get().verb) == ("cancelled", "done by hand")


@pytest.mark.parametrize("act", ["resolve", "done_by_hand"])
def test_a_case_is_not_closed_without_words(client: Client, case: ExceptionCase, act: str) -> None:
    answer = post(client, f"cases/{case.pk}/{act}", {"resolution": " "})

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "resolution")
    assert (ExceptionCase.objects.get().state, SyncJob.objects.get().state) == ("open", "blocked")


def test_a_mapping_lets_go_of_what_waited_for_it(client: Client, case: ExceptionCase) -> None:
    answer = post(client, "mappings", MAPPING)

    assert (answer.status_code, answer.json()["partner_code"], answer.json()["version"]) == (201, "X-1", 1)
    assert SyncJob.objects.get().state == "pending"


def test_a_changed_mapping_is_a_new_version(client: Client, wms: Connection) -> None:
    post(client, "mappings", MAPPING)

    answer = post(client, "mappings", MAPPING | {"partner_code": "X-2"})

    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    assert list(CodeMapping.objects.filter(valid_to=None).values_list("partner_code", flat=True)) == ["X-2"]


def test_an_alias_is_added_beside_what_is_sent(client: Client, wms: Connection) -> None:
    post(client, "mappings", MAPPING)

    answer = post(client, "mappings", MAPPING | {"partner_code": "X-2", "alias": True})

    assert (answer.status_code, answer.json()["alias"], answer.json()["version"]) == (201, True, 1)
    active = CodeMapping.objects.filter(valid_to=None).order_by("pk")
    assert list(active.values_list("partner_code", "alias")) == [("X-1", False), ("X-2", True)]


def test_an_alias_of_what_is_not_mapped_is_409(client: Client, wms: Connection) -> None:
    answer = post(client, "mappings", MAPPING | {"alias": True})

    words = "CHAIR-ASH has no code that is sent yet: add that one first, without Alias."
    assert (answer.status_code, answer.json()["error"]) == (409, {"code": "not_allowed", "message": words})
    assert not CodeMapping.objects.exists()


def test_a_code_that_is_taken_is_409(client: Client, wms: Connection) -> None:
    post(client, "mappings", MAPPING)

    assert post(client, "mappings", MAPPING | {"odoo_code": "CHAIR-OAK"}).status_code == 409


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "colour"),
        ("partner", "nobody"),
        ("partner", "odoo"),
        ("partner", 5),
        ("odoo_code", "x" * 101),
        ("partner_code", "\x00"),
        ("alias", "maybe"),
        ("factor", "0"),
        ("factor", "-1"),
        ("factor", "1e400"),
        ("factor", "NaN"),
        ("factor", "0.0000001"),
        ("factor", 10**300),
    ],
)
def test_a_wrong_mapping_is_400_and_the_field_named(
    client: Client, wms: Connection, erp: Connection, field: str, value: Any
) -> None:
    answer = post(client, "mappings", MAPPING | {field: value})

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert not CodeMapping.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"reason": NaN}', b"9" * 5000])
def test_a_body_that_is_no_object_is_400(client: Client, add_job: AddJob, body: bytes) -> None:
    job = add_job(state="blocked")

    answer = client.generic("POST", f"/api/v1/jobs/{job.pk}/cancel", body, content_type="application/json")

    assert (answer.status_code, set(answer.json())) == (400, {"error"})


def test_bodies_are_json_and_small(client: Client, add_job: AddJob, settings: Any) -> None:
    address = f"jobs/{add_job(state='blocked').pk}/cancel"

    assert post(client, address, "reason=x", content_type="application/x-www-form-urlencoded").status_code == 415
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert post(client, address, {"reason": "Shipped by hand."}).status_code == 413


def test_what_is_not_there_is_404(client: Client) -> None:
    assert post(client, "jobs/1/retry").status_code == 404
    assert post(client, "cases/1/retry").status_code == 404
