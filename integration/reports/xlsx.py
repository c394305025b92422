"""A report as a workbook: its numbers on the first sheet, a sheet for each table, and one for the days.

Numbers are numbers and moments are moments; text is never a formula, whatever it begins with.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from textwrap import shorten
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from integration.reports.parts import Column, Kind, Report, Series, Value
from integration.reports.words import say

FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.QUANTITY: "#,##0.######",
    Kind.MONEY: "#,##0.00",
    Kind.SHARE: '0.0" %"',
    Kind.SECONDS: "#,##0.0",
    Kind.MOMENT: "yyyy-mm-dd hh:mm:ss",
    Kind.DAY: "yyyy-mm-dd",
}
LONGEST = 32_767  # characters of a cell, by the format
NARROW, WIDE = 10, 60  # characters that a column is wide
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


def write(report: Report) -> bytes:
    book = Workbook(write_only=True)
    _front(book, report)
    for table in report.tables:
        _sheet(book, table.title, table.columns, table.rows, table.note)
    if report.series:
        _sheet(book, _("Days"), _day_columns(report.series), list(_by_day(report.series)))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _front(book: Workbook, report: Report) -> None:
    sheet = book.create_sheet(_name(book, report.title))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 36, 24
    sheet.append([_cell(sheet, report.title, bold=True)])
    for line in filter(None, (report.about, report.period)):
        sheet.append([_cell(sheet, line)])
    if report.as_of is not None:
        sheet.append([_cell(sheet, _("As of {moment}").format(moment=say(report.as_of, Kind.MOMENT)))])
    if report.nothing:
        sheet.append([_cell(sheet, report.nothing)])
    for tile in report.tiles:
        label = _unit(tile.label, tile.kind)
        sheet.append([_cell(sheet, label), _cell(sheet, tile.value, tile.kind)])


def _sheet(
    book: Workbook, title: str, columns: Sequence[Column], rows: Sequence[Sequence[Value]], note: str = ""
) -> None:
    sheet = book.create_sheet(_name(book, title))
    for at, width in enumerate(_widths(columns, rows), start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, _unit(column.label, column.kind), bold=True) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, value, column.kind) for column, value in zip(columns, row, strict=True)])
    if note:
        sheet.append([])
        sheet.append([_cell(sheet, note)])


def _unit(label: str, kind: Kind) -> str:
    return _("{what} (seconds)").format(what=label) if kind == Kind.SECONDS else label


def _cell(sheet: Any, value: Value, kind: Kind = Kind.TEXT, *, bold: bool = False) -> Any:
    """Text is marked as text: what begins with a sign of a formula is shown as it is."""
    cell = WriteOnlyCell(sheet, value=_plain(value))
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.quotePrefix = cell.value.startswith(("=", "+", "-", "@", "\t", "\r"))
    elif cell.value is not None:
        cell.number_format = FORMATS.get(kind, "General")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _plain(value: Value) -> Any:
    """What a workbook can hold: moments without a zone, in the reader's; text without signs that XML does not know."""
    if isinstance(value, datetime):
        return localtime(value if value.tzinfo else value.replace(tzinfo=UTC)).replace(tzinfo=None)
    if value is None or isinstance(value, int | float | Decimal | date):
        return value
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", str(value))[:LONGEST]


def _widths(columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> list[int]:
    widths = [max(len(column.label) + 2, NARROW) for column in columns]
    for row in rows:
        widths = [max(width, len(str(value)) + 2) for width, value in zip(widths, row, strict=True)]
    return [min(width, WIDE) for width in widths]


def _name(book: Workbook, title: str) -> str:
    """At most 31 characters, cut between words, and each once."""
    plain = shorten(_NOT_IN_NAMES.sub(" ", title).strip("' "), 31, placeholder="").rstrip(",") or "-"
    taken = {name.lower() for name in book.sheetnames}
    if plain.lower() not in taken:
        return plain
    return next(name for n in range(2, 100) if (name := f"{plain[:27]} {n}").lower() not in taken)


def _day_columns(series: Sequence[Series]) -> list[Column]:
    return [Column("day", _("Day"), Kind.DAY), *(Column(each.key, each.title, each.kind) for each in series)]


def _by_day(series: Sequence[Series]) -> Iterator[Sequence[Value]]:
    for points in zip(*(each.points for each in series), strict=True):
        yield (points[0][0], *(value for _day, value in points))
