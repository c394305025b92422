"""What working on a message would do is told, and nothing of it is done."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Model

from integration import models
from integration.jobs import replays
from integration.jobs.acts import Actor
from integration.jobs.routes import ROUTES
from integration.models import BusinessRule, DocumentLine, InboundMessage, Replay, ReplayItem, Warehouse
from tests.component.flows.returns import Dock, line
from tests.component.flows.shelves import SITE, Shelves
from tests.component.flows.yard import Bought, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
Verdict = ReplayItem.Verdict
# What trying leaves behind: the replay itself, the traces of its own jobs, and whom it was who answered.
TRACES = {
    *(models.Replay, models.ReplayItem, models.SyncJob, models.JobAttempt, models.Stream, models.AuditEvent),
    *(models.RemoteSlot, models.ConnectionGate, models.Installation, models.KnownSystem),
}


def somebody(name: str = "ann") -> Actor:
    user, _ = User.objects.get_or_create(username=name)
    return Actor(name, user)


def contents() -> dict[str, list[Any]]:
    """All rows of all tables but those."""
    tables: list[type[Model]] = list(apps.get_app_config("integration").get_models())
    return {each.__name__: list(each._default_manager.order_by("pk").values()) for each in tables if each not in TRACES}


def tried(yard: Yard, **which: object) -> list[ReplayItem]:
    """Has messages tried, in a world that nothing of it changes."""
    before = contents()
    yard.odoo.forget_calls()
    replay = replays.make(InboundMessage.objects.filter(**which), "some", somebody())
    yard.run()
    assert contents() == before
    assert yard.odoo.writes() == []
    replay.refresh_from_db()
    assert replay.state == Replay.State.READY
    return list(replay.items.order_by("pk"))


@pytest.fixture
def receiving(yard: Yard) -> Yard:
    yard.set(receipt_mode="live", return_mode="live")
    return yard


def test_a_shipment_that_is_applied_would_change_nothing(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale)
    [item] = tried(yard, type="shipment.confirmed")
    assert (item.verdict, item.writes, item.changes) == (Verdict.NOTHING, [], {})


def test_a_receipt_that_is_not_applied_names_the_write(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.set(receipt_mode="off")
    receiving.receive(bought.advice)
    assert [code for code, _ in receiving.cases()] == ["CD-2011"]
    receiving.set(receipt_mode="live")
    [item] = tried(receiving, type="receipt.confirmed")
    [write] = item.writes
    assert (item.verdict, item.seen_state) == (Verdict.WRITES, "blocked")
    assert (write["verb"], write["connection"], write["at"]) == ("receive", "Odoo", bought.advice)
    assert (write["what"], write["key"][:8]) == ("10 x CRATE-S (good)", "receipt/")
    assert receiving.receipts(bought.id) == [(bought.advice, "assigned")]


def test_a_shipment_that_would_stop_says_why(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale, lines=[yard.line(sale, sku="NEW-SKU")])
    [case] = yard.cases()
    [item] = tried(yard, type="shipment.confirmed")
    assert (item.verdict, item.code, item.text) == (Verdict.FAILS, *case)


def test_a_system_that_is_away_is_told_and_the_others_are_tried(receiving: Yard) -> None:
    first, second = receiving.released(("CRATE-S", 3)), receiving.released(("CRATE-S", 2))
    receiving.shipped(first)
    receiving.set(shipment_mode="off")
    receiving.shipped(second)
    receiving.set(shipment_mode="live")
    receiving.odoo.fault("web_search_read", "cut_before", times=99)
    items = tried(receiving, type="shipment.confirmed")
    assert [item.verdict for item in items] == [Verdict.NOTHING, Verdict.UNSURE]
    assert items[1].code == "CD-1001"


def test_every_line_of_an_adjustment_is_told(shelves: Shelves) -> None:
    shelves.stock("BOLT", 10)
    shelves.stock("NUT", 5)
    shelves.adjust({"sku": "P-BOLT", "quantity": "-2"}, {"sku": "P-NUT", "quantity": "1"})
    shelves.yard.run()
    assert [code for code, _ in shelves.yard.cases()] == ["CD-8001"]
    shelves.allow()
    [item] = tried(shelves.yard, type="inventory.adjusted")
    told = [(write["verb"], write["what"]) for write in item.writes]
    products = [shelves.products[code] for code in ("BOLT", "NUT")]
    assert told == [("adjust stock", f"-2 x product {products[0]}"), ("adjust stock", f"1 x product {products[1]}")]


def test_an_adjustment_of_which_no_line_was_kept_keeps_none(shelves: Shelves) -> None:
    shelves.stock("BOLT", 10)
    shelves.yard.set(inventory_mode=Warehouse.Mode.OFF)
    shelves.adjust({"sku": "P-BOLT", "quantity": "-2"})
    shelves.yard.run()
    shelves.yard.set(inventory_mode=Warehouse.Mode.LIVE)
    [item] = tried(shelves.yard, type="inventory.adjusted")
    assert (item.verdict, item.code) == (Verdict.FAILS, "CD-8001")


def test_a_count_is_told_with_its_difference_and_one_that_is_judged_as_nothing(shelves: Shelves) -> None:
    shelves.stock("BOLT", 10)
    shelves.allow()
    shelves.yard.set(inventory_mode=Warehouse.Mode.OFF)
    shelves.count({"sku": "P-BOLT", "quantity": "7"})
    shelves.yard.run()
    shelves.yard.set(inventory_mode=Warehouse.Mode.LIVE)
    [item] = tried(shelves.yard, type="inventory.counted")
    assert [write["what"] for write in item.writes] == [f"-3 x product {shelves.products['BOLT']}"]


def test_a_count_that_is_judged_is_told_as_such(shelves: Shelves) -> None:
    shelves.stock("BOLT", 10)
    shelves.allow()
    shelves.count({"sku": "P-BOLT", "quantity": "7"})
    shelves.yard.run()
    [item] = tried(shelves.yard, type="inventory.counted")
    assert (item.writes, item.verdict) == ([], Verdict.OURS)
    assert item.changes == {"stock differences": 1}


def test_a_return_that_is_only_tried_leaves_the_job_of_the_replay_no_order(yard: Yard) -> None:
    dock, sale = Dock(yard), yard.released(("CRATE-S", 3))
    yard.shipped(sale)
    yard.set(return_mode="off")
    dock.tell(line("CRATE-S", 5), release=sale.release)
    yard.set(return_mode="live")
    [item] = tried(yard, type="return.received")
    assert (item.verdict, item.code) == (Verdict.FAILS, "CD-7031")
    assert [job.document for job in models.SyncJob.objects.filter(flow="replay_preview")] == [None]


def said(sale: Sale, bought: Bought) -> dict[str, dict[str, object]]:
    """A message of every type, about an order and a purchase that the warehouse has, and stock at its site."""
    release, advice, change = (
        {"release": sale.release},
        {"advice": bought.advice},
        {"release": sale.release, "change": 1},
    )
    goods, parcel = {"sku": "P-CRATE-S", "quantity": "1", "unit": "EA"}, {"shipment": "S-1", "tracking_number": "T-1"}
    line = {"line": line_of(sale.release), **goods}
    at, lines, late = "2026-03-02T11:39:00Z", [goods], "too late"
    return {
        "order.accepted": release,
        "order.rejected": {**release, "reason": "unknown SKU"},
        "order.change.accepted": change,
        "order.change.partly_accepted": change,
        "order.change.refused": {**change, "reason": late},
        "order.cancel.accepted": change,
        "order.cancel.refused": {**change, "reason": late},
        "order.progressed": {**release, "stage": "picking", "at": at},
        "shipment.confirmed": {**release, "shipment": "S-1", "shipped_at": at, "lines": [line]},
        "shipment.tracked": {**release, **parcel, "status": "in_transit", "at": at},
        "shipment.delivered": {**release, **parcel, "delivered_at": at},
        "receipt.accepted": advice,
        "receipt.rejected": {**advice, "reason": "the gate is closed"},
        "receipt.confirmed": {**advice, "receipt": "R-1", "received_at": at, "lines": lines},
        "return.received": {**release, "receipt": "R-2", "site": SITE, "received_at": at,
                            "lines": [{**goods, "disposition": "resell"}]},
        "receipt.put_away": {"put_away": "P-1", "site": SITE, "at": at, "lines": [{**goods, "to_location": "A-01"}]},
        "inventory.adjusted": {"adjustment": "A-1", "site": SITE, "adjusted_at": at,
                               "lines": [{**goods, "quantity": "-1", "reason": "LOST"}]},
        "inventory.counted": {"count": "C-1", "site": SITE, "counted_at": at, "lines": lines},
        "inventory.snapshot": {"snapshot": "N-1", "site": SITE, "taken_at": at},
    }  # fmt: skip


def line_of(release: str) -> str:
    return DocumentLine.objects.get(document__reference=release, document__kind="delivery").line


WRITES = {"shipment.confirmed": "ship", "receipt.confirmed": "receive", "inventory.adjusted": "adjust stock"}
STOPS = {
    **dict.fromkeys((kind for kind in ROUTES if kind.startswith(("order.change", "order.cancel"))), "CD-4009"),
    "return.received": "CD-7042",
}


def test_every_type_of_message_can_be_tried(receiving: Yard) -> None:
    receiving.set(inventory_mode="live")
    BusinessRule.objects.create(kind="adjust_units", warehouse=receiving.warehouse, value=1000)
    sale, bought = receiving.released(("CRATE-S", 3)), receiving.expected(("CRATE-S", 5))
    InboundMessage.objects.all().delete()
    messages = said(sale, bought)
    assert set(messages) == set(ROUTES)
    for kind, data in messages.items():
        body = json.dumps({"type": kind, "timestamp": "2026-03-02T11:40:12Z", "data": data}).encode()
        InboundMessage.objects.create(
            connection=receiving.partner, external_id=kind, type=kind, reference=kind, body=body,
            headers={"webhook-id": kind},
        )  # fmt: skip
    found = {item.message.type: item for item in tried(receiving)}
    assert {kind: item.code for kind, item in found.items() if item.code} == STOPS
    told = {kind: item.writes[0]["verb"] for kind, item in found.items() if item.writes}
    assert {kind: told.get(kind) for kind in WRITES} == WRITES
    assert found["order.progressed"].verdict == found["shipment.tracked"].verdict == Verdict.OURS
    assert {item.verdict for item in found.values()} <= {*Verdict.values} - {Verdict.UNTRIED, Verdict.BUSY}
