"""Where received goods lie: kept, moved in Odoo where its bins are known, and never in a receipt's way."""

import pytest

from integration.models import Place, StockEvent
from tests.component.flows.returns import Dock
from tests.component.flows.returns import line as back
from tests.component.flows.yard import Bought, Yard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiving(yard: Yard) -> Yard:
    yard.set(receipt_mode="live")
    return yard


def put(yard: Yard, receipt: str = "RCV-000001", quantity: str = "4", **more: object) -> None:
    line = {"sku": "P-CRATE-S", "quantity": quantity, "unit": "EA", "to_location": "A-01", **more}
    yard.wms.control("put-away", receipt=receipt, site="NORTH", lines=[line])
    yard.run()


def moved() -> list[tuple[str, float]]:
    rows = StockEvent.objects.filter(kind="moved").order_by("id")
    return [(row.location, float(row.quantity)) for row in rows]


def received(yard: Yard) -> Bought:
    bought = yard.expected(("CRATE-S", 10))
    yard.receive(bought.advice)
    yard.odoo.forget_calls()
    return bought


def test_bins_that_odoo_does_not_know_are_only_kept(receiving: Yard) -> None:
    received(receiving)
    put(receiving, from_location="GATE")
    assert (moved(), receiving.odoo.calls()) == ([("GATE", -4), ("A-01", 4)], [])
    assert (receiving.cases(), receiving.unfinished()) == ([], [])


def test_bins_that_odoo_knows_are_moved_to(receiving: Yard) -> None:
    Place.objects.create(
        warehouse=receiving.warehouse, partner_location="A-01", erp_location_id=receiving.odoo.place("A-01")
    )
    received(receiving)
    before = receiving.odoo.lies("CRATE-S")["Stock", ""]
    put(receiving)
    assert receiving.odoo.lies("CRATE-S") == {("Stock", ""): before - 4, ("A-01", ""): 4}
    assert (receiving.effects("put away"), moved(), receiving.cases()) == (["landed"], [("", -4), ("A-01", 4)], [])


@pytest.mark.parametrize("fault", ["cut_before", "cut_after_commit"])
@pytest.mark.parametrize("method", ["create", "button_validate"])
def test_a_lost_answer_makes_no_second_transfer(receiving: Yard, method: str, fault: str) -> None:
    Place.objects.create(
        warehouse=receiving.warehouse, partner_location="A-01", erp_location_id=receiving.odoo.place("A-01")
    )
    received(receiving)
    receiving.odoo.fault(method, fault)
    put(receiving)
    receiving.later()
    receiving.later()
    assert receiving.odoo.lies("CRATE-S")["A-01", ""] == 4
    assert (receiving.effects("put away"), receiving.cases(), receiving.unfinished()) == (["landed"], [], [])


def test_the_same_message_twice_moves_once(receiving: Yard) -> None:
    received(receiving)
    line = {"sku": "P-CRATE-S", "quantity": "4", "unit": "EA", "to_location": "A-01"}
    about = {"put_away": "PUT-1", "receipt": "RCV-000001", "site": "NORTH", "at": "2026-05-04T10:00:00Z"}
    for _ in range(2):
        receiving.wms.send("receipt.put_away", {**about, "lines": [line]})
    receiving.run()
    assert (moved(), receiving.unfinished()) == ([("", -4), ("A-01", 4)], [])


def test_one_that_overtakes_its_receipt_waits_and_holds_nothing_up(receiving: Yard) -> None:
    bought = receiving.expected(("CRATE-S", 10))
    put(receiving)
    assert (moved(), receiving.unfinished(), receiving.cases()) == ([], [("put_away", "retry")], [])
    receiving.receive(bought.advice)
    assert receiving.arrived(bought) == {"CRATE-S": (10, 10, 10)}
    receiving.later()
    assert (moved(), receiving.cases(), receiving.unfinished()) == ([("", -4), ("A-01", 4)], [], [])


def test_one_whose_receipt_never_comes_becomes_a_case(receiving: Yard) -> None:
    receiving.expected(("CRATE-S", 10))
    put(receiving, receipt="RCV-999")
    for _ in range(4):
        receiving.later()
    [(code, words)] = receiving.cases()
    assert (code, "of receipt RCV-999, which is not booked" in words) == ("CD-7017", True)


def test_the_same_number_for_another_movement_is_for_a_person(receiving: Yard) -> None:
    received(receiving)
    about = {"put_away": "PUT-1", "receipt": "RCV-000001", "site": "NORTH", "at": "2026-05-04T10:00:00Z"}
    for place in ("A-01", "A-02"):
        line = {"sku": "P-CRATE-S", "quantity": "4", "unit": "EA", "to_location": place}
        receiving.wms.send("receipt.put_away", {**about, "lines": [line]})
    receiving.run()
    assert (moved(), [code for code, _ in receiving.cases()]) == ([("", -4), ("A-01", 4)], ["CD-7022"])


def test_goods_that_came_back_are_put_away_too(yard: Yard) -> None:
    dock = Dock(yard)
    sale = dock.ledger.sold(("CRATE-S", 10, 10, 0))
    yard.shipped(sale)
    dock.tell(back("CRATE-S", 4), release=sale.release)
    put(yard, receipt="RT-1")
    assert (moved(), yard.cases(), yard.unfinished()) == ([("", -4), ("A-01", 4)], [], [])


def test_a_transfer_that_somebody_cancelled_meanwhile_is_made_anew(receiving: Yard) -> None:
    Place.objects.create(
        warehouse=receiving.warehouse, partner_location="A-01", erp_location_id=receiving.odoo.place("A-01")
    )
    received(receiving)
    receiving.odoo.fault("button_validate", "cut_before")
    put(receiving)
    [made] = receiving.odoo.rows("stock.picking", [["origin", "like", "put_away"]], "state")
    receiving.odoo.call("stock.picking", "action_cancel", [made["id"]])
    receiving.later()
    assert receiving.odoo.lies("CRATE-S")["A-01", ""] == 4
    assert (receiving.cases(), receiving.unfinished()) == ([], [])
