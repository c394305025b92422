"""Lots and serial numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..faults import ValidationError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, serves
from ..orm.values import parse_datetime
from .products import label_of, total

DUPLICATE = {
    "16": "The combination of serial number and product must be unique across a company.\n"
    "Following combination contains duplicates:\n",
    "17": "The combination of serial number and product must be unique across a company.\n"
    "Following combination contains duplicates:\n",
    "18": "The combination of lot/serial number and product must be unique within a company including when no company "
    "is defined.\nThe following combinations contain duplicates:\n",
}
# Dates of a lot -> by how many days of the product they come before the expiration.
DATES = {"use_date": "use_time", "removal_date": "removal_time", "alert_date": "alert_time"}


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
        product = self.env.browse("product.product", values.get("product_id"))
        if not product.use_expiration_date:
            return found
        given = parse_datetime(values.get("expiration_date"))
        expires = given or self.env.second + timedelta(days=product.expiration_time)
        return {**found, "expiration_date": expires, **_dates_before(product, expires)}

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

    def write(self, ids: Any, vals: dict[str, Any]) -> bool:
        """The other dates move as far as the expiration does; without one before, the product says how far they lie."""
        before = {record.id: record.expiration_date for record in self.records(ids)}
        super().write(ids, vals)
        for record in self.records(ids) if "expiration_date" in vals else ():
            if record.product_id.use_expiration_date and record.expiration_date:
                moved = self._moved(record, before[record.id])
                record.put(**{name: value for name, value in moved.items() if name not in vals})
        return True

    def _moved(self, record: Record, before: Any) -> dict[str, Any]:
        if not before:
            return _dates_before(record.product_id, record.expiration_date)
        by = record.expiration_date - before
        return {name: record.raw(name) + by for name in DATES if record.raw(name)}


def _dates_before(product: Record, expires: Any) -> dict[str, Any]:
    return {name: expires - timedelta(days=product.raw(days)) for name, days in DATES.items()}
