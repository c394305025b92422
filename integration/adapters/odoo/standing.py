"""What Odoo has confirmed that comes or goes at some warehouses, so that it can be looked for here."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.changes import Changes
from integration.adapters.odoo.pickings import text
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import NAME
from integration.canonical.agreed import Confirmed
from integration.canonical.erp import Root

ENDED = ("draft", "done", "cancel")
NAMES: Mapping[str, str] = {"sale.order": "sale_id", "purchase.order": "purchase_id"}
PASSING = [
    *("|", "|", ("picking_type_id.code", "in", ["incoming", "outgoing"])),
    *(("location_id.usage", "=", "transit"), ("location_dest_id.usage", "=", "transit")),
]


class Standing:
    def __init__(self, caller: Caller) -> None:
        self._changes = Changes(caller)
        self._reading = Reading(caller)

    def confirmed(
        self, warehouse_ids: Sequence[int], since: datetime, *, after_id: int, limit: int
    ) -> Sequence[Confirmed]:
        ours = [("id", ">", after_id), ("picking_type_id.warehouse_id", "in", sorted(warehouse_ids))]
        done = ["&", ("state", "=", "done"), ("date_done", ">=", since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"))]
        domain = [*ours, "|", ("state", "not in", list(ENDED)), *done, *PASSING]
        rows = self._reading.search("stock.picking", domain, self._spec(), limit=limit)
        return [_confirmed(row, self._changes.root("stock.picking", row)) for row in rows]

    def _spec(self) -> dict[str, Any]:
        """Names of orders of those apps alone that are there, and that the user may read."""
        wanted = self._changes.spec("stock.picking")
        return {**wanted, **NAME, **{name: NAME for name in NAMES.values() if name in wanted}}


def _confirmed(row: Mapping[str, Any], root: Root | None) -> Confirmed:
    """The name of a transfer that belongs to no order is its own."""
    order = row.get(NAMES.get(root.model, "")) if root else None
    name = text(row["name"])
    root = root or Root(model="stock.picking", id=row["id"])
    return Confirmed(id=row["id"], name=name, root=root, order=text((order or {}).get("name")) or name)
