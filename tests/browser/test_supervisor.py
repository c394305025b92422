"""The supervisor approves what an operator may not, and says how things are done from now on."""

import re

from playwright.sync_api import expect

from integration.sandbox.day.goods import STOOL
from tests.browser.conftest import Open
from tests.browser.stack import Running
from tests.browser.test_operator import open_case

DIFFERENCE = "Adjustment waits for approval"


def test_an_operator_sees_a_difference_and_cannot_approve_it(desk_of: Open) -> None:
    desk = desk_of("operator")
    open_case(desk, DIFFERENCE)
    desk.says(STOOL.sku)
    expect(desk.button("Approve")).to_have_count(0)


def test_a_difference_of_stock_is_approved_with_a_reason(desk_of: Open) -> None:
    desk = desk_of("supervisor")
    open_case(desk, DIFFERENCE)
    desk.clicks.click(desk.button("Approve"))
    reason = desk.page.get_by_label(re.compile("Why|right"))
    expect(reason).to_be_focused()
    reason.fill("A pallet fell over: seen with my own eyes.")
    desk.clicks.click(desk.button("Approve"))
    assert desk.clicked == 3
    desk.go("integration/stockdifference/?state__exact=waiting")
    desk.reload_until("Nothing fits")


def test_a_rule_for_cases_sends_new_ones_to_a_team(desk_of: Open) -> None:
    desk = desk_of("supervisor")
    desk.go("integration/caserule/add/")
    desk.page.locator("[name=code]").fill("CD-5")
    desk.page.locator("[name=team]").select_option("warehouse")
    desk.button("Save").click()
    desk.says(re.compile("was added successfully"))
    expect(desk.page.locator("#result_list")).to_contain_text("CD-5")


def test_a_business_rule_is_added(desk_of: Open) -> None:
    desk = desk_of("supervisor")
    desk.go("integration/businessrule/add/")
    desk.page.locator("[name=kind]").select_option("over_percent")
    desk.page.locator("[name=value]").fill("2")
    desk.page.locator("[name=note]").fill("Cut goods")
    desk.button("Save").click()
    desk.says(re.compile("was added successfully"))


def test_the_body_of_a_message_is_read_by_who_may(desk_of: Open, running: Running) -> None:
    pages = []
    for role in ("supervisor", "operator"):
        desk = desk_of(role)
        desk.go("integration/outboundmessage/?type__exact=order.release")
        desk.page.locator("#result_list tbody th a").last.click()
        pages.append(desk.page.locator("#content").inner_text())
    assert ["2 Alder Street" in page for page in pages] == [True, False]
