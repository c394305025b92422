"""The integrator looks after the connections, their credentials, tokens and the clock."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.desk import Desk

REASON = "The warehouse moves its server tonight."


def test_a_connection_is_paused_with_a_reason_and_resumed(desk_of: Open) -> None:
    desk = desk_of("integrator")
    open_connection(desk)
    desk.clicks.click(desk.button("Pause"))
    desk.page.get_by_label(re.compile("^Why is nothing")).fill(REASON)
    desk.clicks.click(desk.button("Pause"))
    desk.says("Its work waits; what it sends is still taken.")
    assert desk.clicked == 3
    desk.clicks.click(desk.button("Resume"))
    desk.says("What waits goes on by itself.")
    assert desk.clicked == 4


def test_the_way_back_leads_past_the_question(desk_of: Open) -> None:
    """The page that asks was the answer to what was sent: shown again, it would be sent again."""
    desk = desk_of("integrator")
    open_connection(desk)
    page = desk.page.url
    desk.button("Pause").click()
    desk.page.get_by_label(re.compile("^Why is nothing")).fill(REASON)
    desk.button("Pause").click()
    desk.says("Its work waits; what it sends is still taken.")
    desk.page.go_back()
    expect(desk.page).to_have_url(page)
    expect(desk.button("Resume")).to_be_visible()
    desk.button("Resume").click()
    desk.says("What waits goes on by itself.")


def test_a_connection_is_tested_by_a_worker(desk_of: Open) -> None:
    desk = desk_of("integrator")
    open_connection(desk)
    desk.clicks.click(desk.button("Test now"))
    desk.says("Come back in a moment")
    desk.reload_until("it answers, and all that we need is allowed.")
    assert desk.clicked == 2


def test_credentials_are_entered_and_never_shown(desk_of: Open) -> None:
    desk = desk_of("integrator")
    open_connection(desk)
    secrets = desk.page.locator("input[type=password]")
    expect(secrets).to_have_count(3)
    for field in secrets.all():
        assert field.input_value() == ""
    expect(desk.page.get_by_text("Set. Leave empty to keep it.").first).to_be_visible()


def test_a_token_is_shown_once(desk_of: Open) -> None:
    desk = desk_of("integrator")
    desk.go("integration/apitoken/add/")
    desk.page.locator("[name=name]").fill("The web shop")
    desk.page.locator("[name=scopes][value='cases:read']").check()
    desk.button("Save").click()
    shown = desk.page.locator(".cd-token")
    expect(shown).to_have_text(re.compile(r"^cd_[0-9a-f]{8}_\S+$"))
    text = shown.inner_text()
    desk.page.locator("#result_list").get_by_role("link", name="The web shop").click()
    assert text not in desk.page.content()


def test_a_schedule_is_run_now(desk_of: Open) -> None:
    desk = desk_of("integrator")
    desk.go("django_celery_beat/periodictask/")
    desk.clicks.click(desk.page.locator("#result_list tbody th a").first)
    desk.clicks.click(desk.button("Run now"))
    desk.says("A worker takes it in a moment.")
    assert desk.clicked == 2


def open_connection(desk: Desk) -> None:
    """The warehouse's, from Today."""
    desk.clicks.click(desk.page.locator("#content").get_by_role("link", name="Main warehouse WMS"))
