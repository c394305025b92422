"""A message is read by the version of the contract that it names; one that names none is v1."""

import json
from copy import deepcopy
from typing import Any

import pytest

from integration.adapters.wms.http_json import parse
from integration.canonical.shipments import PackageV2, ShipmentConfirmed
from integration.errors import InvalidDocument
from tests.unit.adapters.wms.conftest import EVENTS, SHIPMENT

SSCC = "106141412345678908"  # GS1's own example


def shipment(contract: object = None, **package: object) -> dict[str, Any]:
    data = {**deepcopy(SHIPMENT), "packages": [{"package": "P1", **package}]}
    body = {"type": "shipment.confirmed", "timestamp": "2026-05-04T08:00:01Z", "data": data}
    return body if contract is None else {**body, "contract": contract}


def parsed(body: dict[str, Any]) -> Any:
    return parse.event("acme", {"webhook-id": "msg_1"}, json.dumps(body).encode())


@pytest.mark.parametrize("contract", [None, "v1"])
def test_v1_does_not_know_the_field_of_v2(contract) -> None:
    found = parsed(shipment(contract, sscc=SSCC))

    assert (found.drift, found.event.contract) == (("data.packages.0.sscc",), "v1")
    assert found.event.data.packages[0].number == "P1"


def test_v2_knows_it() -> None:
    found = parsed(shipment("v2", sscc=SSCC))

    assert (found.drift, found.event.contract) == ((), "v2")
    assert isinstance(found.event.data, ShipmentConfirmed)
    assert found.event.data.packages == (PackageV2(package="P1", sscc=SSCC),)


@pytest.mark.parametrize(
    ("package", "number"),
    [({"sscc": SSCC}, SSCC), ({"sscc": SSCC, "tracking_number": "1Z1"}, "1Z1"), ({}, "P1")],
)
def test_a_parcel_is_known_by_its_label_where_the_carrier_gave_no_number(package, number) -> None:
    assert parsed(shipment("v2", **package)).event.data.packages[0].number == number


@pytest.mark.parametrize("kind", EVENTS)
def test_every_message_may_be_written_in_v2(kind) -> None:
    body = {"type": kind, "contract": "v2", "timestamp": "2026-05-04T08:00:01Z", "data": EVENTS[kind]}

    found = parsed(body)

    assert (found.event.contract, found.event.type, found.drift) == ("v2", kind, ())


@pytest.mark.parametrize("contract", ["v3", "", 2, ["v2"], {}])
def test_a_version_that_there_is_not_is_refused(contract) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parsed(shipment(contract))

    assert (refused.value.code, refused.value.context["field"]) == ("CD-6003", "contract")
    assert refused.value.context["detail"] == "must be one of v1, v2"


@pytest.mark.parametrize(
    ("sscc", "detail"),
    [
        ("106141412345678907", "sscc has a wrong check digit"),
        ("10614141234567890", "does not have the right form (^\\d{18}$)"),
    ],
)
def test_a_label_that_cannot_be_one_is_refused(sscc, detail) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parsed(shipment("v2", sscc=sscc))

    assert (refused.value.context["field"], refused.value.context["detail"]) == ("data.packages.0.sscc", detail)
