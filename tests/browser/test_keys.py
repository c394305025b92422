"""The administrator exchanges a secret, and confirms the systems of an installation that has locked itself."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from integration.sandbox.day.goods import CHAIR
from tests.browser import axe
from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.places import STILL
from tests.browser.stack import Running

OTHER = "https://production.example"
MOVE = "from integration.models import Installation; Installation.objects.update(public_url={!r})"


def is_clean(desk: Desk) -> None:
    desk.page.add_style_tag(content=STILL)
    assert axe.violations(desk.page) == []


def tells(running: Running, secret: str) -> int:
    """What the warehouse is answered that signs with this secret."""
    wms = running.people.wms
    wms.control("settings", {"secret": secret})
    [held] = wms.held(running.found.shipped)
    return wms.send("order.progressed", {"release": held["release"], "stage": "picking", "at": "2026-01-01T08:00:00Z"})


def test_a_signing_secret_is_exchanged_shown_once_and_the_old_one_ended(desk_of: Open, running: Running) -> None:
    """The warehouse works with the new one from then on."""
    desk, old = desk_of("administrator"), running.place.signing
    desk.go("integration/keyrotation/add/")
    option = desk.page.locator("[name=connection] option").filter(has_text="Main warehouse WMS").first
    desk.page.locator("[name=connection]").select_option(value=option.get_attribute("value"))
    desk.page.locator("[name=hours]").fill("24")
    is_clean(desk)
    desk.clicks.click(desk.button("Save"))
    shown = desk.page.locator(".cd-token")
    expect(shown).to_have_text(re.compile(r"^whsec_\S{40,}$"))
    new = shown.inner_text()
    assert (tells(running, old), tells(running, new)) == (202, 202)
    desk.clicks.click(desk.page.locator("#result_list tbody th a").first)
    desk.says("Until then both are good")
    assert new not in desk.page.content()
    is_clean(desk)
    desk.clicks.click(desk.button("End the old one now"))
    desk.page.get_by_label(re.compile("Does the partner sign")).fill("They have said so, and we have seen it.")
    desk.clicks.click(desk.button("End the old one now"))
    desk.says("From now on the old secret is refused.")
    assert desk.clicked == 4
    assert (tells(running, old), tells(running, new)) == (401, 202)


def sell(running: Running) -> str:
    people = running.people
    line = {"product_id": people.shop.products[CHAIR.sku], "product_uom_qty": 1}
    wanted = {"partner_id": people.shop.customers["Alder Interiors"], "warehouse_id": people.shop.warehouse}
    made = people.odoo.call("sale.order", "create", [{**wanted, "order_line": [[0, 0, line]]}])
    people.odoo.call("sale.order", "action_confirm", made)
    [row] = people.odoo.rows("sale.order", [["id", "in", made]], ["name"])
    return str(row["name"])


@pytest.fixture
def moved(running: Running) -> Iterator[None]:
    """The database remembers another installation, as one does that was restored elsewhere."""
    running.manage("shell", "--no-imports", "-c", MOVE.format(OTHER))
    yield
    running.manage("shell", "--no-imports", "-c", MOVE.format(running.url))


def test_an_installation_that_is_another_one_sends_nothing_and_a_person_confirms_it(
    desk_of: Open, running: Running, moved: None
) -> None:
    desk = desk_of("administrator")
    desk.go("integration/environmentlock/")
    desk.reload_until("locked")
    order = sell(running)
    desk.clicks.click(desk.page.locator("#result_list tbody th a").first)
    desk.says("Nothing is sent anywhere: this is not as it was confirmed")
    expect(desk.page.locator(".cd-table").first).to_contain_text(OTHER)
    expect(desk.page.locator(".cd-table").first).to_contain_text(running.url)
    is_clean(desk)
    desk.clicks.click(desk.button("Confirm"))
    is_clean(desk)
    assert running.people.wms.held(order) == []
    desk.page.get_by_label(re.compile("Why are these the systems")).fill("It was restored here on purpose.")
    desk.clicks.click(desk.button("Confirm"))
    desk.says(re.compile(r"\d+ jobs that waited for it go on"))
    assert desk.clicked == 3
    desk.go(f"find/?q={order}")
    desk.reload_until(f"to ship 1 x {CHAIR.sku}")
    other = desk_of("supervisor")
    other.go("integration/environmentlock/")
    other.says("That is not yours to do")
    other.watch.seen.clear()  # Chromium tells of a refused page
