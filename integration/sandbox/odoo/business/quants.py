"""Stock counts: quants as clients count them."""

from __future__ import annotations

from typing import Any

from ..faults import UserError, ValidationError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_records, serves
from .completion import complete
from .places import special_place
from .products import total
from .reservation import assign_waiting, free_elsewhere
from .stock import EPSILON, spot_of

NOT_STORABLE = "Quants cannot be created for consumables or services."
MANAGERS_ONLY = "Only a stock manager can validate an inventory adjustment."
COUNTING = ("inventory_quantity", "inventory_quantity_auto_apply")


@serves("stock.quant")
class Quant(Model):
    """What is in one place."""

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
        return {"in_date": self.env.second, "company_id": self.env.company.id}

    def _counting(self) -> bool:
        return bool(self.env.context.get("inventory_mode"))

    def _create(self, values: dict[str, Any]) -> int:
        """In inventory mode a count finds the row that is there."""
        count = next((values.pop(name) for name in COUNTING if name in values), None)
        self._refuse(values)
        if count is None:
            return super()._create(values)
        existing = self._existing(values) if self._counting() else []
        record_id = existing[0].id if existing else super()._create(values)
        self._count(self.env.browse(self.name, record_id), float(count))
        return record_id

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
        lot, package = values.get("lot_id") or 0, values.get("package_id") or 0
        of_lot = [["lot_id", "=", lot]] if lot else []
        found = self.env.find(
            self.name, *of_lot, ["product_id", "=", values["product_id"]], ["location_id", "=", values["location_id"]]
        )
        return [quant for quant in found if (quant.lot_id.id, quant.package_id.id) == (lot, package)]

    def _count(self, record: Record, counted: float) -> None:
        record.put(
            inventory_quantity=counted,
            inventory_diff_quantity=total([counted, -record.quantity]),
            inventory_quantity_set=True,
            inventory_date=self.env.now.date(),
            user_id=self.env.uid,
        )

    def write(self, ids: Any, vals: dict[str, Any]) -> bool:
        rest = {name: value for name, value in vals.items() if name not in COUNTING}
        super().write(ids, rest)
        for record in self.records(ids):
            if "inventory_quantity" in vals:
                self._count(record, float(vals["inventory_quantity"]))
            if "inventory_quantity_auto_apply" in vals:
                self._count(record, float(vals["inventory_quantity_auto_apply"]))
                self._apply([record])
        return True

    @on_records
    def action_apply_inventory(self, ids: Any) -> Any:
        """None when applied, or the action of a wizard."""
        records = self.records(ids)
        without_lot = [
            quant for quant in records if quant.tracking != "none" and not quant.lot_id and quant.inventory_quantity_set
        ]
        if without_lot and self.env.traits.number <= 18:
            return self._tracking_wizard(without_lot)
        outdated = [quant for quant in records if self._is_outdated(quant)]
        if outdated:
            return self._conflict_wizard(records, outdated)
        self._refuse_users()
        self._apply(records)
        return None

    def _refuse_users(self) -> None:
        if self.env.traits.number <= 17 and not self.env.has_group("stock_manager"):
            raise UserError(MANAGERS_ONLY)

    def _tracking_wizard(self, quants: list[Record]) -> dict[str, Any]:
        context = {
            **self.env.context,
            "default_quant_ids": [quant.id for quant in quants],
            "default_product_ids": [quant.product_id.id for quant in quants],
        }
        return _wizard("Tracked Products in Inventory Adjustment", "stock.track.confirmation", context)

    def _conflict_wizard(self, quants: list[Record], outdated: list[Record]) -> dict[str, Any]:
        context = {
            **self.env.context,
            "default_quant_ids": [quant.id for quant in quants],
            "default_quant_to_fix_ids": [quant.id for quant in outdated],
        }
        return _wizard("Conflict in Inventory Adjustment", "stock.inventory.conflict", context)

    def apply(self, ids: Any) -> None:
        """Apply whatever is counted, without asking."""
        self._refuse_users()
        self._apply(self.records(ids))

    def _apply(self, records: list[Record]) -> None:
        for record in records:
            if record.inventory_quantity_set:
                self._adjust(record, record.inventory_diff_quantity)
            record.put(
                inventory_quantity=0.0,
                inventory_diff_quantity=0.0,
                inventory_quantity_set=False,
                inventory_date=self.env.now.date().replace(month=12, day=31),
            )

    def _adjust(self, record: Record, difference: float) -> None:
        """A done move between the place and the inventory loss; what is over-reserved is given back."""
        loss = special_place(self.env, "inventory")
        way = (loss, record.location_id) if difference >= 0 else (record.location_id, loss)
        name = self.env.context.get("inventory_name") or f"Product Quantity Updated ({self.env.user.name})"
        if abs(difference) < EPSILON:
            name = name.replace("Updated", "Confirmed")
        move = inventory_move(record, abs(difference), *way, name=name)
        complete([move], cancel_backorder=False)
        short = total([record.reserved_quantity, -max(record.quantity, 0.0)])
        if short > EPSILON:
            free_elsewhere(move.move_line_ids[0], spot_of(record), short, set())
        if difference > 0 and self.env.traits.number >= 19:
            assign_waiting(self.env, record.product_id, record.location_id)

    @on_records
    def action_clear_inventory_quantity(self, ids: Any) -> None:
        for record in self.records(ids):
            record.put(inventory_quantity=0.0, inventory_diff_quantity=0.0, inventory_quantity_set=False)

    @on_records
    def action_set_inventory_quantity(self, ids: Any) -> None:
        for record in self.records(ids):
            self._count(record, record.quantity)


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


