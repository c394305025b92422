"""Scorecards: how warehouses ship, and how partners answer, over some days."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _

from integration.models import CallTally, Connection, FlowDay
from integration.reports import history
from integration.reports.history import NOTHING, History, Sums, number, share_of
from integration.reports.hypercare import not_taken
from integration.reports.parts import Column, Kind, Report, Scope, Series, Table, Tile, Value, share
from integration.rules.flows import FLOWS

ENOUGH = 95.0  # percent, as promised of every flow
IN_TIME = share_of("left_in_time", "left_in_time", "left_late")
SHORT = share_of("left_short", "left")
STOPPED = share_of("messages_stopped", "messages")
ANSWERED_IN_TIME = share_of("told_in_time", "told")


def of_warehouses(scope: Scope) -> Report:
    known = history.load(scope)
    whole = known.by(lambda row: 0).get(0, NOTHING)
    return Report(
        key="warehouse",
        title=_("Scorecard of warehouses"),
        about=scope.names,
        as_of=known.as_of,
        tiles=list(_warehouse_tiles(whole)) if whole else (),
        series=list(_warehouse_series(known)) if whole else (),
        tables=[_warehouses(scope, known), _flows(scope)] if whole else (),
        nothing="" if whole else not_taken(scope),
        period=history.period(scope.day, scope.days),
    )


def of_partners(scope: Scope) -> Report:
    known = history.load(scope)
    whole = known.by(lambda row: 0).get(0, NOTHING)
    return Report(
        key="partner",
        title=_("Scorecard of partners"),
        about=", ".join(partner.name for partner in _partners(scope)),
        as_of=known.as_of,
        tiles=list(_partner_tiles(whole)) if whole else (),
        series=list(_partner_series(known)) if whole else (),
        tables=[_partner_table(scope, known), _calls(scope), _flows(scope)] if whole else (),
        nothing="" if whole else not_taken(scope),
        period=history.period(scope.day, scope.days),
    )


def _tone(value: float | None, *, most: float = 100.0, least: float = 0.0) -> str:
    return "quiet" if value is None else "good" if least <= value <= most else "bad"


def _warehouse_tiles(sums: Sums) -> Iterator[Tile]:
    in_time = IN_TIME(sums)
    yield Tile("left", _("Deliveries left"), sums.get("left"))
    yield Tile("in_time", _("On time"), in_time, Kind.SHARE, _tone(in_time, least=ENOUGH))
    yield Tile("short", _("Left short"), SHORT(sums), Kind.SHARE)
    yield Tile("stopped", _("Messages that stopped"), STOPPED(sums), Kind.SHARE)
    yield Tile("by_hand", _("Keyed again by people"), sums.get("by_hand"))


def _warehouse_series(known: History) -> Iterator[Series]:
    yield known.series("left", _("Deliveries left"), number("left"))
    yield known.series("in_time", _("On time"), IN_TIME, kind=Kind.SHARE)
    yield known.series("overdue", _("Should have left, and has not"), number("overdue"), limit=0)
    yield known.series("stopped", _("Messages that stopped"), STOPPED, kind=Kind.SHARE)


def _warehouses(scope: Scope, known: History) -> Table:
    columns = [
        Column("warehouse", _("Warehouse")),
        Column("left", _("Left"), Kind.COUNT),
        Column("in_time", _("On time"), Kind.SHARE),
        Column("late", _("Late"), Kind.COUNT),
        Column("not_judged", _("Not judged"), Kind.COUNT),
        Column("short", _("Short"), Kind.COUNT),
        Column("over", _("Too much"), Kind.COUNT),
        Column("messages", _("Messages"), Kind.COUNT),
        Column("stopped", _("Stopped"), Kind.SHARE),
        Column("cases", _("Cases"), Kind.COUNT),
        Column("by_hand", _("By hand"), Kind.COUNT),
    ]
    by_warehouse = known.by(lambda row: row.warehouse_id)
    rows: list[Sequence[Value]] = []
    for warehouse in scope.warehouses:
        sums = by_warehouse.get(warehouse.pk, NOTHING)
        judged = sums.get("left_in_time", 0) + sums.get("left_late", 0)
        rows.append(
            (warehouse.name, sums.get("left"), IN_TIME(sums), sums.get("left_late"), sums.get("left", 0) - judged,
             sums.get("left_short"), sums.get("left_over"), sums.get("messages"), STOPPED(sums), sums.get("cases"),
             sums.get("by_hand"))
        )  # fmt: skip
    note = _(
        "On time: it left by the end of the first day on which its carrier came after its release. Not judged: nobody "
        "has said when that carrier comes (Cut-off times). Stopped: of the messages, those of which a try needed a "
        "person or a fix. A case that stops work of several warehouses counts for each."
    )
    return Table("warehouses", _("By warehouse"), columns, rows, "", note)


def _flows(scope: Scope) -> Table:
    """How much was as fast as promised."""
    columns = [
        Column("flow", _("Flow")),
        Column("jobs", _("Jobs"), Kind.COUNT),
        Column("usual", _("Usually"), Kind.SECONDS),
        Column("promise", _("Promise"), Kind.SECONDS),
        Column("kept", _("Kept"), Kind.SHARE),
    ]
    first = scope.day - timedelta(days=scope.days - 1)
    known = FlowDay.objects.filter(warehouse__in=scope.ids, day__gte=first, day__lte=scope.day)
    sums = known.order_by("flow").values_list("flow").annotate(Sum("jobs"), Sum("kept"), Sum("seconds"))
    rows = [
        (_(FLOWS[flow].says), jobs, seconds / jobs, FLOWS[flow].promise.total_seconds(), share(kept, jobs))
        for flow, jobs, kept, seconds in sums
        if flow in FLOWS and jobs
    ]
    return Table(
        "flows", _("Promises"), columns, sorted(rows, key=lambda row: (row[4] or 0, row[0])),
        _("Nothing went through in these days."),
    )  # fmt: skip


def _partners(scope: Scope) -> Sequence[Connection]:
    ids = {warehouse.wms_id for warehouse in scope.warehouses}
    return list(Connection.objects.filter(pk__in=ids).defer("secrets").order_by("name"))


def _partner_tiles(sums: Sums) -> Iterator[Tile]:
    in_time = ANSWERED_IN_TIME(sums)
    yield Tile("told", _("Documents sent"), sums.get("told"))
    yield Tile("answered_in_time", _("Answered in time"), in_time, Kind.SHARE, _tone(in_time, least=ENOUGH))
    yield Tile("answer", _("An answer takes"), _average(sums), Kind.SECONDS)
    yield Tile("rejected", _("Refused"), sums.get("told_rejected"))
    yield Tile("stopped", _("Messages that stopped"), STOPPED(sums), Kind.SHARE)


def _partner_series(known: History) -> Iterator[Series]:
    yield known.series("told", _("Documents sent"), number("told"))
    yield known.series("answered_in_time", _("Answered in time"), ANSWERED_IN_TIME, kind=Kind.SHARE)
    yield known.series("answer", _("An answer takes"), _average, kind=Kind.SECONDS)
    yield known.series("stopped", _("Messages that stopped"), STOPPED, kind=Kind.SHARE)


def _partner_table(scope: Scope, known: History) -> Table:
    columns = [
        Column("partner", _("Partner")),
        Column("told", _("Sent"), Kind.COUNT),
        Column("answered", _("Answered"), Kind.COUNT),
        Column("answered_in_time", _("In time"), Kind.SHARE),
        Column("usual", _("Usually"), Kind.SECONDS),
        Column("slowest", _("Slowest"), Kind.SECONDS),
        Column("rejected", _("Refused"), Kind.COUNT),
        Column("messages", _("Messages"), Kind.COUNT),
        Column("stopped", _("Stopped"), Kind.SHARE),
        Column("in_time", _("Left on time"), Kind.SHARE),
    ]
    partner_of = {warehouse.pk: warehouse.wms_id for warehouse in scope.warehouses}
    by_partner = known.by(lambda row: partner_of[row.warehouse_id])
    rows: list[Sequence[Value]] = []
    for partner in _partners(scope):
        sums = by_partner.get(partner.pk, NOTHING)
        rows.append(
            (partner.name, sums.get("told"), sums.get("told_answered"), ANSWERED_IN_TIME(sums), _average(sums),
             sums.get("told_slowest") or None, sums.get("told_rejected"), sums.get("messages"), STOPPED(sums),
             IN_TIME(sums))
        )  # fmt: skip
    note = _("In time: of the documents sent, those that were answered before the partner's own time was up.")
    return Table("partners", _("By partner"), columns, rows, "", note)


def _average(sums: Sums) -> float | None:
    answered = sums.get("told_answered")
    return float(sums["told_seconds"]) / answered if answered else None


def _calls(scope: Scope) -> Table:
    """Of the whole partner, whichever warehouse they were for. Kept for 90 days."""
    columns = [
        Column("partner", _("Partner")),
        Column("calls", _("Calls"), Kind.COUNT),
        Column("failed", _("Without a good answer"), Kind.SHARE),
        Column("usual", _("Usually"), Kind.SECONDS),
    ]
    partners = _partners(scope)
    ends = datetime.combine(scope.day + timedelta(days=1), time.min, UTC)
    slots = CallTally.objects.filter(slot__gte=ends - timedelta(days=scope.days), slot__lt=ends)
    found: Mapping[int, tuple[int, int, float]] = {
        pk: (calls, failed, seconds)
        for pk, calls, failed, seconds in slots.filter(connection__in=partners)
        .order_by()
        .values_list("connection")
        .annotate(Sum("calls"), Sum("failed"), Sum("seconds"))
    }
    rows = [
        (partner.name, calls, share(failed, calls), seconds / calls)
        for partner in partners
        for calls, failed, seconds in [found.get(partner.pk, (0, 0, 0.0))]
        if calls
    ]
    return Table("calls", _("Calls to partners"), columns, rows, _("Nobody was called in these days."))
