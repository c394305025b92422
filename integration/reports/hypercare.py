"""The daily hypercare: what came through on a day, what is explained and what is not, and what people keyed again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Abs
from django.utils.translation import gettext as _

from integration.errors.catalogue import PROBLEMS
from integration.models import ExceptionCase, Variance
from integration.reports import history
from integration.reports.belonging import of_warehouses
from integration.reports.figures import BY_HAND, SUBJECTS, Day
from integration.reports.history import History, Sums, share_of
from integration.reports.parts import Column, Kind, Ref, Report, Scope, Series, Table, Tile, share
from integration.reports.parts import Value as Shown
from integration.rules.ownership import OWNERSHIP, Owner

MOST = 50
PARTS = ("matched", "explained", "unexplained")


def build(scope: Scope) -> Report:
    known = history.load(scope)
    today = known.of_day(scope.day)
    return Report(
        key="hypercare",
        title=_("Daily hypercare"),
        about=scope.names,
        as_of=known.as_of,
        tiles=list(_tiles(scope, today)) if today else (),
        series=list(_trend(known)) if known.rows else (),
        tables=[_subjects(today), _numbers(today), _apart(scope), _reasons(scope), *_by_hand(scope, today)]
        if today
        else (),
        nothing="" if today else not_taken(scope),
        period=history.period(scope.day),
    )


def not_taken(scope: Scope) -> str:
    if not scope.warehouses:
        return _("You see no warehouse yet. Ask an administrator to give you one, or add one under Warehouses.")
    return _(
        "Nobody has counted this day. Days are counted since the scheduler and a worker first ran, and two weeks back "
        "from there: choose a later one, or run “take the figures of the day” under Schedules."
    )


def names() -> Mapping[str, str]:
    return {
        "orders": _("Orders"),
        "shipments": _("Shipments"),
        "receipts": _("Receipts and returns"),
        "inventory": _("Slots of stock"),
    }


def _tiles(scope: Scope, today: Sums) -> Iterator[Tile]:
    unexplained = sum(today.get(f"{name}_unexplained", 0) for name in SUBJECTS)
    yield Tile("unexplained", _("Unexplained"), unexplained, tone="bad" if unexplained else "good")
    by_hand = today.get("by_hand", 0)
    yield Tile("by_hand", _("Keyed again by people"), by_hand, tone="warn" if by_hand else "good")
    yield Tile("cases", _("New cases"), _new(scope).count() or today.get("cases", 0))
    yield Tile("open_cases", _("Open cases that evening"), _open_that_evening(scope, today))
    apart = today.get("not_added_up")
    yield Tile("not_added_up", _("Documents that do not add up"), apart, tone="bad" if apart else "quiet")
    overdue = today.get("overdue")
    yield Tile("overdue", _("Should have left, and has not"), overdue, tone="bad" if overdue else "quiet")


def _trend(known: History) -> Iterator[Series]:
    for name, label in names().items():
        title = _("{what} unexplained").format(what=label)
        yield known.series(f"{name}_unexplained", title, history.number(f"{name}_unexplained"), limit=0)
    yield known.series("by_hand", _("Keyed again by people"), history.number("by_hand"), limit=0)
    matched = share_of("shipments_matched", "shipments")
    yield known.series("shipments_matched", _("Shipments matched"), matched, kind=Kind.SHARE)


def _subjects(today: Sums) -> Table:
    columns = [
        Column("subject", _("What")),
        Column("whole", _("All"), Kind.COUNT),
        Column("matched", _("Matched"), Kind.COUNT),
        Column("explained", _("Explained"), Kind.COUNT),
        Column("unexplained", _("Unexplained"), Kind.COUNT),
        Column("share", _("Matched or explained"), Kind.SHARE),
    ]
    rows: list[Sequence[Shown]] = []
    for name, label in names().items():
        parts = [today.get(f"{name}_{part}") for part in PARTS]
        whole = today.get(name)
        explained = share(whole - (parts[2] or 0), whole) if whole is not None else None
        rows.append((label, whole, *parts, explained))
    note = _(
        "Matched: both sides have it. Explained: it is known why not; it waits for a case or for its turn, or a person "
        "ended it. Stock is as of the last comparison that ended."
    )
    return Table("subjects", _("What came through"), columns, rows, "", note)


def _numbers(today: Sums) -> Table:
    """Where to begin: the first of what nobody can explain."""
    columns = [Column("subject", _("What")), Column("number", _("Number"))]
    rows = [(label, number) for name, label in names().items() for number in today.get(f"{name}_numbers", ())]
    nothing = _("Every document is explained.")
    return Table("unexplained", _("Unexplained documents, the first of them"), columns, rows[:MOST], nothing)


def _apart(scope: Scope) -> Table:
    columns = [
        Column("warehouse", _("Warehouse")),
        Column("sku", _("SKU")),
        Column("lot", _("Lot")),
        Column("place", _("Place")),
        Column("odoo", _("Odoo"), Kind.QUANTITY),
        Column("found", _("Warehouse has"), Kind.QUANTITY),
        Column("unexplained", _("Unexplained"), Kind.QUANTITY),
        Column("value", _("Value"), Kind.MONEY),
        Column("currency", _("Currency")),
    ]
    rows = Variance.objects.filter(subject=Variance.Subject.STOCK, gone_at=None, warehouse__in=scope.ids)
    rows = rows.exclude(unexplained=0).order_by(Abs("value").desc(), "pk").select_related("warehouse")
    shown = [
        (str(row.warehouse), row.sku, row.lot, row.place_name, row.says, row.found, row.unexplained, row.value,
         row.currency)
        for row in rows[:MOST]
    ]  # fmt: skip
    return Table("stock", _("Stock that nobody can explain now"), columns, shown, _("All stock is explained."))


def _reasons(scope: Scope) -> Table:
    """What explains: the problems that are open now, those with the most cases first."""
    columns = [
        Column("code", _("Code")),
        Column("problem", _("Problem")),
        Column("cases", _("Cases"), Kind.COUNT),
    ]
    counts = _open(scope).order_by().values_list("code").annotate(cases=Count("pk")).order_by("-cases", "code")
    rows = [(code, _(PROBLEMS[code].title) if code in PROBLEMS else "", count) for code, count in counts[:MOST]]
    return Table("reasons", _("What is open now"), columns, rows, _("No case is open."))


def _open(scope: Scope) -> QuerySet[ExceptionCase]:
    return of_warehouses(ExceptionCase.objects.filter(state__in=ExceptionCase.UNRESOLVED), scope.ids)


def _open_that_evening(scope: Scope, today: Sums) -> int | None:
    """As long as the day lasts, those that are open now: one of several warehouses once."""
    known: int | None = today.get("open_cases")
    moment = datetime.now(UTC)
    lasts = all(Day(warehouse, scope.day).is_on(moment) for warehouse in scope.warehouses)
    return _open(scope).count() if lasts and known is not None else known


def _new(scope: Scope) -> QuerySet[ExceptionCase]:
    """Of the day: one of several warehouses once, where their figures have it each."""
    about = Q(pk__in=[])
    for warehouse in scope.warehouses:
        day = Day(warehouse, scope.day)
        about |= Q(first_seen__gte=day.begins, first_seen__lt=day.ends)
    return of_warehouses(ExceptionCase.objects.filter(about), scope.ids)


def _by_hand(scope: Scope, today: Sums) -> Iterator[Table]:
    """Writes by people in Odoo on fields that the warehouse says."""
    columns = [Column("entity", _("Of")), Column("field", _("Field")), Column("found", _("Found"), Kind.COUNT)]
    counts: Mapping[str, int] = today.get("by_hand_codes", {})
    ours = [each for each in OWNERSHIP if each.owner == Owner.WAREHOUSE]
    found = {code: [each for each in ours if each.code == code] for code in BY_HAND}
    rows = [
        (" / ".join(_(str(each.entity)) for each in fields), _(fields[0].name), counts.get(code, 0))
        for code, fields in found.items()
    ]
    yield Table("by_hand", _("Keyed in Odoo by people, by field"), columns, rows, "")
    yield _written(scope)


def _written(scope: Scope) -> Table:
    columns = [
        Column("at", _("Found"), Kind.MOMENT),
        Column("case", _("Case")),
        Column("document", _("Document")),
        Column("state", _("State")),
    ]
    cases = _new(scope).filter(code__in=BY_HAND)
    rows = [_case_row(case) for case in cases.select_related("document").order_by(F("first_seen"), "pk")[:MOST]]
    nothing = _("Nobody was found to have keyed what the warehouse says.")
    return Table("written", _("What people keyed on that day"), columns, rows, nothing)


def _case_row(case: ExceptionCase) -> tuple[Any, ...]:
    document = Ref(case.document.reference, document=case.document.pk) if case.document else None
    return case.first_seen, Ref(_(case.title), case=case.pk), document, _(str(case.get_state_display()))
