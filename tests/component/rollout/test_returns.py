"""Returns in shadow: people take them in, announced or not; and what was told then stays theirs when it is live."""

import pytest

from integration.models import Document, OutboundMessage, ShadowDocument, StockEvent
from integration.reconcile import shadow
from tests.component.flows.returns import Dock, line
from tests.component.flows.yard import Sale, Yard
from tests.component.rollout.clerk import Clerk
from tests.component.rollout.test_agreement import LOT, OTHER, resin
from tests.component.rollout.test_going_live import live, taken
from tests.component.rollout.test_shadow import Outcome, compared, written
from tests.component.rollout.test_told_again import told_again

pytestmark = pytest.mark.django_db(transaction=True)
TOLD = "return.received"


@pytest.fixture
def dock(dark: Yard) -> Dock:
    made = Dock(dark)
    dark.set(return_mode="shadow")
    return made


def gone(dock: Dock, clerk: Clerk, code: str = "CRATE-S", **of_line: object) -> Sale:
    """A sale of ten that people have told the warehouse, and shipped in Odoo."""
    yard = dock.yard
    sale = yard.sell((code, 10))
    yard.look()
    clerk.tells(sale.release)
    yard.shipped(sale, lines=[yard.line(sale, **of_line)])
    clerk.ships(sale.release)
    yard.look()
    yard.odoo.forget_calls()
    return sale


def announced(dock: Dock, clerk: Clerk, quantity: float = 4) -> tuple[Sale, str]:
    """With the number of the return that somebody expects of it."""
    sale = gone(dock, clerk)
    advice = dock.odoo.send_back(sale.release, quantity)
    dock.yard.look()
    dock.odoo.forget_calls()
    return sale, advice


def quiet(dock: Dock) -> None:
    assert (dock.yard.cases(), dock.yard.unfinished()) == ([], [])


def test_an_announced_return_is_kept_and_compared(dock: Dock, clerk: Clerk) -> None:
    sale, advice = announced(dock, clerk)
    assert (OutboundMessage.objects.get(reference=advice).state, dock.expected()) == ("shadow", [])
    dock.tell(line("CRATE-S", 4), advice=advice)
    assert (written(dock.yard), compared("return")) == (([], 0, 0), [(Outcome.WAITING, [])])
    clerk.takes_in(advice)
    dock.yard.look()
    assert (compared("return"), dock.odoo.delivered(sale.id)) == ([(Outcome.AGREES, [])], {"CRATE-S": 6})
    assert (dock.yard.came(advice), dock.expected(), written(dock.yard)[1:]) == ("received", [], (0, 0))
    quiet(dock)


@pytest.mark.parametrize("seen", [True, False], ids=["seen before it is done", "seen when it is done"])
def test_a_return_that_nobody_announced_is_compared_by_its_order(dock: Dock, clerk: Clerk, seen: bool) -> None:
    sale = gone(dock, clerk)
    dock.tell(line("CRATE-S", 3), release=sale.release)
    assert (written(dock.yard), compared("return")) == (([], 0, 0), [(Outcome.WAITING, [])])
    made = dock.odoo.send_back(sale.release, 3)
    if seen:
        dock.yard.look()
    clerk.takes_in(made)
    dock.yard.look()
    assert compared("return") == [(Outcome.AGREES, [])]
    [row] = ShadowDocument.objects.filter(flow="return")
    assert (row.reference, row.stop, dock.expected(), written(dock.yard)[1:]) == (sale.name, "", [], (0, 0))
    quiet(dock)


def test_another_quantity_is_a_difference(dock: Dock, clerk: Clerk) -> None:
    _, advice = announced(dock, clerk)
    dock.tell(line("CRATE-S", 4), advice=advice)
    clerk.takes_in(advice, CRATE_S=3)
    dock.yard.look()
    assert compared("return") == [(Outcome.DIFFERS, [["CRATE-S", "4", "3"]])]
    quiet(dock)


def test_another_lot_is_a_difference(dock: Dock, clerk: Clerk) -> None:
    resin(dock.yard)
    sale = gone(dock, clerk, "RESIN", lots=[{"lot": LOT, "quantity": "10"}])
    dock.tell(line("RESIN", 2, lots=[{"lot": LOT, "quantity": "2"}]), release=sale.release)
    clerk.takes_in(dock.odoo.send_back(sale.release, 2), lots={"RESIN": OTHER})
    dock.yard.look()
    differs = [[f"RESIN, lot {LOT}", "2", "0"], [f"RESIN, lot {OTHER}", "0", "2"]]
    assert compared("return") == [(Outcome.DIFFERS, differs)]
    quiet(dock)


