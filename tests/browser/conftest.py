"""The running stack, one Chromium, and somebody of each role who has logged in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser import chromium, stack
from tests.browser.desk import DESK, Desk, Size
from tests.browser.people import ROLES
from tests.browser.stack import Running

GROUP = pytest.mark.xdist_group("browser")  # one stack for all of them, and one process that runs them
Open = Callable[..., Desk]
Sessions = dict[str, Any]


@pytest.hookimpl(tryfirst=True)  # before the group is read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missed = pytest.mark.skipif(chromium.is_missed(), reason="Chromium is not installed (apt-get install chromium)")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(GROUP)
            item.add_marker(pytest.mark.e2e)
            item.add_marker(missed)


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with stack.running(tmp_path_factory.mktemp("browser")) as it_runs:
        yield it_runs


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium.running() as it_runs:
        yield it_runs


@pytest.fixture
def opened(browser: Browser) -> Iterator[list[BrowserContext]]:
    contexts: list[BrowserContext] = []
    yield contexts
    for context in contexts:
        context.close()


@pytest.fixture
def desk_of(running: Running, browser: Browser, opened: list[BrowserContext]) -> Iterator[Open]:
    """Somebody who logs in by hand: ``desk_of("operator")``. Whatever the browser complained about fails the test."""
    desks: list[Desk] = []

    def open_(login: str, size: Size = DESK) -> Desk:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-US", timezone_id="UTC")
        opened.append(context)
        desks.append(Desk(context.new_page(), running.url))
        desks[-1].log_in(login)
        return desks[-1]

    yield open_
    assert [line for desk in desks for line in desk.watch.seen] == []


@pytest.fixture(scope="package")
def sessions(running: Running, browser: Browser) -> Sessions:
    """Cookies of who has logged in, for tests of many pages."""
    found: Sessions = {}
    for role in ROLES:
        context = browser.new_context(locale="en-US", timezone_id="UTC")
        Desk(context.new_page(), running.url).log_in(role)
        found[role] = context.storage_state()
        context.close()
    return found
