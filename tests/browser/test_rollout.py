"""The supervisor sees how well a flow in shadow agrees with people, judges a slip, and has it go live."""

import re
from collections.abc import Sequence

import pytest
from playwright.sync_api import expect

from integration.sandbox.day import doing
from integration.sandbox.day.branch import mistyped, tracking
from integration.sandbox.day.by_hand import delivery
from integration.sandbox.day.doing import Doing
from tests.browser import axe, shadowing
from tests.browser.conftest import Open
from tests.browser.desk import DESK, PHONE, Desk
from tests.browser.places import STILL
from tests.browser.shadowing import PATIENCE
from tests.browser.stack import Running
from tests.rig.poll import until

READY = "Nothing stands against going live."
SLIP, KNOWN, UNKNOWN, GONE = 3, 4, 5, 6  # places among the errands
WIDER = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def doings(running: Running) -> Sequence[Doing]:
    return shadowing.connect(running)


def is_clean(desk: Desk) -> None:
    desk.page.add_style_tag(content=STILL)
    found = axe.violations(desk.page)
    desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert (found, desk.page.evaluate(WIDER) <= 0) == ([], True)
    desk.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def open_flow(desk: Desk, name: str) -> None:
    desk.go("integration/rollout/")
    desk.clicks.click(desk.page.locator("#result_list").get_by_role("link", name=name))


def counted(desk: Desk, what: str, count: int) -> None:
    expect(desk.page.get_by_role("row", name=f"{what} {count}", exact=True)).to_be_visible()


def test_a_slip_stands_against_going_live_until_a_person_has_judged_it(
    desk_of: Open, running: Running, doings: Sequence[Doing]
) -> None:
    desk, slip = desk_of("supervisor"), doings[SLIP]
    open_flow(desk, "shipments")
    desk.reload_until("Too little of it is right: 75.0 % of 99.5 %.")
    counted(desk, "Agree", 3)
    counted(desk, "Differ, and nobody has judged it", 1)
    for button in ("Go live", "Go live in spite of it"):
        expect(desk.button(button)).to_have_count(0)
    is_clean(desk)
    desk.clicks.click(desk.link("The documents behind it"))
    name = delivery(running.people, slip)["name"]
    desk.clicks.click(desk.page.locator("#result_list").get_by_role("link", name=name, exact=True))
    row = desk.page.get_by_role("row", name=f"tracking {tracking(slip)} {mistyped(tracking(slip))}", exact=True)
    expect(row).to_be_visible()
    is_clean(desk)
    desk.clicks.click(desk.button("The human was wrong"))
    desk.page.get_by_label(re.compile("What was wrong")).fill("Two digits have changed places.")
    desk.clicks.click(desk.button("The human was wrong"))
    desk.says("supervisor: the human was wrong. Two digits have changed places.")
    assert desk.clicked == 5
    open_flow(desk, "shipments")
    desk.reload_until(READY)
    counted(desk, "Differ: the human was wrong", 1)


def test_who_may_only_look_sees_it_and_has_nothing_to_press(desk_of: Open, doings: Sequence[Doing]) -> None:
    desk = desk_of("viewer")
    open_flow(desk, "shipments")
    desk.reload_until(READY)
    for button in ("Go live", "Look at open documents"):
        expect(desk.button(button)).to_have_count(0)


def test_a_release_goes_live_and_what_is_open_is_taken_over_after_a_look(
    desk_of: Open, running: Running, doings: Sequence[Doing]
) -> None:
    desk, wms = desk_of("supervisor"), running.branch.wms
    goes_live(desk, "releases")
    assert wms.held(doings[UNKNOWN].name) == []
    desk.clicks.click(desk.button("Look at open documents"))
    desk.reload_until("What is open")
    counted(desk, "the warehouse knows it", 2)
    counted(desk, "to be done by Crossdock", 1)
    is_clean(desk)
    assert wms.held(doings[UNKNOWN].name) == []
    take_over(desk)
    assert desk.clicked == 6
    until(lambda: wms.held(doings[UNKNOWN].name), seconds=PATIENCE, every=0.3)
    assert [len(wms.held(doings[place].name)) for place in (SLIP, KNOWN, UNKNOWN, GONE)] == [1, 1, 1, 1]


def test_a_shipment_that_nobody_has_keyed_is_booked_once_its_flow_is_live(
    desk_of: Open, running: Running, doings: Sequence[Doing]
) -> None:
    desk = desk_of("supervisor")
    goes_live(desk, "shipments")
    desk.clicks.click(desk.button("Look at open documents"))
    desk.reload_until("What is open")
    counted(desk, "to be done by Crossdock", 1)
    take_over(desk)
    running.branch.live = True
    until(lambda: _over(running, doings), seconds=PATIENCE, every=0.3)
    assert delivery(running.people, doings[GONE])["carrier_tracking_ref"] == tracking(doings[GONE])


def _over(running: Running, doings: Sequence[Doing]) -> bool:
    """What was open has been shipped and booked."""
    doing.play(running.people, doings)
    return all(each.is_over for each in doings)


def goes_live(desk: Desk, name: str) -> None:
    open_flow(desk, name)
    desk.reload_until(READY)
    desk.clicks.click(desk.button("Go live"))
    desk.page.get_by_label(re.compile("Why now")).fill("It has agreed for weeks.")
    desk.clicks.click(desk.button("Go live"))
    desk.says("It is live.")


def take_over(desk: Desk) -> None:
    desk.clicks.click(desk.button("Take over open documents"))
    desk.page.get_by_label(re.compile("Have you looked")).fill("Nobody keys these any more.")
    desk.clicks.click(desk.button("Take over open documents"))
    desk.says(re.compile("being taken over"))
