"""Orders that change in Odoo: before the warehouse has them, and after."""

import pytest

from integration.models import OutboundMessage
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
