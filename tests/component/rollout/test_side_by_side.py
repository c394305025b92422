"""Flows of one warehouse in different modes, and what follows of what came in shadow."""

import pytest
from django.utils.timezone import now

from tests.component.flows.yard import Yard
from tests.component.rollout.clerk import Clerk

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_release_that_was_sent_ends_when_people_have_keyed_its_shipment(yard: Yard, clerk: Clerk) -> None:
    yard.set(shipment_mode="shadow")
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 2))
    yard.shipped(sale)
    yard.look()
    assert yard.state(sale.release) == "accepted"
    clerk.ships(sale.release)
    yard.look()
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])


@pytest.mark.parametrize("live", ["transfer_mode", "shipment_mode"])
def test_a_parcel_of_what_was_shipped_in_shadow_is_no_case(dark: Yard, clerk: Clerk, live: str) -> None:
    sale = dark.sell(("CRATE-S", 3))
    dark.look()
    clerk.tells(sale.release)
    shipment = dark.shipped(sale, tracking=["1Z1"])
    clerk.ships(sale.release, tracking="1Z1")
    dark.look()
    dark.set(**{live: "live"})
    dark.odoo.forget_calls()
    dark.wms.track(shipment["shipment"], "delivered", number="1Z1", signed_by="B. Low")
    dark.run()
    assert (dark.odoo.writes(), dark.cases(), dark.unfinished()) == ([], [], [])


@pytest.mark.parametrize("live", ["transfer_mode", "receipt_mode"])
def test_a_put_away_of_what_was_received_in_shadow_stays_with_people(dark: Yard, live: str) -> None:
    bought = dark.buy(("CRATE-S", 10))
    dark.look()
    lines = [{"sku": "P-CRATE-S", "quantity": "10", "unit": "EA"}]
    told = {"receipt": "R-1", "advice": bought.advice, "received_at": now().isoformat(), "lines": lines}
    assert dark.wms.send("receipt.confirmed", told) == 202
    dark.run()
    dark.set(**{live: "live"})
    where = [{**lines[0], "to_location": "A-1"}]
    told = {"put_away": "PA-1", "receipt": "R-1", "site": "NORTH", "at": now().isoformat(), "lines": where}
    assert dark.wms.send("receipt.put_away", told) == 202
    for _ in range(4):
        dark.later()
    assert (dark.cases(), dark.unfinished()) == ([], [])
