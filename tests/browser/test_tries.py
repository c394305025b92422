"""The supervisor tries a rule on the last days before it counts, and keeps it as it was tried."""

import re

from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import Open
from tests.browser.desk import PHONE, Desk
from tests.browser.places import STILL
from tests.browser.stack import Running

NAME = "One that has shipped"


def typed(desk: Desk, running: Running) -> None:
    desk.go("integration/orderrule/add/")
    desk.page.locator("[name=kind]").select_option("hold")
    desk.page.locator("[name=name]").fill(NAME)
    desk.page.locator("[name=condition]").fill(f'order.number == "{running.found.shipped}"')
    desk.page.locator("[name=why]").select_option("other")


def test_a_rule_is_tried_read_and_kept(desk_of: Open, running: Running) -> None:
    desk = desk_of("supervisor")
    typed(desk, running)
    desk.clicks.click(desk.button("Try it on these days"))
    desk.says("would have stopped")
    desk.says(f"Order {running.found.shipped} is held by the rule {NAME}, version 1.")
    desk.page.add_style_tag(content=STILL)
    found = axe.violations(desk.page)
    desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert (found, desk.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0) == ([], True)
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.clicks.click(desk.button("Keep it"))
    desk.says(re.compile("was added successfully"))
    assert desk.clicked == 2
    desk.go("integration/triedchange/")
    desk.clicks.click(desk.link(re.compile(NAME)))
    desk.says("were changed since")
    expect(desk.button("Keep it")).to_have_count(0)


def test_enter_saves_as_it_did_and_what_was_tried_opens_again_as_it_was_typed(desk_of: Open, running: Running) -> None:
    desk = desk_of("supervisor")
    typed(desk, running)
    desk.button("Try it on these days").click()
    desk.link("Change it once more").click()
    expect(desk.page.locator("[name=name]")).to_have_value(NAME)
    desk.page.locator("[name=name]").fill("Another one")
    desk.page.locator("[name=name]").press("Enter")
    desk.says(re.compile("was added successfully"))
