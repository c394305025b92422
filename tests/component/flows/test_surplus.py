"""What left although Odoo wanted less: a person says once what becomes of it, before it leaves or after."""

import pytest
from django.test import Client
from django.urls import reverse

from integration.jobs import acts, decisions
from integration.jobs.acts import NotAllowed
from integration.models import Connection, SyncJob
from integration.sandbox.wms.contract import ACCEPTS
from tests.component.engine.yard import until
from tests.component.flows.ledger import Ledger
from tests.component.flows.returns import Dock, line
from tests.component.flows.test_changes import CHANGES, TOO_LATE, at_stage, codes, play_to_the_end, ship_what_is_open
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
VERSIONS = ["16", "17", "18", "19"]
GONE_TOO_MUCH = {"down": 4.0, "cancel": 10.0}


@pytest.fixture
def dock(yard: Yard) -> Dock:
    Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": {"accepts": list(ACCEPTS)}})
    return Dock(yard)


def refused(yard: Yard, direction: str) -> Sale:
    """Packed when Odoo wants less of it."""
    sale = at_stage(yard, "packed")
    CHANGES[direction](yard, sale)
    yard.look()
    assert codes(yard) == TOO_LATE[direction]
    return sale


def coming_back(yard: Yard) -> list[tuple[str, float, str]]:
    """By Odoo's transfers into the warehouse: product, what is asked for, state."""
    rows = yard.odoo.rows("stock.picking", [["picking_type_code", "=", "incoming"]], "name", "state")
    moves = yard.odoo.rows(
        "stock.move",
        [["picking_id", "in", [row["id"] for row in rows]], ["origin_returned_move_id", "!=", False]],
        "product_id",
        "product_uom_qty",
        "state",
    )
    return [(yard.odoo.code_of(row["product_id"]), row["product_uom_qty"], row["state"]) for row in moves]


def lines_of(yard: Yard, sale: Sale) -> dict[str, tuple[float, float, float]]:
    """Ordered, delivered, price."""
    rows = yard.odoo.rows(
        "sale.order.line",
        [["order_id", "=", sale.id]],
        "product_id",
        "product_uom_qty",
        "qty_delivered",
        "price_unit",
    )
    return {
        yard.odoo.code_of(row["product_id"]): (row["product_uom_qty"], row["qty_delivered"], row["price_unit"])
        for row in rows
    }


def taken_back_by_hand(yard: Yard, sale: Sale, crates: int) -> None:
    [left] = [name for name, state in yard.odoo.transfers(sale.id) if state == "done"]
    [done] = yard.odoo.rows("stock.picking", [["name", "=", left]], "name")
    [move] = yard.odoo.rows(
        "stock.move", [["picking_id", "=", done["id"]], ["product_id.default_code", "=", "CRATE-S"]], "product_id"
    )
    about = {"active_id": done["id"], "active_ids": [done["id"]], "active_model": "stock.picking"}
    taken = {"product_id": move["product_id"], "quantity": crates, "move_id": move["id"], "to_refund": True}
    values = {"picking_id": done["id"], "product_return_moves": [[5, 0, 0], [0, 0, taken]]}
    wizard = yard.odoo.call("stock.return.picking", "create", values, context=about)
    yard.odoo.call("stock.return.picking", "action_create_returns", [wizard], context=about)


@pytest.mark.parametrize("odoo_server", VERSIONS, indirect=True)
@pytest.mark.parametrize("direction", ["down", "cancel"])
@pytest.mark.parametrize("when", ["before it leaves", "after it left"])
def test_what_left_too_much_is_expected_back(yard: Yard, dock: Dock, direction: str, when: str) -> None:
    sale = refused(yard, direction)
    if when == "before it leaves":
        yard.choose(*TOO_LATE[direction], "back")
        assert (coming_back(yard), codes(yard), yard.unfinished()) == ([], [], [])
        play_to_the_end(yard)
    else:
        play_to_the_end(yard)
        yard.choose(*TOO_LATE[direction], "back")
        yard.look()
    quantity = GONE_TOO_MUCH[direction]
    back = [("CRATE-S", quantity, "assigned"), *([("ROPE-10", 2, "assigned")] if direction == "cancel" else [])]
    assert (sorted(coming_back(yard)), codes(yard), yard.unfinished()) == (back, [], [])
    [advice] = dock.expected()
    expected = {line["sku"].removeprefix("P-"): float(line["quantity"]) for line in advice["document"]["lines"]}
    assert expected["CRATE-S"] == quantity
    dock.tell(*(line(sku, pieces) for sku, pieces in expected.items()), advice=advice["advice"])
    yard.look()
    assert (lines_of(yard, sale)["CRATE-S"][1], codes(yard), yard.unfinished()) == (10 - quantity, [], [])


