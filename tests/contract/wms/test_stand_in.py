"""The stand-in warehouse itself: what it ships, how it delivers, and how it misbehaves."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from integration.adapters.base import Received
from integration.errors import Forbidden
from integration.sandbox.wms import outbox

OTHER = "whsec_" + "b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldC0wMDAwMDE="


@dataclass
class Inbox:
    """Where the stand-in's webhooks arrive. ``refuse`` answers come first, then 202."""

    url: str = ""
    refuse: list[int] = field(default_factory=list)
    messages: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def inbox(partner) -> Iterator[Inbox]:
    found = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = found.refuse.pop(0) if found.refuse else 202
            if status == 202:
                found.messages.append((dict(self.headers), body))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    partner.control("settings", target=found.url)
    yield found
    server.shutdown()
    server.server_close()


def received(partner, inbox) -> list[Received]:
    for headers, body in inbox.messages:
        partner.adapter.verify(headers, body, now=datetime.now(UTC))
    return [partner.adapter.parse(headers, body) for headers, body in inbox.messages]


def send(partner, release) -> None:
    partner.adapter.send("order.release", partner.adapter.render(release), key=f"k-{release.release}")


def shipped(partner, release, **script: Any) -> dict[str, Any]:
    return partner.control("ship", release=release.release, **script)["shipment"]


def quantities(shipment) -> list[str]:
    return [line["quantity"] for line in shipment["lines"]]


def settled(partner) -> list[dict[str, Any]]:
    """All deliveries, once none is on its way."""
    found = httpx.get(f"{partner.wms.url}/_sandbox/deliveries").json()
    return [] if found["pending"] else found["deliveries"]


def test_a_release_is_accepted_by_a_signed_message(partner, inbox, release, eventually) -> None:
    send(partner, release)
    eventually(lambda: inbox.messages)
    event = received(partner, inbox)[0].event
    assert (event.type, event.data.release, event.data.warehouse_order) == (
        "order.accepted",
        "WH/OUT/00042",
        "WMS-000001",
    )


def test_an_unknown_sku_is_rejected_by_line(partner, inbox, release, eventually) -> None:
    partner.control("items", **{"SKU-1": {}})
    send(partner, release)
    eventually(lambda: inbox.messages)
    event = received(partner, inbox)[0].event
    assert (event.type, event.data.reason) == ("order.rejected", "unknown SKU SKU-2")
    assert [(line.line, line.reason) for line in event.data.lines] == [("102", "unknown SKU SKU-2")]


@pytest.mark.parametrize(
    ("mode", "expected", "final"),
    [
        ("full", ["10", "2.5"], True),
        ("partial", ["5", "1"], False),
        ("short", ["10", "1.5"], True),
        ("over", ["11", "2.5"], True),
        ("zero", ["0", "0"], True),
    ],
)
def test_a_mode_says_what_leaves(partner, release, mode, expected, final) -> None:
    send(partner, release)
    shipment = shipped(partner, release, mode=mode)
    assert (quantities(shipment), shipment["final"]) == (expected, final)
    assert [line["shipped"] for line in partner.orders()[0]["lines"]] == expected


def test_the_rest_follows_a_partial_shipment(partner, release) -> None:
    send(partner, release)
    shipped(partner, release, mode="partial")
    assert quantities(shipped(partner, release)) == ["5", "1.5"]
    assert [(line["ordered"], line["shipped"]) for line in partner.orders()[0]["lines"]] == [
        ("10", "10"),
        ("2.5", "2.5"),
    ]


def test_lots_serials_and_parcels_are_told_apart(partner, release) -> None:
    lines = [
        release.lines[0].model_copy(update={"tracking": "lot"}),
        release.lines[1].model_copy(update={"tracking": "serial", "quantity": Decimal(2)}),
    ]
    partner.control("items", **{"SKU-1": {"lots": {"A": "4", "B": "9"}}, "SKU-2": {"serials": ["S1", "S2", "S3"]}})
    send(partner, release.model_copy(update={"lines": tuple(lines)}))
    shipment = shipped(partner, release, packages=2)
    first, second = partner.orders()[0]["lines"]
    assert (first["lots"], second["serials"]) == ({"A": "4", "B": "6"}, ["S1", "S2"])
    assert (first["packages"], second["packages"]) == ({"SHP-000001-P1": "10"}, {"SHP-000001-P2": "2"})
    assert shipment["tracking_numbers"] == ["TRK-SHP-000001-P1", "TRK-SHP-000001-P2"]


def test_exact_lines_are_shipped_as_said(partner, release) -> None:
    lines = [{"line": "101", "sku": "SKU-X", "quantity": "3", "unit": "BOX"}]
    shipment = shipped(partner, release, lines=lines, shipment="SHP-9", carrier="UPS", tracking=["T1"])
    assert (shipment["shipment"], shipment["carrier"], shipment["lines"][0]["sku"]) == ("SHP-9", "UPS", "SKU-X")
    strays = httpx.get(f"{partner.wms.url}/_sandbox/orders").json()["strays"]
    assert [stray["shipment"] for stray in strays] == ["SHP-9"]


