"""What comes in at the warehouse is in Odoo, exactly, once."""

import pytest
from django.db import transaction

from integration.console import story, waiting
from integration.console.orders import sides
from integration.handlers import HANDLERS
from integration.jobs import engine, looks, sweep
from integration.jobs.queue import enqueue
from integration.models import (
    Document,
    DocumentLine,
    Effect,
    ExternalReference,
    Lane,
    MessageKey,
    OutboundMessage,
    Place,
    StockEvent,
)
from tests.component.engine.yard import together, until
from tests.component.flows.test_once import purge_messages
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiving(yard: Yard) -> Yard:
    yard.set(receipt_mode="live")
    return yard


def line_of(advice: str) -> DocumentLine:
    return DocumentLine.objects.get(document__reference=advice, document__kind="receipt")


def test_a_purchase_is_announced_once_and_only_that(receiving: Yard) -> None:
    bought = receiving.buy(("CRATE-S", 10), ("ROPE-10", 4), partner_ref="QUOTE-7")
    receiving.look()
    quantities = {"P-CRATE-S": "10", "P-ROPE-10": "4"}
    assert receiving.wms.expected(bought.name) == [(bought.advice, 1, "purchase", quantities)]
    [advice] = receiving.wms.advices()
    assert (advice["document"]["sender"], advice["document"]["sender_reference"]) == ("Alder Outdoor", "QUOTE-7")
    assert (advice["document"]["site"], receiving.came(bought.advice)) == ("NORTH", "announced")
    receiving.look()
    receiving.sweep()
    assert OutboundMessage.objects.count() == 1
    assert (receiving.cases(), receiving.unfinished(), receiving.wms.held()) == ([], [], [])


def test_a_purchase_for_a_warehouse_that_receives_by_hand_is_left_alone(yard: Yard) -> None:
    yard.buy(("CRATE-S", 10))
    yard.look()
    assert (yard.wms.advices(), yard.cases(), yard.unfinished()) == ([], [], [])


def test_what_changes_is_announced_anew_and_replaces_what_was(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.odoo.order_more_of(bought.id, "CRATE-S", 14)
    receiving.look()
    assert receiving.wms.expected(bought.name) == [(bought.advice, 2, "purchase", {"P-CRATE-S": "14"})]
    assert receiving.cases() == []


def test_a_cancelled_purchase_is_taken_back(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.odoo.call("purchase.order", "button_cancel", [bought.id])
    receiving.look()
    [advice] = receiving.wms.advices()
    assert (advice["cancelled"], receiving.came(bought.advice)) == (True, "cancelled")
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def test_one_that_was_not_sent_yet_is_simply_dropped(receiving: Yard) -> None:
    receiving.pause_sending()
    bought = receiving.buy(("CRATE-S", 10))
    receiving.look()
    receiving.odoo.call("purchase.order", "button_cancel", [bought.id])
    receiving.look()
    receiving.pause_sending(paused=False)
    receiving.later()
    assert (receiving.wms.advices(), receiving.came(bought.advice)) == ([], "cancelled")


def test_a_full_receipt(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10), ("ROPE-10", 4))
    receiving.receive(bought.advice)
    assert receiving.arrived(bought) == {"CRATE-S": (10, 10, 10), "ROPE-10": (4, 4, 4)}
    assert receiving.odoo.calls().count("stock.picking.button_validate") == 1
    assert (receiving.came(bought.advice), receiving.effects("receive")) == ("received", ["landed"])
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def test_two_parts_belong_to_one_advice(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "partial")
    assert (receiving.arrived(bought), receiving.came(bought.advice)) == ({"CRATE-S": (5, 5, 5)}, "part_received")
    receiving.look()
    assert len(receiving.wms.advices()) == 1
    receiving.receive(bought.advice)
    assert (receiving.arrived(bought), receiving.came(bought.advice)) == ({"CRATE-S": (10, 10, 10)}, "received")
    assert [state for _, state in receiving.receipts(bought.id)] == ["done", "done"]
    assert (receiving.cases(), len(receiving.wms.advices())) == ([], 1)


def test_the_final_part_may_overtake_the_first(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    first = receiving.wms.receive(bought.advice, "partial", faults=["lost"])
    receiving.receive(bought.advice)
    assert receiving.came(bought.advice) == "part_received"
    receiving.wms.send("receipt.confirmed", first)
    receiving.run()
    assert (receiving.arrived(bought), receiving.came(bought.advice)) == ({"CRATE-S": (10, 10, 10)}, "received")
    assert (receiving.cases(), len(receiving.wms.advices())) == ([], 1)


def test_a_final_short_receipt_leaves_a_backorder_that_is_announced_by_itself(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "short")
    receiving.look()
    [_, rest] = receiving.receipts(bought.id)
    assert receiving.wms.expected(bought.name)[1:] == [(rest[0], 1, "purchase", {"P-CRATE-S": "5"})]
    receiving.receive(rest[0])
    assert (receiving.arrived(bought), receiving.cases()) == ({"CRATE-S": (10, 10, 10)}, [])


def test_a_final_short_receipt_cancels_the_rest_where_the_warehouse_says_so(receiving: Yard) -> None:
    receiving.set(receipt_remainder="cancel")
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "short")
    receiving.look()
    line = line_of(bought.advice)
    assert (line.received, line.cancelled, len(receiving.wms.advices())) == (5, 5, 1)
    assert (receiving.arrived(bought), receiving.cases()) == ({"CRATE-S": (5, 5, 5)}, [])


def test_nothing_came_and_it_is_announced_again_once(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "nothing", faults=["renumbered"])
    assert receiving.wms.expected(bought.name) == [(bought.advice, 2, "purchase", {"P-CRATE-S": "10"})]
    assert (receiving.odoo.writes(), receiving.cases(), receiving.unfinished()) == ([], [], [])


def test_nothing_more_came_and_the_rest_is_cancelled(receiving: Yard) -> None:
    receiving.set(receipt_remainder="cancel")
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "partial")
    receiving.receive(bought.advice, "nothing")
    assert (receiving.came(bought.advice), line_of(bought.advice).cancelled) == ("received", 5)
    assert [state for _, state in receiving.receipts(bought.id)] == ["done", "cancel"]
    assert receiving.cases() == []


