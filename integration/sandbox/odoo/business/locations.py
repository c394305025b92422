"""Locations: a tree of places, some of them with barcodes."""

from __future__ import annotations

from typing import Any

from ..faults import UserError, ValidationError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves
from .count_dates import cyclic_date
from .places import is_inside

SAME_BARCODE = "The operation cannot be completed: The barcode for a location must be unique per company!"


@serves("stock.location")
class Location(Model):
    """A place."""

    def label(self, record: Record) -> str:
        return str(record.complete_name)

    @computes("complete_name")
    def _complete_name(self, record: Record) -> str:
        if record.location_id and record.usage != "view":
            return f"{record.location_id.complete_name}/{record.name}"
        return str(record.name)

    @computes("next_inventory_date")
    def _next_count(self, record: Record) -> Any:
        return cyclic_date(record)

    @computes("warehouse_id")
    def _warehouse(self, record: Record) -> int | bool:
        for warehouse_id, row in self.env.store.table("stock.warehouse").items():
            if is_inside(record, self.env.browse("stock.location", row.get("view_location_id"))):
                return warehouse_id
        return False

    @computes("parent_path")
    def _path(self, record: Record) -> str:
        above = record.location_id
        return f"{self._path(above) if above else ''}{record.id}/"

    @computes("child_internal_location_ids")
    def _internal_children(self, record: Record) -> Any:
        found = self.env.find(self.name, ["id", "child_of", record.id], ["usage", "=", "internal"])
        return tuple(one.id for one in found if one.active)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"usage": "internal", "active": True}

    def created(self, record: Record, values: dict[str, Any]) -> None:
        """Places inside of a warehouse and of a company's own accounts belong to the company."""
        if "company_id" not in values and record.usage in ("internal", "transit", "inventory", "production"):
            record.put(company_id=self.env.company.id)

    def check(self, record: Record) -> None:
        if not record.barcode:
            return
        same = self.env.find(self.name, ["barcode", "=", record.barcode])
        if any(one != record and one.company_id == record.company_id for one in same):
            raise ValidationError(SAME_BARCODE)

    def writing(self, records: list[Record], values: dict[str, Any]) -> dict[str, Any]:
        if values.get("active") is False and not self.env.context.get("do_not_check_quant"):
            for record in records:
                self._refuse_archiving(record)
        return values

    def _refuse_archiving(self, record: Record) -> None:
        """Raises UserError for a warehouse's own places and for places with goods."""
        for column in ("lot_stock_id", "view_location_id"):
            warehouse = self.env.first("stock.warehouse", [column, "=", record.id])
            if warehouse and warehouse.active:
                raise UserError(
                    f"You cannot archive the location {record.label} as it is used by your warehouse {warehouse.label}"
                )
        inside = self.env.find(
            "stock.quant", ["location_id", "child_of", record.id], ["location_id.usage", "=", "internal"]
        )
        full = dict.fromkeys(quant.location_id.label for quant in inside if quant.quantity or quant.reserved_quantity)
        if full:
            raise UserError(f"You can't disable locations {', '.join(full)} because they still contain products.")

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        """What is inside of a place is archived and taken back with it."""
        if "active" not in values:
            return
        for record in records:
            for one in self.env.find(self.name, ["id", "child_of", record.id]):
                if one != record:
                    one.put(active=bool(values["active"]))
