"""An answer that is lost leaves a write open, and the next look tells whether it landed."""

import dataclasses
from collections.abc import Iterator
from decimal import Decimal

import pytest

from integration.adapters.base import ConnectionSettings
from integration.canonical.erp import ExtraLine, RevivedLine
from integration.errors import IntegrationError, OutcomeUnknown, Rejected, Unreachable
from tests.contract.gateway.cutting import BAD_GATEWAY, LOST_AFTER, LOST_BEFORE, UNAVAILABLE, Relay
from tests.contract.gateway.test_receiving import purchase, receipt_of, receive, received
from tests.contract.gateway.world import World

MARK = "crossdock/wms-main/S-lost"


@pytest.fixture(scope="module")
def relay(settings: ConnectionSettings) -> Iterator[Relay]:
    with Relay(settings.base_url) as relay:
        yield relay


@pytest.fixture(scope="module")
def behind(settings: ConnectionSettings, relay: Relay) -> World:
    return World(dataclasses.replace(settings, slug=f"{settings.slug}-relay", base_url=relay.url))


@pytest.mark.parametrize(
    ("word", "how", "kind", "landed"),
    [
        ("button_validate", LOST_AFTER, OutcomeUnknown, True),
        ("button_validate", LOST_BEFORE, OutcomeUnknown, False),
        ("button_validate", BAD_GATEWAY, OutcomeUnknown, False),
        ("button_validate", UNAVAILABLE, Unreachable, False),
        ("carrier_tracking_ref", LOST_AFTER, OutcomeUnknown, False),
    ],
)
def test_a_shipment_whose_answer_was_lost_ships_once(
    behind: World, relay: Relay, word: str, how: str | int, kind: type[IntegrationError], landed: bool
) -> None:
    order = behind.order({behind.product(stock=50): 10})
    picking = behind.delivery_of(order)
    relay.fail(word, how)
    how_to_ship = {"mark": MARK, "tracking_reference": "1Z1"}
    with pytest.raises(kind) as caught:
        behind.ship(picking, [6], **how_to_ship)
    assert caught.value.code == ("CD-1006" if kind is OutcomeUnknown else "CD-1003")
    now = behind.gateway.delivery(picking.id)[0]
    assert (now.state, now.mark) == ("done" if landed else "assigned", MARK)
    posted = behind.ship(now, [6], **how_to_ship)
    assert (posted.picking.state, len(posted.backorders)) == ("done", 1)
    assert behind.delivered(order) == [6]


def test_a_lost_read_is_simply_unreachable(behind: World, relay: Relay) -> None:
    picking = behind.delivery_of(behind.order({behind.product(stock=50): 1}))
    relay.fail("move_ids", LOST_AFTER)
    with pytest.raises(Unreachable) as caught:
        behind.gateway.delivery(picking.id)
    assert caught.value.code == "CD-1001"


def test_a_package_is_made_once_even_if_its_shipment_is_tried_twice(behind: World, relay: Relay) -> None:
    name, mark = behind.unique("SSCC"), behind.unique("mark")
    picking = behind.delivery_of(behind.order({behind.product(stock=50): 10}))
    relay.fail("button_validate", LOST_BEFORE)
    with pytest.raises(OutcomeUnknown):
        behind.ship_details(picking, [(10, None, name)], mark=mark)
    posted = behind.ship_details(behind.gateway.delivery(picking.id)[0], [(10, None, name)], mark=mark)
    assert [line.package for line in posted.picking.moves[0].lines] == [name]
    model = behind.call.version.package_model
    assert behind.call(model, "search_count", domain=[("name", "=", name)]) == 1


def test_what_somebody_changes_between_our_write_and_the_validation_stops_it(behind: World, relay: Relay) -> None:
    picking = behind.delivery_of(behind.order({behind.product(stock=50): 10}))
    relay.fail("carrier_tracking_ref", lambda: behind.mark_done_by_hand(picking, 7))
    with pytest.raises(Rejected) as caught:
        behind.ship(picking, [6], tracking_reference="1Z1")
    sku = picking.moves[0].sku
    assert (caught.value.code, caught.value.context["difference"]) == ("CD-5010", f"7 of {sku} instead of 6")
    assert behind.gateway.delivery(picking.id)[0].state == "assigned"


@pytest.mark.parametrize(
    ("word", "how", "landed"),
    [
        ("button_validate", LOST_AFTER, True),
        ("button_validate", LOST_BEFORE, False),
        ("button_validate", BAD_GATEWAY, False),
        ("Crossdock receipt", LOST_AFTER, False),
    ],
)
def test_a_receipt_whose_answer_was_lost_is_booked_once(
    behind: World, relay: Relay, word: str, how: str | int, landed: bool
) -> None:
    ordered, stray = behind.product(), behind.product()
    order = purchase(behind, {ordered: 10})
    picking = receipt_of(behind, order)
    sku = behind.read("product.product", stray, "default_code")["default_code"]
    extra = ExtraLine(sku=sku, unit=picking.moves[0].unit, quantity=Decimal(4))
    relay.fail(word, how)
    with pytest.raises(OutcomeUnknown):
        receive(behind, picking, (0, 6, []), receipt="R-lost", extras=(extra,))
    now = behind.gateway.incoming(picking.id)[0]
    assert (now.state == "done", now.mark) == (landed, "north/R-lost")
    posted = receive(behind, now, (0, 6, []), receipt="R-lost", extras=(extra,))
    assert (posted.picking.state, len(posted.backorders), received(behind, order)) == ("done", 1, [6])
    assert (behind.stock_of(ordered), behind.stock_of(stray)) == (6, 4)


def test_what_somebody_changes_between_our_write_and_the_validation_stops_a_receipt(
    behind: World, relay: Relay
) -> None:
    order = purchase(behind, {behind.product(): 10})
    picking = receipt_of(behind, order)
    relay.fail("Crossdock receipt", lambda: behind.mark_done_by_hand(picking, 7))
    with pytest.raises(Rejected) as caught:
        receive(behind, picking, (0, 6, []))
    assert (caught.value.code, received(behind, order)) == ("CD-7010", [0])


@pytest.mark.parametrize("word", ["create", "action_confirm"])
def test_a_delivery_in_the_place_of_a_cancelled_one_is_made_once(behind: World, relay: Relay, word: str) -> None:
    order = behind.order({behind.product(stock=50): 3})
    before = behind.delivery_of(order)
    behind.call("sale.order", "action_cancel", [order], context={"disable_cancel_warning": True})
    [cancelled] = behind.gateway.delivery(before.id)
    lines = [RevivedLine(move_id=cancelled.moves[0].id, quantity=Decimal(3))]
    relay.fail(word, LOST_AFTER)
    with pytest.raises(OutcomeUnknown):
        behind.gateway.revive(cancelled, lines, "wms-main/S-lost")
    made = behind.gateway.revive(cancelled, lines, "wms-main/S-lost")
    assert [one.id for one in behind.gateway.revived(cancelled, "wms-main/S-lost")] == [made.id]
    behind.ship(made, [3], mark="wms-main/S-lost")
    assert behind.delivered(order) == [3]
