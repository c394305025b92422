"""Transfers in shadow: people key both legs, each at its warehouse, and each warehouse goes live by itself."""

from typing import Any

import pytest
from django.db.models import Sum

from integration.jobs import going_live
from integration.models import OutboundMessage, Rollout, ShadowDocument, StockEvent, Warehouse
from integration.reconcile import shadow
from tests.component.flows.test_transfers import Route, lots, route
from tests.component.rollout.clerk import Clerk
from tests.component.rollout.test_going_live import ANN, live, orders_held, taken
from tests.component.rollout.test_shadow import Outcome, written
from tests.component.rollout.test_told_again import told_again

__all__ = ["route"]
pytestmark = pytest.mark.django_db(transaction=True)
OTHERS = ("release", "shipment", "receipt")
AGREES, WAITING = Outcome.AGREES, Outcome.WAITING


def transfers(route: Route, **modes: str) -> None:
    """In which mode each site has them; all else is live there."""
    for site, mode in modes.items():
        Warehouse.objects.filter(site=site.upper()).update(transfer_mode=mode)


@pytest.fixture
def dim(route: Route) -> Route:
    """Transfers alone are in shadow, at both warehouses."""
    transfers(route, north="shadow", south="shadow")
    return route


def agreed(*sort: str) -> list[tuple[str, str, str, Any]]:
    """Site, flow, sort and outcome of each document, or what differs, after all was compared."""
    shadow.look()
    rows = ShadowDocument.objects.order_by("pk").values_list("warehouse__site", "flow", "key", "outcome", "differences")
    told = [(site, flow, key.partition("/")[0], differs or outcome) for site, flow, key, outcome, differs in rows]
    return [row for row in told if not sort or row[2] in sort]


def left(route: Route, clerk: Clerk, quantity: float = 10) -> tuple[str, str]:
    """People have told the warehouse a transfer and keyed what left of it; its legs."""
    out, into = route.send(("CRATE-S", quantity))
    route.yard.look()
    clerk.tells(out)
    route.yard.wms.ship(out)
    route.yard.run()
    clerk.ships(out)
    route.yard.look()
    return out, into


def came(route: Route, clerk: Clerk, into: str) -> None:
    """People have told the other warehouse, and it has taken in all of it."""
    clerk.expects(into, "SOUTH")
    route.yard.receive(into)


def sent(route: Route) -> list[tuple[str, str, str]]:
    rows = OutboundMessage.objects.exclude(state="superseded").order_by("pk")
    return list(rows.values_list("type", "reference", "state"))


def quiet(route: Route) -> None:
    assert (route.yard.cases(), route.yard.unfinished()) == ([], [])


@pytest.mark.parametrize("others", ["live", "shadow", "off"])
def test_both_legs_are_kept_and_agree_once_people_have_keyed_them(route: Route, clerk: Clerk, others: str) -> None:
    yard = route.yard
    Warehouse.objects.update(**{f"{flow}_mode": others for flow in OTHERS}, transfer_mode="shadow")
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    assert (yard.wms.books(), sent(route)) == ([], [("order.release", out, "shadow")])
    clerk.tells(out)
    yard.odoo.forget_calls()
    yard.wms.ship(out)
    yard.run()
    clerk.ships(out)
    yard.look()
    assert (yard.wms.advices(), sent(route)) == ([], [("receipt.advice", into, "shadow")])
    came(route, clerk, into)
    assert written(yard) == ([], 0, 0)
    assert agreed("receipt") == [("SOUTH", "transfer", "receipt", WAITING)]
    clerk.takes_in(into)
    yard.look()
    assert agreed() == [
        ("NORTH", "transfer", "release", AGREES),
        ("NORTH", "transfer", "delivery", AGREES),
        ("SOUTH", "transfer", "receipt", AGREES),
    ]
    assert (route.on_the_way(), written(yard)[1:], sent(route)) == ([], (0, 0), [])
    assert (yard.state(out), yard.came(into)) == ("shipped", "received")
    quiet(route)


def test_what_people_keyed_otherwise_differs_leg_by_leg(dim: Route, clerk: Clerk) -> None:
    yard = dim.yard
    out, into = dim.send(("CRATE-S", 10))
    yard.look()
    clerk.tells(out, CRATE_S=9)
    yard.wms.ship(out)
    yard.run()
    clerk.ships(out, CRATE_S=8)
    yard.look()
    clerk.expects(into, "SOUTH", CRATE_S=8)
    yard.receive(into)
    clerk.takes_in(into, CRATE_S=7)
    yard.look()
    assert [row[2:] for row in agreed()] == [
        ("release", [["P-CRATE-S", "10", "9"]]),
        ("delivery", [["CRATE-S", "9", "8"]]),
        ("receipt", [["CRATE-S", "8", "7"]]),
    ]
    quiet(dim)


