"""What a person has ended: the pages of the order tell what became of the goods, and wait for nothing that has been."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from integration.console import said
from integration.console.words import badge
from integration.jobs import acts
from integration.models import Document, InboundMessage, StockEvent, SyncJob, Variance
from integration.reconcile import lines
from tests.component.flows.yard import SOMEBODY, Sale, Yard

pytestmark = pytest.mark.django_db(transaction=True)


def looks(client: Client, sale: Sale) -> tuple[list[str], str]:
    """What the order's page waits for, and how far it says that the shipping is."""
    order = Document.objects.get(kind="order", reference=sale.name)
    page = client.get(reverse("admin:timeline", args=[order.pk]))
    assert page.status_code == 200
    [shipped] = [step.says for step in page.context["steps"] if step.name == "Shipped"]
    return [wait.text for wait in page.context["waits"]], shipped


def row(client: Client, sale: Sale) -> str:
    """What the page says of the first line."""
    order = Document.objects.get(kind="order", reference=sale.name)
    page = client.get(reverse("admin:timeline", args=[order.pk]))
    side = page.context["lines"][0].side
    assert ("not booked" in page.text, "ended by a person" in page.text) == (bool(side.unbooked), bool(side.ended))
    return f"{float(side.told):g} told, {float(side.unbooked):g} not booked, {float(side.ended):g} ended"


def service_says(client: Client, sale: Sale) -> tuple[list[str], list[tuple[str, str]]]:
    [told] = client.get(reverse("admin:service"), {"q": sale.name}).context["told"]
    return list(told.words), list(told.goods)


def service_state(client: Client, sale: Sale) -> str:
    page = client.get(reverse("admin:service"), {"q": sale.name})
    [told] = page.context["told"]
    assert badge(said.below(told.state.label), told.state) in page.text
    return str(told.state)


def test_goods_that_odoo_has_by_hand_are_not_waited_for(yard: Yard, admin_client: Client) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.odoo.validate_by_hand(sale.id)
    yard.shipped(sale)
    acts.done_by_hand(yard.case("CD-5007").pk, SOMEBODY, "It was booked before it left.")
    yard.look()
    assert looks(admin_client, sale) == ([], "1 line")
    assert service_says(admin_client, sale) == (
        ["All of it has left the warehouse."],
        [("CRATE-S", "3 of 3 have left")],
    )
    assert service_state(admin_client, sale) == "shipped"


def test_a_release_is_over_when_the_last_of_it_was_done_by_hand(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 2))
    yard.odoo.validate_by_hand(sale.id)
    yard.shipped(sale, lines=[yard.line(sale, 0)], final=False)
    acts.done_by_hand(yard.case("CD-5007").pk, SOMEBODY, "The crates were booked before they left.")
    yard.run()
    assert yard.state(sale.release) == "accepted"
    yard.shipped(sale, lines=[yard.line(sale, 1)], final=True)
    acts.done_by_hand(yard.case("CD-5007").pk, SOMEBODY, "The ropes, too.")
    yard.run()
    assert (yard.state(sale.release), yard.cases(), yard.unfinished()) == ("shipped", [], [])
    lines.look()
    assert (StockEvent.objects.count(), Variance.objects.count()) == (0, 0)


def test_a_message_that_was_worked_on_twice_stands_for_one_shipment(yard: Yard) -> None:
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 2))
    yard.odoo.validate_by_hand(sale.id)
    yard.wms.ship(sale.release, lines=[yard.line(sale, 0)], final=False, faults=["lost"])
    yard.shipped(sale, lines=[yard.line(sale, 1)], final=True)
    acts.done_by_hand(yard.case("CD-5007").pk, SOMEBODY, "The ropes.")
    again = SyncJob.objects.get(flow="shipment_confirmation", state="cancelled")
    again.pk = None
    again.save()
    yard.look()
    assert yard.state(sale.release) == "accepted"


