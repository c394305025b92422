"""The questions that applying a count may ask."""

from __future__ import annotations

from typing import Any

from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import on_records, serves
from .counting import apply
from .products import total
from .quants import Quant


@serves("stock.inventory.conflict")
class InventoryConflict(Model):
    """Stock moved between count and application."""

    def label(self, record: Record) -> str:
        return f"stock.inventory.conflict,{record.id}"

    @on_records
    def action_keep_counted_quantity(self, ids: Any) -> Any:
        quants = self._quants(ids)
        for quant in quants:
            quant.put(inventory_diff_quantity=total([quant.inventory_quantity, -quant.quantity]))
        return self._apply(quants)

    @on_records
    def action_keep_difference(self, ids: Any) -> Any:
        quants = self._quants(ids)
        for quant in quants:
            quant.write(inventory_quantity=total([quant.quantity, quant.inventory_diff_quantity]))
        return self._apply(quants)

    def _quants(self, ids: Any) -> list[Record]:
        return [quant for record in self.records(ids) for quant in record.quant_ids]

    def _apply(self, quants: list[Record]) -> Any:
        return Quant(self.env, "stock.quant").action_apply_inventory([quant.id for quant in quants])


@serves("stock.track.confirmation")
class TrackConfirmation(Model):
    """Count tracked products without a lot?"""

    def label(self, record: Record) -> str:
        return f"stock.track.confirmation,{record.id}"

    @on_records
    def action_confirm(self, ids: Any) -> None:
        apply(self.env, [quant for record in self.records(ids) for quant in record.quant_ids])
