"""Differences of stock: what limits let through, by the quantity, value and reason that are kept with each."""

from collections.abc import Sequence
from decimal import Decimal

from integration.flows import stock_site
from integration.flows.differences import Kind, State
from integration.flows.tried.bench import Bench, Looked, Phase, Subject, both
from integration.models import StockDifference
from integration.rules import approval
from integration.rules.approval import Limit
from integration.rules.otherwise import Course, Stop, turn
from integration.rules.units import plain

LIMITS = frozenset(limit.value for limit in Limit)
HALF_A_CENT = Decimal("0.005")
ROUNDED = "Its value is kept in whole cents, and the limit lies within one of it."
ANEW = "It was judged several times, and only the latest difference is kept."
CODES = {Kind.COUNTED: "CD-8002"}
CODE = "CD-8001"


def wanted(bench: Bench) -> bool:
    return bool(bench.kinds & LIMITS)


def rows(bench: Bench, after: int, most: int) -> Sequence[StockDifference]:
    """Those that a limit was asked about; adjustments are read anew where codes are changed as well (``messages``)."""
    found = StockDifference.objects.filter(
        pk__gt=after, received_at__gte=bench.tried.since, warehouse__in=bench.warehouses
    )
    judged = found.exclude(kind=Kind.IN_ODOO).exclude(state__in=[State.NEW, State.EQUAL, State.OVERTAKEN])
    if "mappings" in bench.sections:
        judged = judged.filter(kind=Kind.COUNTED)
    return list(judged.select_related("warehouse__wms", "warehouse__erp").order_by("pk")[:most])


def look(bench: Bench, row: StockDifference) -> Looked:
    kind, number = "inventory.counted" if row.kind == Kind.COUNTED else "inventory.adjusted", f"{row.number} {row.sku}"
    subject = Subject(kind, number, row.received_at, row.warehouse_id, message=row.message)
    if row.revision > 1:
        return Looked(subject, why=ANEW)
    answers = [both(bench, lambda worth=worth: _course(row, worth)) for worth in (-HALF_A_CENT, HALF_A_CENT)]  # type: ignore[misc]
    if turn(*answers[0]) != turn(*answers[1]):
        return Looked(subject, why=ROUNDED)
    return Looked(subject, *answers[0])


def _course(row: StockDifference, more: Decimal) -> Course:
    quantity = row.quantity if row.kind != Kind.COUNTED else row.difference or row.posted
    value = row.value + more if row.value else Decimal(0)
    cost = value / abs(quantity) if quantity else Decimal(0)
    difference = approval.Difference(row.sku, quantity, cost, row.reason, relocated=row.kind == Kind.MOVED)
    if approval.passes(difference, stock_site.allowances_of(row.warehouse)):
        return Course()
    code = CODES.get(Kind(row.kind), CODE)
    return Course((Stop(code, code, f"No rule lets this through: {plain(abs(quantity))} of {row.sku}."),))


PHASES = (Phase("differences", wanted, rows, look),)
