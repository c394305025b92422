"""What the machine found or plays, each by itself."""

from decimal import Decimal

import pytest

from integration.models import DocumentLine, Effect, StockEvent
from tests.component.flows.yard import Sale
from tests.component.property.conftest import Builder
from tests.component.property.depot import Depot
from tests.component.property.goods import CABLE, EGGS, Item
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
