"""A report as a PDF on A4 across: its numbers, a chart for each row of days, and its tables."""

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from integration.reports.parts import Column, Kind, Report, Series, Table, Value
from integration.reports.words import say

FONTS = Path(__file__).parent / "fonts"
PLAIN, BOLD = "Crossdock", "Crossdock-Bold"
FILES = {PLAIN: "DejaVuSansCondensed.ttf", BOLD: "DejaVuSansCondensed-Bold.ttf"}
WIDTH, HEIGHT = landscape(A4)
MARGIN, LINE, SMALL, LARGE = 36.0, 11.0, 8.0, 15.0
CHARTS, CHART_HEIGHT = 3, 44.0  # in a row
TILES = 6
MOST_LINES = 4  # of one cell
INK, QUIET, RULE, BAR, OVER = "#0f172a", "#64748b", "#cbd5e1", "#2563eb", "#dc2626"
LEAST_WIDTH = 34.0


def write(report: Report) -> bytes:
    _register()
    kept = io.BytesIO()
    page = _Page(Canvas(kept, pagesize=(WIDTH, HEIGHT), pageCompression=1), report.title)
    page.canvas.setTitle(report.title)
    page.canvas.setSubject(report.about)
    page.canvas.setCreator("Crossdock")
    _head(page, report)
    if report.tiles:
        _tiles(page, report)
    if report.series:
        _charts(page, report.series)
    for table in report.tables:
        _table(page, table)
    page.end()
    return kept.getvalue()


@cache
def _register() -> None:
    for name, file in FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(FONTS / file)))


class _Page:
    """Where the next line goes, from the top down."""

    def __init__(self, canvas: Canvas, title: str) -> None:
        self.canvas, self.title, self.number = canvas, title, 1
        self.y = HEIGHT - MARGIN

    def need(self, height: float) -> bool:
        """Begins a new page where it does not fit; True when it did."""
        if self.y - height >= MARGIN + LINE:
            return False
        self._foot()
        self.canvas.showPage()
        self.number += 1
        self.y = HEIGHT - MARGIN
        return True

    def text(self, text: str, *, size: float = SMALL, font: str = PLAIN, color: str = INK) -> None:
        """Over the whole width, in as many lines as it needs."""
        for line in simpleSplit(text, font, size, WIDTH - 2 * MARGIN):
            self.need(size + 4)
            self.y -= size + 4
            self.put(MARGIN, line, size=size, font=font, color=color)

    def put(self, x: float, line: str, *, size: float = SMALL, font: str = PLAIN, color: str = INK) -> None:
        self.canvas.setFont(font, size)
        self.canvas.setFillColor(color)
        self.canvas.drawString(x, self.y, line)

    def put_right(self, x: float, line: str, *, size: float = SMALL, font: str = PLAIN) -> None:
        self.put(x - pdfmetrics.stringWidth(line, font, size), line, size=size, font=font)

    def rule(self, color: str = RULE) -> None:
        self.canvas.setStrokeColor(color)
        self.canvas.line(MARGIN, self.y, WIDTH - MARGIN, self.y)

    def end(self) -> None:
        self._foot()
        self.canvas.save()

    def _foot(self) -> None:
        self.canvas.setFont(PLAIN, SMALL)
        self.canvas.setFillColor(QUIET)
        self.canvas.drawString(MARGIN, MARGIN - LINE, self.title)
        self.canvas.drawRightString(WIDTH - MARGIN, MARGIN - LINE, _("Page {n}").format(n=self.number))


def _head(page: _Page, report: Report) -> None:
    page.text(report.title, size=LARGE, font=BOLD)
    for line in filter(None, (report.about, report.period)):
        page.text(line)
    if report.as_of is not None:
        page.text(_("As of {moment}").format(moment=say(report.as_of, Kind.MOMENT)), color=QUIET)
    if report.nothing:
        page.y -= LINE
        page.text(report.nothing, size=10)


def _tiles(page: _Page, report: Report) -> None:
    wide = (WIDTH - 2 * MARGIN) / TILES
    for first in range(0, len(report.tiles), TILES):
        page.need(44)
        page.y -= 30
        for at, tile in enumerate(report.tiles[first : first + TILES]):
            page.put(MARGIN + at * wide, say(tile.value, tile.kind), size=LARGE, font=BOLD)
        page.y -= LINE
        for at, tile in enumerate(report.tiles[first : first + TILES]):
            page.put(MARGIN + at * wide, _fitted(tile.label, wide - 6), color=QUIET)


def _charts(page: _Page, series: Sequence[Series]) -> None:
    wide = (WIDTH - 2 * MARGIN) / CHARTS
    for first in range(0, len(series), CHARTS):
        page.need(CHART_HEIGHT + 4 * LINE)
        page.y -= 2 * LINE
        for at, each in enumerate(series[first : first + CHARTS]):
            page.put(MARGIN + at * wide, _fitted(each.title, wide - 12), font=BOLD)
        page.y -= CHART_HEIGHT + 4
        for at, each in enumerate(series[first : first + CHARTS]):
            _bars(page, each, MARGIN + at * wide, wide - 12)
        page.y -= LINE
        for at, each in enumerate(series[first : first + CHARTS]):
            _below(page, each, MARGIN + at * wide, wide - 12)


