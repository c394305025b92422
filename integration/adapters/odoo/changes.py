"""Which records were written, for the poll: a page of one model by id, with the order that each belongs to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.pickings import Row, moment
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import ID
from integration.canonical.erp import Change

# How a record knows its order; the first path that leads somewhere counts.
PATHS: dict[str, tuple[tuple[str, ...], ...]] = {
    "sale.order": ((),),
    "stock.picking": (("sale_id",),),
    "stock.move": (("sale_line_id", "order_id"), ("picking_id", "sale_id")),
}


class Changes:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def changes(self, model: str, since: datetime, *, after_id: int, limit: int) -> list[Change]:
        """One call, on 16 two. ``since`` is cut to whole seconds, because 19 compares whole seconds."""
        second = (since.astimezone(UTC) - timedelta(microseconds=since.microsecond)).strftime("%Y-%m-%d %H:%M:%S")
        domain = [("write_date", ">=", second), ("id", ">", after_id)]
        rows = self._reading.search(model, domain, spec(model), limit=limit)
        return [self._change(model, row) for row in rows]

    def orders_of(self, model: str, ids: Sequence[int]) -> list[int]:
        rows = self._reading.by_id(model, ids, spec(model))
        return sorted({order for row in rows if (order := _order_id(model, row)) is not None})

    def _change(self, model: str, row: Row) -> Change:
        written = moment(row["write_date"]) or datetime.now(UTC)
        return Change(model=model, id=row["id"], written_at=written, order_id=_order_id(model, row))


def spec(model: str) -> dict[str, Any]:
    wanted: dict[str, Any] = {"write_date": {}}
    for path in PATHS[model]:
        below: dict[str, Any] = ID
        for name in reversed(path):
            below = {name: below}
        wanted.update(below if path else {})
    return wanted


def _order_id(model: str, row: Row) -> int | None:
    return next((order for path in PATHS[model] if (order := _follow(row, path))), None)


def _follow(row: Row, path: Sequence[str]) -> int | None:
    for name in path:
        row = row.get(name) or {}
    return row.get("id")
