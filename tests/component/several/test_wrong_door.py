"""A partner speaks of what is another one's, or one site of another's: a clear case each, and nothing else happens."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integration.jobs import acts
from integration.models import ExceptionCase
from tests.component.flows.yard import SOMEBODY
from tests.component.several import day, proof
from tests.component.several.town import Town

pytestmark = pytest.mark.django_db(transaction=True)
ANSWERS = ("CD-4009", "CD-7019")
NOW = datetime.now(UTC).isoformat()
ADVICE, RELEASE = "SW/IN/00001", "SW/OUT/00001"  # of the other company's second warehouse
GOODS = {"sku": "X-1", "quantity": "1", "unit": "EA"}
# What each says of it, and what it comes to.
MESSAGES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("order.accepted", {"release": RELEASE}, "CD-4009"),
    ("order.progressed", {"release": RELEASE, "stage": "picked", "at": NOW}, "CD-5022"),
    ("shipment.confirmed", {"shipment": "S-9", "release": RELEASE, "shipped_at": NOW, "lines": [GOODS]}, "CD-5001"),
    ("receipt.accepted", {"advice": ADVICE}, "CD-7019"),
    ("receipt.confirmed", {"receipt": "R-9", "advice": ADVICE, "received_at": NOW, "lines": [GOODS]}, "CD-7004"),
    ("receipt.put_away", {"put_away": "P-9", "site": "SOUTH", "at": NOW, "lines": [{**GOODS, "to_location": "A-01"}]},
     "CD-2011"),
    ("return.received", {"receipt": "T-9", "site": "SOUTH", "received_at": NOW, "order": "PO-1", "lines": [GOODS]},
     "CD-7040"),
    ("inventory.adjusted", {"adjustment": "A-9", "site": "SOUTH", "adjusted_at": NOW,
                            "lines": [{**GOODS, "reason": "FOUND"}]}, "CD-8012"),
    ("inventory.counted", {"count": "C-9", "site": "SOUTH", "counted_at": NOW,
                           "lines": [{"sku": "X-1", "quantity": "5", "unit": "EA"}]}, "CD-8012"),
)  # fmt: skip


def open_cases() -> list[tuple[str, str]]:
    rows = ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED).order_by("code", "pk")
    return list(rows.values_list("code", "connection__slug"))


def test_what_a_partner_says_of_another_one_s_is_a_case_of_its_own(town: Town) -> None:
    for house in town.houses:
        day.trade(house)
    town.look()
    town.odoo.forget_calls()
    for kind, data, _ in MESSAGES:
        assert town.kobe.wms.send(kind, data) == 202
    town.run()
    codes = set(open_cases())
    for code in ANSWERS:  # what else is said of the same document waits behind it
        acts.done_by_hand(town.kobe.case(code).pk, SOMEBODY, "a mistake")
    town.run()
    assert codes | set(open_cases()) == {(code, "eastgate") for _, _, code in MESSAGES}
    assert (proof.whole_writes(town), town.south.documents()[0][1]) == ({}, "released")


def test_a_return_at_another_site_than_it_was_announced_to_is_a_case(town: Town) -> None:
    for house in town.houses:
        day.trade(house)
    town.look()
    for house in town.houses:
        house.wms.accept(house.papers["changed"].release)
        house.wms.ship(house.papers["changed"].release)
    town.run()
    announced = town.harbor.odoo.send_back(town.harbor.papers["changed"].release, 2)
    town.look()
    back = {"sku": town.south.company.codes["BETA"], "quantity": "2", "unit": "EA", "disposition": "resell"}
    town.south.floor("return", advice=announced, lines=[back])
    town.run()
    [(code, words)] = town.harbor.cases()
    assert code == "CD-7041"
    assert f"at site SOUTH for advice {announced}, which was never announced to that site" in words
    assert ("BETA", "", "good") in town.south.shelves()
    assert town.south.shelves_in_odoo()["BETA", "", "good"] == 100 - 5, "nothing is booked where it was not announced"


def test_a_customer_s_number_is_looked_for_among_the_company_s_own_orders(town: Town) -> None:
    """Each customer calls his order PO-9; the partner of the first company has two sites, the second is elsewhere."""
    town.kobe.papers["sale"] = town.kobe.sell(("BETA", 5), client_order_ref="PO-9")
    town.harbor.papers["sale"] = town.harbor.sell(("BETA", 5), client_order_ref="PO-9")
    town.look()
    for house in (town.harbor, town.kobe):
        house.wms.accept(house.papers["sale"].release)
        house.wms.ship(house.papers["sale"].release)
    town.run()
    for house in (town.harbor, town.kobe):
        back = {"sku": house.company.codes["BETA"], "quantity": "1", "unit": "EA", "disposition": "resell"}
        house.floor("return", order="PO-9", lines=[back])
    town.run()
    assert (town.harbor.cases(), town.harbor.unfinished()) == ([], [])
    for house in (town.harbor, town.kobe):
        assert house.odoo.delivered(house.papers["sale"].id) == {"BETA": 4}
        assert house.shelves()["BETA", "", "good"] == house.shelves_in_odoo()["BETA", "", "good"] == 96


def test_a_backorder_goes_out_though_another_company_s_delivery_of_the_number_is_open(town: Town) -> None:
    for house in (town.harbor, town.kobe):
        house.papers["sale"] = house.sell(("BETA", 5))
    town.look()
    for house in (town.harbor, town.kobe):
        house.wms.accept(house.papers["sale"].release)
    assert town.harbor.papers["sale"].release == town.kobe.papers["sale"].release
    town.harbor.wms.ship(town.harbor.papers["sale"].release, "short")
    town.run()
    town.look()
    assert [state for _, state in town.harbor.documents()] == ["shipped", "released"]
    assert [state for _, state in town.kobe.documents()] == ["accepted"]


def test_orders_of_one_name_in_two_companies_have_a_case_each(town: Town) -> None:
    for house in (town.harbor, town.kobe):
        house.odoo.call("res.partner", "create", {"name": "Nowhere", "company_id": house.company.id})
        house.sell(("BETA", 1), customer="Nowhere", name="S-1")
    town.look()
    assert [code for code, _ in town.harbor.cases()] == ["CD-4001", "CD-4001"]
