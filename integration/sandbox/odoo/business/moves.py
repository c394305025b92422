"""Stock moves as clients read and write them."""

from __future__ import annotations

from typing import Any

from ..faults import UserError
from ..orm import commands
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves
from .amounts import CLOSED, move_column, move_reserved, refresh
from .done_quantities import set_lots, set_quantity
from .move_states import recompute, set_state
from .move_ways import comes_from_elsewhere, goes_elsewhere, lead_lines, take_anew
from .places import bypasses_reservation
from .products import convert, label_of, total
from .reservation import assign, free_line, unreserve

DONE = "You cannot change the UoM for a stock move that has been set to 'Done'."
CANCELLED = "You cannot change a cancelled stock move, create a new line instead."


@serves("stock.move")
class Move(Model):
    """A product going from place to place."""

    def label(self, record: Record) -> str:
        origin = f"{record.picking_id.origin}/" if record.picking_id.origin else ""
        code = f"{record.product_id.default_code}: " if record.product_id.default_code else ""
        return f"{origin}{code}{record.location_id.name}>{record.location_dest_id.name}"

    @computes("product_qty")
    def _product_qty(self, record: Record) -> float:
        return convert(record.product_uom_qty, record.product_uom, record.product_id.uom_id)

    @computes("reserved_availability")
    def _reserved(self, record: Record) -> float:
        return move_reserved(record)

    @computes("availability")
    def _availability(self, record: Record) -> float:
        return float(record.product_qty if record.state == "done" else record.product_id.free_qty)

    @computes("forecast_availability")
    def _forecast(self, record: Record) -> float:
        """What will be there for the move; since 17 below zero by what is missing."""
        reserved, demand = move_reserved(record), record.product_qty
        inside = record.location_id.usage == "internal" and record.location_dest_id.usage == "internal"
        if inside and record.picking_id and self.env.traits.number <= 18:
            return 0.0
        if record.state == "done" or not record.product_id.is_storable or reserved >= demand:
            return float(demand)
        if record.state == "waiting":
            return float(demand)
        return total([reserved, -demand]) if self.env.traits.picked else reserved

    @computes("reference")
    def _reference(self, record: Record) -> Any:
        row = self.env.store.table(self.name)[record.id]
        own = row.get("reference") or row.get("name", False)
        of_scrap = self.env.traits.number >= 19 and row.get("scrap_id")
        return own if of_scrap else record.picking_id.name or own

    @computes("lot_ids")
    def _lots(self, record: Record) -> Any:
        return tuple(dict.fromkeys(line.lot_id.id for line in record.move_line_ids if line.lot_id))

    @computes("picking_type_id")
    def _kind(self, record: Record) -> Any:
        return record.picking_id.picking_type_id.id or self.env.store.table(self.name)[record.id].get(
            "picking_type_id", False
        )

    @computes("description_picking")
    def _picking_text(self, record: Record) -> Any:
        return "" if self.env.traits.number >= 19 else record.product_id.name

    @computes("reference_ids")
    def _references(self, record: Record) -> Any:
        return (record.group_id.id,) if record.group_id else ()

    @computes("packaging_uom_id")
    def _packaging_unit(self, record: Record) -> Any:
        return record.sale_line_id.product_uom.id or record.product_uom.id

    @computes("packaging_uom_qty")
    def _packaging_quantity(self, record: Record) -> float:
        unit = self.env.browse("uom.uom", self._packaging_unit(record))
        return convert(record.product_uom_qty, record.product_uom, unit)

    @computes("is_locked")
    def _is_locked(self, record: Record) -> bool:
        return bool(record.picking_id.is_locked) if record.picking_id else False

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        picking = self.env.browse("stock.picking", values.get("picking_id"))
        product = self.env.browse("product.product", values.get("product_id"))
        when = picking.scheduled_date or self.env.second
        return {
            "name": label_of(product) if product else "",
            "company_id": self.env.company.id,
            "date": when,
            "group_id": picking.group_id.id or False,
            "location_id": picking.location_id.id or False,
            "location_dest_id": picking.location_dest_id.id or False,
            "origin": picking.origin,
            "priority": picking.priority or "0",
            "procure_method": "make_to_stock",
            "product_uom": product.uom_id.id,
            "product_uom_qty": 1.0,
            "sequence": 10,
            "state": "draft",
            "to_refund": self.env.traits.refunds_by_default,
            **({"picked": False} if self.env.traits.picked else {}),
        }

    def _create(self, values: dict[str, Any]) -> int:
        """Quantities and lots need the move to be there."""
        later: dict[str, Any] = {
            key: values.pop(key) for key in ("quantity", "quantity_done", "lot_ids") if key in values
        }
        record_id = super()._create(values)
        if any(later.values()):
            self.write([record_id], later)
        return record_id

    def created(self, record: Record, values: dict[str, Any]) -> None:
        if record.location_final_id.id == 0:
            record.put(location_final_id=record.location_dest_id)
        if record.picking_id:
            _join_group(record, values)
            record.picking_id.touch()
        if record.purchase_line_id and record.picking_id and not record.picking_id.purchase_id:
            record.picking_id.put(purchase_id=record.purchase_line_id.order_id)

    def writing(self, records: list[Record], values: dict[str, Any]) -> dict[str, Any]:
        column = move_column(self.env)
        if column in values and any(record.state == "cancel" for record in records):
            raise UserError(CANCELLED)
        if "product_uom" in values and any(record.state == "done" for record in records):
            raise UserError(DONE)
        if "product_uom_qty" in values:
            for record in records:
                self._demand_changes(record, float(values["product_uom_qty"] or 0.0))
        if "date" in values:
            for record in records:
                record.picking_id.touch() if record.picking_id else None
        return values

    def write(self, ids: Any, vals: dict[str, Any]) -> bool:
        """Plain values first, then the tick, then the quantity: each acts on the lines."""
        vals = dict(vals)
        self._check_names(vals)
        column = move_column(self.env)
        amount, lots = vals.pop(column, None), vals.pop("lot_ids", None)
        if amount is not None and any(record.state == "cancel" for record in self.records(ids)):
            raise UserError(CANCELLED)
        moved = [one for one in self.records(ids) if goes_elsewhere(one, vals)] if self.env.traits.lines_follow else []
        resourced = [one for one in self.records(ids) if comes_from_elsewhere(one, vals)]
        left = [(one, one.picking_id) for one in self.records(ids) if "picking_id" in vals]
        super().write(ids, vals)
        for record, before in left:
            _change_picking(record, before)
        for record in resourced:
            take_anew(record)
        for record in moved:
            lead_lines(record)
        for record in self.records(ids):
            if "picked" in vals and self.env.traits.picked:
                for line in record.move_line_ids:
                    line.put(picked=bool(vals["picked"]))
            if lots is not None:
                set_lots(record, lots)
            if amount is not None:
                set_quantity(record, float(amount))
        return True

    def _demand_changes(self, record: Record, demand: float) -> None:
        """A smaller demand lets the reservation go; a receipt's is made anew."""
        if record.state in ("draft", *CLOSED) or self.env.context.get("do_not_unreserve"):
            return
        if move_reserved(record) > demand:
            unreserve([record])

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        if "product_uom_qty" not in values and "move_orig_ids" not in values:
            return
        for record in records:
            recompute(record)
            if (
                "product_uom_qty" in values
                and bypasses_reservation(record.location_id)
                and record.state not in ("draft", *CLOSED)
            ):
                assign([record])

    def unlinking(self, records: list[Record]) -> None:
        for record in records:
            old = not self.env.traits.picked and record.state not in ("draft", "cancel")
            if old:
                raise UserError("You can only delete draft or cancelled moves.")
            if record.state not in ("draft", "cancel") and (record.move_orig_ids or record.move_dest_ids):
                raise UserError("You can not delete moves linked to another operation")
            for line in record.move_line_ids:
                free_line(line)
                self.env.store.delete("stock.move.line", line.id)