def test_what_was_announced_and_what_was_not_are_compared_apart(dock: Dock, clerk: Clerk) -> None:
    """Both of one order."""
    sale, advice = announced(dock, clerk)
    dock.tell(line("CRATE-S", 4), advice=advice)
    dock.tell(line("CRATE-S", 1), release=sale.release, receipt="RT-2")
    clerk.takes_in(advice)
    dock.yard.look()
    assert compared("return") == [(Outcome.WAITING, []), (Outcome.AGREES, [])]
    clerk.takes_in(dock.odoo.send_back(sale.release, 1))
    dock.yard.look()
    assert compared("return") == [(Outcome.AGREES, []), (Outcome.AGREES, [])]
    quiet(dock)


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("told", ["announced", "blind"])
def test_told_again_when_it_is_live_it_is_not_booked(dock: Dock, clerk: Clerk, told: str, keyed: bool) -> None:
    if told == "announced":
        sale, back = announced(dock, clerk)
        named = {"advice": back}
    else:
        sale = gone(dock, clerk)
        back, named = dock.odoo.send_back(sale.release, 4), {"release": sale.release}
    dock.tell(line("CRATE-S", 4, None), **named)
    if keyed:
        clerk.takes_in(back)
        dock.yard.look()
    dock.yard.set(return_mode="live")
    assert told_again(dock.yard, TOLD) == []
    dock.tell(line("CRATE-S", 4, condition="damaged"), **named)
    assert (dock.odoo.writes(), dock.odoo.delivered(sale.id)) == ([], {"CRATE-S": 6 if keyed else 10})
    assert (StockEvent.objects.count(), dock.came(sale)) == (0, [])
    quiet(dock)


def test_one_whose_order_is_found_only_later_is_not_booked_when_it_is_told_again(dock: Dock, clerk: Clerk) -> None:
    sale = gone(dock, clerk)
    dock.tell(line("CRATE-S", 3), order="PO-77")
    [row] = ShadowDocument.objects.filter(flow="return")
    assert (row.document, row.stop, dock.yard.cases()) == (None, "CD-7030", [])
    dock.odoo.call("sale.order", "write", [sale.id], {"client_order_ref": "PO-77"})
    clerk.takes_in(dock.odoo.send_back(sale.release, 3))
    dock.yard.look()
    assert Document.objects.get(kind="order").customer_reference == "PO-77"
    dock.yard.set(return_mode="live")
    assert (told_again(dock.yard, TOLD), dock.odoo.delivered(sale.id)) == ([], {"CRATE-S": 7})
    quiet(dock)


@pytest.mark.parametrize("told", ["announced", "blind"])
def test_what_was_told_in_shadow_stays_with_people_when_it_is_live(dock: Dock, clerk: Clerk, told: str) -> None:
    sale, advice = announced(dock, clerk)
    dock.tell(line("CRATE-S", 4), **({"advice": advice} if told == "announced" else {"release": sale.release}))
    shadow.look()
    row = live(dock.yard, "return")
    assert row.open_ones == ({"known": 1, "person": 1} if told == "announced" else {"send": 1, "person": 1})
    taken(dock.yard, row)
    dock.yard.later()
    assert (dock.odoo.writes(), dock.odoo.delivered(sale.id), dock.came(sale)) == ([], {"CRATE-S": 10}, [])
    assert ShadowDocument.objects.get(flow="return").decision == "person"
    clerk.takes_in(advice)
    dock.yard.look()
    assert compared("return") == [(Outcome.AGREES, [])]
    quiet(dock)


def test_an_advice_is_sent_once_by_the_taking_over_and_its_return_is_booked_once(dock: Dock, clerk: Clerk) -> None:
    sale, advice = announced(dock, clerk)
    first = gone(dock, clerk)
    dock.tell(line("CRATE-S", 2), release=first.release)
    shadow.look()
    row = live(dock.yard, "return")
    assert (row.open_ones, dock.expected()) == ({"send": 1, "person": 1}, [])
    taken(dock.yard, row)
    dock.yard.sweep()
    assert [(each["advice"], each["version"]) for each in dock.expected()] == [(advice, 1)]
    dock.tell(line("CRATE-S", 4), advice=advice, receipt="RT-2")
    for _ in range(2):
        told_again(dock.yard, TOLD)
    assert (dock.odoo.delivered(sale.id), dock.odoo.delivered(first.id)) == ({"CRATE-S": 6}, {"CRATE-S": 10})
    assert (dock.came(sale), dock.came(first)) == ([("returned", "good", 4, "")], [])
    assert (dock.yard.came(advice), [each["version"] for each in dock.expected()]) == ("received", [1])
    quiet(dock)


def test_another_return_of_the_same_order_is_booked_beside_what_stays_with_people(dock: Dock, clerk: Clerk) -> None:
    sale = gone(dock, clerk)
    dock.tell(line("CRATE-S", 3), release=sale.release)
    dock.yard.set(return_mode="live")
    dock.tell(line("CRATE-S", 2), release=sale.release, receipt="RT-2")
    assert (dock.odoo.delivered(sale.id), dock.came(sale)) == ({"CRATE-S": 8}, [("returned", "good", 2, "")])
    clerk.takes_in(dock.odoo.send_back(sale.release, 3))
    dock.yard.look()
    assert (compared("return"), dock.odoo.delivered(sale.id)) == ([(Outcome.AGREES, [])], {"CRATE-S": 5})
    assert OutboundMessage.objects.filter(type="receipt.advice").exclude(state__in=["sent", "superseded"]).count() == 0
    quiet(dock)
