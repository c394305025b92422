"""The integrator enters where people are told; the supervisor says from when on, and when it is quiet."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.desk import Desk

NAME = "Night shift"


@pytest.fixture
def channel(desk_of: Open) -> str:
    """Switched off: nothing is told to anybody outside."""
    desk = desk_of("integrator")
    desk.go("integration/alertchannel/")
    if not listed(desk, NAME).count():
        desk.go("integration/alertchannel/add/")
        desk.page.locator("[name=name]").fill(NAME)
        desk.page.locator("[name=kind]").select_option("webhook")
        desk.page.locator("[name=active]").evaluate("box => box.click()")  # a switch is drawn over it
        desk.page.locator("[name=secret_address]").fill("https://example.com/told")
        desk.button("Save").click()
        desk.says(re.compile("was added successfully"))
    return NAME


def test_a_supervisor_says_when_a_channel_is_quiet_and_sees_no_address(desk_of: Open, channel: str) -> None:
    desk = desk_of("supervisor")
    desk.go("integration/alertchannel/")
    desk.clicks.click(listed(desk, channel))
    expect(desk.page.locator("[name=secret_address]")).to_have_count(0)
    desk.page.locator("[name=time_zone]").fill("Europe/Berlin")
    desk.page.locator("[name=quiet_from]").fill("18:00")
    desk.clicks.click(desk.button("Save"))
    desk.says("Give both: from when to when it is quiet.")
    desk.page.locator("[name=quiet_to]").fill("07:00")
    desk.clicks.click(desk.button("Save"))
    desk.says(re.compile("was changed successfully"))
    assert desk.clicked == 3
    listed(desk, channel).click()
    expect(desk.page.locator("[name=quiet_to]")).to_have_value(re.compile("^07:00"))


def test_a_supervisor_says_from_when_on_it_is_told_in_two_clicks(desk_of: Open) -> None:
    desk = desk_of("supervisor")
    desk.go("integration/alertrule/")
    desk.reload_until("Orders will miss the carrier")
    desk.clicks.click(listed(desk, "Orders will miss the carrier"))
    desk.page.get_by_label("Minutes before the cut-off").fill("90")
    desk.clicks.click(desk.button("Save"))
    desk.says(re.compile("was changed successfully"))
    expect(desk.page.locator("#result_list")).to_contain_text("90 (Minutes before the cut-off)")
    assert desk.clicked == 2


def listed(desk: Desk, name: str) -> Locator:
    """What was saved is named above the list too."""
    return desk.page.locator("#result_list").get_by_role("link", name=name, exact=True)
