"""The administrator makes users; what they see is what they were given."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.people import PASSWORD
from tests.browser.stack import Running

NEW = "erin-of-the-depot"
MAIN = re.compile("Main warehouse")


def test_a_new_user_sees_nothing_until_a_warehouse_is_given(desk_of: Open, running: Running) -> None:
    desk = desk_of("administrator")
    desk.go("auth/user/add/")
    desk.page.locator("[name=username]").fill(NEW)
    desk.page.locator("[name=password1]").fill(PASSWORD)
    desk.page.locator("[name=password2]").fill(PASSWORD)
    desk.page.locator("[name=_save]").first.click()
    give_role(desk, "operator")
    hers = desk_of(NEW)
    hers.says("Nothing waits for a person.")
    hers.go(f"find/?q={running.found.homeless}")
    hers.says(f"Nothing is known by {running.found.homeless}")
    give_warehouse(desk)
    hers.go(f"find/?q={running.found.homeless}")
    hers.says(f"The delivery address of order {running.found.homeless} lacks street, postcode.")


def give_role(desk: Desk, role: str) -> None:
    """The page makes two lists of the groups: those that there are, and those that are chosen."""
    there, chosen = desk.page.locator("#id_groups_from"), desk.page.locator("#id_groups_to")
    there.select_option(label=role)
    there.locator("option", has_text=role).first.dblclick()
    expect(chosen.locator("option")).to_have_count(1)
    desk.page.locator("[name=_continue]").first.click()
    desk.says(re.compile("was changed successfully"))


def give_warehouse(desk: Desk) -> None:
    """The main warehouse alone."""
    desk.page.get_by_role("link", name=re.compile("Add another", re.IGNORECASE)).first.click()
    warehouse = desk.page.locator("select[name=reach-0-warehouse]")
    option = warehouse.locator("option").filter(has_text=MAIN).first
    warehouse.select_option(value=option.get_attribute("value"))
    desk.page.locator("[name=_save]").first.click()
    desk.says(re.compile("was changed successfully"))
