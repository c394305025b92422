"""What Odoo has confirmed that comes or goes at some warehouses, so that it can be looked for here."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.changes import Changes
from integration.adapters.odoo.legs import passes
from integration.adapters.odoo.pickings import moment, text
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import NAME, USAGE
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
        self, warehouse_id: int, since: datetime, *, after_id: int, limit: int, ids: Sequence[int] | None
    ) -> Sequence[Confirmed]:
        named = [("id", ">", after_id)] if ids is None else [("id", "in", sorted(ids))]
        done = ["&", ("state", "=", "done"), ("date_done", ">=", since.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"))]
        there = [*named, ("picking_type_id.warehouse_id", "=", warehouse_id)]
        domain = [*there, "|", ("state", "not in", list(ENDED)), *done, *PASSING]
        rows = self._reading.search("stock.picking", domain, self._spec(), limit=limit)
        return [_confirmed(row, self._changes.root("stock.picking", row)) for row in rows]

    def _spec(self) -> dict[str, Any]:
        """Names of orders of those apps alone that are there, and that the user may read."""
        wanted = self._changes.spec("stock.picking")
        places = {"location_id": USAGE, "location_dest_id": USAGE}
        return {**wanted, **NAME, **places, **{name: NAME for name in NAMES.values() if name in wanted}}


def _confirmed(row: Mapping[str, Any], root: Root | None) -> Confirmed:
    """The name of a transfer that belongs to no order is its own."""
    order = row.get(NAMES.get(root.model, "")) if root else None
    name = text(row["name"])
    return Confirmed(
        id=row["id"],
        name=name,
        root=root if order or passes(row) else None,
        order=text((order or {}).get("name")) or name,
        written_at=moment(row["write_date"]) or datetime.now(UTC),
    )