@pytest.mark.parametrize("odoo_server", VERSIONS, indirect=True)
def test_the_order_is_raised_to_what_left_at_its_price(yard: Yard, dock: Dock) -> None:
    sale = at_stage(yard, "packed")
    price = [["order_id", "=", sale.id], ["product_id.default_code", "=", "CRATE-S"]]
    [crates] = yard.odoo.rows("sale.order.line", price, "price_unit")
    yard.odoo.call("sale.order.line", "write", [crates["id"]], {"price_unit": 77.5})
    CHANGES["down"](yard, sale)
    yard.odoo.call("sale.order.line", "write", [crates["id"]], {"price_unit": 77.5})
    yard.look()
    yard.choose("CD-4012", "raise")
    assert lines_of(yard, sale)["CRATE-S"] == (6, 0, 77.5)
    play_to_the_end(yard)
    assert lines_of(yard, sale)["CRATE-S"] == (10, 10, 77.5)
    assert [state for _, state in yard.odoo.transfers(sale.id)] == ["done"]
    yard.sweep()
    assert (codes(yard), yard.unfinished(), len(yard.wms.books())) == ([], [], 1)


def test_the_customer_keeps_what_was_cancelled(yard: Yard, dock: Dock) -> None:
    sale = refused(yard, "cancel")
    yard.choose("CD-4013", "keep")
    play_to_the_end(yard)
    assert (yard.left(sale)["CRATE-S"], coming_back(yard)) == ((10, 10, 10), [])
    assert (codes(yard), yard.unfinished()) == ([], [])


@pytest.mark.parametrize(("direction", "choice"), [("down", "raise"), ("cancel", "keep")])
def test_customer_service_reads_no_share_of_less_than_what_left(
    yard: Yard, dock: Dock, admin_client: Client, direction: str, choice: str
) -> None:
    sale = refused(yard, direction)
    play_to_the_end(yard)
    yard.choose(*TOO_LATE[direction], choice)
    yard.sweep()
    [order] = admin_client.get(reverse("admin:service"), {"q": sale.name}).context["told"]
    assert dict(order.goods)["CRATE-S"] == "10 have left"


def test_a_return_is_made_once_though_the_answer_is_lost(yard: Yard, dock: Dock) -> None:
    refused(yard, "down")
    play_to_the_end(yard)
    yard.odoo.fault("action_create_returns", "cut_after_commit", model="stock.return.picking")
    yard.choose("CD-4012", "back")
    yard.later()
    assert (coming_back(yard), codes(yard), yard.unfinished()) == ([("CRATE-S", 4, "assigned")], [], [])


def test_an_order_is_raised_though_the_answer_is_lost(yard: Yard, dock: Dock) -> None:
    sale = refused(yard, "down")
    play_to_the_end(yard)
    yard.odoo.fault("write", "cut_after_commit", model="sale.order.line")
    yard.choose("CD-4012", "raise")
    yard.later()
    assert (lines_of(yard, sale)["CRATE-S"][:2], codes(yard), yard.unfinished()) == ((10, 10), [], [])


def test_what_left_in_parts_comes_back_of_the_latest_first(yard: Yard, dock: Dock) -> None:
    sale = at_stage(yard, "packed")
    yard.shipped(sale, lines=[yard.line(sale, quantity="3")], final=False)
    CHANGES["down"](yard, sale)
    yard.look()
    yard.shipped(sale, lines=[yard.line(sale, quantity="4")], final=False)
    play_to_the_end(yard)
    yard.choose("CD-4012", "back")
    yard.look()
    assert sorted(coming_back(yard)) == [("CRATE-S", 1, "assigned"), ("CRATE-S", 3, "assigned")]
    assert (yard.left(sale)["CRATE-S"], codes(yard), yard.unfinished()) == ((10, 10, 10), [], [])


