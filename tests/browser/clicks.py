"""Counts what a person has to do: each click, and each Enter. Logging in and typing count nothing."""

from playwright.sync_api import Locator, Page


class Clicks:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def click(self, where: Locator) -> None:
        where.click()
        self.count += 1

    def type(self, where: Locator, text: str) -> None:
        """Into a field that has to be clicked first."""
        self.click(where)
        where.fill(text)

    def enter(self, where: Locator) -> None:
        where.press("Enter")
        self.count += 1

    def choose(self, where: Locator, label: str) -> None:
        """Of a list that opens with one click, by another."""
        where.select_option(label=label)
        self.count += 2
