"""The supervisor begins the day with the hypercare, and takes it along."""

import io
import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Download, expect
from pypdf import PdfReader

from tests.browser.conftest import Open
from tests.browser.desk import PHONE, Desk, Size


@pytest.mark.parametrize("size", [None, PHONE])
def test_the_hypercare_of_the_day_is_read_in_one_click_and_taken_along(desk_of: Open, size: Size | None) -> None:
    desk = desk_of("supervisor", *([size] if size else []))
    if size:
        desk.go("reports/hypercare/")
    else:
        desk.clicks.click(desk.link("Daily hypercare"))
        assert desk.clicked == 1
    desk.reload_until("What came through")
    expect(desk.page.get_by_text("Open cases that evening")).to_be_visible()
    book = load_workbook(io.BytesIO(content(take(desk, "XLSX"))))
    assert book.sheetnames[:2] == ["Daily hypercare", "What came through"]
    pdf = take(desk, "PDF")
    assert re.fullmatch(r"hypercare-\d{4}-\d\d-\d\d\.pdf", pdf.suggested_filename)
    assert "Daily hypercare" in PdfReader(io.BytesIO(content(pdf))).pages[0].extract_text()


def test_who_only_answers_customers_is_offered_no_report(desk_of: Open) -> None:
    desk = desk_of("customer service")
    expect(desk.link("Daily hypercare")).to_have_count(0)
    desk.go("reports/hypercare/")
    desk.says("That is not yours to do")
    desk.watch.seen.clear()  # Chromium tells of a refused page


def take(desk: Desk, form: str) -> Download:
    with desk.page.expect_download() as taken:
        desk.link(form, exact=True).click()
    return taken.value


def content(taken: Download) -> bytes:
    return taken.path().read_bytes()
