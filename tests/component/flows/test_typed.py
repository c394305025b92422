"""What was typed in from a sheet, beside the warehouse's own word: booked once, whichever is first."""

import csv
import io
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integration.jobs import acts, packs, sheets, typed
from integration.jobs.acts import NotAllowed
from integration.models import (
    AuditEvent,
    Document,
    ExternalReference,
    InboundMessage,
    MessageKey,
    Parcel,
    StockEvent,
    TypedShipment,
)
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
LEFT_AT = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%d %H:%M}"


def form(yard: Yard) -> list[dict[str, str]]:
    """The form as the warehouse gets it, without the sheets."""
    written = sheets.write_csv(packs.COLUMNS, packs.form_rows(packs.make(yard.warehouse)))
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))


def filled(yard: Yard, **fields: str) -> list[dict[str, str]]:
    """Everything on it has left."""
    return [{**row, "quantity": row["open"], "shipped_at": LEFT_AT, **fields} for row in form(yard)]


def sheet(rows: list[dict[str, str]]) -> tuple[list[str], list[sheets.Numbered]]:
    return sheets.read(sheets.write_csv(packs.COLUMNS, [[row[name] for name in packs.COLUMNS] for row in rows]))


def load(yard: Yard, rows: list[dict[str, str]], actor: acts.Actor = SOMEBODY) -> int:
    heads, below = sheet(rows)
    agreed = typed.digest(typed.preview(yard.warehouse, heads, below))
    return typed.load(yard.warehouse, heads, below, agreed, actor)


def faults(yard: Yard, rows: list[dict[str, str]]) -> list[tuple[int, str, str]]:
    found = typed.preview(yard.warehouse, *sheet(rows)).faults
    return [(fault.row, fault.column, fault.words) for fault in found]


def once(yard: Yard, sale: Sale, quantity: float = 3) -> None:
    """Odoo and we have it once, and nothing is left to do."""
    ours = -sum(StockEvent.objects.filter(document__reference=sale.release).values_list("quantity", flat=True))
    assert (yard.odoo.delivered(sale.id), ours) == ({"CRATE-S": quantity}, quantity)
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])


