"""Which records were written, for the poll: a page of one model by id, with the order or transfer of each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.pickings import Row, moment
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.session import facts_of
from integration.adapters.odoo.specs import ID
from integration.canonical.erp import Change, Root, RootModel

Path = tuple[RootModel, tuple[str, ...]]

# How a record knows what it belongs to; the first path that leads somewhere counts.
PATHS: Mapping[str, tuple[Path, ...]] = {
    "sale.order": (("sale.order", ()),),
    "purchase.order": (("purchase.order", ()),),
    "stock.picking": (("sale.order", ("sale_id",)), ("purchase.order", ("purchase_id",)), ("stock.picking", ())),
    "stock.move": (
        ("sale.order", ("sale_line_id", "order_id")),
        ("sale.order", ("picking_id", "sale_id")),
        ("purchase.order", ("purchase_line_id", "order_id")),
        ("purchase.order", ("picking_id", "purchase_id")),
        ("stock.picking", ("picking_id",)),
    ),
}
BUYS = "purchase.order"


class Changes:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def models(self) -> tuple[str, ...]:
        """What is polled: purchases where their app is there and the user may read them, as a probe has seen."""
        return tuple(model for model in PATHS if model != BUYS or self.buys)

    @property
    def buys(self) -> bool:
        told = facts_of(self._call.settings).get("purchases")
        return bool(self._call.fields("stock.move", ["purchase_line_id"]) if told is None else told)

    def changes(self, model: str, since: datetime, *, after_id: int, limit: int) -> list[Change]:
        """One call, on 16 two. ``since`` is cut to whole seconds, because 19 compares whole seconds."""
        second = (since.astimezone(UTC) - timedelta(microseconds=since.microsecond)).strftime("%Y-%m-%d %H:%M:%S")
        domain = [("write_date", ">=", second), ("id", ">", after_id)]
        rows = self._reading.search(model, domain, self.spec(model), limit=limit)
        return [self._change(model, row) for row in rows]

    def roots_of(self, model: str, ids: Sequence[int]) -> list[Root]:
        """One call, on 16 two. A picking of no order comes as itself."""
        rows = self._reading.by_id(model, ids, self.spec(model))
        roots = (self.root(model, row) for row in rows)
        return list({(root.model, root.id): root for root in roots if root is not None}.values())

    def spec(self, model: str) -> dict[str, Any]:
        wanted: dict[str, Any] = {"write_date": {}}
        for _, path in self._paths(model):
            _wish(wanted, path)
        return wanted

    def _paths(self, model: str) -> list[Path]:
        return [(root, path) for root, path in PATHS[model] if root != BUYS or self.buys]

    def _change(self, model: str, row: Row) -> Change:
        written = moment(row["write_date"]) or datetime.now(UTC)
        return Change(model=model, id=row["id"], written_at=written, root=self.root(model, row))

    def root(self, model: str, row: Row) -> Root | None:
        for root, path in self._paths(model):
            found = _follow(row, path)
            if found is not None:
                return Root(model=root, id=found)
        return None


def _wish(wanted: dict[str, Any], path: Sequence[str]) -> None:
    """Adds a path to a specification, beside those that begin alike."""
    for name in path:
        wanted = wanted.setdefault(name, {**ID})


def _follow(row: Row, path: Sequence[str]) -> int | None:
    for name in path:
        row = row.get(name) or {}
    return row.get("id")
