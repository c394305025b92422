"""Orders that change after their release: both sides end equal, and at most one case has the choices."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.db.models.functions import Now

from integration.canonical.orders import STAGES
from integration.flows import changes
from integration.jobs import sweep
from integration.models import ChangeLine, ChangeRequest, Connection, DocumentLine, OutboundMessage
from integration.sandbox.wms.contract import ACCEPTS
from tests.component.engine.yard import until
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
CHANGES: dict[str, Callable[[Yard, Sale], None]] = {
    "up": lambda yard, sale: yard.odoo.order_more(sale.id, "CRATE-S", 12),
    "down": lambda yard, sale: yard.odoo.order_more(sale.id, "CRATE-S", 6),
    "cancel": lambda yard, sale: yard.odoo.cancel(sale.id),
}
TOO_LATE = {"up": [], "down": ["CD-4012"], "cancel": ["CD-4013"]}
GRANTED = {"up": ("received", "accepted"), "down": STAGES[:3], "cancel": STAGES[:3]}
WANTED = {"up": 12, "down": 6, "cancel": 0}


@pytest.fixture(autouse=True)
def _takes_changes(yard: Yard) -> None:
    """As a probe of the warehouse keeps it."""
    Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": {"accepts": list(ACCEPTS)}})


def at_stage(yard: Yard, stage: str) -> Sale:
    """Ten crates and two ropes are so far at the warehouse."""
    sale = yard.sell(("CRATE-S", 10), ("ROPE-10", 2))
    yard.look()
    if stage != "received":
        yard.wms.accept(sale.release)
        yard.run()
    if stage == "shipped":
        yard.shipped(sale)
    else:
        yard.wms.control("progress", release=sale.release, stage=stage)
    return sale


def codes(yard: Yard) -> list[str]:
    return [code for code, _ in yard.cases()]


def ship_what_is_open(yard: Yard) -> None:
    """The floor ships everything that it holds, whatever comes of it."""
    for held in yard.wms.books():
        if not held["closed"] and held["status"] != "cancelled":
            yard.wms.ship(held["release"])


def play_to_the_end(yard: Yard) -> None:
    for _ in range(4):
        ship_what_is_open(yard)
        yard.run()
        yard.look()


def asked_before(yard: Yard, sale: Sale, change: Callable[[Yard, Sale], None]) -> None:
    """Asked and answered before anything leaves."""
    change(yard, sale)
    yard.look()


def asked_while_it_ships(yard: Yard, sale: Sale, change: Callable[[Yard, Sale], None]) -> None:
    """The goods leave between the request and its answer."""
    yard.wms.control("settings", answer_changes=False)
    change(yard, sale)
    yard.look()
    ship_what_is_open(yard)
    yard.wms.control("answer", release=sale.release)
    yard.run()
    yard.wms.control("settings", answer_changes=True)


def answered_after_it_shipped(yard: Yard, sale: Sale, change: Callable[[Yard, Sale], None]) -> None:
    """What leaves is as it was answered, but its message overtakes the answer."""
    yard.wms.control("settings", answer_changes=False)
    change(yard, sale)
    yard.look()
    yard.wms.control("answer", release=sale.release, faults=["reorder"])
    ship_what_is_open(yard)
    yard.run()
    yard.wms.control("settings", answer_changes=True)


def changed_after_it_left(yard: Yard, sale: Sale, change: Callable[[Yard, Sale], None]) -> None:
    """The shipment is here and not posted yet when somebody changes the order."""
    ship_what_is_open(yard)
    until(lambda: yard.wms.pending() == 0)
    change(yard, sale)
    yard.look()


TURNS = (asked_before, asked_while_it_ships, answered_after_it_shipped, changed_after_it_left)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("direction", CHANGES)
@pytest.mark.parametrize("stage", STAGES[:-1])
def test_both_sides_end_equal_at_every_stage(
    yard: Yard, stage: str, direction: str, turn: Callable[[Yard, Sale, Callable[[Yard, Sale], None]], None]
) -> None:
    sale = at_stage(yard, stage)
    turn(yard, sale, CHANGES[direction])
    play_to_the_end(yard)
    left = yard.left(sale)
    assert all(len(set(sides)) == 1 for sides in left.values()), left
    granted = turn in (asked_before, answered_after_it_shipped) and stage in GRANTED[direction]
    wanted = WANTED[direction] if granted or direction == "up" else 10
    assert left["CRATE-S"][0] == wanted
    assert codes(yard) == ([] if granted else TOO_LATE[direction])
    assert yard.unfinished() == []
    assert direction == "up" or conserved() == []  # what was refused is a line of another delivery


@pytest.mark.parametrize("direction", ["up", "cancel"])
def test_a_change_of_what_has_shipped(yard: Yard, direction: str) -> None:
    """Odoo itself refuses to want less than was delivered."""
    sale = at_stage(yard, "shipped")
    CHANGES[direction](yard, sale)
    yard.look()
    play_to_the_end(yard)
    assert yard.left(sale)["CRATE-S"] == ((12, 12, 12) if direction == "up" else (10, 10, 10))
    assert codes(yard) == TOO_LATE[direction]
    assert yard.unfinished() == []


def conserved() -> list[str]:
    """Lines whose quantities do not add up once nothing is open."""
    return [
        f"{row.sku}: {row.ordered} + {row.over} <> {row.shipped} + {row.cancelled}"
        for row in DocumentLine.objects.all()
        if row.ordered + row.over != row.shipped + row.cancelled and row.document.state in ("shipped", "cancelled")
    ]


def requests() -> list[tuple[str, int, str]]:
    return list(ChangeRequest.objects.order_by("number").values_list("kind", "number", "state"))


def test_the_same_wish_is_asked_once(yard: Yard) -> None:
    sale = at_stage(yard, "packed")
    CHANGES["down"](yard, sale)
    for _ in range(3):
        yard.look()
        yard.sweep()
    assert requests() == [("change", 1, "refused")]
    assert codes(yard) == ["CD-4012"]


def test_a_wish_that_is_taken_back_closes_its_case_and_may_be_asked_again(yard: Yard) -> None:
    sale = at_stage(yard, "packed")
    CHANGES["down"](yard, sale)
    yard.look()
    yard.odoo.order_more(sale.id, "CRATE-S", 10)
    yard.look()
    assert codes(yard) == []
    yard.wms.control("progress", release=sale.release, stage="accepted")
    CHANGES["down"](yard, sale)
    yard.look()
    assert requests() == [("change", 1, "refused"), ("change", 2, "accepted")]
    play_to_the_end(yard)
    assert (yard.left(sale)["CRATE-S"], codes(yard)) == ((6, 6, 6), [])


def test_a_part_of_it_may_be_granted(yard: Yard) -> None:
    """Eight of ten crates are picked when six are wanted; the rope is packed when none is."""
    sale = at_stage(yard, "accepted")
    crate, rope = (line["line"] for line in yard.wms.books()[0]["lines"])
    standing = {"stage": "picking", "picked": {crate: "8"}, "lines": {rope: "packed"}}
    yard.wms.control("progress", release=sale.release, **standing)
    CHANGES["down"](yard, sale)
    yard.odoo.order_more(sale.id, "ROPE-10", 0)
    yard.look()
    assert requests() == [("change", 1, "part_accepted")]
    told = list(ChangeLine.objects.order_by("pk").values_list("sku", "was", "wanted", "granted", "stage"))
    assert told == [("CRATE-S", 10, 6, 8, "picking"), ("ROPE-10", 2, 0, 2, "packed")]
    [(code, words)] = yard.cases()
    assert code == "CD-4012"
    assert "CRATE-S: 6 wanted, 8 will leave (picking, it is picking already)" in words
    play_to_the_end(yard)
    assert yard.left(sale) == {"CRATE-S": (8, 8, 8), "ROPE-10": (2, 2, 2)}
    assert (codes(yard), yard.unfinished()) == (["CD-4012"], [])


def test_an_added_line_and_a_removed_one(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.odoo.add_line(sale.id, "CRATE-M", 3)
    yard.odoo.order_more(sale.id, "ROPE-10", 0)
    yard.look()
    [held] = yard.wms.held()
    assert held.lines == {"P-CRATE-S": "10", "P-ROPE-10": "0", "P-CRATE-M": "3"}
    play_to_the_end(yard)
    assert yard.left(sale) == {"CRATE-M": (3, 3, 3), "CRATE-S": (10, 10, 10), "ROPE-10": (0, 0, 0)}
    assert (requests(), yard.cases(), yard.unfinished()) == ([("change", 1, "accepted")], [], [])


def test_an_added_line_without_codes_waits_for_its_mapping_and_holds_up_nothing(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.odoo.add_line(sale.id, "CRATE-L", 3)
    yard.look()
    assert (codes(yard), requests()) == (["CD-3001"], [])
    yard.map("product", "CRATE-L", "P-CRATE-L")
    yard.later()
    assert (yard.cases(), requests()) == ([], [("change", 1, "accepted")])


@pytest.mark.parametrize(("stage", "told"), [("accepted", []), ("packed", ["CD-4012"])])
def test_another_address_and_date(yard: Yard, stage: str, told: list[str]) -> None:
    sale = at_stage(yard, stage)
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"street": "2 Other Street"})
    [row] = yard.odoo.rows("stock.picking", [["name", "=", sale.release]], "name")
    yard.odoo.call("stock.picking", "write", [row["id"]], {"scheduled_date": "2027-01-05 10:00:00"})
    yard.sweep()
    document = yard.wms.books()[0]["document"]
    assert (document["ship_to"]["street"] == "2 Other Street") is (stage == "accepted")
    assert document["ship_by"].startswith("2027-01-05") is (stage == "accepted")
    assert codes(yard) == told
    yard.sweep()
    assert len(requests()) == 1


def test_what_is_left_of_a_release_can_be_changed_too(yard: Yard) -> None:
    """Four of ten have left: Odoo keeps the rest in a backorder that the warehouse knows by the first number."""
    sale = at_stage(yard, "accepted")
    yard.shipped(sale, lines=[yard.line(sale, quantity="4")], final=False)
    yard.look()
    assert requests() == []
    yard.odoo.order_more(sale.id, "CRATE-S", 7)
    yard.look()
    assert (requests(), yard.wms.held()[0].lines["P-CRATE-S"]) == ([("change", 1, "accepted")], "7")
    play_to_the_end(yard)
    assert (yard.left(sale)["CRATE-S"], yard.cases(), conserved()) == ((7, 7, 7), [], [])


def test_what_is_left_of_a_release_can_be_cancelled_too(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.shipped(sale, lines=[yard.line(sale, quantity="4")], final=False)
    CHANGES["cancel"](yard, sale)
    yard.look()
    assert (requests(), yard.state(sale.release)) == ([("cancel", 1, "accepted")], "shipped")
    assert (yard.left(sale)["CRATE-S"], codes(yard), yard.unfinished()) == ((4, 4, 4), [], [])


def test_a_request_that_was_not_sent_is_taken_back(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.pause_sending()
    CHANGES["down"](yard, sale)
    yard.look()
    CHANGES["cancel"](yard, sale)
    yard.look()
    yard.pause_sending(paused=False)
    yard.later()
    assert requests() == [("change", 1, "superseded"), ("cancel", 2, "accepted")]
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("cancelled", [], [])


def test_a_wish_that_comes_back_before_the_answer_is_asked_as_well(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.wms.control("settings", answer_changes=False)
    for quantity in (6, 10):
        yard.odoo.order_more(sale.id, "CRATE-S", quantity)
        yard.look()
    yard.wms.control("answer", release=sale.release)
    yard.run()
    assert requests() == [("change", 1, "accepted"), ("change", 2, "accepted")]
    assert yard.wms.held()[0].lines["P-CRATE-S"] == "10"
    play_to_the_end(yard)
    assert (yard.left(sale)["CRATE-S"], yard.cases()) == ((10, 10, 10), [])


def test_an_older_answer_that_comes_late_changes_nothing(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.wms.control("settings", answer_changes=False)
    CHANGES["down"](yard, sale)
    yard.look()
    yard.odoo.order_more(sale.id, "CRATE-S", 8)
    yard.look()
    for number in (2, 1):
        yard.wms.send("order.change.accepted", {"release": sale.release, "change": number})
        yard.run()
    assert requests() == [("change", 1, "accepted"), ("change", 2, "accepted")]
    assert DocumentLine.objects.get(sku="CRATE-S").released == 8


def test_an_answer_that_comes_twice_counts_once(yard: Yard) -> None:
    sale = at_stage(yard, "packed")
    CHANGES["down"](yard, sale)
    yard.look()
    yard.wms.send("order.change.accepted", {"release": sale.release, "change": 1})
    yard.run()
    assert (requests(), codes(yard)) == ([("change", 1, "refused")], ["CD-4012"])


def test_an_answer_to_what_was_never_asked(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.wms.send("order.cancel.accepted", {"release": sale.release, "change": 1})
    yard.run()
    words = f"Northgate 3PL answered (cancel.accepted) to change 1 of {sale.release}, which was never released to it."
    assert yard.cases() == [("CD-4009", words)]
    assert yard.state(sale.release) == "accepted"


def test_no_answer_is_a_case_until_there_is_one(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.wms.control("settings", answer_changes=False)
    CHANGES["down"](yard, sale)
    yard.look()
    OutboundMessage.objects.filter(type="order.change").update(acknowledge_by=Now())
    sweep.overdue_acknowledgements()
    yard.run()
    assert codes(yard) == ["CD-4014"]
    yard.retry("CD-4014")
    yard.run()
    assert (requests(), codes(yard)) == ([("change", 1, "open"), ("change", 2, "open")], [])
    yard.wms.control("answer", release=sale.release)
    yard.run()
    assert (requests(), codes(yard)) == ([("change", 1, "accepted"), ("change", 2, "accepted")], [])


@pytest.mark.parametrize("fault", ["cut_after_commit", "error503"])
def test_a_lost_answer_to_the_request_is_asked_after(yard: Yard, fault: str) -> None:
    sale = at_stage(yard, "accepted")
    match = {"side": "request", "method": "POST", "path": "/orders/changes"}
    yard.wms.control("faults", match=match, fault=fault, times=2)
    CHANGES["down"](yard, sale)
    yard.look()
    yard.later()
    yard.later()
    assert (requests(), yard.wms.held()[0].lines["P-CRATE-S"]) == ([("change", 1, "accepted")], "6")
    assert (yard.cases(), yard.unfinished()) == ([], [])
    assert yard.effects("send order.change") == ["landed"]


def test_a_warehouse_may_answer_in_the_call(yard: Yard) -> None:
    """A plain yes; nothing more comes of it than of a message."""
    sale = at_stage(yard, "accepted")
    yard.wms.control("settings", answer_changes=False)
    CHANGES["cancel"](yard, sale)
    yard.look()
    request = ChangeRequest.objects.get()
    with transaction.atomic():
        changes.accepted(request.message)
    assert (requests(), yard.state(sale.release)) == ([("cancel", 1, "accepted")], "cancelled")


@pytest.mark.parametrize("odoo_server", ["16", "17", "19"], indirect=True)
@pytest.mark.parametrize("direction", ["down", "cancel"])
def test_what_left_too_late_is_booked_on_every_version(yard: Yard, direction: str) -> None:
    sale = at_stage(yard, "packed")
    CHANGES[direction](yard, sale)
    yard.odoo.order_more(sale.id, "ROPE-10", 0) if direction == "down" else None
    yard.look()
    play_to_the_end(yard)
    assert yard.left(sale) == {"CRATE-S": (10, 10, 10), "ROPE-10": (2, 2, 2)}
    assert (codes(yard), yard.unfinished()) == (TOO_LATE[direction], [])


@pytest.mark.parametrize("method", ["action_confirm", "write", "button_validate"])
def test_what_is_booked_anew_is_so_once_though_an_answer_is_lost(yard: Yard, method: str) -> None:
    sale = at_stage(yard, "packed")
    CHANGES["cancel"](yard, sale)
    yard.look()
    ship_what_is_open(yard)
    until(lambda: yard.wms.pending() == 0)
    yard.odoo.fault(method, "cut_after_commit")
    yard.run()
    yard.later()
    yard.look()
    assert yard.left(sale) == {"CRATE-S": (10, 10, 10), "ROPE-10": (2, 2, 2)}
    assert (codes(yard), yard.unfinished(), conserved()) == (["CD-4013"], [], [])
    assert [state for _, state in yard.odoo.transfers(sale.id)] == ["cancel", "done"]


@pytest.mark.parametrize("heard", [True, False], ids=["asked before", "in the last second"])
@pytest.mark.parametrize("method", ["write", "button_validate"])
def test_a_line_that_was_cancelled_too_late_is_told_though_an_answer_is_lost(
    yard: Yard, method: str, heard: bool
) -> None:
    sale = at_stage(yard, "packed")
    yard.odoo.order_more(sale.id, "ROPE-10", 0)
    if heard:
        yard.look()
    ship_what_is_open(yard)
    until(lambda: yard.wms.pending() == 0)
    yard.odoo.fault(method, "cut_after_commit")
    yard.run()
    yard.later()
    yard.look()
    assert yard.left(sale) == {"CRATE-S": (10, 10, 10), "ROPE-10": (2, 2, 2)}
    assert (codes(yard), yard.unfinished(), conserved()) == (["CD-4012"], [], [])
