"""What comes in and cannot simply be booked: one case each, with words and choices, and nothing done meanwhile."""

import pytest

from integration.jobs import acts, shipments
from integration.jobs.acts import NotAllowed
from integration.models import (
    AuditEvent,
    BusinessRule,
    Decision,
    Document,
    DocumentLine,
    Effect,
    Place,
    StockEvent,
)
from tests.component.flows.test_receipts import advised, line_of
from tests.component.flows.yard import Bought, Yard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiving(yard: Yard) -> Yard:
    yard.set(receipt_mode="live")
    return yard


def stopped(yard: Yard, code: str) -> str:
    """The words of the one case; nothing was written."""
    [(found, words)] = yard.cases()
    assert (found, yard.odoo.writes(), StockEvent.objects.count()) == (code, [], 0)
    return words


def test_more_than_ordered_waits_for_a_person(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "over")
    assert stopped(receiving, "CD-7005") == (
        f"Receipt RCV-000001 of {bought.advice} holds 11 of CRATE-S; 10 are open and the tolerance is 0."
    )


def test_a_person_takes_all_of_it_in(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "over")
    receiving.choose("CD-7005", "accept")
    assert receiving.arrived(bought) == {"CRATE-S": (11, 11, 11)}
    assert (line_of(bought.advice).over, receiving.cases(), receiving.unfinished()) == (1, [], [])
    assert AuditEvent.objects.filter(verb="take in all of it").count() == 1


def test_a_person_refuses_the_surplus(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "over")
    receiving.choose("CD-7005", "refuse")
    assert receiving.arrived(bought) == {"CRATE-S": (10, 11, 10)}
    assert (line_of(bought.advice).over, receiving.came(bought.advice)) == (0, "received")
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def test_a_surplus_after_everything_has_come_can_be_refused(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice)
    more = {"receipt": "R-2", "advice": bought.advice, "received_at": "2026-05-04T10:00:00Z"}
    receiving.wms.send("receipt.confirmed", {**more, "lines": [advised(receiving, quantity="2")]})
    receiving.run()
    assert [code for code, _ in receiving.cases()] == ["CD-7005"]
    receiving.choose("CD-7005", "refuse")
    assert receiving.arrived(bought)["CRATE-S"] == (10, 10, 10)
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def test_a_rule_allows_a_tolerance(receiving: Yard) -> None:
    BusinessRule.objects.create(kind="receive_over_percent", value=10, warehouse=receiving.warehouse)
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "over")
    assert (receiving.arrived(bought), receiving.cases()) == ({"CRATE-S": (11, 11, 11)}, [])


def stray(yard: Yard, bought: Bought) -> None:
    other = {"sku": "P-ROPE-10", "quantity": "3", "unit": "EA"}
    yard.receive(bought.advice, lines=[advised(yard), other])


