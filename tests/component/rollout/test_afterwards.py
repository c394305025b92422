"""What people did in shadow is no finding once the flow is live: the comparisons find nothing to complain about."""

from datetime import time

import pytest

from integration.jobs import missing
from integration.models import Variance, Warehouse
from integration.reconcile import beside_odoo, lines, promises, shadow
from tests.component.flows.yard import Yard
from tests.component.rollout.clerk import Clerk
from tests.component.rollout.test_going_live import live, sold, taken

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_comparison_finds_anything_in_what_people_keyed_in_shadow(dark: Yard, clerk: Clerk) -> None:
    whole, part, open_ = sold(dark, 3)
    for sale in (whole, part, open_):
        clerk.tells(sale.release)
    for sale in (whole, part):
        dark.shipped(sale)
        clerk.ships(sale.release)
    dark.look()
    shadow.look()
    for flow in ("release", "shipment"):
        taken(dark, live(dark, flow))
    dark.shipped(open_)
    Warehouse.objects.update(reconcile_at=time(0))
    lines.look()
    promises.look()
    missing.look()
    beside_odoo.start()
    dark.run()
    found = Variance.objects.filter(gone_at=None).values_list("subject", "document__reference", "says", "found")
    assert (list(found), dark.cases(), dark.unfinished()) == ([], [], [])
    assert dark.left(open_) == {"CRATE-S": (3, 3, 3)}