def test_a_typed_shipment_is_posted_as_the_warehouse_s_own_would_be(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    assert load(yard, filled(yard, tracking="TRK-1; TRK-2")) == 1
    yard.run()
    once(yard, sale)
    assert yard.odoo.shipped_by(sale.id) == [("SHEET-1", "TRK-1, TRK-2")]
    [row] = TypedShipment.objects.all()
    assert (row.state, row.actor, row.message.headers["typed-by"]) == ("booked", "somebody", "somebody")


def test_the_same_sheet_twice_is_one_shipment(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    rows = filled(yard)
    assert (load(yard, rows), load(yard, rows)) == (1, 0)
    yard.run()
    assert load(yard, rows) == 0
    once(yard, sale)


def test_what_was_taken_before_a_death_is_in_the_audit_log(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    sales = [yard.released(("CRATE-S", 3)) for _ in range(2)]
    rows, take = filled(yard), typed._take

    def once(*told: Any) -> bool:
        if AuditEvent.objects.filter(verb="load typed shipment").exists():
            raise SystemExit
        return take(*told)

    monkeypatch.setattr(typed, "_take", once)
    with pytest.raises(SystemExit):
        load(yard, rows)
    [row] = TypedShipment.objects.all()
    [noted] = AuditEvent.objects.filter(verb="load typed shipment")
    assert (noted.subject, noted.detail["message"], noted.actor) == (
        f"{row.release} SHEET-1",
        row.message_id,
        "somebody",
    )
    monkeypatch.undo()
    assert (load(yard, rows), len(sales)) == (1, AuditEvent.objects.filter(verb="load typed shipment").count())


def test_two_people_at_once_are_one_shipment(yard: Yard) -> None:
    sales = [yard.released(("CRATE-S", 3)) for _ in range(3)]
    rows, came, start = filled(yard), [], threading.Barrier(2)

    def both(name: str) -> None:
        start.wait()
        came.append(load(yard, rows, acts.Actor(name)))

    threads = [threading.Thread(target=both, args=[name]) for name in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    yard.run()
    assert (sum(came), MessageKey.objects.filter(external_id__startswith="typed/").count()) == (3, 3)
    for sale in sales:
        once(yard, sale)


@pytest.mark.parametrize("first", ["typed", "told"])
def test_the_warehouse_s_own_word_for_the_same_goods_books_nothing_more(yard: Yard, first: str) -> None:
    sale = yard.released(("CRATE-S", 3))
    rows = filled(yard)
    if first == "typed":
        load(yard, rows)
        yard.run()
        yard.shipped(sale)
    else:
        yard.shipped(sale)
        load(yard, rows)
        yard.run()
    once(yard, sale)
    assert yard.effects("ship") == ["landed"]
    [row] = TypedShipment.objects.all()
    assert (list(row.told), row.state) == (["SHP-000001"], "booked" if first == "typed" else "known")
    numbers = ExternalReference.objects.filter(document_type="shipment").values_list("reference", flat=True)
    assert sorted(numbers) == ["SHEET-1", "SHP-000001"]


def test_both_words_in_hand_at_once_are_one_shipment(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    load(yard, filled(yard))
    yard.wms.ship(sale.release)
    yard.run()
    once(yard, sale)
    assert yard.effects("ship") == ["landed"]


def test_the_warehouse_s_word_in_two_parts_is_matched_in_two_parts(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    load(yard, filled(yard))
    yard.run()
    yard.shipped(sale, "partial")
    yard.shipped(sale)
    once(yard, sale, 4)
    assert sorted(TypedShipment.objects.get().told) == ["SHP-000001", "SHP-000002"]


def test_a_part_that_may_be_other_goods_stops_at_a_person(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    load(yard, [{**row, "quantity": "2"} for row in filled(yard)])
    yard.run()
    yard.shipped(sale, "partial")
    case = yard.case("CD-9401")
    assert case.cause == (
        f"Shipment SHP-000001 for {sale.release} says 2 CRATE-S. SHEET-1 is booked with 2 CRATE-S: one of the two was"
        " typed in from a sheet, and both may be the same goods."
    )
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": 2}
    yard.choose("CD-9401", "other")
    once(yard, sale, 4)


def test_a_person_says_that_they_are_the_same_goods(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    load(yard, [{**row, "quantity": "2"} for row in filled(yard)])
    yard.run()
    yard.shipped(sale, "partial")
    yard.choose("CD-9401", "same")
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": 2}
    yard.shipped(sale)
    once(yard, sale, 4)


def test_what_was_told_before_the_sheet_was_made_is_another_shipment(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    yard.shipped(sale, "partial")
    load(yard, filled(yard))
    yard.run()
    once(yard, sale, 4)
    assert TypedShipment.objects.get().told == {}


def test_a_message_that_was_matched_and_comes_again_is_matched_again(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    load(yard, filled(yard))
    yard.run()
    yard.shipped(sale)
    for message in InboundMessage.objects.filter(type="shipment.confirmed"):
        acts.replay_message(message.pk, SOMEBODY, "again")
    yard.run()
    once(yard, sale)


def test_a_number_that_was_matched_with_other_content_is_refused(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    load(yard, filled(yard))
    yard.run()
    sent = yard.shipped(sale)
    assert yard.wms.send("shipment.confirmed", {**sent, "lines": [yard.line(sale, quantity="1")]}) == 202
    yard.run()
    assert [code for code, _ in yard.cases()] == ["CD-5012"]
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": 3}


def test_a_release_that_never_went_out_is_not_picked_again(yard: Yard) -> None:
    sale = yard.sell(("CRATE-S", 3))
    yard.pause_sending()
    yard.look()
    load(yard, filled(yard))
    yard.run()
    yard.pause_sending(paused=False)
    yard.later()
    once(yard, sale)
    assert yard.wms.held() == []


def test_a_release_that_the_warehouse_s_system_refused_to_take_is_not_picked_again(yard: Yard, settings: Any) -> None:
    settings.ENGINE = {**settings.ENGINE, "breaker_failures": 1}
    sale = yard.sell(("CRATE-S", 3))
    yard.wms.control("down", seconds=600)
    yard.look()
    load(yard, filled(yard))
    yard.run()
    yard.wms.control("down", seconds=0)
    yard.later()
    yard.later()
    once(yard, sale)
    assert yard.wms.held() == []


@pytest.mark.parametrize(("fault", "held"), [("cut_before", 0), ("cut_after_commit", 1)])
def test_a_release_of_unknown_outcome_is_looked_for_and_not_sent_again(yard: Yard, fault: str, held: int) -> None:
    sale = yard.sell(("CRATE-S", 3))
    yard.wms.fault(fault, times=1)
    yard.look()
    assert yard.effects("send order.release") == ["intended"]
    load(yard, filled(yard))
    yard.later()
    once(yard, sale)
    assert len(yard.wms.held()) == held
    assert yard.effects("send order.release") == (["landed"] if held else ["refused"])


def test_what_is_wrong_is_told_by_row_and_what_is_right_is_loaded(yard: Yard) -> None:
    good, bad = yard.released(("CRATE-S", 3)), yard.released(("CRATE-S", 2))
    rows = filled(yard)
    rows[1] |= {"quantity": "two", "release": bad.release}
    assert faults(yard, rows) == [(3, "quantity", "two is not a number such as 12 or 0.5")]
    assert load(yard, rows) == 1
    yard.run()
    once(yard, good)
    assert yard.odoo.delivered(bad.id) == {"CRATE-S": 0}


@pytest.mark.parametrize(
    ("fields", "column", "words"),
    [
        ({"release": "WH/OUT/9"}, "release", "the warehouse was never told of WH/OUT/9"),
        ({"shipped_at": ""}, "shipped_at", "is empty"),
        ({"shipped_at": "noon"}, "shipped_at", "noon is no moment such as 2026-05-04 14:30"),
        ({"shipped_at": "2999-01-01 10:00"}, "shipped_at", "2999-01-01 10:00 is still to come"),
        ({"lot": "L1"}, "lot", "P-CRATE-S has no lots: leave it empty"),
        ({"before": "x"}, "before", "x is not what the form had there: take the row anew from it"),
        ({"final": "perhaps"}, "final", "perhaps is neither yes nor no"),
        ({"shipment": ""}, "shipment", "is empty"),
    ],
)
def test_a_row_that_is_wrong_says_why(yard: Yard, fields: dict[str, str], column: str, words: str) -> None:
    yard.released(("CRATE-S", 3))
    assert faults(yard, filled(yard, **fields)) == [(2, column, words)]


def test_another_content_under_a_number_that_was_loaded_is_a_fault(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    rows = filled(yard)
    load(yard, rows)
    yard.run()
    assert faults(yard, [{**rows[0], "quantity": "2"}]) == [(2, "shipment", typed.OTHERWISE)]
    once(yard, sale)


def test_a_sheet_that_changed_since_it_was_shown_is_not_loaded(yard: Yard) -> None:
    yard.released(("CRATE-S", 3))
    heads, below = sheet(filled(yard))
    with pytest.raises(NotAllowed, match="look at it again"):
        typed.load(yard.warehouse, heads, below, "otherwise", SOMEBODY)
    assert not InboundMessage.objects.filter(type="shipment.confirmed").exists()


def test_lots_and_serial_numbers_are_typed_row_by_row(yard: Yard) -> None:
    sale = yard.released(("PAINT-W", 5))
    [row] = filled(yard)
    lots: list[Any] = packs.make(yard.warehouse).content["releases"][0]["lines"][0]["lots"]
    assert faults(yard, [row]) == [
        (2, "lot", "P-PAINT-W needs its lot or serial number; copy the row where there are several")
    ]
    load(yard, [{**row, "lot": lots[0] if lots else "PW-2401"}])
    yard.run()
    assert (yard.odoo.delivered(sale.id), yard.cases()) == ({"PAINT-W": 5}, [])


def test_the_pack_has_what_the_sheet_needs(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    [release] = packs.make(yard.warehouse).content["releases"]
    assert (release["release"], release["order"], release["carrier"], release["has"]) == (
        sale.release, sale.name, "STD", True,
    )  # fmt: skip
    assert release["ship_to"]["city"]
    assert Document.objects.get(kind="delivery").typed is False


@pytest.mark.parametrize("first", ["typed", "told"])
def test_a_mistyped_tracking_number_of_the_same_goods_is_no_change_in_odoo(yard: Yard, first: str) -> None:
    sale = yard.released(("CRATE-S", 3))
    rows = filled(yard, tracking="TRK-TYPED")
    if first == "typed":
        load(yard, rows)
        yard.run()
        yard.shipped(sale, tracking=["TRK-TOLD"])
    else:
        yard.shipped(sale, tracking=["TRK-TOLD"])
        load(yard, rows)
        yard.run()
    shown = yard.odoo.shipped_by(sale.id)[0][1]
    touch(yard, sale, shown)
    once(yard, sale)
    numbers = ["TRK-TYPED", "TRK-TOLD"] if first == "typed" else ["TRK-TOLD"]
    assert (shown, list(Parcel.objects.order_by("pk").values_list("number", flat=True))) == (numbers[0], numbers)
    touch(yard, sale, "9Z9")
    assert [code for code, _ in yard.cases()] == ["CD-5029"]


@pytest.mark.parametrize("first", ["typed", "told"])
def test_goods_that_were_told_twice_count_once_on_the_order_s_page(
    yard: Yard, first: str, admin_client: Client
) -> None:
    sale = yard.released(("CRATE-S", 4))
    rows = filled(yard)
    if first == "typed":
        load(yard, rows)
        yard.run()
        yard.shipped(sale, "partial")
        yard.shipped(sale)
    else:
        yard.shipped(sale)
        load(yard, rows)
        yard.run()
    order = Document.objects.get(kind="order")
    [row] = admin_client.get(reverse("admin:timeline", args=[order.pk])).context["lines"]
    assert (row.side.told, row.side.booked, row.side.unbooked, row.side.ended) == (4, 4, 0, 0)


def doubts(yard: Yard, rows: list[dict[str, str]]) -> list[str]:
    return [doubt.words for doubt in typed.preview(yard.warehouse, *sheet(rows)).doubts]


def test_more_than_is_open_and_what_has_left_are_told_before_it_is_taken(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 4))
    rows = filled(yard)
    assert doubts(yard, rows) == []
    twice = [{**rows[0], "quantity": "3"}, {**rows[0], "quantity": "2", "shipment": "SHEET-2"}]
    assert doubts(yard, twice) == ["5 EA of P-CRATE-S are typed in: 4 are open"]
    yard.shipped(sale)
    left = f"{sale.release} has left already: the same goods are not booked again"
    assert doubts(yard, rows) == [left]
    assert doubts(yard, [{**rows[0], "quantity": "2000"}]) == [left, "2000 EA of P-CRATE-S are typed in: 0 are open"]


def touch(yard: Yard, sale: Sale, number: str) -> None:
    """Somebody writes the order and its transfer in Odoo."""
    yard.odoo.call("sale.order", "write", [sale.id], {"client_order_ref": f"PO {number}"})
    [row] = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "name")
    yard.odoo.call("stock.picking", "write", [row["id"]], {"carrier_tracking_ref": number})
    yard.look()
