"""The demo's supervisor finds the pages and buttons of the console, as they are."""

import pytest
from django.contrib.auth.models import User
from pytest_django.live_server_helper import LiveServer

from integration.models import Rollout, ShadowDocument, Warehouse
from integration.reconcile import shadow
from integration.sandbox.day.http import NoAnswer, Refused
from integration.sandbox.day.office import SHADOW, Office
from tests.component.flows.yard import Yard
from tests.component.rollout.clerk import Clerk

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "office-4711"


@pytest.fixture
def office(live_server: LiveServer) -> Office:
    User.objects.create_superuser("ann", password=PASSWORD)
    return Office(live_server.url, "ann", PASSWORD)


def test_it_judges_goes_live_looks_and_takes_over(dark: Yard, clerk: Clerk, office: Office, settings) -> None:
    settings.ROLLOUT = {**settings.ROLLOUT, "documents": 1}
    sale = dark.sell(("CRATE-S", 3))
    dark.look()
    clerk.tells(sale.release)
    dark.shipped(sale, tracking=["1Z17"])
    assert office.shadow(sale.release, "shipment") == ShadowDocument.objects.get(flow="shipment").pk
    assert office.shadow(sale.release, "shipment", "differs") == 0
    clerk.ships(sale.release, tracking="1Z71")
    dark.look()
    shadow.look()
    page = office.flow("shipment")
    assert (page.buttons, page.is_live, page.counts["Compared"]) == ({"spite", "look"}, False, 1)
    office.press(SHADOW, office.shadow(sale.release, "shipment", "differs"), "human", "two digits have changed places")
    shadow.look()
    page = office.flow("shipment")
    assert (page.buttons, page.counts["Differ: the human was wrong"]) == ({"live", "look"}, 1)
    office.press("rollout", page.number, "live", "agreed")
    page = office.flow("shipment")
    assert (page.buttons, page.is_live, Warehouse.objects.get().shipment_mode) == ({"look"}, True, "live")
    office.press("rollout", page.number, "look")
    assert office.flow("shipment").buttons == set()
    dark.run()
    assert office.flow("shipment").buttons == {"look", "take"}
    office.press("rollout", page.number, "take", "nobody keys it")
    dark.run()
    assert Rollout.objects.get(flow="shipment").taking == "done"


def test_who_is_not_let_in_is_refused(live_server: LiveServer) -> None:
    with pytest.raises(Refused, match="the console does not let nobody in"):
        Office(live_server.url, "nobody", "nothing").flow("shipment")


def test_where_nothing_was_in_shadow_it_is_to_be_asked_again(yard: Yard, office: Office) -> None:
    with pytest.raises(NoAnswer, match="shipment: no warehouse was ever in shadow"):
        office.flow("shipment")
