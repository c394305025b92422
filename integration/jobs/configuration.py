"""What people configure: connections, warehouses, rules. A worker keeps it for as long as nobody changes it.

Whether somebody did is looked at once for each batch, after its jobs are taken: what was committed before a job was
added counts for that job. Outside of a batch everything is read when it is asked for.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from integration.jobs import calendars, sql, supposing
from integration.jobs.calendars import Times
from integration.jobs.work import of_another_release
from integration.models import BusinessRule, Connection, CutOff, DaysOff, OrderRule, Warehouse, WorkingHours
from integration.rules.business.deciding import Rule
from integration.rules.business.outcomes import RuleKind, outcome_of
from integration.rules.posting import BookKind, PostingRule, When

Got = TypeVar("Got")
TABLES = tuple(
    model._meta.db_table for model in (Connection, Warehouse, BusinessRule, OrderRule, CutOff, WorkingHours, DaysOff)
)

# Each write of a row gives it another xmin.
_OF_A_TABLE = "(SELECT string_agg(id || '.' || xmin, ',' ORDER BY id) FROM {})"
_VERSION = "SELECT " + ", ".join(_OF_A_TABLE.format(table) for table in TABLES)


@dataclass(slots=True)
class _Kept:
    version: object = None
    rows: dict[Hashable, Any] = field(default_factory=dict)


_kept = _Kept()
_of_this_batch: ContextVar[dict[Hashable, Any] | None] = ContextVar("configuration", default=None)


@contextmanager
def kept() -> Iterator[None]:
    """Enter it after the jobs are taken that run within: they see what was committed before, or later."""
    version = sql.rows(_VERSION, [])
    if _kept.version != version:
        _kept.version, _kept.rows = version, {}
    before = _of_this_batch.set(_kept.rows)
    try:
        yield
    finally:
        _of_this_batch.reset(before)


def connection(pk: int) -> Connection:
    return _recall(("connection", pk), lambda: Connection.objects.get(pk=pk))


def warehouse(pk: int) -> Warehouse:
    return _recall(("warehouse", pk), lambda: Warehouse.objects.select_related("erp", "wms").get(pk=pk))


def warehouses_of(erp_id: int) -> dict[int, Warehouse]:
    """Those of one Odoo connection, by Odoo's id of the warehouse."""
    rows = Warehouse.objects.filter(erp=erp_id).select_related("erp", "wms")
    return _recall(("warehouses", erp_id), lambda: {row.erp_warehouse_id: row for row in rows})


def times_of(warehouse_id: int) -> Times:
    """When it works, and when carriers leave."""
    return _recall(("times", warehouse_id), lambda: calendars.of([warehouse_id])[warehouse_id])


def rules_of(warehouse_id: int) -> tuple[BusinessRule, ...]:
    """The active ones, of this warehouse and of all."""
    found = _recall(("rules", warehouse_id), lambda: tuple(_business_rules(warehouse_id)))
    return supposing.business_rules(found, warehouse_id)


def _business_rules(warehouse_id: int) -> QuerySet[BusinessRule]:
    return BusinessRule.objects.filter(Q(warehouse=warehouse_id) | Q(warehouse=None), active=True)


def posting_rules(warehouse_id: int) -> tuple[PostingRule, ...]:
    """Those of ``rules_of`` that say when invoices, bills and credit notes are made. Raises as ``as_rule``."""
    kinds = frozenset(BookKind)
    return tuple(_posting_rule(row) for row in rules_of(warehouse_id) if row.kind in kinds)


def _posting_rule(row: BusinessRule) -> PostingRule:
    try:
        when = When(row.when or When.BY_HAND)
    except ValueError:
        raise of_another_release(str(row), row.when) from None
    return PostingRule(BookKind(row.kind), when, row.posted, row.company_id, row.customer_id)


def order_rules(erp_id: int, warehouse_id: int) -> dict[RuleKind, tuple[Rule, ...]]:
    """Those that are switched on for deliveries of this warehouse, by kind and in their order."""
    if supposing.anything():
        kept = _recall(("rows of order rules", erp_id, warehouse_id), lambda: _switched_on(erp_id, warehouse_id))
        return _by_kind([as_rule(row) for row in supposing.order_rules(kept, warehouse_id, erp_id)])
    return _recall(
        ("order rules", erp_id, warehouse_id),
        lambda: _by_kind([as_rule(row) for row in _switched_on(erp_id, warehouse_id)]),
    )


def _switched_on(erp_id: int, warehouse_id: int) -> tuple[OrderRule, ...]:
    return tuple(order_rules_for(erp_id, warehouse_id).filter(enabled=True))


def uses_waves() -> bool:
    """Whether there is, or was, a rule that puts deliveries into waves."""
    return _recall(("waves",), OrderRule.objects.filter(kind=RuleKind.WAVE.value).exists)


def order_rules_for(erp_id: int, warehouse_id: int) -> QuerySet[OrderRule]:
    """Those that are switched off as well."""
    return OrderRule.objects.filter(Q(erp=erp_id) | Q(erp=None), Q(warehouse=warehouse_id) | Q(warehouse=None))


def _by_kind(rules: list[Rule]) -> dict[RuleKind, tuple[Rule, ...]]:
    return {kind: tuple(rule for rule in rules if rule.kind == kind) for kind in RuleKind}


def as_rule(row: OrderRule) -> Rule:
    """Raises Locked CD-1009 for one that only another release understands: nothing is decided without it."""
    try:
        kind = RuleKind(row.kind)
        outcome = outcome_of(kind, row.outcome)
    except ValueError:  # pydantic's ValidationError is one
        raise of_another_release(f"Rule {row.name}", row.kind) from None
    return Rule(
        id=row.pk,
        version=row.version,
        kind=kind,
        position=row.position,
        name=row.name,
        condition=row.condition,
        outcome=outcome,
        since=row.active_from,
        until=row.active_to,
    )


def _recall(key: Hashable, load: Callable[[], Got]) -> Got:
    known = _of_this_batch.get()
    if known is None:
        return load()
    if key not in known:
        known[key] = load()
    found: Got = known[key]
    return found