def test_a_release_stays_open_while_odoo_has_something_of_it_to_do(yard: Yard) -> None:
    sale = yard.released(("PAINT-W", 2))
    yard.shipped(sale, lines=[yard.line(sale, lots=[{"lot": "GHOST", "quantity": "2"}])])
    acts.done_by_hand(yard.case("CD-5005").pk, SOMEBODY, "I will do it in a moment.")
    yard.run()
    assert yard.state(sale.release) == "accepted"
    yard.odoo.validate_by_hand(sale.id)
    yard.look()
    assert yard.state(sale.release) == "shipped"


def test_a_rest_is_waited_for_beside_what_odoo_has_by_hand(yard: Yard, admin_client: Client) -> None:
    sale = yard.released(("CRATE-S", 3), ("ROPE-10", 2))
    yard.odoo.validate_by_hand(sale.id)
    yard.shipped(sale, lines=[yard.line(sale, 0)], final=False)
    acts.done_by_hand(yard.case("CD-5007").pk, SOMEBODY, "The crates were booked before they left.")
    yard.look()
    waits, shipped = looks(admin_client, sale)
    assert (waits, shipped) == ([f"{sale.release} waits for Northgate 3PL to ship 2 x ROPE-10."], "1 of 2 lines")
    words, goods = service_says(admin_client, sale)
    assert words == ["A part of it has left the warehouse; the rest is still to come."]
    assert goods == [("CRATE-S", "3 of 3 have left"), ("ROPE-10", "0 of 2 have left")]
    assert service_state(admin_client, sale) == "part_shipped"


def test_goods_that_left_and_that_nobody_booked_are_said_to_be_nowhere(yard: Yard, admin_client: Client) -> None:
    sale = yard.released(("PAINT-W", 2))
    yard.shipped(sale, lines=[yard.line(sale, lots=[{"lot": "GHOST", "quantity": "2"}])])
    acts.ignore_case(yard.case("CD-5005").pk, SOMEBODY, "Not now.")
    [wait], shipped = looks(admin_client, sale)
    told = f"Northgate 3PL has confirmed 2 x PAINT-W of {sale.release}"
    assert wait == f"{told}: not booked here, not done in Odoo, and nothing waits."
    assert shipped == "not yet"
    words, goods = service_says(admin_client, sale)
    assert words[1:] == ["The warehouse says that goods have left which our books do not show yet."]
    assert goods == [("PAINT-W", "0 of 2 have left")]


@pytest.mark.parametrize("act", [acts.done_by_hand, acts.ignore_case])
def test_what_a_person_has_ended_of_what_has_left_is_not_to_be_booked(
    yard: Yard, admin_client: Client, act: Callable[[int, acts.Actor, str], int]
) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale)
    yard.shipped(sale, lines=[yard.line(sale, quantity="2000")])
    assert row(admin_client, sale) == "2003 told, 2000 not booked, 0 ended"
    assert len(service_says(admin_client, sale)[0]) == 3
    act(yard.case("CD-5004").pk, SOMEBODY, "Nobody has so many.")
    yard.look()
    assert row(admin_client, sale) == "2003 told, 0 not booked, 2000 ended"
    assert looks(admin_client, sale)[0] == []
    said = ["All of it has left the warehouse."]
    assert service_says(admin_client, sale) == (said, [("CRATE-S", "3 of 3 have left")])
    lines.look()
    assert Variance.objects.count() == 0


def test_what_was_ended_and_is_worked_on_again_is_to_be_booked(yard: Yard, admin_client: Client) -> None:
    sale = yard.released(("CRATE-S", 3))
    yard.shipped(sale)
    yard.shipped(sale, lines=[yard.line(sale, quantity="2000")])
    acts.ignore_case(yard.case("CD-5004").pk, SOMEBODY, "Nobody has so many.")
    acts.replay_message(InboundMessage.objects.get(reference="SHP-000002").pk, SOMEBODY, "They have.")
    yard.run()
    assert row(admin_client, sale) == "2003 told, 2000 not booked, 0 ended"
