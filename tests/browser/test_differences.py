"""Stock that differs: the operator reads why, and does what is proposed; somebody else approves it.

Before the tests of the supervisor, who approves what waits here.
"""

import re

from playwright.sync_api import expect

from integration.sandbox.day.goods import STOOL, TRAY
from tests.browser.conftest import Open
from tests.browser.desk import Desk

LIST = "integration/variance/?subject__exact=stock"


def test_what_nobody_can_explain_is_handed_on_for_approval_in_four_clicks(desk_of: Open) -> None:
    desk = desk_of("operator")
    open_variance(desk, TRAY.sku)
    desk.says(re.compile(rf"{TRAY.sku} at Main warehouse, .*: Odoo has \d+, the warehouse has \d+\."))
    expect(desk.page.locator(".cd-table")).to_contain_text("unexplained")
    desk.clicks.click(desk.link("Open its case: Stock differs"))
    desk.clicks.click(desk.button("Post the rest for approval"))
    desk.page.get_by_label(re.compile("What was found out")).fill("Counted twice: thirty are gone.")
    desk.clicks.click(desk.button("Post the rest for approval"))
    desk.says("No rule lets 1 line through: it waits for approval.")
    assert desk.clicked == 4
    desk.go("integration/stockdifference/?state__exact=waiting")
    desk.reload_until(TRAY.sku)


def test_a_difference_that_waits_for_a_person_names_what_waits(desk_of: Open) -> None:
    desk = desk_of("operator")
    open_variance(desk, STOOL.sku)
    causes = desk.page.locator(".cd-table")
    expect(causes).to_contain_text("waits for a person")
    expect(causes).to_contain_text("ADJ-STOOLS")
    desk.clicks.click(causes.get_by_role("link", name="job"))
    desk.says("Adjustment waits for approval")
    assert desk.clicked == 2


def open_variance(desk: Desk, sku: str) -> None:
    desk.go(LIST)
    desk.clicks.click(desk.page.locator("#result_list tbody tr").filter(has_text=sku).locator("th a"))