def cancel(moves: list[Record]) -> None:
    """Cancel moves and what follows them. Raises UserError for done ones."""
    if any(move.state == "done" and not move.scrapped for move in moves):
        raise UserError(
            "You cannot cancel a stock move that has been set to 'Done'. "
            "Create a return in order to reverse the moves which took place."
        )
    for move in moves:
        if move.state in CLOSED:
            continue
        if move.env.traits.picked:
            move.put(picked=False)
        for line in move.move_line_ids:
            free_line(line)
            if line.env.traits.picked or not line.qty_done:
                move.env.store.delete("stock.move.line", line.id)
            else:
                line.put(reserved_uom_qty=0.0)
        refresh(move)
        set_state(move, "cancel")
        _cancel_next(move)
        commands.apply(move.env, "stock.move", move.id, "move_orig_ids", [[5]])


def _cancel_next(move: Record) -> None:
    """The next step goes with the last of its sources; else it takes from stock."""
    for after in move.move_dest_ids:
        others = [one for one in after.move_orig_ids if one != move]
        if all(one.state == "cancel" for one in others) and after.state not in CLOSED:
            cancel([after])


def _change_picking(move: Record, before: Record) -> None:
    """Its lines go with it; a picking without moves belongs to no group, and so to no order, any more."""
    if move.picking_id == before:
        return
    for line in move.move_line_ids:
        line.put(picking_id=move.picking_id)
    if before and not before.move_ids:
        before.put(group_id=False, sale_id=False)
    if move.picking_id:
        _join_group(move, {})
    for picking in (before, move.picking_id):
        picking.touch() if picking else None


def _join_group(move: Record, values: dict[str, Any]) -> None:
    """A picking belongs to the group of its moves (19: to their references), and so to their order."""
    named = [number for command in values.get("reference_ids") or () for number in command[-1] or ()]
    if named and not move.group_id:
        move.put(group_id=named[0])
    group, picking = move.group_id, move.picking_id
    if group and not picking.group_id:
        picking.put(group_id=group.id)
        if group.sale_id and not picking.sale_id:
            picking.put(sale_id=group.sale_id.id)
