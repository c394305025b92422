"""Customer service: one box, plain words, the way to the carrier."""

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.stack import Running


def test_a_customer_is_told_how_far_an_order_is_and_where_the_parcel_is(desk_of: Open, running: Running) -> None:
    desk = desk_of("customer service")
    box = desk.page.get_by_label("Order number, the customer's reference, tracking number")
    expect(box).to_be_focused()
    box.fill("ALDER-77")
    desk.clicks.enter(box)
    desk.says("All of it has left the warehouse.")
    assert desk.clicked == 1
    parcel = desk.link(running.found.parcel)
    assert parcel.get_attribute("href") == f"https://carrier.example/track/{running.found.parcel}"


def test_an_order_that_waits_for_a_fix_is_told_without_codes(desk_of: Open, running: Running) -> None:
    desk = desk_of("customer service")
    desk.go(f"service/?q={running.found.homeless}")
    desk.says("Something about it has to be cleared up first; our people are on it.")
    assert "CD-" not in desk.page.locator("#content").inner_text()


def test_the_rest_of_the_console_is_closed(desk_of: Open) -> None:
    desk = desk_of("customer service")
    for path in ("integration/exceptioncase/", "find/?q=1", "integration/connection/"):
        answer = desk.page.request.get(f"{desk.url}/console/{path}")
        assert answer.status == 403, path
