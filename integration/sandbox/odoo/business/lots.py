"""Lots and serial numbers."""

from __future__ import annotations

from typing import Any

from ..faults import ValidationError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves
from .products import label_of, total

DUPLICATE = {
    "16": "The combination of serial number and product must be unique across a company.\n"
    "Following combination contains duplicates:\n",
    "17": "The combination of serial number and product must be unique across a company.\n"
    "Following combination contains duplicates:\n",
    "18": "The combination of lot/serial number and product must be unique within a company including when no company "
    "is defined.\nThe following combinations contain duplicates:\n",
}
DATES = ("use_date", "removal_date", "alert_date")


@serves("stock.lot")
class Lot(Model):
    """A lot or a serial number."""

    @computes("product_qty")
    def _quantity(self, record: Record) -> float:
        inside = [quant for quant in record.quant_ids if quant.location_id.usage in ("internal", "transit")]
        return total(quant.quantity for quant in inside)

    @computes("location_id")
    def _location(self, record: Record) -> Any:
        places = {quant.location_id.id for quant in record.quant_ids if quant.quantity > 0}
        return places.pop() if len(places) == 1 else False

    @computes("product_expiry_alert")
    def _alert(self, record: Record) -> bool:
        return bool(record.expiration_date) and record.expiration_date <= self.env.now

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        required = self.env.traits.number == 16
        found: dict[str, Any] = {"company_id": self.env.company.id} if required else {}
        if values.get("expiration_date"):
            found |= dict.fromkeys(DATES, values["expiration_date"])
        return found

    def check(self, record: Record) -> None:
        same = self.env.browse_all(self.name, self.env.store.ids_pointing(self.name, "name", [record.name]))
        rivals = [
            lot
            for lot in same
            if lot != record
            and lot.product_id == record.product_id
            and lot.company_id in (record.company_id, self.env.browse("res.company", 0))
        ]
        if rivals:
            text = DUPLICATE.get(self.env.traits.version, DUPLICATE["18"])
            word = "Lot/Serial Number" if self.env.traits.number >= 18 else "Serial Number"
            raise ValidationError(f"{text} - Product: {label_of(record.product_id)}, {word}: {record.name}")

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        if "expiration_date" in values:
            for record in records:
                record.put(**{name: record.expiration_date for name in DATES if name not in values})
