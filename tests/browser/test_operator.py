"""The operator clears cases, and has work tried again."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect

from integration.sandbox.day.goods import KETTLE, LAMP
from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.situations import WAITING
from tests.browser.stack import Running
from tests.browser.test_viewer import NUMBERS

STRAY = "Shipment for an unknown order"


def test_an_unknown_sku_is_mapped_and_its_37_orders_are_released_in_three_clicks(
    desk_of: Open, running: Running
) -> None:
    desk = desk_of("operator")
    desk.says(re.compile(rf"{WAITING} orders, "))
    desk.clicks.click(desk.link(re.compile(f"Product not mapped.*|.*{KETTLE.sku}.*")).first)
    field = desk.page.get_by_label(re.compile(f"code for {KETTLE.sku}"))
    desk.clicks.type(field, KETTLE.partner_sku)
    desk.clicks.enter(field)
    desk.says("1 code mapped; what waited for it is tried now.")
    assert desk.clicked == 3
    desk.reload_until("What waited for it")
    desk.go(f"find/?q={running.found.kettles[-1]}")
    desk.reload_until(f"to ship 2 x {KETTLE.sku}")


def test_odoo_s_code_is_chosen_by_keyboard_from_what_is_offered_and_a_typo_is_refused(desk_of: Open) -> None:
    desk = desk_of("operator")
    desk.go("integration/codemapping/add/")
    desk.page.locator("#id_kind").select_option("product")
    desk.page.locator("#id_partner").select_option(index=1)
    field = desk.page.locator("#id_odoo_code")
    field.press_sequentially(LAMP.sku[:4].lower())
    expect(desk.page.get_by_role("option", name=LAMP.sku)).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value(LAMP.sku)
    expect(desk.page.get_by_role("listbox")).to_be_hidden()
    field.fill(f"{LAMP.sku}-TYPO")
    desk.page.locator("#id_partner_code").fill("NEVER-SENT")
    desk.button("Save").click()
    desk.says(f"Odoo has no product with the code {LAMP.sku}-TYPO. Nearest: {LAMP.sku}")
    expect(desk.page.get_by_label("Odoo has it all the same")).to_be_visible()


def test_why_an_order_has_not_shipped_is_found_in_two_clicks(desk_of: Open, running: Running) -> None:
    desk = desk_of("operator")
    box = desk.page.get_by_label(NUMBERS)
    desk.clicks.type(box, running.found.homeless)
    desk.clicks.enter(box)
    desk.says(f"The delivery address of order {running.found.homeless} lacks street, postcode.")
    assert desk.clicked == 2


def test_a_job_that_waits_is_tried_again(desk_of: Open) -> None:
    desk = desk_of("operator")
    open_case(desk, STRAY)
    desk.clicks.click(desk.link("Shipment confirmation").first)
    desk.clicks.click(desk.button("Retry now"))
    desk.says("1 sync job will be tried now.")
    assert desk.clicked == 3


def test_a_case_is_taken_commented_and_snoozed_in_one_form(desk_of: Open) -> None:
    desk = desk_of("operator")
    open_case(desk, STRAY)
    desk.clicks.choose(desk.page.get_by_label("Owner"), "operator")
    desk.clicks.type(desk.page.get_by_label("Comment"), "Asked the night shift.")
    desk.clicks.click(desk.button("Save"))
    desk.says("1 case changed.")
    expect(desk.page.locator(".cd-history")).to_contain_text("Asked the night shift.")
    desk.page.get_by_label("Status").select_option(label="Snoozed")
    until = (datetime.now(UTC) + timedelta(days=30)).replace(hour=8, minute=0)
    desk.page.get_by_label("Snooze until").fill(f"{until:%Y-%m-%dT%H:%M}")
    desk.button("Save").click()
    desk.says(f"{until.day} {until:%b %Y} 08:00")
    desk.go("integration/exceptioncase/")
    expect(desk.page.locator("#result_list")).not_to_contain_text(STRAY)
    desk.go("integration/exceptioncase/?state=snoozed")
    expect(desk.page.locator("#result_list")).to_contain_text(STRAY)


def test_many_cases_are_taken_at_once(desk_of: Open) -> None:
    desk = desk_of("operator")
    desk.go("integration/exceptioncase/?severity__exact=high&state=open")
    count = desk.page.locator("#result_list tbody tr").count()
    desk.clicks.click(desk.page.locator("#action-toggle"))
    desk.clicks.choose(desk.page.locator("select[name=action]").first, "Take them")
    desk.clicks.click(desk.button("Run").first)
    desk.says(f"{count} cases changed.")
    desk.go("integration/exceptioncase/?owner=mine")
    assert desk.page.locator("#result_list tbody tr").count() >= count
    assert desk.clicked == 4


def open_case(desk: Desk, title: str) -> None:
    desk.go("integration/exceptioncase/")
    desk.clicks.click(desk.page.locator("#result_list tbody th a").filter(has_text=title))