def test_what_somebody_has_taken_back_by_hand_is_not_expected_again(yard: Yard, dock: Dock) -> None:
    sale = at_stage(yard, "packed")
    yard.odoo.order_more(sale.id, "ROPE-10", 0)
    CHANGES["cancel"](yard, sale)
    yard.look()
    ship_what_is_open(yard)
    until(lambda: yard.wms.pending() == 0)
    yard.run()
    [code] = codes(yard)
    taken_back_by_hand(yard, sale, 7)
    yard.choose(code, "back")
    yard.look()
    crates_back = sorted(quantity for sku, quantity, _ in coming_back(yard) if sku == "CRATE-S")
    assert (crates_back, yard.unfinished()) == ([3, 7], [])


def test_a_newer_refusal_asks_anew(yard: Yard, dock: Dock) -> None:
    sale = refused(yard, "down")
    yard.choose("CD-4012", "back")
    yard.odoo.order_more(sale.id, "CRATE-S", 5)
    yard.look()
    assert codes(yard) == ["CD-4012"]
    play_to_the_end(yard)
    assert (codes(yard), coming_back(yard)) == (["CD-4012"], [])
    yard.choose("CD-4012", "raise")
    assert (lines_of(yard, sale)["CRATE-S"][0], coming_back(yard), codes(yard)) == (10, [], [])


def test_nothing_is_to_be_chosen_where_nothing_leaves_too_much(yard: Yard, dock: Dock) -> None:
    """Another address came too late."""
    at_stage(yard, "packed")
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"street": "2 Other Street"})
    yard.sweep()
    assert codes(yard) == ["CD-4012"]
    with pytest.raises(NotAllowed, match="back cannot be chosen"):
        decisions.decide(yard.case("CD-4012").pk, "back", SOMEBODY, "why not")


def test_a_warehouse_that_works_by_itself_takes_back_what_it_expects(yard: Yard, dock: Dock) -> None:
    sale = refused(yard, "down")
    play_to_the_end(yard)
    yard.wms.control("settings", acknowledge_after=0.0, receive_after=0.0)
    yard.choose("CD-4012", "back")
    yard.look()
    until(lambda: bool(yard.wms.get("returns")["returns"]))
    yard.run()
    assert (yard.odoo.delivered(sale.id)["CRATE-S"], codes(yard), yard.unfinished()) == (6, [], [])


def test_what_comes_back_of_a_cancelled_order_leaves_nothing_to_bill(yard: Yard, dock: Dock) -> None:
    books = Ledger(yard)
    books.by_delivery("CRATE-S", "ROPE-10")
    books.rule("invoice")
    books.rule("credit_note")
    sale = refused(yard, "cancel")
    yard.choose("CD-4013", "back")
    play_to_the_end(yard)
    yard.look()
    assert codes(yard) == ["CD-8107"]
    [advice] = dock.expected()
    expected = {line["sku"].removeprefix("P-"): float(line["quantity"]) for line in advice["document"]["lines"]}
    dock.tell(*(line(sku, pieces) for sku, pieces in expected.items()), advice=advice["advice"])
    yard.look()
    yard.later()
    assert (books.billed(sale), books.invoices(sale)) == ([(0, 0), (0, 0)], [])
    assert (codes(yard), yard.unfinished()) == ([], [])


def test_each_choice_is_done_as_it_was_made(yard: Yard, dock: Dock) -> None:
    """The order is raised to what left, and cancelled after all: then all of it comes back."""
    sale = refused(yard, "down")
    play_to_the_end(yard)
    yard.choose("CD-4012", "raise")
    assert lines_of(yard, sale)["CRATE-S"][:2] == (10, 10)
    yard.odoo.cancel(sale.id)
    yard.look()
    yard.choose("CD-4013", "back")
    assert sorted(coming_back(yard)) == [("CRATE-S", 10, "assigned"), ("ROPE-10", 2, "assigned")]
    assert (codes(yard), yard.unfinished()) == ([], [])


