"""Changes and cancels that meet shipments, answers and people at the wrong moment."""

import threading

import pytest
from django.db import connection

from integration.handlers import HANDLERS
from integration.jobs import acts, engine, failpoints, sweep
from integration.models import Connection, Document, DocumentLine, Lane, OutboundMessage, SyncJob
from integration.sandbox.wms.contract import ACCEPTS
from tests.component.engine.yard import until
from tests.component.flows.test_changes import (
    CHANGES,
    at_stage,
    codes,
    conserved,
    play_to_the_end,
    requests,
    ship_what_is_open,
)
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)
ALL_LEFT = {"CRATE-S": (10, 10, 10), "ROPE-10": (2, 2, 2)}


@pytest.fixture(autouse=True)
def _takes_changes(yard: Yard) -> None:
    Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": {"accepts": list(ACCEPTS)}})


def crate() -> DocumentLine:
    return DocumentLine.objects.get(sku="CRATE-S")


def ship_crates(yard: Yard, sale: Sale, quantity: str, **script: object) -> None:
    yard.shipped(sale, lines=[yard.line(sale, quantity=quantity)], final=False, **script)


def settled(yard: Yard, sale: Sale, *told: str) -> None:
    assert all(len(set(sides)) == 1 for sides in yard.left(sale).values()), yard.left(sale)
    assert (codes(yard), yard.unfinished(), conserved()) == ([*told], [], [])


def test_a_refused_reduction_that_leaves_in_two_parts_is_booked_whole(yard: Yard) -> None:
    """After the first part, Odoo has nothing open of the line any more."""
    sale = at_stage(yard, "packed")
    CHANGES["down"](yard, sale)
    yard.look()
    ship_crates(yard, sale, "6")
    yard.look()
    play_to_the_end(yard)
    assert yard.left(sale) == ALL_LEFT
    settled(yard, sale, "CD-4012")
    assert len(requests()) == 1


def test_what_is_over_after_a_part_is_no_wish_of_odoos(yard: Yard) -> None:
    sale = at_stage(yard, "packed")
    CHANGES["down"](yard, sale)
    yard.look()
    ship_crates(yard, sale, "10")
    yard.look()
    assert (codes(yard), crate().ordered, crate().over) == (["CD-4012"], 6, 4)
    play_to_the_end(yard)
    settled(yard, sale, "CD-4012")
    assert "CRATE-S: 10 left, 6 wanted" in yard.cases()[0][1]


def test_what_is_over_is_told_though_odoo_was_looked_at_before_we_knew(yard: Yard) -> None:
    sale = at_stage(yard, "packed")
    CHANGES["down"](yard, sale)
    yard.look()
    ship_what_is_open(yard)
    until(lambda: yard.wms.pending() == 0)
    yard.odoo.fault("button_validate", "cut_after_commit")
    yard.run()
    yard.look()
    yard.later()
    yard.look()
    assert (crate().ordered, crate().over, yard.left(sale)) == (6, 4, ALL_LEFT)
    settled(yard, sale, "CD-4012")


def test_a_refused_address_stays_told_when_the_goods_have_left(yard: Yard) -> None:
    sale = at_stage(yard, "packed")
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"street": "2 Other Street"})
    yard.sweep()
    play_to_the_end(yard)
    settled(yard, sale, "CD-4012")


