"""Everything that the mouse does, the keyboard does too, and shows where it is."""

import re
import time

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.desk import TABLET, Desk
from tests.browser.test_operator import STRAY

SKIP = "Skip to the content"
MOST = 200  # presses of Tab
WHERE = """() => {
  const at = document.activeElement, how = getComputedStyle(at);
  if (at === document.body) return ['', true];  // between the last stop and the first one
  const ring = how.outlineStyle !== 'none' && parseFloat(how.outlineWidth) > 0;
  const name = at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText || at.name || at.tagName;
  return [name.trim(), ring || how.boxShadow !== 'none'];
}"""


def test_the_first_stop_leads_past_the_navigation(desk_of: Open) -> None:
    desk = desk_of("operator")
    open_stray(desk)
    named = [name for name, _ in walk(desk.page, until=SKIP)]
    assert [name for name in named if name] == [SKIP]
    desk.page.keyboard.press("Enter")
    passed = [name for name, _ in walk(desk.page, until="Retry now")]
    assert passed == ["CD-5001", "Retry now"]


def test_every_act_on_a_case_is_reached_and_each_stop_can_be_seen(desk_of: Open) -> None:
    desk = desk_of("operator")
    open_stray(desk)
    stops = walk(desk.page, until="Save")
    named = [name for name, _ in stops]
    acts = ["Retry now", "Resolve", "Done by hand", "Ignore", "Owner", "Team", "Status", "Snooze until", "Comment"]
    assert [name for name in acts if name not in named] == []
    assert [name for name, seen in stops if not seen] == []


def test_a_case_is_tried_again_without_a_mouse(desk_of: Open) -> None:
    desk = desk_of("operator")
    open_stray(desk)
    walk(desk.page, until="Retry now")
    desk.page.keyboard.press("Enter")
    desk.says("1 job will be tried now.")


def test_a_field_that_is_to_be_filled_in_has_the_focus_over_a_slow_line_too(desk_of: Open) -> None:
    desk = desk_of("customer service")
    desk.page.route("**/static/**", late)
    desk.go("service/")
    expect(desk.page.locator("#number")).to_be_focused()


def test_on_a_tablet_the_menu_opens_by_keyboard(desk_of: Open) -> None:
    desk = desk_of("operator", TABLET)
    menu = desk.page.locator("#nav-sidebar-apps a").filter(has_text=re.compile("^\\s*\\S*\\s*Jobs"))
    expect(menu).to_be_hidden()
    walk(desk.page, until="Menu")
    desk.page.keyboard.press("Enter")
    expect(menu).to_be_visible()


def open_stray(desk: Desk) -> None:
    desk.go("integration/exceptioncase/?state=all")
    desk.page.locator("#result_list tbody th a").filter(has_text=STRAY).click()


def late(route: Route) -> None:
    time.sleep(0.1)
    route.continue_()


def walk(page: Page, *, until: str) -> list[tuple[str, bool]]:
    """By Tab to the thing of that name: the name of each stop, and whether one sees that it has the focus."""
    stops: list[tuple[str, bool]] = []
    while not stops or stops[-1][0] != until:
        page.keyboard.press("Tab")
        name, seen = page.evaluate(WHERE)
        stops.append((name, seen))
        assert len(stops) < MOST, stops
    return stops
