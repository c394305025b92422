"""Goods that left although Odoo had cancelled them: they need something open to be booked on.

A line that was cancelled gets a new move beside it, on its delivery; a delivery that was cancelled as a whole gets a
new one of the same order. Its note says which shipment it was made for, so that it is made once.
"""

from collections.abc import Sequence
from typing import Any

from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.marks import made_line
from integration.adapters.odoo.pickings import picking as read_picking
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import PICKING
from integration.canonical.erp import Picking, RevivedLine
from integration.errors import Rejected

OF_MOVE = (
    "name", "product_id", "product_uom", "location_id", "location_dest_id", "sale_line_id", "purchase_line_id",
    "group_id", "reference_ids", "partner_id", "company_id", "warehouse_id", "picking_type_id",
)  # fmt: skip
OF_PICKING = (
    "picking_type_id", "partner_id", "location_id", "location_dest_id", "origin", "company_id", "carrier_id",
    "move_type",
)  # fmt: skip


class Revival:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def found(self, picking: Picking, mark: str) -> tuple[Picking, ...]:
        """The deliveries that were made for this shipment in the place of a cancelled one; usually none, or one."""
        text = made_line(mark, picking.id)
        domain = [("note", "ilike", text), ("company_id", "=", picking.company_id)]
        rows = self._reading.search("stock.picking", domain, PICKING)
        found = (read_picking(row, self._call.version) for row in rows)
        return tuple(each for each in found if each.made_for == mark and each.backorder_of is None)

    def revive(self, picking: Picking, lines: Sequence[RevivedLine], mark: str) -> Picking:
        """The delivery to book on, with open moves for ``lines``."""
        if picking.state == "done":
            raise Rejected("CD-5007", connection=self._call.slug, shipment=mark, picking=picking.name)
        target = self._add(picking, lines) if picking.state != "cancel" else self._make(picking, lines, mark)
        [row] = self._reading.by_id("stock.picking", [target], PICKING)
        return read_picking(row, self._call.version)

    def _add(self, picking: Picking, lines: Sequence[RevivedLine]) -> int:
        vals = {"move_ids": [[0, 0, {**move, "picking_id": picking.id}] for move in self._moves(lines)]}
        self._call("stock.picking", "write", [picking.id], vals=vals, companies=[picking.company_id])
        return picking.id

    def _make(self, picking: Picking, lines: Sequence[RevivedLine], mark: str) -> int:
        known = self.found(picking, mark)
        if known:
            made = known[0].id
        else:
            [row] = self._call.rows("stock.picking", [("id", "=", picking.id)], OF_PICKING)
            moves = [[0, 0, move] for move in self._moves(lines)]
            vals = {**_plain(row), "note": f"<p>{made_line(mark, picking.id)}</p>", "move_ids": moves}
            made = int(self._call.create("stock.picking", vals, companies=[picking.company_id]))
        if not known or known[0].state == "draft":
            self._call("stock.picking", "action_confirm", [made], companies=[picking.company_id])
        return made

    def _moves(self, lines: Sequence[RevivedLine]) -> list[dict[str, Any]]:
        rows = self._call.rows("stock.move", [("id", "in", [line.move_id for line in lines])], OF_MOVE)
        by_id = {int(row["id"]): _plain(row) for row in rows}
        return [{**by_id[line.move_id], "product_uom_qty": float(line.quantity)} for line in lines]


def _plain(row: Row) -> dict[str, Any]:
    """As ``create`` takes it: ids for links, nothing for what is empty."""
    values = {name: _value(value) for name, value in row.items() if name != "id"}
    return {name: value for name, value in values.items() if value not in (False, None)}


def _value(value: Any) -> Any:
    if isinstance(value, list):
        is_link = len(value) == 2 and isinstance(value[1], str)
        return value[0] if is_link else [[6, 0, value]]
    return value
