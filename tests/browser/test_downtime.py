"""While systems are down: packs are made, printed and filled in; the operator loads what was shipped."""

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser import situations
from tests.browser.conftest import Open
from tests.browser.desk import Desk
from tests.browser.stack import Running

PACKS = "Makes anew what each warehouse works by while systems are down"
TRACKING = "SHEET-TRACK-1"


@pytest.fixture
def form(desk_of: Open, running: Running) -> str:
    """Of a pack that was made just now, with what the warehouse has shipped by hand."""
    order = situations.to_be_shipped(running.people)
    desk = desk_of("integrator")
    desk.go("django_celery_beat/periodictask/")
    desk.link(PACKS).click()
    desk.button("Run now").click()
    desk.says("A worker takes it in a moment.")
    hers = desk_of("supervisor")
    hers.go("integration/downtimepack/")
    hers.reload_until("Main warehouse")
    row = hers.page.locator("#result_list tbody tr").filter(has_text="Main warehouse")
    with hers.page.expect_download() as taken:
        row.get_by_role("link", name="Form").click()
    return filled(taken.value.path().read_text("utf-8-sig"), order)


def test_what_was_shipped_by_hand_is_loaded_in_two_clicks_and_once(desk_of: Open, form: str) -> None:
    desk = desk_of("operator")
    give(desk, form)
    desk.clicks.click(desk.button("Show what it says"))
    desk.says(re.compile("Main warehouse: 1 shipment is new"))
    expect(desk.page.locator(".cd-table")).to_contain_text(TRACKING)
    desk.clicks.click(desk.button("Load what is right"))
    desk.says("1 shipment was taken: it is booked in a moment.")
    desk.reload_until("Booked")
    assert desk.clicked == 2
    give(desk, form)
    desk.button("Show what it says").click()
    desk.says("Nothing of it is new.")
    desk.says(re.compile("0 shipments are new, 1 was loaded before"))


def test_a_file_that_is_no_form_is_refused_in_plain_words(desk_of: Open) -> None:
    desk = desk_of("operator")
    give(desk, "Dear Sir or Madam,\n")
    desk.button("Show what it says").click()
    desk.says("the column release is missing")
    expect(desk.button("Load what is right")).to_have_count(0)


def test_a_pack_is_made_anew_in_one_click(desk_of: Open, form: str) -> None:
    desk = desk_of("supervisor")
    desk.go("integration/downtimepack/")
    desk.clicks.click(desk.button("Make it anew").first)
    desk.says(re.compile("The pack of .+ is as of now."))


def test_sheets_are_printed_and_an_operator_does_not_take_them_out(desk_of: Open, form: str) -> None:
    desk = desk_of("supervisor")
    desk.go("integration/downtimepack/")
    desk.page.get_by_role("link", name="Sheets").first.click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(re.compile("^Downtime pack of "))
    assert printed(desk.page)[:5] == b"%PDF-"
    other = desk_of("operator")
    other.go("integration/downtimepack/")
    other.says("to take them out is a right of its own")
    expect(other.page.get_by_role("link", name="Sheets")).to_have_count(0)


def give(desk: Desk, text: str) -> None:
    desk.go("integration/downtimepack/load/")
    desk.page.get_by_label("Warehouse").select_option(label="Main warehouse")
    file: FilePayload = {"name": "form.csv", "mimeType": "text/csv", "buffer": text.encode()}
    desk.page.locator("input[type=file]").set_input_files(file)


def filled(text: str, order: str) -> str:
    """All of the order has left; as a German spreadsheet writes it."""
    heads, *rows = csv.reader(io.StringIO(text))
    just_now = f"{datetime.now(UTC):%Y-%m-%d %H:%M}"  # in the warehouse's zone
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    for row in told:
        if row["order"] == order:
            row |= {"quantity": row["open"], "shipped_at": just_now, "tracking": TRACKING, "final": "yes"}
    kept = io.StringIO()
    csv.writer(kept, delimiter=";").writerows([heads, *(row.values() for row in told)])
    return kept.getvalue()


def printed(page: Page) -> bytes:
    return page.pdf()
