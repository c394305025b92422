"""Move lines as clients write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..faults import UserError, ValidationError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves
from .amounts import CLOSED, booked_column, in_product_unit, line_booked, line_column, line_done, refresh
from .move_states import recompute
from .places import bypasses_reservation
from .products import label_of
from .reservation import free_line
from .stock import Spot, available, change, is_reservable, reserve, spot_of, take

PLACING = {"lot_id", "location_id", "package_id", "product_uom_id"}


@serves("stock.move.line")
class MoveLine(Model):
    """How much of which lot goes from where to where."""

    def label(self, record: Record) -> str:
        return f"stock.move.line,{record.id}"

    @computes("quantity_product_uom")
    def _in_product_unit(self, record: Record) -> float:
        return in_product_unit(record, line_done(record))

    @computes("reserved_qty")
    def _reserved_in_product_unit(self, record: Record) -> float:
        return in_product_unit(record, record.reserved_uom_qty)

    @computes("expiration_date")
    def _expiration(self, record: Record) -> Any:
        """Written, or the lot's; on a receipt else as many days after its date as the product keeps."""
        own = self.env.store.table(self.name)[record.id].get("expiration_date") or record.lot_id.expiration_date
        product, picking = record.product_id, record.picking_id
        if own or not (product.use_expiration_date and picking.picking_type_id.use_create_lots):
            return own
        return (picking.scheduled_date or self.env.second) + timedelta(days=product.expiration_time)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        move = self.env.browse("stock.move", values.get("move_id"))
        source = move if move else self.env.browse("stock.picking", values.get("picking_id"))
        product = move.product_id if move else self.env.browse("product.product", values.get("product_id"))
        found = {
            "company_id": (source.company_id or self.env.company).id,
            "date": self.env.second,
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "location_id": source.location_id.id,
            "location_dest_id": source.location_dest_id.id,
        }
        if move:
            found["picked"] = bool(move.picked)
            if self.env.traits.joined_lines:
                found["picking_id"] = move.picking_id.id
        return found

    def created(self, record: Record, values: dict[str, Any]) -> None:
        if not record.move_id and record.picking_id:
            self._find_move(record)
        move = record.move_id
        if move.state == "done":
            change(spot_of(record, location=record.location_dest_id), self._in_product_unit(record))
            take(spot_of(record), self._in_product_unit(record))
        elif move:
            booked = in_product_unit(record, line_booked(record))
            reserve(spot_of(record), booked)
            refresh(move)
            if not bypasses_reservation(record.location_id):
                recompute(move)

    def _find_move(self, record: Record) -> None:
        """Put a line without a move on the picking's move of the product, or make one."""
        open_moves = [move for move in record.picking_id.move_ids if move.state not in CLOSED]
        same = [move for move in open_moves if move.product_id == record.product_id]
        if same:
            record.put(move_id=same[0], picked=record.picked or same[0].picked)
            return
        picking = record.picking_id
        values = {
            "name": label_of(record.product_id),
            "product_id": record.product_id.id,
            "product_uom": record.product_uom_id.id,
            "product_uom_qty": 0.0,
            "location_id": picking.location_id.id,
            "location_dest_id": picking.location_dest_id.id,
            "picking_id": picking.id,
            "picked": record.picked,
            "additional": True,
        }
        record.put(move_id=self.env.model("stock.move").create_all([values])[0])

    def check(self, record: Record) -> None:
        if record.lot_id and record.lot_id.product_id != record.product_id:
            name = record.lot_id.name
            if self.env.traits.number >= 19:
                raise ValidationError(f"The Lot/Serial number ({name}) is linked to another product.")
            raise ValidationError(f"This lot {name} is incompatible with this product {label_of(record.product_id)}")
        if line_done(record) < 0:
            raise ValidationError("You can not enter negative quantities.")

    def writing(self, records: list[Record], values: dict[str, Any]) -> dict[str, Any]:
        column = line_column(self.env)
        if not (PLACING & set(values) or column in values or booked_column(self.env) in values):
            return values
        if self.env.traits.picked and (values.get(column) or 0) < 0:
            raise UserError("Reserving a negative quantity is not allowed.")
        for record in records:
            if record.move_id.state == "done":
                change(spot_of(record, location=record.location_dest_id), -self._in_product_unit(record))
                change(spot_of(record), self._in_product_unit(record))
            else:
                free_line(record)
        return values

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        column = line_column(self.env)
        moved = PLACING & set(values) or column in values or booked_column(self.env) in values
        for record in records:
            if moved and record.move_id.state == "done":
                take(spot_of(record), self._in_product_unit(record))
                change(spot_of(record, location=record.location_dest_id), self._in_product_unit(record))
            elif moved:
                self._book(record, replaced=bool(PLACING & set(values)))
            if moved or "picked" in values:
                refresh(record.move_id)
            if moved:
                recompute(record.move_id)

    def _book(self, record: Record, *, replaced: bool) -> None:
        """Book the line where it now points; 16 books no more than is there."""
        wanted = in_product_unit(record, line_booked(record))
        spot = spot_of(record)
        if not self.env.traits.picked and replaced and is_reservable(spot.product, spot.location):
            wanted = min(wanted, self._free_of_lot(spot))
            record.put(reserved_uom_qty=wanted)
        reserve(spot, wanted)

    def _free_of_lot(self, spot: Spot) -> float:
        if spot.product.tracking != "none" and not spot.lot:
            return 0.0
        return available(spot, strict=True)

    def unlinking(self, records: list[Record]) -> None:
        for record in records:
            if record.move_id.state in CLOSED:
                raise UserError(
                    "You can not delete product moves if the picking is done. You can only correct the done quantities."
                )
            free_line(record)
            move = record.move_id
            self.env.store.delete(self.name, record.id)
            refresh(move)
            recompute(move)
