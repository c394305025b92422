"""A report as a page, or as a file: XLSX, PDF. What may be chosen is what the user sees."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.safestring import SafeString
from django.utils.timezone import now
from django.utils.translation import gettext as _

from integration.console import links
from integration.console.base import actor
from integration.console.charts import bars
from integration.console.personal import PERMISSION
from integration.console.reach import scoped
from integration.jobs import acts
from integration.models import ExceptionCase, Warehouse
from integration.reports import pdf, xlsx
from integration.reports.catalogue import REPORTS, Entry
from integration.reports.figures import Day
from integration.reports.parts import Kind, Ref, Report, Scope, Series, Table, Tile, Value
from integration.reports.words import say

LONGEST = 100
CHART_HEIGHT = 60
FORMS: Mapping[str, tuple[Callable[[Report], bytes], str]] = {
    "xlsx": (xlsx.write, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (pdf.write, "application/pdf"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    address: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for, as far as the user sees it. ``warehouse``: the one that is chosen; 0: all."""

    scope: Scope
    warehouse: int
    seen: Sequence[Warehouse]

    def address(self, **other: object) -> str:
        """The same page with something else chosen."""
        chosen = {"day": self.scope.day, "days": self.scope.days, "warehouse": self.warehouse, "lot": self.scope.lot}
        return f"?{urlencode({name: value for name, value in (chosen | other).items() if value})}"


def view(request: HttpRequest, name: str) -> HttpResponseBase:
    entry = REPORTS.get(name)
    if entry is None:
        raise Http404
    if not request.user.has_perm(entry.right):
        raise PermissionDenied
    asked = _asked(request, entry)
    report = entry.build(asked.scope)
    form = request.GET.get("form", "")
    if form in FORMS:
        return _file(request, report, asked, form)
    return TemplateResponse(request, "console/report.html", _context(request, name, entry, asked, report))


def _asked(request: HttpRequest, entry: Entry) -> Asked:
    """What cannot be read is as if it was not asked for. Raises Http404 for a warehouse that the user does not see:
    the figures of all would be taken for its own."""
    seen = list(scoped(request, Warehouse.objects.all()).select_related(None).order_by("name", "pk"))
    wanted = request.GET.get("warehouse", "")
    chosen = [warehouse for warehouse in seen if str(warehouse.pk) == wanted]
    if wanted.isdecimal() and not chosen:
        raise Http404
    warehouses = chosen or seen
    days = request.GET.get("days", "")
    number = int(days) if days.isascii() and days.isdecimal() and int(days[:4]) in entry.days else entry.days[0]
    lot = request.GET.get("lot", "").replace("\0", "").strip()[:LONGEST] if entry.of_lot else ""
    personal = request.user.has_perm(PERMISSION)
    scope = Scope(warehouses, _day(request, warehouses), number, lot, personal)
    return Asked(scope, chosen[0].pk if chosen else 0, seen)


def _day(request: HttpRequest, warehouses: Sequence[Warehouse]) -> date:
    """Today, where the warehouses are, unless another one is asked for."""
    moment = now()
    today = max((moment.astimezone(Day(each, moment.date()).zone).date() for each in warehouses), default=moment.date())
    try:
        asked = parse_date(request.GET.get("day", ""))
    except ValueError:
        asked = None
    return asked if asked is not None and date(2000, 1, 1) <= asked <= today else today


def _file(request: HttpRequest, report: Report, asked: Asked, form: str) -> HttpResponse:
    """Who took a file with him is noted."""
    write, kind = FORMS[form]
    named = [str(warehouse.pk) for warehouse in asked.scope.warehouses]
    about = {"day": str(asked.scope.day), "warehouses": named, "form": form, "personal": asked.scope.personal}
    acts.note(actor(request), "downloaded", f"report {report.key} {asked.scope.lot}".strip(), **about)
    answer = HttpResponse(write(report), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{report.key}-{asked.scope.day:%Y-%m-%d}.{form}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _context(request: HttpRequest, name: str, entry: Entry, asked: Asked, report: Report) -> dict[str, Any]:
    day = asked.scope.day
    return admin.site.each_context(request) | {
        "title": report.title,
        "says": entry.says,
        "name": name,
        "entry": entry,
        "report": report,
        "asked": asked,
        "tiles": [_tile(tile) for tile in report.tiles],
        "charts": [(each.title, _chart(each), say(each.points[-1][1], each.kind)) for each in report.series],
        "tables": [_table(request, table) for table in report.tables],
        "before": asked.address(day=day - timedelta(days=1)),
        "after": asked.address(day=day + timedelta(days=1)) if day < _day_of_now(asked) else "",
        "files": [(form.upper(), asked.address(form=form)) for form in FORMS],
    }


def _day_of_now(asked: Asked) -> date:
    moment = now()
    zones = (moment.astimezone(Day(each, moment.date()).zone).date() for each in asked.scope.warehouses)
    return max(zones, default=moment.date())


def _tile(tile: Tile) -> tuple[str, str, str]:
    return tile.label, say(tile.value, tile.kind), tile.tone


def _chart(series: Series) -> SafeString:
    known = [(day, value) for day, value in series.points if value is not None]
    hints = [f"{say(day, Kind.DAY)}: {say(value, series.kind)}" for day, value in series.points]
    counts = [float(value or 0) for _day, value in series.points]
    most = say(max((value for _day, value in known), default=None), series.kind)
    title = _("{what}: at most {most} in {n} days").format(what=series.title, most=most, n=len(series.points))
    return bars(counts, hints, height=CHART_HEIGHT, title=title, css="cd-chart", limit=series.limit)


def _table(request: HttpRequest, table: Table) -> dict[str, Any]:
    rows = [
        [
            _cell(request, value, column.kind, is_number=column.is_number)
            for value, column in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    return {"table": table, "rows": rows}


def _cell(request: HttpRequest, value: Value, kind: Kind, *, is_number: bool) -> Cell:
    return Cell(say(value, kind), _address(request, value), is_number)


def _address(request: HttpRequest, value: Value) -> str:
    if not isinstance(value, Ref):
        return ""
    if value.document is not None and request.user.has_perm("integration.view_document"):
        return reverse("admin:timeline", args=[value.document])
    if value.case is not None and request.user.has_perm("integration.view_exceptioncase"):
        return links.page(ExceptionCase(pk=value.case))
    return ""
