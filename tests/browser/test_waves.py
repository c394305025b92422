"""Waves, what a partner's messages bring that nobody knows, and the configuration: watched over by two people."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from integration.sandbox.day.goods import CHAIR
from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.stack import Running

COMPARE = "from tasks import maintenance; maintenance.compare_configuration()"
EYES = "from integration.models import Connection; Connection.objects.filter(kind='odoo').update(four_eyes={})"
MOVED = "https://moved.example/{number}"


def sell(running: Running) -> tuple[int, str]:
    """An order that is not confirmed yet: its id and number."""
    people = running.people
    line = {"product_id": people.shop.products[CHAIR.sku], "product_uom_qty": 1}
    wanted = {"partner_id": people.shop.customers["Alder Interiors"], "warehouse_id": people.shop.warehouse}
    [made] = people.odoo.call("sale.order", "create", [{**wanted, "order_line": [[0, 0, line]]}])
    [row] = people.odoo.rows("sale.order", [["id", "=", made]], ["name"])
    return made, row["name"]


def test_an_order_waits_for_a_wave_until_a_supervisor_releases_it(desk_of: Open, running: Running) -> None:
    order, number = sell(running)
    desk = desk_of("supervisor")
    desk.go("integration/orderrule/add/")
    desk.page.locator("[name=kind]").select_option("wave")
    desk.page.locator("[name=name]").fill(f"Wave of {number}")
    desk.page.locator("[name=condition]").fill(f'order.number == "{number}"')
    desk.page.locator("[name=size]").fill("20")
    desk.button("Save").click()
    desk.says("A number of deliveries goes with the minutes after which fewer go as well.")
    desk.page.locator("[name=minutes]").fill("600")
    desk.button("Save").click()
    desk.says(re.compile("was added successfully"))
    running.people.odoo.call("sale.order", "action_confirm", [order])
    desk.go(f"find/?q={number}")
    desk.reload_until("waits for wave W")
    desk.go("")
    card = desk.page.get_by_role("region", name="Waves")
    expect(card).to_contain_text("1 of 20")
    card.get_by_role("link", name=re.compile(r"^W\d+$")).click()
    desk.button("Release it now").click()
    desk.page.get_by_label(re.compile("Why does it go")).fill("The lorry is here.")
    desk.button("Release it now").click()
    desk.says(re.compile("What waits in it is looked at now"))
    desk.go(f"find/?q={number}")
    desk.reload_until(f"to ship 1 x {CHAIR.sku}")


def test_a_field_that_nobody_knows_is_a_case_and_stands_under_drift(desk_of: Open, running: Running) -> None:
    wms = running.people.wms
    [held] = wms.held(running.found.shipped)
    said = {"release": held["release"], "stage": "picking", "at": "2026-01-01T08:00:00Z", "robot": "R2"}
    assert wms.send("order.progressed", said) == 202
    desk = desk_of("supervisor")
    desk.go("integration/drift/")
    desk.reload_until("robot")
    desk.go("integration/exceptioncase/?q=CD-3020")
    desk.link(re.compile("Unknown fields")).first.click()
    desk.says(re.compile("robot in order.progressed|order.progressed.*robot"))


@pytest.fixture
def four_eyes(running: Running) -> Iterator[None]:
    running.manage("shell", "--no-imports", "-c", EYES.format(True))
    yield
    running.manage("shell", "--no-imports", "-c", EYES.format(False))


def test_a_change_waits_for_a_second_person_and_is_rolled_back(desk_of: Open, four_eyes: None) -> None:
    desk = desk_of("supervisor")
    move_the_tracking_page(desk)
    desk.says("Nothing is changed yet: somebody else has to approve it.")
    desk.page.locator("#result_list tbody .field-name a").first.click()
    desk.button("Approve").click()
    desk.says(re.compile("somebody else", re.IGNORECASE))
    other = desk_of("administrator")
    other.go("integration/configurationchange/?state__exact=waiting")
    other.page.locator("#result_list tbody .field-name a").first.click()
    expect(other.page.locator(".cd-table").first).to_contain_text(MOVED)
    other.button("Approve").click()
    other.says("It is in force.")
    other.button("Roll back").click()
    other.page.get_by_label(re.compile("Why is it taken back")).fill("The carrier stays.")
    other.button("Roll back").click()
    other.says("Somebody else has to approve it.")
    desk.go("integration/configurationchange/?state__exact=waiting")
    desk.page.locator("#result_list tbody .field-name a").first.click()
    desk.button("Approve").click()
    desk.says("It is in force.")
    desk.go("integration/trackingpage/")
    expect(desk.page.locator("#result_list")).not_to_contain_text(MOVED)


def test_what_is_not_as_the_files_say_is_seen_on_today(desk_of: Open, running: Running) -> None:
    tree = Path(running.env["CONFIG_TREE"])
    running.manage("config", "export", str(tree))
    desk = desk_of("supervisor")
    move_the_tracking_page(desk)
    running.manage("shell", "--no-imports", "-c", COMPARE)
    desk.go("")
    desk.link(re.compile("not as its files say in 1 row")).click()
    expect(desk.page.locator("#result_list")).to_contain_text(MOVED)
    expect(desk.page.locator("#result_list")).to_contain_text("supervisor")
    desk.says(re.compile(re.escape(str(tree))))
    running.manage("config", "apply", str(tree), "--why", "as the files say", "--yes")
    running.manage("shell", "--no-imports", "-c", COMPARE)
    desk.go("integration/configurationdrift/")
    desk.says("The configuration is as its files say")


def move_the_tracking_page(desk: Desk) -> None:
    desk.go("integration/trackingpage/")
    desk.page.locator("#result_list tbody th a").first.click()
    desk.page.locator("[name=url]").fill(MOVED)
    desk.page.locator("[name=change_why]").fill("The carrier has moved.")
    desk.button("Save").click()
