"""Orders that change in Odoo: before the warehouse has them, and after."""

import pytest
from django.db.models.functions import Now

from integration.handlers import HANDLERS
from integration.jobs import engine, taking
from integration.models import DocumentLine, ExceptionCase, Lane, OutboundMessage, Stream, SyncJob
from tests.component.flows.wms import Held
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


def outbound() -> list[tuple[int, str]]:
    return list(OutboundMessage.objects.order_by("version").values_list("version", "state"))


@pytest.fixture
def unsent(yard: Yard) -> Sale:
    """Decided, and not at the warehouse yet."""
    yard.pause_sending()
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    assert (outbound(), yard.wms.held()) == ([(1, "queued")], [])
    return sale


def test_changed_before_it_was_sent_goes_out_once_as_it_is_now(yard: Yard, unsent: Sale) -> None:
    yard.odoo.order_more(unsent.id, "CRATE-S", 5)
    yard.look()
    yard.pause_sending(paused=False)
    yard.later()
    assert outbound() == [(1, "superseded"), (2, "sent")]
    assert yard.wms.held() == [Held(unsent.release, 2, "received", {"P-CRATE-S": "5"})]
    assert (yard.wms.books()[0]["replaced"], yard.cases(), yard.unfinished()) == ([], [], [])


def test_cancelled_before_it_was_sent_never_goes_out(yard: Yard, unsent: Sale) -> None:
    yard.odoo.cancel(unsent.id)
    yard.look()
    yard.pause_sending(paused=False)
    yard.later()
    assert (outbound(), yard.state(unsent.release)) == ([(1, "superseded")], "cancelled")
    assert (yard.wms.held(), yard.cases(), yard.unfinished()) == ([], [], [])


def test_cancelled_when_a_worker_had_taken_it_and_not_begun_never_goes_out(yard: Yard, unsent: Sale) -> None:
    """A worker takes jobs in batches: what is taken can be taken back until its intent is committed."""
    Stream.objects.filter(key__startswith="delivery:").update(next_due_at=Now())
    SyncJob.objects.filter(flow="release_send").update(state=SyncJob.State.PENDING, next_attempt_at=None)
    taken = [each for each in taking.batch(Lane.ORDER, 8).taken if each.works]
    assert [work.job.flow for each in taken for work in each.works] == ["release_send"]
    yard.odoo.cancel(unsent.id)
    yard.look()
    yard.pause_sending(paused=False)
    assert engine.run_batch(taken, HANDLERS) == 1
    yard.later()
    assert (outbound(), yard.state(unsent.release)) == ([(1, "superseded")], "cancelled")
    assert (yard.wms.held(), yard.cases(), yard.unfinished()) == ([], [], [])


def test_changed_after_the_release_is_told_until_both_sides_agree_again(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 1))
    yard.odoo.order_more(sale.id, "CRATE-S", 5)
    yard.look()
    words = (
        f"Order {sale.name} was changed in Odoo after {sale.release} had been released to Northgate 3PL: "
        "CRATE-S: 3 -> 5."
    )
    assert yard.cases() == [("CD-4004", words)]
    assert (outbound(), yard.odoo.writes(), yard.unfinished()) == ([(1, "accepted")], [], [])
    _demand(yard, sale, 3)
    yard.look()
    assert yard.cases() == []
    assert yard.wms.held() == [Held(sale.release, 1, "accepted", {"P-CRATE-S": "3", "P-ROPE-10": "1"})]


@pytest.fixture
def changed(yard: Yard) -> Sale:
    """Three crates and a rope are at the warehouse; Odoo asks for five crates by now."""
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 1))
    yard.odoo.order_more(sale.id, "CRATE-S", 5)
    yard.look()
    assert [code for code, _ in yard.cases()] == ["CD-4004"]
    return sale


def ship(yard: Yard, sale: Sale, *quantities: str, final: bool = True) -> None:
    lines = [yard.line(sale, number, quantity=quantity) for number, quantity in enumerate(quantities)]
    yard.shipped(sale, lines=lines, final=final)


@pytest.mark.parametrize("state", ["open", "waiting_wms", "snoozed"])
def test_a_change_closes_with_the_shipment_that_completes_what_odoo_asks_for(
    yard: Yard, changed: Sale, state: str
) -> None:
    ship(yard, changed, "2", "1", final=False)
    assert [code for code, _ in yard.cases()] == ["CD-4004"]
    ExceptionCase.objects.update(state=state)
    ship(yard, changed, "3", final=True)
    assert (yard.odoo.delivered(changed.id), yard.cases()) == ({"CRATE-S": 5, "ROPE-10": 1}, [])
    case = ExceptionCase.objects.get()
    assert (case.resolution, case.resolved_by) == ("The goods left as Odoo asks for them now.", None)
    yard.look()
    assert (yard.state(changed.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])


@pytest.mark.parametrize("quantities", [("3", "1"), ("5", "0")])
def test_a_change_that_did_not_leave_stays_with_a_person(
    yard: Yard, changed: Sale, quantities: tuple[str, str]
) -> None:
    ship(yard, changed, *quantities)
    yard.look()
    assert (yard.state(changed.release), [code for code, _ in yard.cases()]) == ("shipped", ["CD-4004"])


