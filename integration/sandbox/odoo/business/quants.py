"""Stock counts: quants as clients count them."""

from __future__ import annotations

from typing import Any, ClassVar

from ..faults import UserError, ValidationError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_records, serves
from .count_dates import next_count_date
from .counting import apply
from .products import total
from .stock import EPSILON, Spot, quants_at

NOT_STORABLE = "Quants cannot be created for consumables or services."
RESTRICTED = "Quant's creation is restricted, you can't do this operation."
NOT_EDITABLE = "Quant's editing is restricted, you can't do this operation."
COUNTING = ("inventory_quantity", "inventory_quantity_auto_apply")
FIXED = ("product_id", "location_id", "lot_id", "package_id", "owner_id")
CREATABLE = (*FIXED, *COUNTING, "inventory_diff_quantity", "inventory_date", "user_id", "inventory_quantity_set")


@serves("stock.quant")
class Quant(Model):
    """What is in one place."""

    since: ClassVar[dict[str, int]] = {"action_clear_inventory_quantity": 17}
    until: ClassVar[dict[str, int]] = {"action_set_inventory_quantity_to_zero": 16}

    def label(self, record: Record) -> str:
        return f"{record.location_id.complete_name}: {record.product_id.name}"

    @computes("available_quantity")
    def _available(self, record: Record) -> float:
        return total([record.quantity, -record.reserved_quantity])

    @computes("is_outdated")
    def _is_outdated(self, record: Record) -> bool:
        counted_on = total([record.inventory_quantity, -record.inventory_diff_quantity])
        return bool(record.inventory_quantity_set) and abs(counted_on - record.quantity) > EPSILON

    @computes("inventory_quantity_auto_apply")
    def _auto_apply(self, record: Record) -> float:
        return float(record.quantity)

    @computes("on_hand")
    def _on_hand(self, record: Record) -> bool:
        return record.location_id.usage in ("internal", "transit")

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        location = self.env.browse("stock.location", values.get("location_id"))
        found: dict[str, Any] = {"in_date": self.env.second, "inventory_date": next_count_date(location)}
        if self.env.traits.diff_before_count:
            found["inventory_diff_quantity"] = -float(values.get("quantity") or 0.0)
        return found

    def _counting(self) -> bool:
        return bool(self.env.context.get("inventory_mode")) and self.env.has_group("stock_user")

    def _create(self, values: dict[str, Any]) -> int:
        """In inventory mode a count finds the row that is there."""
        self._refuse(values)
        if not self._counting() or not any(name in values for name in COUNTING):
            return self._insert(values)
        if any(name not in CREATABLE for name in values):
            raise UserError(RESTRICTED)
        at_once = "inventory_quantity_auto_apply" in values
        counted = values.pop("inventory_quantity_auto_apply", 0) or values.pop("inventory_quantity", 0) or 0.0
        existing = self._existing(values)
        record_id = existing[0].id if existing else super()._create(values)
        if at_once:
            self.write([record_id], {"inventory_quantity_auto_apply": counted})
            return record_id
        self._count([record_id], float(counted), values.get("user_id") or self.env.uid)
        return record_id

    def _insert(self, values: dict[str, Any]) -> int:
        """A plain row: no move is made, and nobody looks whether there is one already."""
        counted = values.pop("inventory_quantity", None)
        values.pop("inventory_quantity_auto_apply", None)
        record_id = super()._create(values)
        if counted is not None:
            self.write([record_id], {"inventory_quantity": counted})
        return record_id

    def _count(self, ids: list[int], counted: float, user: int) -> None:
        self.write(ids, {"inventory_quantity": counted})
        for record in self.records(ids):
            record.put(user_id=user, inventory_date=self.env.now.date())

    def _refuse(self, values: dict[str, Any]) -> None:
        product = self.env.browse("product.product", values.get("product_id"))
        location = self.env.browse("stock.location", values.get("location_id"))
        if product and product.exists and not product.is_storable:
            raise ValidationError(NOT_STORABLE)
        if location.usage == "view":
            raise ValidationError(
                f'You cannot take products from or deliver products to a location of type "view" ({location.name}).'
            )

    def _existing(self, values: dict[str, Any]) -> list[Record]:
        spot = Spot(
            self.env.browse("product.product", values["product_id"]),
            self.env.browse("stock.location", values["location_id"]),
            self.env.browse("stock.lot", values.get("lot_id")),
            self.env.browse(self.fields["package_id"].relation, values.get("package_id")),
        )
        found = quants_at(spot, strict=True)
        return sorted(found, key=lambda quant: (quant.in_date or quant.create_date, quant.id))

    def writing(self, records: list[Record], values: dict[str, Any]) -> dict[str, Any]:
        """Where goods are is not for a count to change."""
        if self._counting() and any(name in values for name in FIXED):
            if any(record.location_id.usage == "inventory" for record in records):
                return {}
            raise UserError(NOT_EDITABLE)
        return values

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        if "inventory_quantity" in values:
            for record in records:
                difference = total([record.inventory_quantity, -record.quantity])
                record.put(inventory_diff_quantity=difference, inventory_quantity_set=True)
        if "inventory_quantity_auto_apply" in values and self._counting():
            self._set_at_once(records, float(values["inventory_quantity_auto_apply"] or 0.0))

    def _set_at_once(self, records: list[Record], counted: float) -> None:
        """Count and apply in one; since 17 only where the number is another one."""
        changed = [quant for quant in records if not self.env.traits.picked or quant.quantity != counted]
        ids = [quant.id for quant in changed]
        self.write(ids, {"inventory_quantity": counted})
        self.action_apply_inventory(ids)

    @on_records
    def action_apply_inventory(self, ids: Any) -> Any:
        """None when applied, or the action of a wizard."""
        records = self.records(ids)
        context = {**self.env.context, "default_quant_ids": [quant.id for quant in records]}
        outdated = [quant for quant in records if self._is_outdated(quant)]
        if outdated:
            context["default_quant_to_fix_ids"] = [quant.id for quant in outdated]
            return _wizard("Conflict in Inventory Adjustment", "stock.inventory.conflict", context)
        without_lot = [quant for quant in records if _lacks_lot(quant)]
        if without_lot and self.env.traits.number <= 18:
            context["default_product_ids"] = [quant.product_id.id for quant in without_lot]
            return _wizard("Tracked Products in Inventory Adjustment", "stock.track.confirmation", context)
        apply(self.env, records)
        return None

    @on_records
    def action_clear_inventory_quantity(self, ids: Any) -> None:
        self.action_set_inventory_quantity_to_zero(ids)
        for record in self.records(ids):
            record.put(user_id=False)

    @on_records
    def action_set_inventory_quantity_to_zero(self, ids: Any) -> None:
        """16: forget what was counted."""
        for record in self.records(ids):
            record.put(inventory_quantity=0.0, inventory_diff_quantity=0.0, inventory_quantity_set=False)

    @on_records
    def action_set_inventory_quantity(self, ids: Any) -> None:
        for record in self.records(ids):
            record.write(inventory_quantity=record.quantity)
            record.put(user_id=self.env.uid)


def _lacks_lot(quant: Record) -> bool:
    """The first count of a tracked product that names no lot."""
    return (
        quant.tracking != "none"
        and not quant.lot_id
        and abs(quant.quantity) < EPSILON
        and abs(quant.inventory_quantity) > EPSILON
    )


def _wizard(name: str, model: str, context: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "type": "ir.actions.act_window",
        "view_mode": "form",
        "views": [[False, "form"]],
        "res_model": model,
        "target": "new",
        "context": context,
    }
