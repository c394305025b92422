"""Counts beside what goes another way than it was meant to: substitutes, refusals, acts of people."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from integration.jobs import acts, replays
from integration.models import InboundMessage, SyncJob
from tests.component.flows.shelves import Shelves, now
from tests.component.flows.test_counts import NAIL, counted, line, nails, released
from tests.component.flows.yard import Sale

__all__ = ["nails"]
pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
BOLT = ("BOLT", "", "good")
Way = Callable[[Shelves], Iterator[dict[str, Any]]]  # tells what a scan finds, and then moves goods


def swapped(shelves: Shelves) -> None:
    """Of five nails two went as bolts, and no rule allows it."""
    shelves.stock("BOLT", 20)
    swap(shelves, released(shelves))


def swap(shelves: Shelves, sale: Sale) -> None:
    own, instead = shelves.yard.line(sale, quantity="3"), shelves.yard.line(sale, sku="P-BOLT", quantity="2")
    shelves.yard.shipped(sale, lines=[own, {**instead, "substitute": True}])


def test_a_substitute_that_waits_for_a_person_is_reckoned_as_what_left(nails: Shelves) -> None:
    swapped(nails)
    nails.count()
    nails.yard.run()
    assert nails.states() == [("counted", "equal"), ("counted", "equal")]
    nails.yard.choose("CD-5020", "accept")
    assert (counted(nails), nails.agree(), nails.yard.unfinished()) == ([], True, [])
    assert nails.odoo() == {NAIL: D(17), BOLT: D(18)}


def test_and_when_it_is_refused_the_counts_are_judged_again(nails: Shelves) -> None:
    swapped(nails)
    nails.count()
    nails.yard.run()
    nails.yard.choose("CD-5020", "refuse")
    assert sorted(counted(nails)) == [D(-3), D(-2)]
    assert (nails.agree(), nails.yard.cases(), nails.yard.unfinished()) == (True, [], [])


def received(shelves: Shelves) -> Iterator[dict[str, Any]]:
    shelves.yard.set(receipt_mode="live")
    bought = shelves.yard.expected(("NAIL", 6))
    yield line("NAIL", quantity="20")
    shelves.yard.receive(bought.advice)


def put_away(shelves: Shelves) -> Iterator[dict[str, Any]]:
    shelves.place("good", "A-01")
    shelves.yard.set(receipt_mode="live")
    yield line("NAIL", quantity="20")
    moved = {"sku": "P-NAIL", "quantity": "4", "unit": "EA", "to_location": "A-01"}
    shelves.yard.wms.control("put-away", site="NORTH", lines=[moved])


def taken_back(shelves: Shelves) -> Iterator[dict[str, Any]]:
    sale = shipped(shelves)
    yield line("NAIL", quantity="15")
    back(shelves, sale, "resell")


def judged(shelves: Shelves) -> Iterator[dict[str, Any]]:
    shelves.place("quarantine")
    sale = shipped(shelves)
    back(shelves, sale, None)
    yield line("NAIL", quantity="2", condition="quarantine")
    back(shelves, sale, "resell")


def exchanged(shelves: Shelves) -> Iterator[dict[str, Any]]:
    shelves.allow("substitute", sku="NAIL")
    shelves.stock("BOLT", 20)
    sale = released(shelves)
    yield line("BOLT", quantity="20")
    swap(shelves, sale)


def shipped(shelves: Shelves) -> Sale:
    shelves.yard.set(return_mode="live")
    sale = released(shelves)
    shelves.yard.shipped(sale)
    return sale


def back(shelves: Shelves, sale: Sale, disposition: str | None) -> None:
    said = {"disposition": disposition} if disposition else {}
    lines = [{"sku": "P-NAIL", "quantity": "2", "unit": "EA", **said}]
    shelves.yard.wms.control("return", receipt="RT-1", site="NORTH", lines=lines, release=sale.release)
    shelves.yard.run()


@pytest.mark.parametrize("way", [received, put_away, taken_back, judged, exchanged])
def test_what_odoo_holds_and_our_books_do_not_yet_is_no_difference(nails: Shelves, way: Way) -> None:
    """It left or came after the scan, and its answer was lost: the count waits until that is known."""
    moving = way(nails)
    found, at = next(moving), now().isoformat()
    nails.yard.odoo.fault("button_validate", "cut_after_commit")
    assert next(moving, None) is None
    nails.yard.run()
    assert nails.yard.unfinished() != []
    nails.count({**found, "counted_at": at})
    nails.yard.run()
    nails.yard.later()
    assert (counted(nails), nails.agree(), nails.yard.cases(), nails.yard.unfinished()) == ([], True, [], [])


def test_ending_the_job_of_a_replay_refuses_no_count_that_waits_for_a_person(shelves: Shelves) -> None:
    user = User.objects.create_user("ann")
    ann = acts.Actor("ann", user)
    shelves.stock("NAIL", 20)
    shipment = shelves.yard.wms.ship(released(shelves).release, faults=["lost"])
    shelves.count({"sku": "P-NAIL"})
    shelves.yard.run()
    shelves.approve("CD-8002")
    shelves.yard.wms.send("shipment.confirmed", shipment)
    shelves.yard.run()
    before = shelves.states()
    replay = replays.make(InboundMessage.objects.filter(type="inventory.counted"), "counts", ann)
    shelves.yard.run()
    replays.run(replay.pk, 1, ann, "counted again")
    shelves.yard.run()
    acts.cancel_job(SyncJob.objects.get(flow="inventory_count", state="pending").pk, ann, "once is enough")
    assert shelves.states() == before
    assert "refused" not in {state for pair in before for state in pair}


def test_a_count_that_has_stopped_is_not_looked_at_for_each_movement_after_it(nails: Shelves) -> None:
    nails.allow()
    domain = [["product_id", "=", nails.products["NAIL"]], ["location_id", "=", nails.places["good"]]]
    [quant] = nails.yard.odoo.rows("stock.quant", domain, "id")
    person = nails.yard.odoo.call("res.users", "create", {"name": "Ada", "login": "ada", "email": "ada@example.com"})
    begun = {"inventory_quantity": 19, "user_id": person}
    nails.yard.odoo.call("stock.quant", "write", [quant["id"]], begun, context={"inventory_mode": True})
    nails.count(line("NAIL", quantity="17"))
    nails.yard.run()
    tried = SyncJob.objects.get(flow="inventory_count").tries
    nails.yard.shipped(released(nails))
    assert [code for code, _ in nails.yard.cases()] == ["CD-8006"]
    assert SyncJob.objects.get(flow="inventory_count").tries == tried


def test_a_difference_that_is_explained_while_it_waits_needs_nobody(shelves: Shelves) -> None:
    shelves.stock("NAIL", 20)
    shipment = shelves.yard.wms.ship(released(shelves).release, faults=["lost"])
    shelves.count()
    shelves.yard.run()
    assert [code for code, _ in shelves.yard.cases()] == ["CD-8002"]
    shelves.yard.wms.send("shipment.confirmed", shipment)
    shelves.yard.run()
    assert (shelves.states(), shelves.agree()) == ([("counted", "equal")], True)
    assert (shelves.yard.cases(), shelves.yard.unfinished()) == ([], [])


@pytest.mark.parametrize("first", ["good", "quarantine"])
def test_a_serial_number_that_lies_elsewhere_than_odoo_thinks_is_moved_by_one_count(
    shelves: Shelves, first: str
) -> None:
    shelves.allow()
    shelves.place("quarantine")
    shelves.stock("RADIO", lots={"S1": 1}, tracking="serial")
    lines = [{"condition": "good", "quantity": "0"}, {"condition": "quarantine", "quantity": "1"}]
    lines.sort(key=lambda each: each["condition"] != first)
    shelves.count(*({**line("RADIO", lot="S1"), **each} for each in lines))
    shelves.yard.run()
    assert shelves.odoo() == {("RADIO", "S1", "quarantine"): D(1)}
    assert (shelves.yard.cases(), shelves.yard.unfinished()) == ([], [])