def test_an_address_that_is_taken_back_before_the_answer_is_asked_back(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.wms.control("settings", answer_changes=False)
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    [row] = yard.odoo.rows("res.partner", [["id", "=", customer]], "street")
    for street in ("2 Other Street", row["street"]):
        yard.odoo.call("res.partner", "write", [customer], {"street": street})
        yard.sweep()
    yard.wms.control("answer", release=sale.release)
    yard.run()
    assert requests() == [("change", 1, "accepted"), ("change", 2, "accepted")]
    assert yard.wms.books()[0]["document"]["ship_to"]["street"] == row["street"]


def test_a_cancel_that_is_accepted_after_a_part_left(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.wms.control("settings", answer_changes=False)
    CHANGES["cancel"](yard, sale)
    yard.look()
    ship_crates(yard, sale, "4")
    yard.wms.control("answer", release=sale.release)
    yard.run()
    yard.look()
    assert (yard.left(sale)["CRATE-S"], yard.state(sale.release)) == ((4, 4, 4), "shipped")
    settled(yard, sale, "CD-4013")
    assert not DocumentLine.objects.filter(cancelled__lt=0).exists()


def test_a_cancel_that_overtakes_the_part_that_left_before_it(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.wms.control("settings", answer_changes=False)
    CHANGES["cancel"](yard, sale)
    yard.look()
    line = yard.line(sale, quantity="4")
    yard.wms.send("order.cancel.accepted", {"release": sale.release, "change": 1})
    yard.run()
    assert yard.state(sale.release) == "cancelled"
    yard.shipped(sale, lines=[line], final=False)
    assert (yard.left(sale)["CRATE-S"], yard.state(sale.release)) == ((4, 4, 4), "shipped")
    settled(yard, sale, "CD-4013")


def test_a_refusal_leaves_what_was_accepted_before_it(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.wms.control("settings", answer_changes=False)
    CHANGES["down"](yard, sale)
    yard.look()
    yard.odoo.order_more(sale.id, "CRATE-S", 8)
    yard.look()
    yard.wms.send("order.change.accepted", {"release": sale.release, "change": 1})
    yard.run()
    yard.wms.send("order.change.refused", {"release": sale.release, "change": 2, "reason": "too late"})
    yard.run()
    assert (crate().released, codes(yard)) == (6, [])


def test_an_acceptance_counts_though_a_later_refusal_overtook_it(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    yard.wms.control("settings", answer_changes=False)
    CHANGES["down"](yard, sale)
    yard.look()
    yard.odoo.order_more(sale.id, "CRATE-S", 8)
    yard.look()
    yard.wms.send("order.change.refused", {"release": sale.release, "change": 2, "reason": "too late"})
    yard.run()
    yard.wms.send("order.change.accepted", {"release": sale.release, "change": 1})
    yard.run()
    assert crate().released == 6


def test_a_release_from_before_changes_were_asked_is_cancelled_all_the_same(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    Document.objects.filter(reference=sale.release).update(told_header={})
    CHANGES["cancel"](yard, sale)
    yard.look()
    assert (requests(), yard.state(sale.release)) == ([("cancel", 1, "accepted")], "cancelled")


def test_a_cancel_while_it_is_not_known_here_that_the_release_was_sent_is_asked_all_the_same(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker died when the warehouse had it and the write was kept, but not yet that the message was sent."""

    def die(point: str) -> None:
        if point == "after_result":
            raise SystemExit

    sale = yard.sell(("CRATE-S", 3))
    with monkeypatch.context() as dying:
        dying.setattr(failpoints, "hit", die)
        with pytest.raises(SystemExit):
            yard.look()
    assert (yard.effects("send order.release"), OutboundMessage.objects.get().state) == (["landed"], "queued")
    CHANGES["cancel"](yard, sale)
    yard.look()
    yard.later()
    yard.later()  # a worker that takes both at once looks at what another one left last: then the cancel waits again
    assert (requests(), yard.state(sale.release), codes(yard)) == ([("cancel", 1, "accepted")], "cancelled", [])


@pytest.mark.parametrize("takes_requests", [True, False])
def test_a_cancel_of_a_release_whose_job_a_person_ended_is_asked_or_told(
    yard: Yard, monkeypatch: pytest.MonkeyPatch, takes_requests: bool
) -> None:
    """Its message counts as taken back, but the warehouse has it."""
    if not takes_requests:
        Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": {"accepts": []}})
    sale = yard.sell(("CRATE-S", 3))

    def die(point: str) -> None:
        if point == "after_result":
            raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(failpoints, "hit", die)
        with pytest.raises(SystemExit):
            yard.look()
    sending = SyncJob.objects.get(flow="release_send")
    SyncJob.objects.filter(pk=sending.pk).update(state="needs_attention")
    acts.cancel_job(sending.pk, SOMEBODY, "it will not go through")
    CHANGES["cancel"](yard, sale)
    yard.look()
    yard.later()
    asked = [("cancel", 1, "accepted")] if takes_requests else []
    assert (requests(), codes(yard)) == (asked, [] if takes_requests else ["CD-4005"])


def test_a_cancel_that_was_to_take_back_what_is_just_being_sent_is_asked(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the decision to take it back and its commit the release went out."""
    sale = yard.sell(("CRATE-S", 3))
    Connection.objects.filter(pk=yard.partner.pk).update(enabled=False)
    yard.look()
    CHANGES["cancel"](yard, sale)

    def send(point: str) -> None:
        deciding = SyncJob.objects.filter(flow="order_release", state="running").exists()
        if (
            point == "before_settle"
            and deciding
            and OutboundMessage.objects.get(type="order.release").state == "queued"
        ):
            Connection.objects.filter(pk=yard.partner.pk).update(enabled=True)
            sending = threading.Thread(target=elsewhere)
            sending.start()
            sending.join()

    def elsewhere() -> None:
        with monkeypatch.context() as quiet:
            quiet.setattr(failpoints, "hit", lambda point: None)
            acts.retry_job(SyncJob.objects.get(flow="release_send").pk, SOMEBODY)
            engine.run_lane(Lane.ORDER, HANDLERS, seconds=5)
        connection.close()

    monkeypatch.setattr(failpoints, "hit", send)
    yard.look()
    yard.later()
    assert (requests(), yard.state(sale.release), codes(yard)) == ([("cancel", 1, "accepted")], "cancelled", [])


def test_an_answer_after_the_last_shipment_ends_the_release(yard: Yard) -> None:
    """What was to leave had left before the warehouse agreed to leave out the rest."""
    sale = at_stage(yard, "accepted")
    yard.wms.control("settings", answer_changes=False)
    CHANGES["down"](yard, sale)
    yard.odoo.order_more(sale.id, "ROPE-10", 0)
    yard.look()
    ship_crates(yard, sale, "6")
    yard.wms.control("answer", release=sale.release)
    yard.run()
    yard.look()
    assert (requests(), yard.state(sale.release)) == ([("change", 1, "accepted")], "shipped")
    settled(yard, sale)


def test_a_part_by_another_carrier_is_no_change_of_the_rest(yard: Yard) -> None:
    names = [row["name"] for row in yard.odoo.rows("delivery.carrier", [], "name")]
    yard.map("carrier", next(name for name in names if name != "Standard delivery"), "EXP")
    sale = at_stage(yard, "accepted")
    ship_crates(yard, sale, "4", carrier="EXP")
    yard.look()
    assert (requests(), yard.cases()) == ([], [])


def test_an_order_that_is_confirmed_again_while_it_ships_leaves_once(yard: Yard) -> None:
    sale = at_stage(yard, "packed")
    CHANGES["cancel"](yard, sale)
    yard.look()
    yard.odoo.call("sale.order", "action_draft", [sale.id])
    yard.odoo.call("sale.order", "action_confirm", [sale.id])
    yard.look()
    assert codes(yard) == []
    play_to_the_end(yard)
    assert yard.left(sale) == ALL_LEFT
    settled(yard, sale)
    assert [held.release for held in yard.wms.held()] == [sale.release]


def test_an_order_that_is_confirmed_again_after_it_was_stopped_is_released_anew(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    CHANGES["cancel"](yard, sale)
    yard.look()
    yard.odoo.call("sale.order", "action_draft", [sale.id])
    yard.odoo.call("sale.order", "action_confirm", [sale.id])
    yard.look()
    assert len(yard.wms.held()) == 2
    play_to_the_end(yard)
    assert yard.left(sale) == ALL_LEFT
    settled(yard, sale)


def test_reserved_parts_can_be_cancelled(yard: Yard) -> None:
    yard.set(release_point="reserved_part")
    sale = at_stage(yard, "accepted")
    CHANGES["cancel"](yard, sale)
    yard.look()
    assert (requests(), codes(yard)) == ([("cancel", 1, "accepted")], [])


def test_a_carrier_that_is_removed_cannot_be_asked_for_and_is_told(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    [row] = yard.odoo.rows("stock.picking", [["name", "=", sale.release]], "name")
    yard.odoo.call("stock.picking", "write", [row["id"]], {"carrier_id": False})
    yard.sweep()
    assert (requests(), codes(yard)) == ([], ["CD-4004"])


def test_a_request_that_was_overtaken_by_the_goods_is_not_waited_for(yard: Yard) -> None:
    sale = at_stage(yard, "packed")
    yard.wms.control("settings", answer_changes=False)
    CHANGES["down"](yard, sale)
    yard.look()
    ship_what_is_open(yard)
    yard.run()
    assert not OutboundMessage.objects.filter(acknowledge_by__isnull=False, type="order.change").exists()
    sweep.overdue_acknowledgements()
    settled(yard, sale, "CD-4012")


def test_whether_it_may_leave_in_parts_cannot_be_asked_and_is_told(yard: Yard) -> None:
    sale = at_stage(yard, "accepted")
    [row] = yard.odoo.rows("stock.picking", [["name", "=", sale.release]], "name")
    yard.odoo.call("stock.picking", "write", [row["id"]], {"move_type": "one"})
    yard.sweep()
    [(code, words)] = yard.cases()
    assert (requests(), code) == ([], "CD-4004")
    assert "whether it may leave in parts" in words
    yard.odoo.call("stock.picking", "write", [row["id"]], {"move_type": "direct"})
    yard.sweep()
    assert yard.cases() == []


def test_what_was_told_of_a_release_in_parts_counts_what_has_left(yard: Yard) -> None:
    """The warehouse takes no changes: a person passes on what is different, in all."""
    Connection.objects.filter(pk=yard.partner.pk).update(profile={"facts": {"accepts": []}})
    sale = at_stage(yard, "accepted")
    yard.shipped(sale, lines=[yard.line(sale, quantity="4")], final=False)
    yard.odoo.order_more(sale.id, "CRATE-S", 7)
    yard.look()
    [(code, words)] = yard.cases()
    assert code == "CD-4004"
    assert "CRATE-S: 10 -> 7" in words
    assert "ROPE" not in words


@pytest.mark.parametrize(("back", "told"), [(10, []), (4, ["CD-4013"])])
def test_a_cancel_of_what_has_come_back_says_only_what_is_gone(yard: Yard, back: float, told: list[str]) -> None:
    sale = yard.released(("CRATE-S", 10))
    yard.shipped(sale)
    yard.odoo.receive_by_hand(yard.odoo.send_back(sale.release, back))
    yard.look()
    yard.odoo.cancel(sale.id)
    yard.look()
    assert codes(yard) == told
    if told:
        assert "CRATE-S: 6 left" in yard.cases()[0][1]
        yard.choose("CD-4013", "back")
        rows = yard.odoo.rows("stock.move", [["origin_returned_move_id", "!=", False]], "product_uom_qty", "state")
        assert [(row["product_uom_qty"], row["state"]) for row in rows] == [(4, "done"), (6, "assigned")]
    assert yard.unfinished() == []