def test_another_lot_differs_on_both_legs(dim: Route, clerk: Clerk) -> None:
    yard = dim.yard
    out, into = lots(dim)
    yard.odoo.lot(yard.odoo.id_of("product.product", "OIL", "default_code"), "L-2")
    yard.look()
    clerk.tells(out)
    yard.wms.ship(
        out, lines=[{"sku": "P-OIL", "quantity": "6", "unit": "EA", "lots": [{"lot": "L-2", "quantity": "6"}]}]
    )
    yard.run()
    clerk.ships(out, lots={"OIL": "L-1"})
    yard.look()
    told = {"sku": "P-OIL", "quantity": "6", "unit": "EA", "lots": [{"lot": "L-2", "quantity": "6"}]}
    yard.receive(into, lines=[told])
    clerk.takes_in(into, lots={"OIL": "L-1"})
    yard.look()
    differs = [["OIL, lot L-1", "0", "6"], ["OIL, lot L-2", "6", "0"]]
    assert [row[2:] for row in agreed("delivery", "receipt")] == [("delivery", differs), ("receipt", differs)]
    quiet(dim)


def test_one_warehouse_is_live_and_the_other_in_shadow(route: Route, clerk: Clerk) -> None:
    """What leaves is written, what comes in is compared."""
    yard = route.yard
    transfers(route, south="shadow")
    out, into = route.send(("CRATE-S", 10))
    yard.look()
    yard.wms.accept(out)
    yard.wms.ship(out)
    yard.run()
    assert (route.on_the_way(), yard.effects("ship"), yard.wms.advices()) == ([("CRATE-S", "", 10)], ["landed"], [])
    came(route, clerk, into)
    assert (route.on_the_way(), yard.effects("receive")) == ([("CRATE-S", "", 10)], [])
    clerk.takes_in(into)
    yard.look()
    assert (agreed(), route.on_the_way()) == ([("SOUTH", "transfer", "receipt", AGREES)], [])
    assert list(StockEvent.objects.values_list("kind", "warehouse__site")) == [("shipped", "NORTH")]
    quiet(route)


def test_the_other_warehouse_is_live_and_the_one_in_shadow(route: Route, clerk: Clerk) -> None:
    """What leaves is compared, what comes in is written."""
    yard = route.yard
    transfers(route, north="shadow")
    _, into = left(route, clerk)
    assert (yard.effects("ship"), sent(route)) == ([], [("receipt.advice", into, "sent")])
    yard.wms.accept("", advice=into)
    yard.receive(into)
    assert (route.on_the_way(), yard.effects("receive"), yard.came(into)) == ([], ["landed"], "received")
    assert [row[2:] for row in agreed()] == [("release", AGREES), ("delivery", AGREES)]
    assert list(StockEvent.objects.values_list("kind", "warehouse__site")) == [("received", "SOUTH")]
    quiet(route)


@pytest.mark.parametrize("keyed", [True, False])
def test_told_again_when_it_is_live_it_is_not_booked(dim: Route, clerk: Clerk, keyed: bool) -> None:
    yard = dim.yard
    _, into = left(dim, clerk)
    came(dim, clerk, into)
    other, _ = dim.send(("CRATE-S", 4))
    yard.look()
    clerk.tells(other)
    yard.wms.ship(other)
    yard.run()
    if keyed:
        clerk.takes_in(into)
        clerk.ships(other)
        yard.look()
    transfers(dim, north="live", south="live")
    assert (told_again(yard, "shipment.confirmed"), told_again(yard, "receipt.confirmed")) == ([], [])
    assert (yard.effects("ship"), yard.effects("receive"), StockEvent.objects.count()) == ([], [], 0)
    quiet(dim)


def twice(route: Route, row: Rollout) -> None:
    """What is open is taken over, and looked at and taken over once more."""
    for _ in range(2):
        taken(route.yard, row)
        route.yard.sweep()
        going_live.look(row.pk, ANN, "")
        route.yard.run()
        row.refresh_from_db()
    taken(route.yard, row)