def inventory_move(record: Record, quantity: float, source: Record, target: Record, **extra: Any) -> Record:
    """A confirmed move of a quant's (or a scrap's) goods with its one line, ready to be completed."""
    env = record.env
    unit = record.product_uom_id
    values = {
        "product_id": record.product_id.id,
        "product_uom": unit.id,
        "product_uom_qty": quantity,
        "location_id": source.id,
        "location_dest_id": target.id,
        "state": "confirmed",
        "is_inventory": "inventory_quantity" in env.database.fields(record.model_name),
        **({"picked": True} if env.traits.picked else {}),
        **extra,
    }
    reference = values.pop("reference", values.get("name"))
    move = env.browse("stock.move", env.model("stock.move").create_all([values])[0])
    move.put(reference=reference)
    line = {
        "move_id": move.id,
        "product_id": record.product_id.id,
        "product_uom_id": unit.id,
        "lot_id": record.lot_id.id or False,
        "package_id": record.package_id.id if source == record.location_id else False,
        "location_id": source.id,
        "location_dest_id": target.id,
        ("quantity" if env.traits.picked else "qty_done"): quantity,
        **({"picked": True} if env.traits.picked else {}),
    }
    env.model("stock.move.line").create_all([line])
    return move


@serves("stock.inventory.conflict")
class InventoryConflict(Model):
    """Stock moved between count and application."""

    def label(self, record: Record) -> str:
        return f"stock.inventory.conflict,{record.id}"

    @on_records
    def action_keep_counted_quantity(self, ids: Any) -> None:
        for quant in self._quants(ids):
            quant.put(inventory_diff_quantity=total([quant.inventory_quantity, -quant.quantity]))
        self._apply(ids)

    @on_records
    def action_keep_difference(self, ids: Any) -> None:
        for quant in self._quants(ids):
            quant.put(inventory_quantity=total([quant.quantity, quant.inventory_diff_quantity]))
        self._apply(ids)

    def _quants(self, ids: Any) -> list[Record]:
        return [quant for record in self.records(ids) for quant in record.quant_to_fix_ids]

    def _apply(self, ids: Any) -> None:
        chosen = [quant.id for record in self.records(ids) for quant in record.quant_ids]
        Quant(self.env, "stock.quant").apply(chosen)


@serves("stock.track.confirmation")
class TrackConfirmation(Model):
    """Count tracked products without a lot?"""

    @on_records
    def action_confirm(self, ids: Any) -> None:
        chosen = [quant.id for record in self.records(ids) for quant in record.quant_ids]
        Quant(self.env, "stock.quant").apply(chosen)
