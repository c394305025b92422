"""Sheets that are torn, or made to harm: told to the person, and never worked on for long."""

import io
import zipfile
from collections.abc import Callable

import pytest

from integration.jobs import sheets

GOOD = sheets.write_xlsx(["kind", "odoo_code"], [["product", f"A-{number}"] for number in range(9)])
SHEET = "xl/worksheets/sheet1.xml"


def changed(name: str, change: Callable[[str], str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as read, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for part in read.namelist():
            text = read.read(part).decode()
            written.writestr(part, change(text) if part == name else text)
    return made.getvalue()


def far(text: str) -> str:
    return text.replace('<row r="2"', '<row r="99999999999"')


def wide(text: str) -> str:
    rows = "".join(f'<row r="{number}"><c r="ZZZ{number}"/></row>' for number in range(20, 3000))
    return text.replace("</sheetData>", f"{rows}</sheetData>")


def torn(content: bytes) -> bytes:
    """Inside of what is packed."""
    at = content.index(b"sheet1.xml") + 40
    return content[:at] + bytes(20) + content[at + 20 :]


@pytest.mark.parametrize(
    "content",
    [changed(SHEET, far), changed(SHEET, wide), torn(GOOD), GOOD[:-30], b"PK\x03\x04"],
    ids=["far", "wide", "torn", "short", "nothing"],
)
def test_an_xlsx_that_cannot_be_read_is_told(content: bytes) -> None:
    with pytest.raises(sheets.BadSheet):
        sheets.read(content)


def test_one_with_empty_rows_between_is_read_with_the_numbers_that_people_see() -> None:
    heads, rows = sheets.read(changed(SHEET, lambda text: text.replace('<row r="3"', '<row r="33"', 1)))
    assert (heads, rows[0], rows[1]) == (["kind", "odoo_code"], (2, ["product", "A-0"]), (33, ["product", "A-1"]))