def test_what_is_expected_back_already_is_not_expected_again_when_the_rest_is(yard: Yard, dock: Dock) -> None:
    sale = refused(yard, "down")
    play_to_the_end(yard)
    yard.choose("CD-4012", "back")
    yard.odoo.cancel(sale.id)
    yard.look()
    yard.choose("CD-4013", "back")
    crates = sorted(quantity for sku, quantity, state in coming_back(yard) if sku == "CRATE-S" and state != "cancel")
    assert (sum(crates), codes(yard), yard.unfinished()) == (10, [], [])


LOST = {"back": ("action_create_returns", "stock.return.picking"), "raise": ("write", "sale.order.line")}


def over_and_chosen(yard: Yard, choice: str, fault: str, **how: object) -> Sale:
    """Too much has left, and what was chosen about it is not through."""
    sale = refused(yard, "down")
    play_to_the_end(yard)
    method, model = LOST[choice]
    yard.odoo.fault(method, fault, model=model, **how)
    yard.choose("CD-4012", choice)
    assert [flow for flow, _ in yard.unfinished()] == ["surplus"]
    return sale


def cancelled_too(yard: Yard, sale: Sale) -> None:
    yard.odoo.cancel(sale.id)
    yard.look()
    assert codes(yard) == ["CD-4013"]


def crates_coming_back(yard: Yard) -> float:
    return sum(quantity for sku, quantity, state in coming_back(yard) if sku == "CRATE-S" and state != "cancel")


@pytest.mark.parametrize("first", ["back", "raise"])
@pytest.mark.parametrize("fault", ["cut_before", "cut_after_commit", "error503"])
@pytest.mark.parametrize("second", ["back", "keep"])
def test_the_latest_word_counts_though_an_earlier_one_is_not_through(
    yard: Yard, dock: Dock, first: str, fault: str, second: str
) -> None:
    sale = over_and_chosen(yard, first, fault)
    cancelled_too(yard, sale)
    yard.choose("CD-4013", second)
    yard.later()
    expected = {"back": 10.0, "keep": 0.0}  # a cancel cancels the returns that are not here yet
    assert (crates_coming_back(yard), codes(yard), yard.unfinished()) == (expected[second], [], [])
    assert lines_of(yard, sale)["CRATE-S"][0] == (10 if (first, fault) == ("raise", "cut_after_commit") else 6)
    assert "intended" not in [*yard.effects("take_back"), *yard.effects("raise lines")]


def test_who_is_asked_anew_has_not_said_it_yet(yard: Yard, dock: Dock) -> None:
    sale = over_and_chosen(yard, "back", "error503")
    cancelled_too(yard, sale)
    yard.later()
    assert (crates_coming_back(yard), codes(yard), yard.unfinished()) == (0, ["CD-4013"], [])
    yard.choose("CD-4013", "back")
    assert (crates_coming_back(yard), codes(yard), yard.unfinished()) == (10, [], [])


def test_what_was_taken_back_by_hand_while_odoo_did_not_take_it_is_not_expected_twice(yard: Yard, dock: Dock) -> None:
    sale = over_and_chosen(yard, "back", "error503")
    taken_back_by_hand(yard, sale, 4)
    yard.later()
    assert (crates_coming_back(yard), codes(yard), yard.unfinished()) == (4, [], [])


def test_a_choice_waits_for_what_a_cancelled_job_may_still_do(yard: Yard, dock: Dock) -> None:
    sale = over_and_chosen(yard, "back", "cut_before")
    acts.cancel_job(SyncJob.objects.get(flow="surplus").pk, SOMEBODY, "no more of it")
    cancelled_too(yard, sale)
    yard.choose("CD-4013", "back")
    assert (crates_coming_back(yard), yard.unfinished()) == (0, [("surplus", "retry")])
    yard.later()
    assert (crates_coming_back(yard), codes(yard), yard.unfinished()) == (10, [], [])
