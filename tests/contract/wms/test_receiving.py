"""What a warehouse sends. The same for every warehouse system."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integration.errors import Forbidden, InvalidDocument

PREVIOUS = "whsec_" + "QUJD" * 8
SHIPMENT = {
    "shipment": "SHP-1",
    "release": "WH/OUT/00042",
    "shipped_at": "2026-05-04T10:00:00Z",
    "carrier": "DHL",
    "tracking_numbers": ["JD01"],
    "freight": {"amount": "7.90", "currency": "EUR"},
    "final": False,
    "packages": [{"package": "P1", "tracking_number": "JD01", "weight_kg": "1.5"}],
    "lines": [
        {
            "line": "101",
            "sku": "SKU-1",
            "quantity": "3",
            "unit": "EA",
            "lots": [{"lot": "L1", "quantity": "3"}],
            "package": "P1",
        },
        {"sku": "SKU-2", "quantity": "2", "unit": "EA", "serials": ["SN1", "SN2"]},
    ],
}
EVENTS = {
    "order.accepted": {"release": "WH/OUT/00042", "version": 1, "warehouse_order": "WMS-1"},
    "order.rejected": {"release": "WH/OUT/00042", "reason": "no", "lines": [{"line": "101", "reason": "unknown"}]},
    "shipment.confirmed": SHIPMENT,
}


@pytest.mark.parametrize("kind", EVENTS)
def test_every_message_is_verified_and_parsed_whole(partner, kind) -> None:
    headers, body = partner.message(kind, EVENTS[kind])
    partner.adapter.verify(headers, body, now=datetime.now(UTC))
    received = partner.adapter.parse(headers, body)
    assert (received.external_id, received.drift) == ("msg_1", ())
    assert received.event.data == type(received.event.data).model_validate(EVENTS[kind])
    assert partner.guard.calls == []


def test_quantities_are_exact(partner) -> None:
    shipment = partner.adapter.parse(*partner.message("shipment.confirmed", SHIPMENT)).event.data
    assert shipment.freight.amount == Decimal("7.90")
    assert [str(line.quantity) for line in shipment.lines] == ["3", "2"]


def refused(partner, headers, body, now=None) -> str:
    with pytest.raises(Forbidden) as caught:
        partner.adapter.verify(headers, body, now=now or datetime.now(UTC))
    return caught.value.code


def test_a_changed_body_is_refused(partner) -> None:
    headers, body = partner.message("shipment.confirmed", SHIPMENT)
    assert refused(partner, headers, body.replace(b'"3"', b'"4"')) == "CD-6005"


def test_an_unsigned_message_is_refused(partner) -> None:
    _, body = partner.message("shipment.confirmed", SHIPMENT)
    assert refused(partner, {}, body) == "CD-6005"


def test_a_strangers_signature_is_refused(partner) -> None:
    assert refused(partner, *partner.message("shipment.confirmed", SHIPMENT, secret=PREVIOUS)) == "CD-6005"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_message_from_another_time_is_refused(partner, minutes) -> None:
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    assert refused(partner, *partner.message("shipment.confirmed", SHIPMENT, at=at)) == "CD-6005"


def test_during_a_rotation_both_secrets_are_valid(partner) -> None:
    adapter = partner.with_secrets(signing_previous=PREVIOUS)
    for message in [
        partner.message("order.accepted", EVENTS["order.accepted"]),
        partner.message("order.accepted", EVENTS["order.accepted"], secret=PREVIOUS),
    ]:
        adapter.verify(*message, now=datetime.now(UTC))


def test_fields_of_a_later_version_are_reported(partner) -> None:
    data = {**EVENTS["order.accepted"], "dock": "7"}
    assert partner.adapter.parse(*partner.message("order.accepted", data)).drift == ("data.dock",)


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("order.teleported", {}, "CD-6002"),
        ("shipment.confirmed", {}, "CD-6003"),
        ("shipment.confirmed", {**SHIPMENT, "lines": []}, "CD-6003"),
        ("shipment.confirmed", {**SHIPMENT, "packages": []}, "CD-6003"),
    ],
)
def test_a_document_that_is_wrong_is_refused(partner, kind, data, code) -> None:
    with pytest.raises(InvalidDocument) as caught:
        partner.adapter.parse(*partner.message(kind, data))
    assert caught.value.code == code


def test_what_is_no_document_is_refused(partner) -> None:
    headers, _ = partner.message("order.accepted", EVENTS["order.accepted"])
    with pytest.raises(InvalidDocument) as caught:
        partner.adapter.parse(headers, partner.garbage)
    assert caught.value.code == "CD-6001"