@pytest.mark.parametrize("first", ["partial", None], ids=["after-a-part", "of-all"])
def test_the_cancel_of_the_rest_whose_answer_is_lost_is_known_as_one(receiving: Yard, first: str | None) -> None:
    receiving.set(receipt_remainder="cancel")
    bought = receiving.expected(("CRATE-S", 10))
    if first:
        receiving.receive(bought.advice, first)
    receiving.odoo.fault("action_cancel", "cut_after_commit")
    receiving.receive(bought.advice, "nothing")
    receiving.later()
    open_rest = (5, "received") if first else (10, "cancelled")
    assert (line_of(bought.advice).cancelled, receiving.came(bought.advice)) == open_rest
    assert [advice["cancelled"] for advice in receiving.wms.advices()] == [False]
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def test_a_short_receipt_whose_answer_is_lost_still_cancels_the_rest_with_us(receiving: Yard) -> None:
    receiving.set(receipt_remainder="cancel")
    bought = receiving.expected(("CRATE-S", 10))
    receiving.odoo.fault("button_validate", "cut_after_commit")
    receiving.receive(bought.advice, "short")
    receiving.later()
    line = line_of(bought.advice)
    assert (line.received, line.cancelled, receiving.came(bought.advice)) == (5, 5, "received")
    assert (receiving.cases(), receiving.unfinished(), len(receiving.wms.advices())) == ([], [], 1)


def test_what_is_announced_again_after_nothing_came_is_counted_afresh(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "nothing")
    assert receiving.wms.expected(bought.name)[0][1] == 2
    receiving.receive(bought.advice, "partial")
    assert receiving.came(bought.advice) == "part_received"
    receiving.look()
    receiving.receive(bought.advice)
    assert (receiving.came(bought.advice), len(receiving.wms.advices())) == ("received", 1)
    assert (receiving.arrived(bought), receiving.cases()) == ({"CRATE-S": (10, 10, 10)}, [])