def test_a_line_that_was_cancelled_and_did_not_leave_closes_its_case(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 1))
    yard.odoo.order_more(sale.id, "ROPE-10", 0)
    yard.look()
    assert yard.cases()[0][1].endswith("ROPE-10: 1 -> 0.")
    assert lines(sale) == [("CRATE-S", 3, 0), ("ROPE-10", 1, 1)]
    ship(yard, sale, "3")
    assert (yard.odoo.delivered(sale.id), yard.cases()) == ({"CRATE-S": 3, "ROPE-10": 0}, [])


def test_a_line_that_was_cancelled_and_is_back_closes_its_case(yard: Yard) -> None:
    """Odoo asks for it by a move of its own."""
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 1))
    for quantity, told in ((0, ["CD-4004"]), (1, [])):
        yard.odoo.order_more(sale.id, "ROPE-10", quantity)
        yard.look()
        assert [code for code, _ in yard.cases()] == told
    ship(yard, sale, "3", "1")
    assert (yard.odoo.delivered(sale.id), yard.cases()) == ({"CRATE-S": 3, "ROPE-10": 1}, [])
    assert not DocumentLine.objects.exclude(over=0).exists()


def test_an_added_line_without_codes_stays_with_a_person_though_all_others_left(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.add_line(sale.id, "CRATE-L", 1)
    yard.look()
    ship(yard, sale, "3")
    assert (yard.odoo.delivered(sale.id), yard.cases()[0][0]) == ({"CRATE-S": 3, "CRATE-L": 0}, "CD-4004")


def test_another_address_does_not_leave_with_the_goods(yard: Yard, changed: Sale) -> None:
    customer = yard.odoo.id_of("res.partner", "Alder Outdoor")
    yard.odoo.call("res.partner", "write", [customer], {"street": "2 Other Street"})
    yard.sweep()
    assert ExceptionCase.objects.get().count == 2
    ship(yard, changed, "5", "1")
    assert (yard.state(changed.release), [code for code, _ in yard.cases()]) == ("shipped", ["CD-4004"])


def test_a_change_that_was_undone_leaves_no_trace_in_what_is_asked_for(yard: Yard, changed: Sale) -> None:
    assert lines(changed) == [("CRATE-S", 5, 0), ("ROPE-10", 1, 0)]
    _demand(yard, changed, 3)
    yard.look()
    assert (lines(changed), yard.cases()) == ([("CRATE-S", 3, 0), ("ROPE-10", 1, 0)], [])


def test_a_line_that_was_added_and_taken_back_is_no_difference_and_asked_for_no_more(yard: Yard) -> None:
    yard.set(remainder="cancel")
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.add_line(sale.id, "ROPE-10", 1)
    yard.look()
    assert yard.cases()[0][1].endswith("ROPE-10: 0 -> 1.")
    yard.odoo.order_more(sale.id, "ROPE-10", 0)
    yard.look()
    assert (lines(sale), yard.cases()) == ([("CRATE-S", 3, 0), ("ROPE-10", 1, 1)], [])
    ship(yard, sale, "2")
    assert [state for _, state in yard.odoo.transfers(sale.id)] == ["done"]


def lines(sale: Sale) -> list[tuple[str, int, int]]:
    """Product, ordered and cancelled of each line."""
    rows = DocumentLine.objects.filter(document__reference=sale.release).order_by("line")
    return list(rows.values_list("sku", "ordered", "cancelled"))


def test_cancelled_after_the_release_is_told_and_the_warehouse_keeps_its_order(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.cancel(sale.id)
    yard.look()
    words = f"{sale.release} of order {sale.name} was cancelled in Odoo after it had been released to Northgate 3PL."
    assert yard.cases() == [("CD-4005", words)]
    assert (yard.wms.held()[0].status, yard.odoo.writes(), yard.unfinished()) == ("accepted", [], [])


def test_a_second_look_counts_the_case_and_makes_no_other(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.order_more(sale.id, "CRATE-S", 5)
    yard.look()
    yard.odoo.order_more(sale.id, "CRATE-S", 6)
    yard.look()
    assert [code for code, _ in yard.cases()] == ["CD-4004"]
    assert yard.cases()[0][1].endswith("CRATE-S: 3 -> 6.")
    assert yard.case("CD-4004").count == 2


def test_a_change_while_the_answer_is_lost_is_told_and_not_sent_over_it(yard: Yard) -> None:
    yard.wms.fault("cut_after_commit")
    sale = yard.sell(("CRATE-S", 3))
    yard.look()
    yard.odoo.order_more(sale.id, "CRATE-S", 5)
    yard.look()
    yard.later()
    assert [code for code, _ in yard.cases()] == ["CD-4004"]
    assert yard.wms.held() == [Held(sale.release, 1, "received", {"P-CRATE-S": "3"})]


def _demand(yard: Yard, sale: Sale, quantity: float) -> None:
    """Somebody corrects the transfer itself: Odoo does not take a smaller order line to it."""
    [move] = yard.odoo.rows(
        "stock.move", [["sale_line_id.order_id", "=", sale.id], ["product_uom_qty", "=", 5]], "state"
    )
    yard.odoo.call("stock.move", "write", [move["id"]], {"product_uom_qty": quantity})
