"""A return that somebody announces in Odoo is expected by the warehouse, and what comes of it is taken in there."""

from typing import Any

import pytest

from integration.jobs import acts, shipments, sweep
from integration.models import Document, OutboundMessage
from tests.component.flows.returns import Dock, line
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
every_odoo = pytest.mark.parametrize("odoo_server", ["16", "17", "18", "19"], indirect=True)


@pytest.fixture
def dock(yard: Yard) -> Dock:
    return Dock(yard)


def announced(dock: Dock, quantity: float) -> tuple[Sale, str]:
    """A sale that was shipped, and the number of the return that is expected of it."""
    yard = dock.yard
    sale = dock.ledger.sold(("CRATE-S", 10, 10, 10))
    yard.shipped(sale)
    [delivery] = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "name")
    [move] = yard.odoo.rows("stock.move", [["picking_id", "=", delivery["id"]]], "product_id")
    wanted = {"product_id": move["product_id"], "quantity": quantity, "move_id": move["id"], "to_refund": True}
    context = {"active_id": delivery["id"], "active_ids": [delivery["id"]], "active_model": "stock.picking"}
    values: dict[str, Any] = {"picking_id": delivery["id"], "product_return_moves": [[5, 0, 0], [0, 0, wanted]]}
    wizard = yard.odoo.call("stock.return.picking", "create", values, context=context)
    method = "action_create_returns" if yard.odoo.version >= 18 else "create_returns"
    made = yard.odoo.call("stock.return.picking", method, [wizard], context=context)["res_id"]
    yard.look()
    [advice] = yard.odoo.rows("stock.picking", [["id", "=", made]], "name")
    return sale, advice["name"]


def quiet(dock: Dock) -> None:
    assert (dock.yard.cases(), dock.yard.unfinished()) == ([], [])


@every_odoo
def test_an_announced_return_is_expected_and_taken_in_on_its_own_transfer(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    before = dock.held("CRATE-S")
    [told] = dock.expected()
    assert (told["advice"], told["kind"], told["order"]) == (advice, "return", sale.name)
    dock.tell(line("CRATE-S", 4), advice=advice)
    assert dock.held("CRATE-S") == {**before, "stock": before["stock"] + 4}
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 6}
    document = Document.objects.get(kind="return")
    assert (document.reference, document.state, document.parent.reference) == (advice, "received", sale.name)
    assert (dock.counted("return", "received"), dock.counted("delivery", "returned")) == ([4], [4])
    quiet(dock)


def unanswered() -> list[tuple[str, str]]:
    """What the warehouse was told and has not answered, long after it should have."""
    OutboundMessage.objects.filter(acknowledge_by__isnull=False).update(acknowledge_by="2020-01-01T00:00:00Z")
    sweep.overdue_acknowledgements()
    return list(OutboundMessage.objects.filter(state__in=["queued", "sent"]).values_list("type", "state"))


def test_nobody_waits_for_the_yes_to_what_is_not_expected_any_more(yard: Yard, dock: Dock) -> None:
    yard.wms.server.world.behaviour.acknowledge_after = None
    _, advice = announced(dock, 4)
    [picking] = yard.odoo.rows("stock.picking", [["name", "=", advice]], "id")
    yard.odoo.call("stock.picking", "action_cancel", [picking["id"]])
    yard.look()
    assert (dock.expected()[0]["cancelled"], unanswered(), yard.cases()) == (True, [], [])


def test_what_the_customer_kept_is_not_waited_for(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    dock.tell(line("CRATE-S", 1), advice=advice)
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 9}
    states = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "state")
    assert sorted({row["state"] for row in states} - {"cancel"}) == ["done"]
    quiet(dock)


@every_odoo
def test_an_announced_return_in_three_parcels_stays_one_document(yard: Yard, dock: Dock) -> None:
    dock.ledger.rule("invoice")
    dock.ledger.rule("credit_note")
    sale, advice = announced(dock, 6)
    dock.tell(line("CRATE-S", 1), advice=advice, final=False)
    dock.tell(line("CRATE-S", 2, None), advice=advice, receipt="RT-2", final=False)
    assert Document.objects.get(kind="return").state == "part_received"
    yard.look()
    dock.tell(line("CRATE-S", 2, "scrap"), advice=advice, receipt="RT-3", receipt_count=3)
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 5}
    document = Document.objects.get(kind="return")
    assert (document.reference, document.state, len(dock.expected())) == (advice, "received", 1)
    assert (dock.counted("return", "received"), dock.counted("return", "inspected")) == ([5], [3])
    dock.tell(line("CRATE-S", 2), advice=advice, receipt="RT-2", final=False)
    assert (dock.counted("return", "inspected"), dock.counted("return", "damaged")) == ([5], [2])
    assert [one.net for one in dock.ledger.invoices(sale)] == [90.0, 9.0, 36.0]
    states = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "state")
    assert {row["state"] for row in states} <= {"done", "cancel"}
    quiet(dock)