def test_a_look_while_a_part_is_being_booked_announces_nothing_else(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.odoo.fault("button_validate", "cut_after_commit")
    receiving.receive(bought.advice, "partial")
    receiving.look()
    assert OutboundMessage.objects.count() == 1
    receiving.later()
    receiving.look()
    assert (receiving.arrived(bought), OutboundMessage.objects.count()) == ({"CRATE-S": (5, 5, 5)}, 1)
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def test_what_is_booked_is_not_expected_by_an_older_snapshot(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "partial")
    with transaction.atomic():
        enqueue(looks.advice_job(Document.objects.get(reference=bought.name)))
    receiving.run()
    assert (OutboundMessage.objects.count(), receiving.unfinished()) == (1, [])


def test_a_last_word_without_goods_that_overtakes_the_parts_ends_the_advice_with_them(receiving: Yard) -> None:
    receiving.set(receipt_remainder="cancel")
    bought = receiving.expected(("CRATE-S", 10))
    parts = [receiving.wms.receive(bought.advice, "partial", faults=["lost"]) for _ in range(2)]
    receiving.receive(bought.advice, "nothing")
    for part in parts:
        assert receiving.came(bought.advice) == "part_received"
        receiving.wms.send("receipt.confirmed", part)
        receiving.run()
    line = line_of(bought.advice)
    assert (line.received, line.cancelled, receiving.came(bought.advice)) == (7, 3, "received")
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def test_damaged_goods_lie_apart_and_are_counted(receiving: Yard) -> None:
    place = receiving.odoo.place("Damaged")
    Place.objects.create(warehouse=receiving.warehouse, condition="damaged", erp_location_id=place)
    bought = receiving.expected(("CRATE-S", 10))
    before = receiving.odoo.lies("CRATE-S").get(("Stock", ""), 0)
    receiving.receive(bought.advice, damaged="3")
    assert receiving.odoo.lies("CRATE-S") == {("Stock", ""): before + 7, ("Damaged", ""): 3}
    line = line_of(bought.advice)
    assert (line.received, line.damaged) == (10, 3)
    events = StockEvent.objects.order_by("condition").values_list("condition", "quantity", "kind")
    assert list(events) == [("damaged", 3, "received"), ("good", 7, "received")]


def test_new_lots_come_with_their_expiry(receiving: Yard) -> None:
    receiving.odoo.product("OIL", tracking="lot", use_expiration_date=True)
    receiving.map("product", "OIL", "P-OIL")
    bought = receiving.expected(("OIL", 6))
    lots = [{"lot": "L-1", "quantity": "4", "expires_on": "2031-05-06"}, {"lot": "L-2", "quantity": "2"}]
    receiving.receive(bought.advice, lines=[advised(receiving, quantity="6", lots=lots)])
    assert receiving.odoo.lies("OIL") == {("Stock", "L-1"): 4, ("Stock", "L-2"): 2}
    assert receiving.wms.on_shelf() == {("P-OIL", "L-1", "good"): 4, ("P-OIL", "L-2", "good"): 2}
    [row] = receiving.odoo.rows("stock.lot", [["name", "=", "L-1"]], "expiration_date")
    assert str(row["expiration_date"])[:10] == "2031-05-06"
    assert sorted(StockEvent.objects.values_list("lot", "quantity")) == [("L-1", 4), ("L-2", 2)]


def test_serial_numbers_of_one_line_in_two_receipts(receiving: Yard) -> None:
    receiving.odoo.product("CHAINSAW", tracking="serial")
    receiving.map("product", "CHAINSAW", "P-CHAINSAW")
    bought = receiving.expected(("CHAINSAW", 3))
    receiving.receive(bought.advice, final=False, lines=[advised(receiving, quantity="2", serials=["S1", "S2"])])
    receiving.receive(bought.advice, lines=[advised(receiving, quantity="1", serials=["S3"])])
    assert receiving.odoo.lies("CHAINSAW") == {("Stock", name): 1 for name in ("S1", "S2", "S3")}
    assert (receiving.came(bought.advice), receiving.cases()) == ("received", [])


def test_the_supplier_s_dozens_are_received_in_pieces(receiving: Yard) -> None:
    dozen = receiving.odoo.id_of("uom.uom", "Dozens")
    product = receiving.odoo.id_of("product.product", "CRATE-S", "default_code")
    line = {"product_id": product, "product_qty": 2, "price_unit": 4, "name": "crates", "product_uom": dozen}
    bought = receiving.buy(order_line=[[0, 0, line]])
    receiving.look()
    [(_, _, _, lines)] = receiving.wms.expected(bought.name)
    assert lines == {"P-CRATE-S": "24"}
    receiving.receive(bought.advice)
    assert (receiving.arrived(bought), receiving.cases()) == ({"CRATE-S": (2, 24, 24)}, [])


@pytest.mark.parametrize("faults", [["duplicate"], ["renumbered"]])
def test_a_receipt_that_comes_twice_counts_once(receiving: Yard, faults: list[str]) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, faults=faults)
    assert receiving.arrived(bought) == {"CRATE-S": (10, 10, 10)}
    assert receiving.odoo.calls().count("stock.picking.button_validate") == 1
    assert (line_of(bought.advice).received, receiving.cases(), receiving.unfinished()) == (10, [], [])


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_lost_answer_is_looked_for(receiving: Yard, where: str) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.odoo.fault("button_validate", "cut_after_commit" if where == "after" else "cut_before")
    receiving.receive(bought.advice)
    receiving.later()
    receiving.later()
    assert receiving.arrived(bought) == {"CRATE-S": (10, 10, 10)}
    assert (receiving.effects("receive"), receiving.cases(), receiving.unfinished()) == (["landed"], [], [])


