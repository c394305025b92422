"""CSV and XLSX: rows of text in, rows of text out. Sizes are limited, and nothing in a cell is ever a formula."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

LARGEST = 2_000_000  # bytes
LARGEST_UNPACKED = 50_000_000
MOST_ROWS = 5_000
MOST_COLUMNS = 40
MOST_CELLS = 1_000_000  # with the empty ones, and empty rows
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would work out
XLSX = b"PK\x03\x04"
Numbered = tuple[int, list[str]]


class BadSheet(ValueError):
    """The file cannot be read; the text says why, for people."""


def read(content: bytes) -> tuple[list[str], list[Numbered]]:
    """The heads, and the rows below them with the numbers that a spreadsheet shows. Raises BadSheet."""
    if len(content) > LARGEST:
        raise BadSheet(f"The file has {len(content)} bytes; at most {LARGEST} are taken.")
    rows = list(_limited(_xlsx(content) if content.startswith(XLSX) else _csv(content)))
    if not rows:
        raise BadSheet("The file is empty.")
    (_, heads), *below = rows
    return heads, below


def write_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a byte order mark, by which spreadsheets know it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Every cell is text: codes keep their leading zeros."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Crossdock")
    sheet.append(list(heads))
    for row in rows:
        sheet.append([_harmless(cell) for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _harmless(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(FORMULA) else text


def _plain(text: str) -> str:
    """Without the sign that ``_harmless`` puts before it."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA) else text


def _limited(rows: Iterable[Numbered]) -> Iterator[Numbered]:
    for count, (number, cells) in enumerate(rows):
        if count > MOST_ROWS:
            raise BadSheet(f"The file has more than {MOST_ROWS} rows: split it.")
        if len(cells) > MOST_COLUMNS:
            raise BadSheet(f"Row {number} has {len(cells)} columns; at most {MOST_COLUMNS} are taken.")
        yield number, [_plain(cell) for cell in cells]


def _csv(content: bytes) -> Iterator[Numbered]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadSheet("The file is neither XLSX nor UTF-8 text. Save it as “CSV UTF-8” or as XLSX.") from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as wrong:
        raise BadSheet(f"Line {reader.line_num} is no CSV: {wrong}.") from None


def _xlsx(content: bytes) -> Iterator[Numbered]:
    """Of formulas the value that was last worked out. Entities and the like are refused by defusedxml."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise BadSheet(f"The file unpacks to {unpacked} bytes; at most {LARGEST_UNPACKED} are taken.")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size may be anything
        met = 0
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            met += 1 + len(cells)
            if met > MOST_CELLS:
                raise BadSheet(
                    f"The file has more than {MOST_CELLS} cells, most of them empty: copy its rows to a new one."
                )
            texts = [_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield number, texts
    except BadSheet:
        raise
    except Exception as wrong:  # whatever the libraries make of a torn file
        raise BadSheet(f"The file is no XLSX that can be read ({type(wrong).__name__}).") from None


def _text(cell: Any) -> str:
    """A number that a spreadsheet made of a code is written as it shows it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
