"""What a sender says that the contract does not know is kept once, counted, and told as the connection wishes."""

import copy
import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from integration.jobs import acts, connections, drift
from integration.models import AuditEvent, Connection, Drift, ExceptionCase, InboundMessage
from tests.component.api.conftest import SHIPMENT, Sender

pytestmark = pytest.mark.django_db(transaction=True)
SOMEBODY = acts.Actor("somebody")
WARN, PAUSE, IGNORE = Connection.DriftPolicy.WARN, Connection.DriftPolicy.PAUSE, Connection.DriftPolicy.IGNORE


def says(line: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    body = copy.deepcopy(SHIPMENT)
    body["data"] |= data
    body["data"]["lines"] = [body["data"]["lines"][0] | (line or {}), copy.deepcopy(SHIPMENT["data"]["lines"][0])]
    return body


def kept() -> list[tuple[str, str, str, int, str]]:
    return list(Drift.objects.order_by("path").values_list("kind", "subject", "path", "count", "example"))


def follow(wms: Connection, policy: str) -> None:
    Connection.objects.filter(pk=wms.pk).update(drift_policy=policy)


def test_a_field_is_kept_once_with_its_place_and_how_often_it_came(wms: Connection, sender: Sender) -> None:
    sender.post(says({"colour": "green"}, dock="7"), number="msg_1")
    sender.post(says({"colour": "red"}), number="msg_2")
    sender.post(says({"colour": "red"}), number="msg_2")

    assert kept() == [
        ("field", "shipment.confirmed", "data.dock", 1, "msg_1"),
        ("field", "shipment.confirmed", "data.lines[].colour", 2, "msg_2"),
    ]
    first, last = Drift.objects.values_list("first_at", "last_at").get(path="data.lines[].colour")
    assert first < last
    assert "green" not in str(Drift.objects.values())


def test_it_is_a_case_for_each_type_which_a_known_field_does_not_open_again(wms: Connection, sender: Sender) -> None:
    sender.post(says({"colour": "green"}), number="msg_1")
    sender.post(says({"colour": "green"}), number="msg_2")

    case = ExceptionCase.objects.get()
    assert (case.code, case.count, case.connection) == ("CD-3020", 1, wms)
    assert case.cause == (
        "Northgate 3PL sends fields in shipment.confirmed that the contract does not know: data.lines[].colour. "
        "The messages were taken, and these fields are not used."
    )
    sender.post(says({"size": "L"}), number="msg_3")
    case.refresh_from_db()
    assert (case.count, ExceptionCase.objects.count()) == (2, 1)
    assert "data.lines[].size" in case.cause


def test_a_case_that_was_ignored_is_not_opened_by_more_of_it(wms: Connection, sender: Sender) -> None:
    sender.post(says({"colour": "green"}), number="msg_1")
    acts.ignore_case(ExceptionCase.objects.get().pk, SOMEBODY, "they like it so")
    sender.post(says({"size": "L"}), number="msg_2")

    assert [case.state for case in ExceptionCase.objects.all()] == ["ignored"]
    assert [path for _, _, path, _, _ in kept()] == ["data.lines[].colour", "data.lines[].size"]


def test_a_field_that_is_odoos_has_one_case_and_no_second_one(wms: Connection, sender: Sender) -> None:
    sender.post(says({"barcode": "4711"}), number="msg_1")

    assert [case.code for case in ExceptionCase.objects.all()] == ["CD-6006"]
    assert [path for _, _, path, _, _ in kept()] == ["data.lines[].barcode"]


def test_who_ignores_drift_has_it_kept_and_no_case(wms: Connection, sender: Sender) -> None:
    follow(wms, IGNORE)
    sender.post(says({"colour": "green"}), number="msg_1")

    assert (len(kept()), ExceptionCase.objects.count()) == (1, 0)


def test_who_wants_a_pause_has_the_connection_paused_and_messages_taken(wms: Connection, sender: Sender) -> None:
    follow(wms, PAUSE)
    first, second = sender.post(says({"colour": "green"}), number="msg_1"), sender.post(says(), number="msg_2")

    wms.refresh_from_db()
    assert (first.status_code, second.status_code) == (202, 202)
    assert InboundMessage.objects.count() == 2
    assert (wms.enabled, wms.paused_by) == (False, "Crossdock")
    assert wms.paused_why == "Drift: data.lines[].colour in shipment.confirmed"
    case = ExceptionCase.objects.get()
    assert (case.code, case.severity) == ("CD-3021", "high")
    assert AuditEvent.objects.filter(verb="pause connection", actor="Crossdock").count() == 1


def test_the_case_of_a_pause_resumes_the_connection(wms: Connection, sender: Sender) -> None:
    follow(wms, PAUSE)
    sender.post(says({"colour": "green"}), number="msg_1")
    person = User.objects.create_user("ada")
    acts.retry_case(ExceptionCase.objects.get().pk, acts.Actor("ada", person))

    wms.refresh_from_db()
    assert (wms.enabled, wms.paused_at, wms.paused_by, wms.paused_why) == (True, None, "", "")
    assert (ExceptionCase.objects.get().state, ExceptionCase.objects.get().resolution) == (
        "resolved",
        "The connection was resumed.",
    )
    assert AuditEvent.objects.filter(verb="resume connection", user=person).count() == 1
    sender.post(says({"colour": "green"}), number="msg_2")
    wms.refresh_from_db()
    assert wms.enabled


def test_a_shape_that_is_refused_is_kept_and_its_sender_told(wms: Connection, sender: Sender) -> None:
    answer = sender.post(says({"quantity": "many"}), number="msg_1")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "CD-6003")
    assert kept() == [("shape", "shipment.confirmed", "data.lines[].quantity", 1, "msg_1")]
    assert Drift.objects.get().detail == 'must be a decimal string such as "12.5"'
    assert (InboundMessage.objects.count(), ExceptionCase.objects.count()) == (0, 0)


