"""What the stand-in tells beside orders and shipments: stages, cartons, parcels, proofs; by itself if set so."""

from typing import Any

import httpx
import pytest

from tests.contract.wms.test_stand_in import inbox, received, send, shipped

__all__ = ["inbox"]
COST = {"amount": "4.5", "currency": "USD"}


def control(partner, name: str, **body: Any) -> httpx.Response:
    return httpx.post(f"{partner.wms.url}/_sandbox/{name}", json=body)


def events(partner, inbox) -> list[Any]:
    return [each.event for each in received(partner, inbox)]


def test_a_stage_tells_totals_by_line_with_what_is_short_and_the_cartons(partner, release) -> None:
    send(partner, release)
    told = control(partner, "tell", release=release.release, stage="packed", short={"101": "4"}, cartons=1)
    document = told.json()["progress"]
    assert [(line["picked"], line["packed"], line["short"]) for line in document["lines"]] == [
        ("6", "6", "4"),
        ("2.5", "2.5", "0"),
    ]
    [carton] = document["cartons"]
    assert (carton["package"], [line["quantity"] for line in carton["lines"]]) == ("WH/OUT/00042-C1", ["6", "2.5"])
    assert partner.orders()[0]["stage"] == "packed"


def test_a_parcel_is_tracked_and_delivered(partner, inbox, release, eventually) -> None:
    send(partner, release)
    number = shipped(partner, release, packages=2, freight_each=COST)["shipment"]
    control(partner, "track", shipment=number, status="in_transit", place="Leeds")
    control(partner, "track", shipment=number, number=f"TRK-{number}-P2", status="delivered", signed_by="J. Roe")
    eventually(lambda: len(inbox.messages) == 4)
    _, confirmed, tracked, delivered = events(partner, inbox)
    assert [str(each.freight.amount) for each in confirmed.data.packages] == ["4.5", "4.5"]
    assert (tracked.type, tracked.data.tracking_number, tracked.data.place) == (
        "shipment.tracked",
        f"TRK-{number}-P1",
        "Leeds",
    )
    assert (delivered.type, delivered.data.signed_by) == ("shipment.delivered", "J. Roe")
    assert partner.orders()[0]["parcels"] == {f"TRK-{number}-P1": "in_transit", f"TRK-{number}-P2": "delivered"}


def test_a_substitute_and_a_proof_leave_with_the_shipment(partner, release) -> None:
    send(partner, release)
    instead = {"line": "101", "sku": "SKU-9", "quantity": "10", "substitute": True}
    shipment = shipped(partner, release, lines=[instead], proof=True)
    assert [(line["sku"], line["substitute"]) for line in shipment["lines"]] == [("SKU-9", True)]
    assert (shipment["proof"]["media_type"], partner.orders()[0]["lines"][0]["shipped"]) == ("text/plain", "10")


def test_an_item_that_is_replaced_leaves_as_another_one(partner, release) -> None:
    partner.control("items", **{"SKU-1": {"instead": "SKU-9"}, "SKU-2": {}})
    send(partner, release)
    lines = shipped(partner, release)["lines"]
    told = [(line["line"], line["sku"], line["quantity"], line["substitute"]) for line in lines]
    assert told == [("101", "SKU-9", "10", True), ("102", "SKU-2", "2.5", False)]


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("tell", {"release": "WH/OUT/09999", "stage": "picked"}, 409),
        ("tell", {"release": "WH/OUT/00042", "stage": "lost"}, 422),
        ("track", {"shipment": "SHP-9", "status": "in_transit"}, 409),
    ],
)
def test_what_cannot_be_told_is_refused(partner, release, name: str, body: dict[str, Any], status: int) -> None:
    send(partner, release)
    assert control(partner, name, **body).status_code == status


def test_a_shipment_without_numbers_has_no_parcel_to_tell_of(partner, release) -> None:
    send(partner, release)
    number = shipped(partner, release)["shipment"]
    answer = control(partner, "track", shipment=number, status="in_transit")
    assert (answer.status_code, answer.json()["reason"]) == (409, f"shipment {number} has no parcel with a number")


def test_a_warehouse_that_works_by_itself_tells_all_of_it(partner, inbox, release, eventually) -> None:
    partner.control("settings", ship_after=0.05, show_progress=True, deliver_after=0.1, freight_each=COST)
    send(partner, release)
    eventually(lambda: len(inbox.messages) == 7)
    told = events(partner, inbox)
    assert [event.type for event in told] == [
        "order.accepted",
        *["order.progressed"] * 3,
        "shipment.confirmed",
        "shipment.tracked",
        "shipment.delivered",
    ]
    assert [str(each.freight.amount) for each in told[4].data.packages] == ["4.5"]
    assert [event.data.stage for event in told[1:4]] == ["picking", "picked", "packed"]
    assert told[-1].data.proof.decoded == f"delivered {told[-1].data.tracking_number}\n".encode()
