"""Shipments, progress and tracking of the same deliveries at the same time: each counts once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from integration.handlers import HANDLERS
from integration.jobs import engine
from integration.models import BusinessRule, DocumentLine, Lane, Parcel, StageEvent
from tests.component.engine.yard import until
from tests.component.flows.yard import Yard

pytestmark = pytest.mark.django_db(transaction=True)
ORDERS, WORKERS = 6, 3
COST = {"amount": "4.50", "currency": "USD"}


def work() -> int:
    """One worker, until nothing is due."""
    done = 0
    try:
        while ran := sum(engine.run_lane(lane, HANDLERS, seconds=60) for lane in reversed(Lane)):
            done += ran
        return done
    finally:
        connections.close_all()


def test_three_workers_meet_in_the_same_deliveries(yard: Yard) -> None:
    BusinessRule.objects.create(kind="substitute", warehouse=yard.warehouse)
    yard.set(progress_notes="activities")
    sales = [yard.released(("CRATE-S", 4)) for _ in range(ORDERS)]
    for sale in sales:
        own = yard.line(sale, quantity="3", package="P1")
        instead = yard.line(sale, sku="P-ROPE-10", quantity="1", substitute=True, package="P1")
        for stage in ("picking", "picked", "packed"):
            yard.wms.progress(sale.release, stage, short={str(own["line"]): "1"}, faults=["renumbered"])
        parcel = {"package": "P1", "tracking_number": f"T-{sale.name}"}
        shipment = yard.wms.ship(sale.release, lines=[own, instead], packages=[parcel], faults=["renumbered"])
        for status in ("in_transit", "out_for_delivery", "delivered"):
            yard.wms.track(
                shipment["shipment"], status, freight=COST, proof=status == "delivered", faults=["renumbered"]
            )
    until(lambda: yard.wms.pending() == 0)
    with ThreadPoolExecutor(WORKERS) as pool:
        done = [future.result() for future in [pool.submit(work) for _ in range(WORKERS)]]
    yard.later()
    assert (sum(done) > ORDERS * 10, yard.cases(), yard.unfinished()) == (True, [], [])
    for sale in sales:
        assert yard.left(sale) == {"CRATE-S": (3, 3, 3), "ROPE-10": (1, 1, 1)}
        assert yard.odoo.freight(sale.id) == [4.5]
        assert (len(yard.odoo.files(sale.id)), yard.odoo.to_do(sale.id)) == (1, [])
        assert len([note for note in yard.odoo.notes(sale.id) if "was delivered" in note]) == 1
    lines = DocumentLine.objects.values_list("ordered", "shipped", "substituted", "packed", "reached")
    assert set(lines) == {(4, 3, 1, 3, "packed")}
    assert set(Parcel.objects.values_list("status", "package")) == {("delivered", "P1")}
    assert StageEvent.objects.count() == ORDERS * 3
