"""Each main page: readable in light and dark, for everybody, at three sizes, without a word to strangers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from integration.sandbox.day.goods import KETTLE
from tests.browser import axe
from tests.browser.conftest import Sessions
from tests.browser.desk import DESK, PHONE, TABLET
from tests.browser.places import PAGES, STILL, visit
from tests.browser.stack import Running
from tests.browser.watch import Watch

DARK = "document.documentElement.classList.add('dark')"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BY_TOUCH = ("target-size", "scrollable-region-focusable", "label", "link-name", "button-name")


@pytest.fixture
def page(browser: Browser, sessions: Sessions) -> Iterator[Page]:
    context = browser.new_context(
        storage_state=sessions["administrator"], viewport={"width": DESK[0], "height": DESK[1]}, locale="en-US"
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_clean(page: Page, running: Running, name: str) -> None:
    watch = Watch(page, running.url)
    visit(page, running.url, PAGES[name], shipped=running.found.shipped, many=KETTLE.sku)
    page.add_style_tag(content=STILL)
    found = {"light": axe.violations(page)}
    for width, height in (DESK, TABLET, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate(TOO_WIDE) > 0:
            found[f"{width}"] = ["the page can be scrolled sideways"]
    found["phone"] = axe.violations(page, BY_TOUCH)
    page.evaluate(DARK)
    found["dark"] = axe.violations(page, ["color-contrast"])
    found["browser"] = watch.seen
    assert {side: lines for side, lines in found.items() if lines} == {}


def test_the_login_page_is_clean(browser: Browser, running: Running) -> None:
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    watch = Watch(page, running.url)
    page.goto(f"{running.url}/console/login/")
    light = axe.violations(page)
    page.add_style_tag(content=STILL)
    page.evaluate(DARK)
    assert (light, axe.violations(page), page.evaluate(TOO_WIDE), watch.seen) == ([], [], 0, [])
    context.close()