def test_a_message_is_tried_until_it_is_taken(partner, inbox, release, eventually) -> None:
    inbox.refuse += [500, 429, 401]
    send(partner, release)
    found = eventually(lambda: settled(partner))
    assert [delivery["answers"] for delivery in found] == [["500", "429", "401", "202"]]


def test_a_message_that_is_refused_as_bad_is_not_repeated(partner, inbox, release, eventually) -> None:
    inbox.refuse.append(400)
    send(partner, release)
    shipped(partner, release)
    states = [delivery["state"] for delivery in eventually(lambda: settled(partner))]
    assert states == ["refused", "delivered"]


def test_messages_of_one_release_keep_their_order(partner, inbox, release, eventually) -> None:
    inbox.refuse += [503, 503]
    send(partner, release)
    shipped(partner, release, mode="partial")
    shipped(partner, release)
    eventually(lambda: len(inbox.messages) == 3)
    assert [message.event.type for message in received(partner, inbox)] == [
        "order.accepted",
        "shipment.confirmed",
        "shipment.confirmed",
    ]


@pytest.mark.parametrize(("fault", "numbers"), [("duplicate", 1), ("renumbered", 2)])
def test_a_message_may_come_twice(partner, inbox, release, fault, numbers, eventually) -> None:
    partner.control("settings", acknowledge_after=None)
    send(partner, release)
    shipped(partner, release, faults=[fault])
    eventually(lambda: len(inbox.messages) == 2)
    assert len({message.external_id for message in received(partner, inbox)}) == numbers
    assert len({body for _, body in inbox.messages}) == 1


def test_a_message_may_overtake_another(partner, inbox, release, eventually, monkeypatch) -> None:
    monkeypatch.setattr(outbox, "REORDER_LIMIT", 60.0)
    partner.control("faults", fault="reorder", times=1, match={"type": "order.accepted"})
    send(partner, release)
    shipped(partner, release)
    eventually(lambda: len(inbox.messages) == 2)
    assert [message.event.type for message in received(partner, inbox)] == ["shipment.confirmed", "order.accepted"]


def test_a_message_may_get_lost(partner, inbox, release, eventually) -> None:
    partner.control("faults", fault="lost", match={"type": "order.accepted"})
    send(partner, release)
    shipped(partner, release)
    eventually(lambda: inbox.messages)
    states = [delivery["state"] for delivery in eventually(lambda: settled(partner))]
    assert states == ["lost", "delivered"]
    assert [message.event.type for message in received(partner, inbox)] == ["shipment.confirmed"]


def test_nothing_is_delivered_during_an_outage(partner, inbox, release, eventually) -> None:
    send(partner, release)
    eventually(lambda: inbox.messages)
    partner.control("down", seconds=0.3)
    shipped(partner, release)
    assert len(inbox.messages) == 1
    eventually(lambda: len(inbox.messages) == 2)


def test_a_warehouse_that_works_by_itself_ships_what_it_accepted(partner, inbox, release, eventually) -> None:
    assert partner.control("settings", ship_after=0.05)["ship_after"] == 0.05
    send(partner, release)
    eventually(lambda: len(inbox.messages) == 2)
    assert [message.event.type for message in received(partner, inbox)] == ["order.accepted", "shipment.confirmed"]
    assert (quantities(partner.orders()[0]["shipments"][0]), partner.orders()[0]["closed"]) == (["10", "2.5"], True)


def test_by_itself_it_ships_what_a_person_left_open(partner, inbox, release, eventually) -> None:
    partner.control("settings", ship_after=0.8)
    refused, halved = (release.model_copy(update={"release": name}) for name in ("WH/OUT/1", "WH/OUT/2"))
    for each in (refused, halved):
        send(partner, each)
    partner.control("reject", release=refused.release, reason="no")
    shipped(partner, halved, mode="partial")
    first, second = eventually(lambda: partner.orders() if len(partner.orders()[1]["shipments"]) == 2 else [])
    assert (first["shipments"], quantities(second["shipments"][1])) == ([], ["5", "1.5"])


def test_a_corrected_confirmation_takes_the_place_of_the_wrong_one(partner, inbox, release, eventually) -> None:
    send(partner, release)
    wrong = shipped(partner, release, lines=[{"line": "101", "sku": "99999", "quantity": "3"}], tracking=["T1"])
    right = partner.control("correct", shipment=wrong["shipment"])["shipment"]
    eventually(lambda: len(inbox.messages) == 3)
    assert (right["shipment"], right["tracking_numbers"]) == (wrong["shipment"], ["T1"])
    assert [(line["sku"], line["quantity"]) for line in right["lines"]] == [("SKU-1", "10"), ("SKU-2", "2.5")]
    assert partner.orders()[0]["shipments"] == [right]
    assert len({message.external_id for message in received(partner, inbox)}) == 3


