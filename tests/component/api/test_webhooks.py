"""Every answer of the webhook endpoint, and what is in the database after it."""

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection as database
from django.test import Client

from integration.api import webhooks
from integration.models import Connection, InboundMessage, SyncJob
from tests.component.api.conftest import SHIPMENT, Sender

ADDRESS = "/api/v1/webhooks/northgate"
pytestmark = pytest.mark.usefixtures("wms")


def changed(**data: Any) -> dict[str, Any]:
    document = copy.deepcopy(SHIPMENT)
    document["data"] |= data
    return document


def nothing_was_kept() -> bool:
    return not InboundMessage.objects.exists() and not SyncJob.objects.exists()


def end_connections_of_this_process() -> None:
    """As a failover or an administrator would: the client hears of it when it asks next."""
    mine = database.connection.info.backend_pid
    with psycopg.connect(**database.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])


def test_a_new_message_is_202_and_committed_with_its_job(sender: Sender) -> None:
    answer = sender.post(number="msg_1")

    message = InboundMessage.objects.get()
    assert (answer.status_code, answer.json()) == (202, {"message": message.pk, "trace": str(message.trace_id)})
    assert json.loads(message.body) == SHIPMENT
    assert SyncJob.objects.get().inbound == message


def test_a_repeated_message_is_200_with_the_number_of_the_first_and_no_second_job(sender: Sender) -> None:
    first, second = sender.post(number="msg_1"), sender.post(number="msg_1")

    assert (second.status_code, second.json()) == (200, first.json())
    assert SyncJob.objects.count() == 1


def test_a_number_used_for_another_content_is_400(sender: Sender) -> None:
    sender.post(number="msg_1")

    answer = sender.post(changed(shipment="SHP-9002"), number="msg_1")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "CD-6004")
    assert InboundMessage.objects.count() == 1


def test_a_bad_field_is_400_and_named(sender: Sender) -> None:
    line = SHIPMENT["data"]["lines"][0] | {"quantity": "-1"}

    answer = sender.post(changed(lines=[line]))

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (400, "CD-6003", "data.lines.0.quantity")
    assert error["detail"]
    assert error["fix"] == "Correct the field and send it again."
    assert nothing_was_kept()


ENVELOPE = b'{"type": "order.accepted", "timestamp": "2026-03-02T11:40:12Z", "data": %s}'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" ", "CD-6001"),
        (b"not json", "CD-6001"),
        (b"[" * 100_000, "CD-6001"),
        (b'{"type": "order.vanished", "timestamp": "2026-03-02T11:40:12Z", "data": {}}', "CD-6002"),
        (ENVELOPE % b'{"release": "A\\u0000B"}', "CD-6001"),
        (ENVELOPE % b'{"release": "\\ud800"}', "CD-6001"),
        (ENVELOPE % b'{"release": "A", "version": 1e999999999}', "CD-6001"),
        (ENVELOPE % b'{"release": "A", "version": 1e9999999999999999999999}', "CD-6001"),
    ],
)
def test_what_is_no_document_is_400(sender: Sender, body: bytes, code: str) -> None:
    answer = sender.post(body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
    assert nothing_was_kept()


def test_unknown_fields_with_strange_names_are_no_failure_of_ours(sender: Sender) -> None:
    answer = sender.post(changed(**{"col\u0000our": "\u0000", "número": 10**200}))

    assert answer.status_code in {202, 400}


def test_a_wrong_signature_is_401() -> None:
    answer = Sender("whsec_" + "A" * 44).post()

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "CD-6005")
    assert answer["WWW-Authenticate"] == "Standard-Webhooks"
    assert nothing_was_kept()


def test_a_changed_body_is_401(sender: Sender) -> None:
    headers = sender.headers(json.dumps(SHIPMENT).encode())

    assert sender.post(changed(shipment="SHP-9002"), headers=headers).status_code == 401
    assert nothing_was_kept()


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_timestamp_more_than_five_minutes_off_is_401(sender: Sender, minutes: int) -> None:
    assert sender.post(at=datetime.now(UTC) + timedelta(minutes=minutes)).status_code == 401
    assert nothing_was_kept()


def test_a_message_without_a_signature_is_401() -> None:
    answer = Client().post(ADDRESS, SHIPMENT, content_type="application/json")

    assert answer.status_code == 401
    assert nothing_was_kept()


@pytest.mark.parametrize("signed", [True, False])
def test_an_unknown_connection_is_answered_like_a_wrong_signature(signed: bool) -> None:
    stranger = Sender("whsec_" + "A" * 44)
    extra: dict[str, Any] = {} if signed else {"headers": {"webhook-signature": ""}}

    known, unknown = stranger.post(to="northgate", **extra), stranger.post(to="nobody", **extra)

    assert known.status_code == unknown.status_code == 401
    assert (known.content, known.headers) == (unknown.content, unknown.headers)


def test_an_odoo_connection_takes_no_messages(sender: Sender, erp: Connection) -> None:
    Connection.objects.filter(pk=erp.pk).update(secrets={"signing": "whsec_" + "A" * 44})

    assert sender.post(to="odoo").status_code == 401


def test_another_content_type_is_415(sender: Sender) -> None:
    assert sender.post(content_type="text/xml").status_code == 415
    assert sender.post(content_type="").status_code == 415
    assert nothing_was_kept()


def test_a_charset_is_no_other_content_type(sender: Sender) -> None:
    assert sender.post(content_type="application/json; charset=utf-8").status_code == 202


def test_a_body_over_the_limit_is_413(sender: Sender, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    answer = sender.post()

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert nothing_was_kept()


def test_a_sender_that_wants_xml_gets_json_and_is_not_refused(sender: Sender) -> None:
    answer = sender.post(headers={"accept": "application/xml"})

    assert (answer.status_code, answer["Content-Type"]) == (202, "application/json")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "head"])
def test_other_methods_are_405(method: str) -> None:
    assert getattr(Client(), method)(ADDRESS).status_code == 405


def test_a_connection_without_a_secret_takes_nothing(sender: Sender, wms: Connection) -> None:
    wms.secrets = {}
    wms.save()

    assert sender.post().status_code == 401


@pytest.mark.usefixtures("database_down")
def test_without_the_database_it_is_503_and_the_sender_tries_again(sender: Sender) -> None:
    answer = sender.post()

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["error"]["code"] == "unavailable"


@pytest.mark.django_db(transaction=True)
def test_a_connection_to_the_database_that_broke_costs_no_message(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "REMEMBERED_SECONDS", 1e9)  # so that the message's own statement hears of it
    assert sender.post().status_code == 202
    end_connections_of_this_process()

    assert sender.post().status_code == 202
    assert InboundMessage.objects.count() == SyncJob.objects.count() == 2


def test_a_paused_connection_still_receives(sender: Sender, wms: Connection) -> None:
    Connection.objects.filter(pk=wms.pk).update(enabled=False)

    assert sender.post().status_code == 202


def test_taking_a_message_needs_few_queries(sender: Sender, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(16):
        assert sender.post().status_code == 202


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_removed_and_made_anew_takes_messages_at_once(sender: Sender, wms: Connection) -> None:
    """Its row was remembered for a moment: that must not become a failure of ours."""
    assert sender.post().status_code == 202
    SyncJob.objects.all().delete()
    InboundMessage.objects.all().delete()
    wms.delete()
    assert sender.post().status_code == 401
    Connection.objects.create(
        slug="northgate", name="Northgate 3PL", kind="http_json", base_url="https://wms.test", secrets=wms.secrets
    )
    webhooks._known.cache_clear()
    assert sender.post().status_code == 202