def test_what_leaves_is_sent_and_booked_once_by_the_taking_over(dim: Route, clerk: Clerk) -> None:
    yard = dim.yard
    [(open_, _), (known, _), (gone, into)] = [dim.send(("CRATE-S", count)) for count in (2, 3, 4)]
    yard.look()
    for out in (known, gone):
        clerk.tells(out)
    yard.wms.ship(gone)
    yard.run()
    row = live(yard, "transfer", warehouse=yard.warehouse)
    assert (row.open_ones, yard.effects("ship")) == ({"send": 2, "known": 2}, [])
    twice(dim, row)
    assert orders_held(yard) == dict.fromkeys([open_, known, gone], 1)
    assert (yard.effects("ship"), dim.on_the_way(), yard.state(gone)) == (["landed"], [("CRATE-S", "", 4)], "shipped")
    assert ("receipt.advice", into, "shadow") in sent(dim), "the other warehouse is in shadow still"
    assert (told_again(yard, "shipment.confirmed"), yard.wms.advices()) == ([], [])
    for out in (open_, known):
        yard.wms.ship(out)
    yard.run()
    assert (yard.effects("ship"), sum(quantity for *_, quantity in dim.on_the_way())) == (["landed"] * 3, 9)
    quiet(dim)


def test_what_comes_in_is_announced_and_booked_once_by_the_taking_over(dim: Route, clerk: Clerk) -> None:
    yard = dim.yard
    (_, open_), (_, known), (_, here) = [left(dim, clerk, count) for count in (2, 3, 4)]
    clerk.expects(known, "SOUTH")
    came(dim, clerk, here)
    row = live(yard, "transfer", warehouse=dim.south)
    assert (row.open_ones, yard.effects("receive")) == ({"send": 2, "known": 2}, [])
    twice(dim, row)
    assert [(each["advice"], each["version"], each["replaced"]) for each in yard.wms.advices()] == [
        (known, 1, []), (here, 1, []), (open_, 1, []),
    ]  # fmt: skip
    assert (yard.effects("receive"), yard.came(here)) == (["landed"], "received")
    assert told_again(yard, "receipt.confirmed") == []
    for into in (open_, known):
        yard.receive(into)
    assert (yard.effects("receive"), dim.on_the_way()) == (["landed"] * 3, [])
    assert dict(StockEvent.objects.values_list("kind").annotate(Sum("quantity"))) == {"received": 9}
    quiet(dim)


def test_what_people_have_begun_to_key_is_not_taken_over(dim: Route, clerk: Clerk) -> None:
    yard = dim.yard
    out, into = dim.send(("CRATE-S", 10))
    yard.look()
    clerk.tells(out)
    yard.wms.ship(out)
    yard.run()
    clerk.ships(out, CRATE_S=6)
    yard.look()
    clerk.expects(into, "SOUTH", CRATE_S=6)
    yard.receive(into)
    clerk.takes_in(into, CRATE_S=2)
    yard.look()
    for warehouse in (yard.warehouse, dim.south):
        row = live(yard, "transfer", warehouse=warehouse)
        assert row.open_ones == {"known": 1, "person": 1}
        taken(yard, row)
    yard.later()
    assert (yard.effects("ship"), yard.effects("receive"), StockEvent.objects.count()) == ([], [], 0)
    assert (orders_held(yard), len(yard.wms.advices())) == ({out: 1}, 1)
    quiet(dim)


def test_a_receipt_that_is_told_before_anybody_has_keyed_what_left_is_compared_afterwards(
    dim: Route, clerk: Clerk
) -> None:
    """Nobody knows of an advice by then."""
    yard = dim.yard
    out, into = dim.send(("CRATE-S", 10))
    yard.look()
    clerk.tells(out)
    yard.wms.ship(out)
    came(dim, clerk, into)
    assert [code for code, _ in yard.cases()] == ["CD-7004"]
    clerk.ships(out)
    yard.look()
    clerk.takes_in(into)
    yard.look()
    yard.later()
    assert [row[2:] for row in agreed("receipt")] == [("receipt", AGREES)]
    quiet(dim)


def test_nothing_of_its_progress_and_its_parcels_is_noted_in_odoo(dim: Route, clerk: Clerk) -> None:
    """Though orders are live."""
    yard = dim.yard
    yard.set(progress_notes="notes")
    out, _ = dim.send(("CRATE-S", 10))
    yard.look()
    clerk.tells(out)
    yard.odoo.forget_calls()
    yard.wms.progress(out, "picking")
    shipment = yard.wms.ship(out, tracking=["1Z1"])
    yard.run()
    yard.wms.track(shipment["shipment"], "delivered", number="1Z1", signed_by="B. Low")
    yard.run()
    assert yard.odoo.writes() == []
    quiet(dim)
