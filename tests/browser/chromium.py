"""The machine's own Chromium, driven by Playwright: nothing is downloaded."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without a sandbox of its own: build servers run as root, and the pages are ours.
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none")


def program() -> str | None:
    """Its path; None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def is_missed() -> bool:
    """Whether the tests may be left out: never on a build server."""
    return program() is None and os.environ.get("CI") != "true"


@contextmanager
def running() -> Iterator[Browser]:
    found = program()
    if found is None:
        raise RuntimeError("These tests need Chromium: apt-get install chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
