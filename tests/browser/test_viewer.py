"""The viewer looks things up, and can change nothing."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.stack import Running

NUMBERS = "Find an order by any number"


def test_an_order_is_found_by_the_number_of_its_parcel_in_two_clicks(desk_of: Open, running: Running) -> None:
    desk = desk_of("viewer")
    box = desk.page.get_by_label(NUMBERS)
    desk.clicks.type(box, running.found.parcel)
    desk.clicks.enter(box)
    desk.says("Nothing is waited for.")
    expect(desk.page.locator("h2").filter(has_text=running.found.shipped)).to_be_visible()
    assert desk.clicked == 2


def test_no_page_of_work_has_a_button_that_changes_anything(desk_of: Open) -> None:
    desk = desk_of("viewer")
    for place in ("exceptioncase", "syncjob", "codemapping", "connection"):
        desk.page.locator(f"#nav-sidebar-apps a[href$='/{place}/']").click()
        desk.page.locator("#result_list tbody th a").first.click()
        assert desk.page.locator("#content form[method=post] button").count() == 0, place
        assert desk.page.locator("#content input[type=submit]").count() == 0, place


def test_what_a_viewer_may_not_see_is_no_entry_of_the_menu(desk_of: Open) -> None:
    menu = desk_of("viewer").page.locator("#nav-sidebar-apps")
    expect(menu.get_by_role("link", name="Rules for cases")).to_be_visible()
    for hidden in ("API tokens", "Users", "Audit log"):
        expect(menu.get_by_text(hidden, exact=True)).to_have_count(0)


def test_today_reads_itself_anew_while_it_is_looked_at(desk_of: Open) -> None:
    page = desk_of("viewer").page
    page.evaluate("document.querySelector('[data-live] > *').id = 'as-it-was'")
    with page.expect_response("**/console/today/*"):
        pass
    expect(page.locator("#as-it-was")).to_have_count(0)
    expect(page.get_by_role("heading", name="Cases to be done")).to_be_visible()