def test_goods_that_nobody_ordered_wait_for_a_person(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    stray(receiving, bought)
    assert stopped(receiving, "CD-7006") == (
        f"Receipt RCV-000001 of {bought.advice} holds 3 of ROPE-10, which it does not announce."
    )


def test_they_come_in_as_an_extra_line(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    before = receiving.odoo.lies("ROPE-10")[("Stock", "")]
    stray(receiving, bought)
    receiving.choose("CD-7006", "take_in")
    assert receiving.odoo.lies("ROPE-10") == {("Stock", ""): before + 3}
    assert receiving.arrived(bought) == {"CRATE-S": (10, 10, 10), "ROPE-10": (0, 3, 3)}
    extra = DocumentLine.objects.get(sku="ROPE-10")
    assert (extra.ordered, extra.received, extra.over) == (0, 3, 3)
    assert (receiving.came(bought.advice), receiving.cases(), receiving.unfinished()) == ("received", [], [])


def test_or_they_are_left_out(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    before = receiving.odoo.lies("ROPE-10")
    stray(receiving, bought)
    receiving.choose("CD-7006", "leave_out")
    assert receiving.odoo.lies("ROPE-10") == before
    assert (receiving.arrived(bought)["CRATE-S"], receiving.cases()) == ((10, 10, 10), [])


def test_only_what_the_case_offers_can_be_chosen(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, "over")
    with pytest.raises(NotAllowed):
        receiving.choose("CD-7005", "leave_out")
    assert not Decision.objects.exists()


def test_a_condition_without_a_place_waits_for_one(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.receive(bought.advice, damaged="3")
    assert "Main warehouse has no place in Odoo for them" in stopped(receiving, "CD-7013")
    place = receiving.odoo.place("Damaged")
    Place.objects.create(warehouse=receiving.warehouse, condition="damaged", erp_location_id=place)
    receiving.later()
    assert (receiving.arrived(bought), receiving.cases()) == ({"CRATE-S": (10, 10, 10)}, [])


def test_numbers_that_do_not_add_up(receiving: Yard) -> None:
    receiving.odoo.product("CHAINSAW", tracking="serial")
    receiving.map("product", "CHAINSAW", "P-CHAINSAW")
    bought = receiving.expected(("CHAINSAW", 3))
    receiving.receive(bought.advice, lines=[advised(receiving, quantity="3", serials=["S1", "S2"])])
    assert "3 of CHAINSAW came in with 2 serial" in stopped(receiving, "CD-7007")


def test_a_serial_number_that_is_in_stock(receiving: Yard) -> None:
    product = receiving.odoo.product("CHAINSAW", tracking="serial")
    receiving.odoo.put(product, 1, lot_id=receiving.odoo.lot(product, "S1"))
    receiving.map("product", "CHAINSAW", "P-CHAINSAW")
    bought = receiving.expected(("CHAINSAW", 1))
    receiving.receive(bought.advice, lines=[advised(receiving, serials=["S1"])])
    assert "names S1 of CHAINSAW: it is in stock already" in stopped(receiving, "CD-7008")


def test_a_receipt_of_something_never_announced_heals_once_it_is(receiving: Yard) -> None:
    receiving.set(receipt_mode="off")
    bought = receiving.buy(("CRATE-S", 10))
    receiving.look()
    line = {"sku": "P-CRATE-S", "quantity": "10", "unit": "EA"}
    receiving.receive(bought.advice, lines=[line])
    assert "never announced" in stopped(receiving, "CD-7004")
    receiving.set(receipt_mode="live")
    receiving.odoo.order_more_of(bought.id, "CRATE-S", 10)
    receiving.odoo.call("purchase.order", "write", [bought.id], {"partner_ref": "Q-1"})
    receiving.look()
    receiving.later()
    assert [code for code, _ in receiving.cases()] == []
    assert receiving.arrived(bought)["CRATE-S"][::2] == (10, 10)


def test_one_that_a_person_has_received_in_odoo(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.odoo.receive_by_hand(bought.advice)
    receiving.receive(bought.advice)
    assert "was validated in Odoo by hand" in stopped(receiving, "CD-7011")


def test_one_that_is_cancelled_in_odoo(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.odoo.call("purchase.order", "button_cancel", [bought.id])
    receiving.receive(bought.advice)
    assert "which is cancelled in Odoo" in stopped(receiving, "CD-7015")


def test_the_same_number_with_other_content(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    first = receiving.receive(bought.advice, "partial")
    receiving.wms.send("receipt.confirmed", {**first, "lines": [advised(receiving, quantity="6")]})
    receiving.run()
    [(code, words)] = receiving.cases()
    assert (code, "as 5 CRATE-S, now 6 CRATE-S" in words) == ("CD-7012", True)
    assert receiving.arrived(bought)["CRATE-S"] == (5, 5, 5)


def test_a_receipt_that_does_not_come_is_told_and_given_up(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    receiving.wms.receive(bought.advice, "partial", faults=["lost"])
    receiving.receive(bought.advice)
    Document.objects.filter(reference=bought.advice).update(shipments_due_at="2020-01-01T00:00:00Z")
    shipments.tell_missing()
    [(code, words)] = receiving.cases()
    assert (code, "came in 2 receipts; 1 booked so far" in words) == ("CD-7014", True)
    acts.resolve_case(receiving.case("CD-7014").pk, acts.Actor("somebody"), "they lost it")
    receiving.run()
    assert receiving.came(bought.advice) == "received"
    told = [advice for advice, *_ in receiving.wms.expected(bought.name)]
    assert told == [name for name, _ in receiving.receipts(bought.id)]


def test_a_part_that_was_refused_whole_is_not_missing(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    stray = {"sku": "P-ROPE-10", "quantity": "3", "unit": "EA"}
    receiving.receive(bought.advice, lines=[stray], final=False)
    receiving.choose("CD-7006", "leave_out")
    receiving.receive(bought.advice, "short")
    assert (receiving.came(bought.advice), receiving.cases(), receiving.unfinished()) == ("received", [], [])


def test_an_answer_to_nothing(receiving: Yard) -> None:
    receiving.wms.send("receipt.accepted", {"advice": "WH/IN/99999"})
    receiving.run()
    assert [code for code, _ in receiving.cases()] == ["CD-7019"]


def test_odoo_s_refusal_is_said_of_the_receipt(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    stray(receiving, bought)
    twin = receiving.odoo.product("ROPE-10")
    receiving.choose("CD-7006", "take_in")
    assert "2 products have the code ROPE-10" in stopped(receiving, "CD-7009")
    receiving.odoo.call("product.product", "write", [twin], {"default_code": "ROPE-11"})
    receiving.retry("CD-7009")
    receiving.run()
    assert (receiving.arrived(bought)["CRATE-S"], receiving.cases()) == ((10, 10, 10), [])
    assert Effect.objects.filter(verb="receive").count() == 1