def _bars(page: _Page, series: Series, left: float, wide: float) -> None:
    values = [value or 0.0 for _day, value in series.points]
    most, step = max(*values, 1e-9), wide / max(len(values), 1)
    for at, value in enumerate(values):
        over = series.limit is not None and value > series.limit
        page.canvas.setFillColor(OVER if over else BAR)
        tall = max(value / most * CHART_HEIGHT, 1.0) if value else 0.0
        page.canvas.rect(left + at * step, page.y, step * 0.8, tall, stroke=0, fill=1)
    page.canvas.setStrokeColor(RULE)
    page.canvas.line(left, page.y, left + wide, page.y)


def _below(page: _Page, series: Series, left: float, wide: float) -> None:
    """The first and the last day, and the most."""
    if not series.points:
        return
    known = [value for _day, value in series.points if value is not None]
    page.put(left, say(series.points[0][0], Kind.DAY), size=7, color=QUIET)
    most = _("at most {n}").format(n=say(max(known), series.kind)) if known else _("not known")
    page.canvas.drawCentredString(left + wide / 2, page.y, most)
    page.canvas.drawRightString(left + wide, page.y, say(series.points[-1][0], Kind.DAY))


def _table(page: _Page, table: Table) -> None:
    page.need(6 * LINE)
    page.y -= LINE
    page.text(table.title, size=11, font=BOLD)
    if not table.rows:
        page.text(table.nothing, color=QUIET)
        return
    widths = _widths(table)
    _heads(page, table.columns, widths)
    for row in table.rows:
        texts = [say(value, column.kind) for value, column in zip(row, table.columns, strict=True)]
        cells = [_lines(text, width) for text, width in zip(texts, widths, strict=True)]
        if page.need(LINE * max(map(len, cells)) + 2):
            _heads(page, table.columns, widths)
        _row(page, table.columns, widths, cells)
    if table.note:
        page.text(table.note, size=7, color=QUIET)


def _heads(page: _Page, columns: Sequence[Column], widths: Sequence[float]) -> None:
    _row(
        page,
        columns,
        widths,
        [_lines(column.label, width, BOLD) for column, width in zip(columns, widths, strict=True)],
        BOLD,
    )
    page.y -= 3
    page.rule()


def _row(
    page: _Page, columns: Sequence[Column], widths: Sequence[float], cells: Sequence[Sequence[str]], font: str = PLAIN
) -> None:
    top = page.y
    left = MARGIN
    for column, width, lines in zip(columns, widths, cells, strict=True):
        page.y = top
        for line in lines:
            page.y -= LINE
            if column.is_number:
                page.put_right(left + width - 6, line, font=font)
            else:
                page.put(left, line, font=font)
        left += width
    page.y = top - LINE * max(map(len, cells))


def _widths(table: Table) -> list[float]:
    """By what stands in them; where that is too much, the widest give way."""
    whole = WIDTH - 2 * MARGIN
    wanted = [_wanted(column, [row[at] for row in table.rows]) for at, column in enumerate(table.columns)]
    while sum(wanted) > whole + 0.5:
        widest = max(wanted)
        second = max((width for width in wanted if width < widest), default=LEAST_WIDTH)
        many = wanted.count(widest)
        less = max(second, widest - (sum(wanted) - whole) / many, LEAST_WIDTH)
        if less >= widest:
            break
        wanted = [less if width == widest else width for width in wanted]
    return wanted


def _wanted(column: Column, values: Sequence[Value]) -> float:
    head = pdfmetrics.stringWidth(column.label, BOLD, SMALL)
    texts = (pdfmetrics.stringWidth(say(value, column.kind), PLAIN, SMALL) for value in values)
    return max(head, *texts, LEAST_WIDTH) + 10


def _lines(text: str, width: float, font: str = PLAIN) -> list[str]:
    """At most ``MOST_LINES``; what does not fit is cut, within a long word as well."""
    lines: list[str] = []
    for line in simpleSplit(text, font, SMALL, width - 8) or [""]:
        lines += _broken(line, font, width - 8)
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1][:-1]}…"]


def _broken(line: str, font: str, width: float) -> list[str]:
    if pdfmetrics.stringWidth(line, font, SMALL) <= width:
        return [line]
    parts, part = [], ""
    for letter in line:
        if part and pdfmetrics.stringWidth(part + letter, font, SMALL) > width:
            parts.append(part)
            part = ""
        part += letter
    return [*parts, part]


def _fitted(text: str, width: float) -> str:
    """In one line."""
    if pdfmetrics.stringWidth(text, PLAIN, SMALL) <= width:
        return text
    while text and pdfmetrics.stringWidth(f"{text}…", PLAIN, SMALL) > width:
        text = text[:-1]
    return f"{text}…"
