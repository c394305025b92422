"""Two regional warehouses at two partners: one is live while the other is in shadow."""

from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from integration.models import Effect, OutboundMessage, ShadowDocument, StockEvent, Warehouse
from integration.reconcile import shadow
from integration.sandbox.odoo import SandboxOdoo
from integration.sandbox.wms import SandboxWms
from integration.sandbox.wms.world import Behaviour
from tests.component.flows.odoo import Odoo
from tests.component.flows.wms import Wms
from tests.component.rollout.clerk import Clerk
from tests.component.several.conftest import SECRET, TOKEN
from tests.component.several.town import MODES, Town, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(odoo_server: SandboxOdoo, live_server: LiveServer) -> Iterator[Town]:
    near, far = (
        SandboxWms(SECRET, TOKEN, f"{live_server.url}/api/v1/webhooks/{slug}", behaviour=Behaviour(None))
        for slug in ("northgate", "eastgate")
    )
    with near, far:
        yield build(Odoo(odoo_server), Wms(near), Wms(far), {"signing": SECRET, "token": TOKEN})


def test_one_is_live_and_the_other_in_shadow_at_once(town: Town) -> None:
    harbor, kobe = town.harbor, town.kobe
    Warehouse.objects.filter(pk=kobe.warehouse.pk).update(**dict.fromkeys(MODES, "shadow"))
    ours, theirs = harbor.sell(("ALPHA", 3)), kobe.sell(("ALPHA", 2))
    assert ours.release == theirs.release, "both companies count their deliveries alike"
    town.look()
    assert [held.release for held in harbor.wms.held()] == [ours.release]
    assert kobe.wms.held() == []

    clerk = Clerk(kobe.odoo, kobe.wms, kobe.company.codes)
    clerk.tells(theirs.release)
    for house, sale in ((harbor, ours), (kobe, theirs)):
        house.wms.ship(sale.release)
    town.run()
    assert (harbor.left(ours), kobe.odoo.delivered(theirs.id)) == ({"ALPHA": (3, 3, 3)}, {"ALPHA": 0})
    clerk.ships(theirs.release)
    town.look()
    shadow.look()

    rows = ShadowDocument.objects.order_by("flow").values_list("warehouse", "flow", "outcome")
    assert list(rows) == [(kobe.warehouse.pk, "release", "agrees"), (kobe.warehouse.pk, "shipment", "agrees")]
    assert list(OutboundMessage.objects.values_list("connection__slug", "state").order_by("pk")) == [
        ("northgate", "accepted"), ("eastgate", "superseded"),
    ]  # fmt: skip
    assert set(StockEvent.objects.values_list("warehouse", flat=True)) == {harbor.warehouse.pk}
    assert not Effect.objects.filter(connection=kobe.partner).exists()
    assert harbor.cases() == []
