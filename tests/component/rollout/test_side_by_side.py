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
