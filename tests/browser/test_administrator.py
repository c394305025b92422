"""The administrator makes users; what they see is what they were given."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.people import PASSWORD
from tests.browser.stack import Running

NEW = "erin-of-the-depot"
DEPOT = re.compile("east", re.IGNORECASE)


def test_a_user_of_the_depot_is_made_and_sees_nothing_of_the_main_warehouse(desk_of: Open, running: Running) -> None:
    desk = desk_of("administrator")
    desk.go("auth/user/add/")
    desk.page.locator("[name=username]").fill(NEW)
    desk.page.locator("[name=password1]").fill(PASSWORD)
    desk.page.locator("[name=password2]").fill(PASSWORD)
    desk.page.locator("[name=_save]").first.click()
    give(desk, "operator")
    hers = desk_of(NEW)
    hers.says("Nothing waits for a person.")
    hers.go("integration/exceptioncase/")
    hers.says("Nothing here")
    hers.go(f"find/?q={running.found.homeless}")
    hers.says(f"No order is known by {running.found.homeless}")
    hers.go("integration/warehouse/")
    expect(hers.page.locator("#result_list tbody tr")).to_have_count(1)


def give(desk: Desk, role: str) -> None:
    """The role, and the depot alone."""
    desk.page.locator("select[name=groups]").select_option(label=role)
    desk.page.locator("a.addlink").first.click()
    warehouse = desk.page.locator("select[name=reach-0-warehouse]")
    depot = warehouse.locator("option").filter(has_text=DEPOT).first
    warehouse.select_option(value=depot.get_attribute("value"))
    desk.page.locator("[name=_save]").first.click()
    desk.says(re.compile("was changed successfully"))
