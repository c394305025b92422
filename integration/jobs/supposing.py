"""The configuration as it would be: within ``supposing`` rules and mappings are read with a change that nobody made.

Only what is tried on past documents asks so; nothing is written by it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from integration.models import BusinessRule, CodeMapping, OrderRule


@dataclass(frozen=True, slots=True)
class Supposed:
    """``gone``: ids of the rows that would not be there or say something else, by table; the others: what they would
    say, and new ones. Rows that do not count (switched off, ended) are in ``gone`` alone."""

    gone: Mapping[type, frozenset[int]] = field(default_factory=dict)
    order_rules: Sequence[OrderRule] = ()
    business_rules: Sequence[BusinessRule] = ()
    mappings: Sequence[CodeMapping] = ()

    def without(self, table: type) -> frozenset[int]:
        return self.gone.get(table, frozenset())


AS_IT_IS = Supposed()
_supposed: ContextVar[Supposed] = ContextVar("the configuration as it would be", default=AS_IT_IS)


@contextmanager
def supposing(change: Supposed) -> Iterator[None]:
    before = _supposed.set(change)
    try:
        yield
    finally:
        _supposed.reset(before)


def anything() -> bool:
    return _supposed.get() is not AS_IT_IS


def order_rules(rows: Iterable[OrderRule], warehouse_id: int, erp_id: int) -> list[OrderRule]:
    """Those of the rows that would still be there, and those that would come to them."""
    change = _supposed.get()
    fits = [
        row for row in change.order_rules if row.erp_id in (None, erp_id) and row.warehouse_id in (None, warehouse_id)
    ]
    return [*(row for row in rows if row.pk not in change.without(OrderRule)), *fits]


def business_rules(rows: tuple[BusinessRule, ...], warehouse_id: int) -> tuple[BusinessRule, ...]:
    """In the order in which they are asked."""
    change = _supposed.get()
    if change is AS_IT_IS:
        return rows
    fits = [row for row in change.business_rules if row.warehouse_id in (None, warehouse_id)]
    kept = [row for row in rows if row.pk not in change.without(BusinessRule)]
    return tuple(sorted([*kept, *fits], key=lambda row: (row.order, row.pk < 0, row.pk)))


def mappings(rows: list[CodeMapping], partner_id: int, codes: set[str]) -> list[CodeMapping]:
    """In the order in which they are read."""
    change = _supposed.get()
    if change is AS_IT_IS:
        return rows
    fits = [
        row for row in change.mappings if row.partner_id == partner_id and {row.odoo_code, row.partner_code} & codes
    ]
    kept = [row for row in rows if row.pk not in change.without(CodeMapping)]
    return sorted([*kept, *fits], key=lambda row: (row.kind, row.odoo_code))