def test_a_restored_backup_that_knows_nothing_of_the_receipt_finds_it_in_odoo(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receipt = receiving.receive(bought.advice)
    forget_the_receipt()
    receiving.odoo.forget_calls()
    assert receiving.wms.send("receipt.confirmed", receipt) == 202
    receiving.run()
    assert (receiving.odoo.writes(), receiving.arrived(bought)) == ([], {"CRATE-S": (10, 10, 10)})
    assert (line_of(bought.advice).received, receiving.came(bought.advice)) == (10, "received")
    assert (receiving.effects("receive"), receiving.cases(), receiving.unfinished()) == (["landed"], [], [])


def forget_the_receipt() -> None:
    """Our database as it was before the receipt came."""
    with transaction.atomic():
        purge_messages()
        MessageKey.objects.all().delete()
        StockEvent.objects.all().delete()
        Effect.objects.filter(verb="receive").delete()
        ExternalReference.objects.exclude(document_type="advice").delete()
        DocumentLine.objects.update(received=0, damaged=0, over=0)
        Document.objects.filter(kind="receipt").update(state="accepted", shipment_count=None)


def test_the_answer_to_an_advice_is_kept(receiving: Yard) -> None:
    bought = receiving.buy(("CRATE-S", 10))
    receiving.look()
    receiving.wms.control("reject", advice=bought.advice, reason="the gate is closed")
    receiving.run()
    words = f"Northgate 3PL will not take in {bought.advice} of {bought.name}: the gate is closed"
    assert (receiving.came(bought.advice), receiving.cases()) == ("rejected", [("CD-7001", words)])
    receiving.retry("CD-7001")
    receiving.run()
    assert (receiving.wms.expected(bought.name)[0][1], receiving.came(bought.advice)) == (2, "announced")
    assert receiving.cases() == []


def test_an_advice_that_nobody_answers_becomes_a_case(receiving: Yard) -> None:
    receiving.buy(("CRATE-S", 10))
    receiving.look()
    OutboundMessage.objects.update(acknowledge_by="2020-01-01T00:00:00Z")
    sweep.overdue_acknowledgements()
    assert [code for code, _ in receiving.cases()] == ["CD-7002"]


def test_a_return_of_a_customer_is_announced(receiving: Yard) -> None:
    receiving.set(return_mode="live")
    sale = receiving.released(("CRATE-S", 3))
    receiving.shipped(sale)
    back = receiving.odoo.send_back(sale.release, 2)
    receiving.look()
    assert receiving.wms.expected(sale.name) == [(back, 1, "return", {"P-CRATE-S": "2"})]
    assert Document.objects.get(reference=back).kind == "return"
    assert receiving.cases() == []


def advised(yard: Yard, **fields: object) -> dict[str, object]:
    """A line of a receipt, as announced but for these fields."""
    [advice] = yard.wms.advices()
    line = advice["document"]["lines"][0]
    return {"line": line["line"], "sku": line["sku"], "quantity": line["quantity"], "unit": line["unit"], **fields}


def test_the_purchase_s_page_tells_what_it_waits_for_and_what_came(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "partial")
    family = story.family(Document.objects.get(reference=bought.name).pk, Document.objects.all())
    lines = list(DocumentLine.objects.select_related("document"))
    [wait] = waiting.waits(family, lines, sides.of(family.documents, family.captured, lines).lines)
    assert wait.text == f"{bought.advice} waits for Northgate 3PL to take in 5 x CRATE-S."
    goods = [(entry.title, entry.detail) for entry in story.tell(family) if entry.sort == "goods"]
    source = f"receipt/northgate/{bought.advice}/RCV-000001"
    assert goods == [(f"Goods came in: 1 line ({source})", "5 x CRATE-S.")]
    assert [entry.title for entry in story.tell(family) if entry.sort == "snapshot"] != []


def test_two_workers_post_receipts_of_one_product_side_by_side(receiving: Yard) -> None:
    bought = [receiving.expected(("CRATE-S", 3)) for _ in range(4)]
    for each in bought:
        receiving.wms.receive(each.advice)
    until(lambda: receiving.wms.pending() == 0)
    ran = together(*[lambda: engine.run_lane(Lane.SHIPMENT, HANDLERS, seconds=30)] * 2)
    receiving.later()
    assert [receiving.arrived(each) for each in bought] == [{"CRATE-S": (3, 3, 3)}] * 4
    assert (sum(ran) >= 4, receiving.odoo.calls().count("stock.picking.button_validate")) == (True, 4)
    assert (receiving.cases(), receiving.unfinished()) == ([], [])
