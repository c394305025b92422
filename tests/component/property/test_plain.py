"""What the machine found or plays, each by itself."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from integration.jobs import acts, cases, shipments
from integration.models import Document, DocumentLine, Effect, ExceptionCase, StockEvent
from tests.component.flows.yard import SOMEBODY, Sale
from tests.component.property.conftest import Builder
from tests.component.property.depot import Depot
from tests.component.property.goods import CABLE, EGGS, Item
from tests.component.property.post import Letter
from tests.component.property.proof import prove


def released(depot: Depot, *basket: Item) -> Sale:
    """The warehouse has said yes to it."""
    depot.wms.server.world.behaviour.acknowledge_after = 0.0
    depot.look()
    sale = depot.sold(*basket)
    depot.look()
    depot.all_arrive()
    depot.run()
    return sale


def weigh(depot: Depot, sale: Sale, quantity: str) -> None:
    [line] = depot.held_orders()[0].release.lines
    told = {"line": line.line, "sku": line.sku, "unit": line.unit, "quantity": quantity}
    depot.wms.ship(sale.release, lines=[told], final=False)
    depot.all_arrive()
    depot.run()


@pytest.mark.parametrize("version", ["16", "19"])
def test_dozens_grams_and_pieces_are_the_same_on_all_sides(new_depot: Builder, version: str) -> None:
    depot = new_depot(version, release_point="confirmed")
    sale = released(depot, (EGGS, 2.5), ("CRATE-S", 1.0, "Dozens"), (CABLE, 750.0, "g"))
    assert depot.held_orders()[0].release.lines[0].quantity == 30
    for mode in ("partial", "full"):
        depot.wms.ship(sale.release, mode)
        depot.drain()
        prove(depot)
    assert (depot.cases(), depot.odoo.delivered(sale.id)) == ([], {EGGS: 2.5, "CRATE-S": 1.0, CABLE: 750.0})


@pytest.mark.parametrize("quantity", ["0.333", "0.335"])
def test_a_weight_that_odoos_unit_cannot_hold_is_posted_nowhere(new_depot: Builder, quantity: str) -> None:
    depot = new_depot(release_point="confirmed")
    sale = released(depot, (CABLE, 3.33))
    weigh(depot, sale, quantity)
    assert [code for code, _ in depot.cases()] == ["CD-5015"]
    assert (depot.odoo.delivered(sale.id), StockEvent.objects.count()) == ({CABLE: 0.0}, 0)
    assert not [call for call in depot.odoo.calls() if call.endswith((".write", ".button_validate"))]


def test_a_weight_within_the_rule_is_over_on_all_sides(new_depot: Builder) -> None:
    depot = new_depot("16", release_point="confirmed")
    sale = released(depot, (CABLE, 3.33))
    weigh(depot, sale, "3.34")
    depot.drain()
    prove(depot)
    assert (depot.cases(), depot.odoo.delivered(sale.id)) == ([], {CABLE: 3.34})


@pytest.mark.parametrize("method", ["write", "button_validate"])
def test_a_call_that_lands_when_its_client_is_gone_posts_once(new_depot: Builder, method: str) -> None:
    depot = new_depot(release_point="confirmed")
    sale = released(depot, ("CRATE-S", 4.0))
    depot.late.arm(method, 140.0)
    depot.wms.ship(sale.release)
    depot.all_arrive()
    depot.run()
    depot.pass_time(60)  # it is neither there nor can it be ruled out
    depot.run()
    assert (depot.odoo.delivered(sale.id), Effect.objects.get(verb="ship").state) == ({"CRATE-S": 0.0}, "intended")
    depot.drain()
    prove(depot)
    assert (depot.late.landed, depot.odoo.delivered(sale.id)) == (1, {"CRATE-S": 4.0})


def test_something_else_than_was_ordered_waits_for_a_person(new_depot: Builder) -> None:
    depot = new_depot(release_point="confirmed")
    sale = released(depot, ("CRATE-M", 4.0))
    [line] = depot.held_orders()[0].release.lines
    told = {"line": line.line, "sku": "P-CRATE-S", "unit": "EA", "quantity": "4"}
    depot.wms.ship(sale.release, lines=[told])
    depot.drain()
    assert [code for code, _ in depot.cases()] == ["CD-5002"]
    assert (depot.odoo.delivered(sale.id), StockEvent.objects.count()) == ({"CRATE-M": 0.0}, 0)


def test_what_was_added_to_a_backorder_is_released_when_all_that_was_released_has_left(new_depot: Builder) -> None:
    """No part of it was said to be the last one, and none will be."""
    depot = new_depot("17", release_point="reserved_part", remainder="cancel")
    sale = released(depot, ("CRATE-S", 3.0))
    [line] = depot.held_orders()[0].release.lines
    for quantity in ("1", "2"):
        told = {"line": line.line, "sku": line.sku, "unit": line.unit, "quantity": quantity}
        depot.wms.ship(sale.release, lines=[told], final=False)
        depot.all_arrive()
        depot.run()
        if quantity == "1":
            depot.odoo.order_more(sale.id, "CRATE-S", 4.0)
    depot.drain()
    prove(depot)
    assert [held.release.lines[0].quantity for held in depot.held_orders()] == [3, 1]


def test_what_was_raised_before_the_posting_is_ordered_and_not_over(new_depot: Builder) -> None:
    depot = new_depot(release_point="confirmed")
    sale = released(depot, (CABLE, 12.5))
    [line] = depot.held_orders()[0].release.lines
    told = {"line": line.line, "sku": line.sku, "unit": line.unit, "quantity": "13.5"}
    depot.wms.ship(sale.release, lines=[told])
    depot.odoo.order_more(sale.id, CABLE, 13.5)
    depot.all_arrive()
    depot.drain()
    prove(depot)
    [ours] = DocumentLine.objects.all()
    assert (ours.ordered, ours.over, ours.shipped) == (Decimal("13.5"), 0, Decimal("13.5"))


@pytest.mark.parametrize("version", ["16", "17"])
def test_what_was_raised_before_a_late_call_landed_is_cancelled_with_the_rest(new_depot: Builder, version: str) -> None:
    """It is read off the transfer that the call has closed."""
    depot = new_depot(version, release_point="confirmed", remainder="cancel")
    sale = released(depot, (CABLE, 12.5))
    depot.late.arm("button_validate", 60.0)
    depot.wms.ship(sale.release, "partial", final=True)
    depot.all_arrive()
    depot.run()
    depot.odoo.order_more(sale.id, CABLE, 13.5)
    depot.pass_time(100)
    depot.run()
    depot.drain()
    prove(depot)
    [ours] = DocumentLine.objects.all()
    assert (ours.ordered, ours.shipped, ours.cancelled) == (Decimal("13.5"), 6, Decimal("7.5"))


@pytest.mark.parametrize("version", ["16", "18"])
def test_what_was_added_before_the_posting_is_not_cancelled_with_what_is_short(
    new_depot: Builder, version: str
) -> None:
    """The warehouse did not know of it: it is told when the rest has left."""
    depot = new_depot(version, release_point="confirmed", remainder="cancel")
    sale = released(depot, ("CRATE-S", 4.0))
    depot.wms.ship(sale.release)
    depot.odoo.add_line(sale.id, "GLOVE-M", 2)
    depot.all_arrive()
    depot.drain()
    prove(depot)
    assert [(line.sku, line.quantity) for held in depot.held_orders() for line in held.release.lines] == [
        ("P-CRATE-S", 4),
        ("P-GLOVE-M", 2),
    ]


@dataclass(frozen=True)
class Overtaken:
    """Two shipments left; the final one has arrived, and nothing was heard of the first for three minutes."""

    depot: Depot
    first: Letter
    final: Letter


@pytest.fixture
def overtaken(new_depot: Builder) -> Callable[..., Overtaken]:
    def build(remainder: str = "backorder", mode: str = "full") -> Overtaken:
        depot = new_depot(release_point="confirmed", remainder=remainder)
        sale = released(depot, ("CRATE-S", 4.0), ("CRATE-M", 2.0))
        depot.wms.ship(sale.release, "partial")
        depot.wms.ship(sale.release, mode, final=True)
        first, final = depot.post.letters
        depot.arrive(final)
        for _ in range(3):
            depot.run()
            depot.pass_time(60)
            depot.sweep()
        depot.run()
        return Overtaken(depot, first, final)

    return build


@pytest.mark.parametrize("remainder", ["backorder", "cancel"])
@pytest.mark.parametrize(("mode", "left"), [("full", 0), ("short", 1)])
def test_a_final_shipment_ends_nothing_until_those_that_it_overtook_are_here(
    overtaken: Callable[..., Overtaken], remainder: str, mode: str, left: int
) -> None:
    depot = overtaken(remainder, mode).depot
    assert (len(depot.held_orders()), depot.cases()) == (1, [])
    depot.all_arrive()
    depot.drain()
    prove(depot)
    ended, *anew = Document.objects.filter(kind="delivery").order_by("pk")
    assert (depot.cases(), ended.state, ended.shipment_count) == ([], "shipped", 2)
    assert len(anew) == (left if remainder == "backorder" else 0)


def test_a_shipment_that_does_not_come_goes_to_a_person_and_may_still_come(overtaken: Callable[..., Overtaken]) -> None:
    depot = overtaken().depot
    depot.pass_time(7200)
    assert (shipments.tell_missing(), shipments.tell_missing()) == (1, 0)
    assert [code for code, _ in depot.cases()] == ["CD-5016"]
    depot.all_arrive()
    depot.drain()
    prove(depot)
    assert depot.cases() == []


def told_missing(found: Overtaken) -> ExceptionCase:
    found.depot.pass_time(7200)
    shipments.tell_missing()
    return ExceptionCase.objects.get(code="CD-5016")


@pytest.mark.parametrize("act", [acts.resolve_case, acts.done_by_hand, acts.ignore_case])
def test_a_shipment_that_never_was_is_given_up_by_a_person(overtaken: Callable[..., Overtaken], act: Any) -> None:
    """What is open then goes to the warehouse again."""
    found = overtaken()
    found.depot.post.letters.clear()
    case = told_missing(found)
    act(case.pk, SOMEBODY, "it never was")
    found.depot.run()
    assert [held.release.lines[0].quantity for held in found.depot.held_orders()] == [4, 2]
    assert found.depot.cases() == []


@pytest.mark.parametrize("act", [acts.resolve_case, acts.done_by_hand, acts.ignore_case])
def test_a_shipment_that_has_come_meanwhile_is_not_given_up(overtaken: Callable[..., Overtaken], act: Any) -> None:
    found = overtaken()
    case = told_missing(found)
    found.depot.all_arrive()
    with pytest.raises(acts.NotAllowed, match="is here by now"):
        act(case.pk, SOMEBODY, "it never was")
    found.depot.drain()
    prove(found.depot)
    assert (found.depot.cases(), len(found.depot.held_orders())) == ([], 1)


def test_a_shipment_that_a_person_ended_is_missing_until_it_comes_again(overtaken: Callable[..., Overtaken]) -> None:
    found = overtaken()
    body = json.loads(found.first.body)
    told = {**body, "data": {**body["data"], "carrier": "BALLOON"}}
    found.depot.post.letters.clear()
    found.depot.arrive(replace(found.first, number="msg_odd", body=json.dumps(told).encode()))
    found.depot.run()
    [odd] = ExceptionCase.objects.filter(code="CD-3006")
    acts.ignore_case(odd.pk, SOMEBODY, "it will come again")
    told_missing(found)
    assert len(found.depot.held_orders()) == 1
    found.depot.arrive(found.first)
    found.depot.drain()
    prove(found.depot)
    assert (found.depot.cases(), len(found.depot.held_orders())) == ([], 1)


def test_a_count_that_comes_later_changes_nothing(overtaken: Callable[..., Overtaken]) -> None:
    found = overtaken()
    told = found.final.body.replace(b'"shipment_count": 2', b'"shipment_count": 1')
    found.depot.arrive(replace(found.final, number="msg_again", body=told))
    found.depot.run()
    assert (len(found.depot.held_orders()), found.depot.cases()) == (1, [])
    found.depot.all_arrive()
    found.depot.drain()
    prove(found.depot)
    assert (found.depot.cases(), len(found.depot.held_orders())) == ([], 1)


@pytest.mark.parametrize("again", [True, False])
def test_a_release_that_has_all_its_shipments_and_was_not_ended_ends(
    overtaken: Callable[..., Overtaken], again: bool
) -> None:
    """A release of the code that does not count has booked the last one."""
    found = overtaken()
    Document.objects.filter(kind="delivery").update(shipment_count=None)
    found.depot.all_arrive()
    found.depot.run()
    left = Document.objects.filter(kind="delivery")
    with transaction.atomic():
        delivery = left.select_related("warehouse__wms").get()
        delivery.shipment_count = 2
        assert delivery.warehouse is not None
        cases.open_case(shipments.missing(delivery, delivery.warehouse.wms), delivery.warehouse.wms, delivery)
    left.update(shipment_count=2, state="part_shipped", shipments_due_at=Now() - timedelta(seconds=1))
    if again:
        found.depot.arrive(replace(found.final, number="msg_again"))
        found.depot.run()
    else:
        assert shipments.tell_missing() == 1
    assert (list(left.values_list("state", flat=True)), found.depot.cases()) == (["shipped"], [])


def test_without_a_count_a_final_shipment_ends_its_release(new_depot: Builder) -> None:
    depot = new_depot(release_point="confirmed")
    sale = released(depot, ("CRATE-S", 4.0))
    depot.wms.ship(sale.release, "short")
    [letter] = depot.post.letters
    told = letter.body.replace(b'"shipment_count": 1', b'"shipment_count": null')
    depot.arrive(replace(letter, body=told))
    depot.post.letters.clear()
    depot.run()
    assert [held.release.lines[0].quantity for held in depot.held_orders()] == [4, 1]