def test_a_status_that_nobody_knows_is_a_shape_that_is_refused(wms: Connection, sender: Sender) -> None:
    data = {
        "shipment": "S-1",
        "release": "R-1",
        "tracking_number": "1Z",
        "status": "teleported",
        "at": "2026-03-02T11:39:00Z",
    }
    sender.post({"type": "shipment.tracked", "timestamp": "2026-03-02T11:40:12Z", "data": data}, number="msg_1")
    sender.post({"type": "shipment.vanished", "timestamp": "2026-03-02T11:40:12Z", "data": data}, number="msg_2")

    assert [(kind, subject, path) for kind, subject, path, _, _ in kept()] == [
        ("shape", "shipment.vanished", "CD-6002"),
        ("shape", "shipment.tracked", "data.status"),
    ]


def test_a_sender_without_a_signature_leaves_nothing(wms: Connection, sender: Sender) -> None:
    body = json.dumps(says({"colour": "green"})).encode()
    answer = sender.client.post(
        "/api/v1/webhooks/northgate", body, content_type="application/json", headers={"webhook-id": "msg_1"}
    )

    assert (answer.status_code, kept()) == (401, [])


def test_a_hostile_sender_cannot_fill_the_table(wms: Connection, sender: Sender, monkeypatch) -> None:
    monkeypatch.setattr(drift, "MOST", 30)
    for number in range(4):
        sender.post(says(None, **{f"x{number}_{each}": 1 for each in range(40)}), number=f"msg_{number}")

    rows = Drift.objects.all()
    assert rows.count() <= drift.MOST + 1
    assert rows.get(path="(more)").count == 4
    assert max(len(row.path) for row in rows) <= 120


def test_a_person_who_resumes_the_connection_closes_the_case(wms: Connection, sender: Sender) -> None:
    follow(wms, PAUSE)
    sender.post(says({"colour": "green"}), number="msg_1")
    connections.resume(wms.pk, SOMEBODY)

    assert ExceptionCase.objects.get().state == "resolved"
