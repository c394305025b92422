"""Lost answers, outages, conflicts and workers side by side: late perhaps, but once and exactly."""

from typing import Any

import pytest
from django.db.models.functions import Now

from integration.handlers import HANDLERS
from integration.jobs import engine, sweep
from integration.models import ConnectionGate, Lane, StockEvent, Stream, SyncJob
from tests.component.engine.yard import together, until
from tests.component.flows.wms import Held
from tests.component.flows.yard import Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


def agreed(yard: Yard, sale: Sale, quantity: float = 3) -> None:
    assert yard.left(sale) == {"CRATE-S": (quantity, quantity, quantity)}
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])


@pytest.fixture
def impatient(settings: Any) -> None:
    """Two failures in a row open the breaker."""
    settings.ENGINE = {**settings.ENGINE, "breaker_failures": 2}


@pytest.mark.parametrize("fault", ["cut_after_commit", "garbage", "truncate"])
def test_odoo_validated_and_its_answer_was_lost(yard: Yard, fault: str) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.fault("button_validate", fault)
    yard.shipped(sale)
    assert (yard.effects("ship"), yard.odoo.delivered(sale.id)) == (["intended"], {"CRATE-S": 3})
    yard.later()
    assert yard.odoo.calls().count("stock.picking.button_validate") == 1
    agreed(yard, sale)


def test_the_call_to_odoo_was_cut_before_anything_happened(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.fault("button_validate", "cut_before")
    yard.shipped(sale)
    assert (yard.effects("ship"), yard.odoo.delivered(sale.id)) == (["intended"], {"CRATE-S": 0})
    assert yard.unfinished() == [("shipment_confirmation", "retry")]
    yard.later()
    agreed(yard, sale)


def test_not_found_does_not_count_before_the_call_can_no_longer_land(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.fault("button_validate", "cut_before")
    yard.shipped(sale)
    tried = yard.odoo.writes()
    SyncJob.objects.filter(state="retry").update(next_attempt_at=Now())
    Stream.objects.filter(next_due_at__isnull=False).update(next_due_at=Now())
    yard.run()
    assert (yard.odoo.writes(), yard.effects("ship")) == (tried, ["intended"])
    assert yard.unfinished() == [("shipment_confirmation", "retry")]
    yard.later()
    agreed(yard, sale)


def test_a_lost_answer_to_the_lines_is_written_again_and_validated_once(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.fault("write", "cut_after_commit")
    yard.shipped(sale)
    assert yard.odoo.delivered(sale.id) == {"CRATE-S": 0}
    yard.later()
    assert yard.odoo.calls().count("stock.picking.button_validate") == 1
    agreed(yard, sale)


def test_somebody_validates_by_hand_what_we_had_written_before_the_answer_was_lost(yard: Yard) -> None:
    """Done with exactly our quantities and our mark: it is our shipment."""
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.fault("button_validate", "cut_before")
    yard.shipped(sale)
    yard.odoo.validate_by_hand(sale.id)
    yard.later()
    agreed(yard, sale)


def test_conflicts_in_odoo_are_tried_again_and_burn_no_attempt(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.fault("write", "serialization", times=20)
    yard.wms.ship(sale.release)
    until(lambda: yard.wms.pending() == 0)
    engine.run_lane(Lane.SHIPMENT, HANDLERS, seconds=0.1)
    yard.odoo.server.service.faults.clear()
    yard.later()
    agreed(yard, sale)


@pytest.mark.usefixtures("impatient")
def test_while_odoo_is_down_work_waits_behind_the_breaker_and_drains_afterwards(yard: Yard) -> None:
    sales = [yard.released(("CRATE-S", 3)) for _ in range(4)]
    yard.odoo.control("down", {"seconds": 600})
    for sale in sales:
        yard.wms.ship(sale.release)
    yard.run()
    assert [code for code, _ in yard.cases()] == ["CD-1001"]
    assert ConnectionGate.objects.get(connection=yard.erp).breaker == "open"
    assert yard.unfinished() == [("shipment_confirmation", "retry")] * 4
    yard.odoo.control("down", {"seconds": 0})
    yard.later()
    for sale in sales:
        agreed(yard, sale)
    assert yard.odoo.calls().count("stock.picking.button_validate") == 4


@pytest.mark.usefixtures("impatient")
def test_while_the_warehouse_is_down_releases_wait_and_shipments_are_still_posted(yard: Yard) -> None:
    before = yard.released(("CRATE-S", 3))
    yard.wms.ship(before.release)
    until(lambda: yard.wms.pending() == 0)
    yard.wms.control("down", seconds=600)
    waiting = [yard.sell(("ROPE-10", 1)) for _ in range(3)]
    yard.look()
    assert yard.left(before) == {"CRATE-S": (3, 3, 3)}
    assert [code for code, _ in yard.cases()] == ["CD-1001"]
    assert yard.unfinished() == [("release_send", "retry")] * 3
    yard.wms.control("down", seconds=0)
    yard.later()
    held = [Held(sale.release, 1, "received", {"P-ROPE-10": "1"}) for sale in waiting]
    got = sorted(yard.wms.held()[1:], key=lambda each: each.release)  # no order is promised between deliveries
    assert (got, yard.cases(), yard.unfinished()) == (held, [], [])


def test_a_message_is_taken_while_odoo_is_down(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.control("down", {"seconds": 600})
    yard.shipped(sale)
    assert yard.wms.received()[-1] == "shipment.confirmed 202"
    yard.odoo.control("down", {"seconds": 0})
    yard.later()
    agreed(yard, sale)


def test_two_workers_post_shipments_of_one_product_side_by_side(yard: Yard) -> None:
    sales = [yard.released(("CRATE-S", 3)) for _ in range(6)]
    for sale in sales:
        yard.wms.ship(sale.release)
    until(lambda: yard.wms.pending() == 0)
    ran = together(*[lambda: engine.run_lane(Lane.SHIPMENT, HANDLERS, seconds=30)] * 2)
    yard.later()
    for sale in sales:
        agreed(yard, sale)
    assert (sum(ran) >= 6, min(ran) > 0) == (True, True)
    assert (StockEvent.objects.count(), yard.odoo.calls().count("stock.picking.button_validate")) == (6, 6)


def test_two_workers_release_an_order_once(yard: Yard) -> None:
    sales = [yard.sell(("CRATE-S", 1)) for _ in range(6)]
    sweep.start_polls("odoo_poll")
    together(*[lambda: engine.run_lane(Lane.ORDER, HANDLERS, seconds=30)] * 2)
    yard.later()
    # Each is a stream of its own: one that had to wait for a call slot goes after younger ones.
    assert sorted(held.release for held in yard.wms.held()) == [sale.release for sale in sales]
    assert (yard.effects("send order.release"), yard.unfinished()) == (["landed"] * 6, [])