def test_a_correction_picks_the_lots_anew_and_changes_nothing_if_it_fails(partner, release) -> None:
    lot = release.model_copy(update={"lines": (release.lines[0].model_copy(update={"tracking": "lot"}),)})
    partner.control("items", **{"SKU-1": {"lots": {"A": "4", "B": "6"}}})
    send(partner, lot)
    before = shipped(partner, lot)
    refused = httpx.post(f"{partner.wms.url}/_sandbox/correct", json={"shipment": "SHP-000001", "mode": "over"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "1 of SKU-1 too few in the lots")
    assert partner.control("correct", shipment="SHP-000001")["shipment"]["lines"] == before["lines"]


def test_what_cannot_be_shipped_by_itself_stays_and_says_why(partner, release, eventually) -> None:
    lot = release.model_copy(update={"lines": (release.lines[0].model_copy(update={"tracking": "lot"}),)})
    partner.control("items", **{"SKU-1": {"lots": {"A": "4"}}})
    partner.control("settings", ship_after=0.0)
    send(partner, lot)
    eventually(lambda: partner.orders()[0]["reason"] == "6 of SKU-1 too few in the lots")
    assert partner.orders()[0]["shipments"] == []


def test_a_release_that_nobody_answered_is_answered_when_it_comes_again(partner, inbox, release, eventually) -> None:
    partner.control("settings", acknowledge_after=None)
    send(partner, release)
    partner.control("settings", acknowledge_after=0.0)
    send(partner, release)
    send(partner, release)
    eventually(lambda: settled(partner))
    assert [message.event.type for message in received(partner, inbox)] == ["order.accepted"]


@pytest.mark.parametrize("signing", ["bad", "old", "none"])
def test_anything_can_be_sent_badly_signed(partner, inbox, signing) -> None:
    answer = partner.control("send", body={"type": "x"}, signing=signing, id="msg_7")
    ((headers, body),) = inbox.messages
    assert (answer["status"], body) == (202, b'{"type": "x"}')
    with pytest.raises(Forbidden):
        partner.adapter.verify(headers, body, now=datetime.now(UTC))


def test_any_bytes_can_be_sent_well_signed(partner, inbox) -> None:
    partner.control("send", text="{broken")
    ((headers, body),) = inbox.messages
    partner.adapter.verify(headers, body, now=datetime.now(UTC))
    assert body == b"{broken"


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("ship", {"release": "R404"}, 409),
        ("ship", {"release": "R404", "lines": [{"sku": "S", "quantity": "-1"}]}, 422),
        ("ship", {"colour": 1}, 422),
        ("correct", {"shipment": "SHP-404"}, 409),
        ("acknowledge", {"release": "R404"}, 409),
        ("faults", {"fault": "explode"}, 422),
        ("send", {"base64": "x"}, 422),
        ("nothing", {}, 404),
        ("ship", [], 400),
    ],
)
def test_what_cannot_be_done_is_said(partner, path, asked, status) -> None:
    answer = httpx.post(f"{partner.wms.url}/_sandbox/{path}", json=asked)
    assert (answer.status_code, bool(answer.json()["reason"])) == (status, True)


def test_what_a_person_types_in_is_held_and_found_and_nobody_is_told(partner, inbox, release) -> None:
    typed = release.model_dump(mode="json", exclude_none=True)
    for _ in range(2):
        partner.control("key", **typed, key="typed in by Bo")
    assert [(order["key"], order["version"], order["status"]) for order in partner.orders()] == [
        ("typed in by Bo", 1, "received")
    ]
    assert partner.adapter.find("order.release", release.release, 1) is not None
    assert inbox.messages == []
    other = {**typed, "lines": typed["lines"][:1]}
    refused = httpx.post(f"{partner.wms.url}/_sandbox/key", json=other)
    assert (refused.status_code, refused.json()["reason"]) == (409, "version 1 is held with other content")


def test_it_signs_with_another_secret_from_the_moment_that_it_is_given_one(partner, inbox) -> None:
    partner.control("settings", secret=OTHER)
    partner.control("send", body={"type": "x"})
    ((headers, body),) = inbox.messages
    partner.with_secrets(signing=OTHER).verify(headers, body, now=datetime.now(UTC))
    with pytest.raises(Forbidden):
        partner.adapter.verify(headers, body, now=datetime.now(UTC))


def test_a_reset_forgets_everything(partner, release) -> None:
    send(partner, release)
    partner.control("reset")
    assert partner.orders() == []


def test_its_books_can_be_followed_by_what_changed(partner, release) -> None:
    def changes(since: int) -> tuple[list[tuple[str, bool]], int]:
        found = httpx.get(f"{partner.wms.url}/_sandbox/changes", params={"since": since}).json()
        return [(order["release"], order["closed"]) for order in found["orders"]], found["changes"]

    send(partner, release)
    assert changes(0) == ([(release.release, False)], 1)
    assert changes(1) == ([], 1)
    shipped(partner, release)
    assert changes(1) == ([(release.release, True)], 2)
    assert changes(0) == ([(release.release, True)], 2)


def test_it_runs_as_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "integration.sandbox", "wms", "--port", "0", "--secret", "whsec_QUJD"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[3].rstrip(",")
        assert httpx.get(f"{address}/health").json()["contract"] == "1"
        process.terminate()
        assert process.wait(5) == 0
