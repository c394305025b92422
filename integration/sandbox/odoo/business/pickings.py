"""Transfers as clients read and write them."""

from __future__ import annotations

from typing import Any

from ..faults import UserError
from ..orm.model import Model
from ..orm.record import Record, plain
from ..orm.registry import computes, on_records, serves
from . import validation
from .amounts import CLOSED, move_done
from .confirmation import confirm
from .move_states import picking_state
from .moves import cancel
from .places import ends_of, prefix_of
from .products import convert, total
from .reservation import assign, unreserve
from .stock import EPSILON

COPIED = (
    "origin", "note", "move_type", "priority", "location_id", "location_dest_id", "picking_type_id", "partner_id",
    "is_locked", "carrier_id", "carrier_price",
)  # fmt: skip


@serves("stock.picking")
class Picking(Model):
    """A transfer."""

    @computes("state")
    def _state(self, record: Record) -> str:
        return picking_state(record)

    @computes("date_deadline")
    def _deadline(self, record: Record) -> Any:
        dates = [move.date_deadline for move in record.move_ids if move.date_deadline]
        return (min(dates) if record.move_type != "one" else max(dates)) if dates else False

    @computes("weight")
    def _weight(self, record: Record) -> float:
        parts = (move.product_id.weight * move.product_qty for move in record.move_ids if move.state != "cancel")
        return total(parts)

    @computes("shipping_weight")
    def _shipping_weight(self, record: Record) -> float:
        row = self.env.store.table(self.name)[record.id]
        return float(row.get("shipping_weight") or self._bulk(record))

    @computes("weight_bulk")
    def _bulk(self, record: Record) -> float:
        lines = record.move_line_ids
        return total(
            line.product_id.weight * convert(move_line_quantity(line), line.product_uom_id, line.product_id.uom_id)
            for line in lines
        )

    @computes("products_availability_state")
    def _availability_state(self, record: Record) -> Any:
        shown = record.picking_type_code == "outgoing" or self.env.traits.number >= 19
        if not shown or record.state not in ("waiting", "confirmed", "assigned"):
            return False
        short = any(move.forecast_availability < move.product_qty - EPSILON for move in record.move_ids)
        return "late" if short else "available"

    @computes("products_availability")
    def _availability(self, record: Record) -> Any:
        return {"late": "Not Available", "available": "Available"}.get(str(self._availability_state(record)), False)

    @computes("show_check_availability")
    def _show_check(self, record: Record) -> bool:
        if record.state not in ("confirmed", "waiting", "assigned"):
            return False
        short = ("waiting", "confirmed", "partially_available")
        return any(move.state in short and move.product_uom_qty for move in record.move_ids)

    @computes("has_packages")
    def _has_packages(self, record: Record) -> bool:
        return any(line.result_package_id for line in record.move_line_ids)

    @computes("reference_ids")
    def _references(self, record: Record) -> Any:
        return (record.group_id.id,) if record.group_id else ()

    @computes("return_count")
    def _return_count(self, record: Record) -> int:
        return len(record.return_ids)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        kind = self.env.browse("stock.picking.type", values.get("picking_type_id"))
        source, target = ends_of(kind)
        found = {
            "date": self.env.second,
            "is_locked": True,
            "location_id": source.id,
            "location_dest_id": target.id,
            "move_type": "direct",
            "priority": "0",
            "scheduled_date": self.env.second,
        }
        if kind and values.get("name", "/") == "/":
            number = self.env.store.next_number(f"picking-type-{kind.id}")
            values["name"] = f"{prefix_of(kind)}/{number:05d}"
        return found

    def created(self, record: Record, values: dict[str, Any]) -> None:
        self._autoconfirm(record)

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        for record in records:
            if "scheduled_date" in values:
                if record.state in CLOSED:
                    raise UserError("You cannot change the Scheduled Date on a done or cancelled transfer.")
                for move in record.move_ids:
                    move.put(date=record.scheduled_date)
            for name in ("location_id", "location_dest_id"):
                if name in values:
                    for move in record.move_ids:
                        move.write(**{name: values[name]})
            if "move_ids" in values or "move_ids_without_package" in values:
                self._autoconfirm(record)

    def _autoconfirm(self, record: Record) -> None:
        if record.state in CLOSED:
            return
        if any(move.additional for move in record.move_ids):
            self.action_confirm([record.id])
        confirm(
            [move for move in record.move_ids if move.state == "draft" and move_done(move) and self.env.traits.picked]
        )

    def unlinking(self, records: list[Record]) -> None:
        for record in records:
            cancel(list(record.move_ids))
            for move in record.move_ids:
                self.env.store.delete("stock.move", move.id)

    @on_records
    def action_confirm(self, ids: Any) -> bool:
        for record in self.records(ids):
            confirm([move for move in record.move_ids if move.state == "draft"])
        return True

    @on_records
    def action_assign(self, ids: Any) -> bool:
        records = self.records(ids)
        for record in records:
            if record.state == "draft":
                self.action_confirm([record.id])
        moves = [m for record in records for m in record.move_ids if m.state not in ("draft", *CLOSED)]
        if not moves:
            raise UserError("Nothing to check the availability for.")
        assign(sorted(moves, key=lambda move: (-int(move.priority or 0), move.date, move.id)))
        return True

    @on_records
    def do_unreserve(self, ids: Any) -> None:
        for record in self.records(ids):
            unreserve(list(record.move_ids))

    @on_records
    def copy_data(self, ids: Any, default: dict[str, Any] | None = None) -> Any:
        """What `create` would be given for copies, of a copy without moves; before 18 of one record alone."""
        known = [name for name in COPIED if name in self.fields]
        copies = [
            {**{name: plain(getattr(record, name)) or False for name in known}, **(default or {})}
            for record in self.records(ids)
        ]
        return copies if self.env.traits.number >= 18 else copies[0]

    @on_records
    def action_cancel(self, ids: Any) -> bool:
        for record in self.records(ids):
            cancel(list(record.move_ids))
            record.put(is_locked=True, **({} if record.move_ids else {"state": "cancel"}))
        return True

    @on_records
    def action_toggle_is_locked(self, ids: Any) -> bool:
        for record in self.records(ids):
            record.put(is_locked=not record.is_locked)
        return True

    @on_records
    def button_validate(self, ids: Any) -> Any:
        return validation.validate(self.env, self.records(ids))

    @on_records
    def action_set_quantities_to_reservation(self, ids: Any) -> None:
        """16: done quantities become what is reserved."""
        for record in self.records(ids):
            validation.ship_reserved(record)


def move_line_quantity(line: Record) -> float:
    return float(line.quantity if line.env.traits.picked else line.qty_done or line.reserved_uom_qty)
