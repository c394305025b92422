"""Goods that have left one warehouse and not come in at the other, by how long ago they left."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils.timezone import now
from django.utils.translation import gettext as _

from integration.models import Document, InTransit
from integration.reports import history
from integration.reports.history import number
from integration.reports.parts import Column, Kind, Ref, Report, Scope, Table, Tile, Value

BOUNDS = (1, 3, 7, 14)  # days
OLD = timedelta(days=7)
MOST = 500
Ends = tuple[str, str]


def build(scope: Scope) -> Report:
    moment, rows = now(), _rows(scope)
    ends = _ends({row.transfer_id for row in rows})
    old = sum(row.left_at is not None and row.left_at < moment - OLD for row in rows)
    known = history.load(scope)
    nothing = _("Nothing is on its way. Goods appear here when a transfer has left one warehouse and not come in.")
    return Report(
        key="transit",
        title=_("Goods in transit"),
        about=scope.names,
        as_of=moment,
        tiles=[
            Tile("rows", _("On the way"), len(rows)),
            Tile("old", _("For more than a week"), old, tone="bad" if old else "good"),
            Tile("transfers", _("Transfers"), len({row.transfer_id for row in rows})),
        ],
        series=[
            known.series("transit", _("On the way, in the evening"), number("transit")),
            known.series("transit_old", _("For more than a week"), number("transit_old"), limit=0),
        ],
        tables=[_ages(rows, ends, moment), _goods(rows, ends, moment, nothing)],
        nothing="" if scope.warehouses else nothing,
    )


def _rows(scope: Scope) -> Sequence[InTransit]:
    leg = Document.objects.filter(parent=OuterRef("transfer"), warehouse__in=scope.ids)
    rows = InTransit.objects.filter(Exists(leg)).exclude(quantity=0).select_related("transfer")
    return list(rows.order_by("left_at", "pk")[:MOST])


def _ends(transfers: set[int]) -> Mapping[int, Ends]:
    """From where to where each goes."""
    legs = Document.objects.filter(parent__in=transfers, warehouse__isnull=False).order_by("pk")
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for transfer, kind, name in legs.values_list("parent__pk", "kind", "warehouse__name"):
        found[transfer].setdefault(kind, name)
    return {
        transfer: (names.get(Document.Kind.DELIVERY, "?"), names.get(Document.Kind.RECEIPT, "?"))
        for transfer, names in found.items()
    }


def _buckets() -> list[str]:
    first, *others = BOUNDS
    between = [_("{a} to {b} days").format(a=a, b=b) for a, b in zip(BOUNDS, others, strict=False)]
    return [_("less than {n} day").format(n=first), *between, _("more than {n} days").format(n=BOUNDS[-1])]


def _age(row: InTransit, moment: datetime) -> int:
    """Which bucket. Goods of which nobody knows when they left are as old as can be."""
    days = (moment - row.left_at) / timedelta(days=1) if row.left_at else float("inf")
    return sum(days >= bound for bound in BOUNDS)


def _ages(rows: Sequence[InTransit], ends: Mapping[int, Ends], moment: datetime) -> Table:
    labels = _buckets()
    columns = [Column("route", _("Route"))]
    columns += [Column(f"age_{at}", label, Kind.COUNT) for at, label in enumerate(labels)]
    counts = Counter((" → ".join(ends.get(row.transfer_id, ("?", "?"))), _age(row, moment)) for row in rows)
    routes = sorted({route for route, _bucket in counts})
    shown: list[Sequence[Value]] = [(route, *(counts[route, at] for at in range(len(labels)))) for route in routes]
    return Table("ages", _("By age"), columns, shown, _("Nothing is on its way."), _("Counted are products and lots."))


def _goods(rows: Sequence[InTransit], ends: Mapping[int, Ends], moment: datetime, nothing: str) -> Table:
    columns = [
        Column("transfer", _("Transfer")),
        Column("from", _("From")),
        Column("to", _("To")),
        Column("sku", _("SKU")),
        Column("lot", _("Lot")),
        Column("quantity", _("Quantity"), Kind.QUANTITY),
        Column("unit", _("Unit")),
        Column("left_at", _("Left"), Kind.MOMENT),
        Column("age", _("Since"), Kind.SECONDS),
    ]
    shown: list[Sequence[Value]] = [
        (
            Ref(row.transfer.reference, document=row.transfer_id),
            *ends.get(row.transfer_id, ("?", "?")),
            row.sku,
            row.lot,
            row.quantity,
            row.unit,
            row.left_at,
            (moment - row.left_at).total_seconds() if row.left_at else None,
        )
        for row in rows
    ]
    note = _("Only the first {n} are shown.").format(n=MOST) if len(rows) == MOST else ""
    return Table("goods", _("Goods, the oldest first"), columns, shown, nothing, note)
