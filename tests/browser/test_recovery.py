"""A backup was restored: the page says what is to be done first, and lets writes go on when it is done."""

from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.stack import Running

LET_GO = "UPDATE integration_recovery SET released_at = now(), released_by = 'the test' WHERE released_at IS NULL"
OVER = "UPDATE integration_recovery SET look_until = now()"  # nothing looks back for days: other tests go on
ASKS = "Who has had each warehouse send again what it sent since the backup?"


@pytest.fixture
def locked(running: Running) -> Iterator[None]:
    running.manage("recovery", "begin", "--why", "The backup of the night was restored.")
    yield
    with psycopg.connect(running.database) as database:
        database.execute(LET_GO)
        database.execute(OVER)


def test_the_lanes_are_let_go_when_both_sides_were_read_again(desk_of: Open, locked: None) -> None:
    desk = desk_of("integrator")
    desk.says("An older database")
    desk.go("integration/recovery/")
    expect(desk.page.locator("#result_list")).to_contain_text("locked")
    desk.clicks.click(desk.page.locator("#result_list tbody th a").first)
    desk.says("Nothing is written elsewhere: the database knows nothing of what happened after")
    desk.says("Have Main warehouse WMS send again every message since")
    desk.reload_until("Odoo is read again: done")
    desk.reload_until("calls from before cannot land any more: done")
    desk.clicks.click(desk.button("Release"))
    desk.page.get_by_label(ASKS).fill("Called them: everything since midnight comes again.")
    desk.clicks.click(desk.button("Release"))
    desk.says("jobs that waited for it go on.")
    assert desk.clicked == 3
    expect(desk.button("Release")).to_have_count(0)


def test_a_supervisor_sees_the_lock_and_is_offered_no_release(desk_of: Open, locked: None) -> None:
    desk = desk_of("supervisor")
    desk.says("An older database")
    desk.go("integration/recovery/")
    desk.says("That is not yours to do")
    desk.watch.seen.clear()  # Chromium tells of a refused page
