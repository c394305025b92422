"""One person at one browser window."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.clicks import Clicks
from tests.browser.people import PASSWORD, login_of
from tests.browser.watch import Watch

Size = tuple[int, int]
DESK, TABLET, PHONE = (1440, 900), (1024, 768), (390, 844)
SECONDS = 60  # patience with what workers do meanwhile


class Desk:
    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.watch, self.clicks = Watch(page, url), Clicks(page)
        page.set_default_timeout(SECONDS * 1000)

    def log_in(self, role: str) -> None:
        self.page.goto(f"{self.url}/console/")
        self.page.get_by_label("Username").fill(login_of(role))
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(lambda address: "/login/" not in address)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}/console/{path}")

    @property
    def clicked(self) -> int:
        return self.clicks.count

    def link(self, name: str | re.Pattern[str], *, exact: bool = False) -> Locator:
        return self.page.get_by_role("link", name=name, exact=exact)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def says(self, text: str | re.Pattern[str]) -> None:
        """Sooner or later, somewhere on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=SECONDS * 1000)

    def reload_until(self, text: str) -> None:
        """The page says so when it is looked at again: a worker has done it meanwhile."""
        expect(self.page.locator("body")).to_be_visible()
        for _ in range(SECONDS * 4):
            if self.page.get_by_text(text).first.is_visible():
                return
            self.page.wait_for_timeout(250)
            self.page.reload()
        raise AssertionError(f"The page does not say {text!r}.")