def test_the_final_part_may_overtake_the_first(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    dock.tell(line("CRATE-S", 2), advice=advice, receipt="RT-2", receipt_count=2)
    assert yard.came(advice) == "part_received"
    dock.tell(line("CRATE-S", 1), advice=advice, final=False)
    assert (yard.came(advice), dock.odoo.delivered(sale.id)) == ("received", {"CRATE-S": 7})
    states = yard.odoo.rows("stock.picking", [["sale_id", "=", sale.id]], "state")
    assert {row["state"] for row in states} <= {"done", "cancel"}
    quiet(dock)


def test_a_part_that_does_not_come_is_told_and_given_up(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    dock.tell(line("CRATE-S", 2), advice=advice, receipt="RT-2", receipt_count=2)
    Document.objects.filter(reference=advice).update(shipments_due_at="2020-01-01T00:00:00Z")
    shipments.tell_missing()
    [(code, words)] = yard.cases()
    assert (code, "came in 2 receipts; 1 booked so far" in words) == ("CD-7014", True)
    acts.resolve_case(yard.case("CD-7014").pk, SOMEBODY, "they lost it")
    yard.run()
    assert yard.came(advice) == "received"
    [_, rest] = dock.expected()
    dock.tell(line("CRATE-S", 1), advice=advice, final=False)
    assert (yard.came(rest["advice"]), dock.odoo.delivered(sale.id)) == ("announced", {"CRATE-S": 7})
    dock.tell(line("CRATE-S", 1), advice=rest["advice"], receipt="RT-3")
    assert (yard.came(rest["advice"]), dock.odoo.delivered(sale.id)) == ("received", {"CRATE-S": 6})
    quiet(dock)


def test_one_that_comes_before_the_yes_says_yes(yard: Yard, dock: Dock) -> None:
    _, advice = announced(dock, 4)
    dock.tell(line("CRATE-S", 4), advice=advice)
    OutboundMessage.objects.update(acknowledge_by="2020-01-01T00:00:00Z")
    sweep.overdue_acknowledgements()
    assert OutboundMessage.objects.get(type="receipt.advice").state == "accepted"
    quiet(dock)


def test_two_advices_may_have_receipts_of_one_number(yard: Yard, dock: Dock) -> None:
    sale, first = announced(dock, 4)
    yard.odoo.send_back(sale.release, 3)
    yard.look()
    [second] = [each["advice"] for each in dock.expected() if each["advice"] != first]
    dock.tell(line("CRATE-S", 4), advice=first, receipt="1")
    dock.tell(line("CRATE-S", 3), advice=second, receipt="1")
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 3}
    assert dock.counted("return", "received") == [4, 3]
    quiet(dock)


def test_an_advice_of_a_purchase_takes_no_return_in(yard: Yard, dock: Dock) -> None:
    yard.set(receipt_mode="live")
    bought = yard.expected(("CRATE-S", 10))
    dock.tell(line("CRATE-S", 1), advice=bought.advice)
    assert ([code for code, _ in yard.cases()], yard.odoo.writes()) == (["CD-7041"], [])


def test_more_than_was_announced_is_taken_in_as_long_as_it_left(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    dock.tell(line("CRATE-S", 6), advice=advice)
    assert dock.odoo.delivered(sale.id) == {"CRATE-S": 4}
    quiet(dock)


def test_an_advice_that_nobody_knows_is_told(yard: Yard, dock: Dock) -> None:
    dock.tell(line("CRATE-S", 1), advice="WH/IN/99999")
    assert [code for code, _ in yard.cases()] == ["CD-7041"]


def test_one_that_a_person_has_taken_in_in_odoo_is_not_taken_in_again(yard: Yard, dock: Dock) -> None:
    sale, advice = announced(dock, 4)
    yard.odoo.receive_by_hand(advice)
    dock.tell(line("CRATE-S", 4), advice=advice)
    assert [code for code, _ in yard.cases()] == ["CD-7011"]
    assert (dock.odoo.delivered(sale.id), dock.came(sale)) == ({"CRATE-S": 6}, [])
