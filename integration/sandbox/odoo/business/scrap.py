"""Scrapping."""

from __future__ import annotations

from typing import Any

from ..faults import UserError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import on_records, serves
from .completion import complete
from .counting import inventory_move
from .places import loss_place
from .products import convert, label_of, total
from .stock import EPSILON, quants_at, spot_of


@serves("stock.scrap")
class Scrap(Model):
    """Goods that are thrown away."""

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        product = self.env.browse("product.product", values.get("product_id"))
        picking = self.env.browse("stock.picking", values.get("picking_id"))
        company = picking.company_id or self.env.company
        warehouse = self.env.first("stock.warehouse", ["company_id", "=", company.id])
        return {
            "name": "New",
            "state": "draft",
            "scrap_qty": 1.0,
            "product_uom_id": product.uom_id.id,
            "company_id": company.id,
            "location_id": self._source(picking).id or warehouse.lot_stock_id.id,
            "scrap_location_id": self._target(company).id,
        }

    def _source(self, picking: Record) -> Record:
        """Goods of a transfer that is done are where it brought them."""
        found: Record = picking.location_dest_id if picking.state == "done" else picking.location_id
        return found

    def unlinking(self, records: list[Record]) -> None:
        if any(record.state == "done" for record in records):
            raise UserError("You cannot delete a scrap which is done.")

    def _target(self, company: Record) -> Record:
        if self.env.traits.number >= 19:
            return loss_place(company)
        return self.env.first("stock.location", ["scrap_location", "=", True], ["company_id", "=", company.id])

    @on_records
    def action_validate(self, ids: Any) -> Any:
        """True, or the action of the wizard for too little stock. A done scrap scraps again."""
        record = self.records(ids)[0]
        if abs(record.scrap_qty) < EPSILON:
            raise UserError("You can only enter positive quantities.")
        need = convert(record.scrap_qty, record.product_uom_id, record.product_id.uom_id)
        there = total(quant.quantity for quant in quants_at(spot_of(record), strict=True))
        if not record.product_id.is_storable or need <= there + EPSILON:
            return self.do_scrap(ids)
        return self._insufficient(record)

    def _insufficient(self, record: Record) -> dict[str, Any]:
        context = {
            **self.env.context,
            "default_product_id": record.product_id.id,
            "default_location_id": record.location_id.id,
            "default_scrap_id": record.id,
            "default_quantity": record.scrap_qty,
            "default_product_uom_name": record.product_id.uom_id.name,
        }
        return {
            "name": f"{label_of(record.product_id)}: Insufficient Quantity To Scrap",
            "view_mode": "form",
            "res_model": "stock.warn.insufficient.qty.scrap",
            "view_id": 906,
            "type": "ir.actions.act_window",
            "context": context,
            "target": "new",
        }

    @on_records
    def do_scrap(self, ids: Any) -> bool:
        for record in self.records(ids):
            record.put(name=f"SP/{self.env.store.next_number('scrap'):05d}")
            move = inventory_move(
                record, record.scrap_qty, record.location_id, record.scrap_location_id, **self._move_values(record)
            )
            complete([move], cancel_backorder=True)
            record.put(state="done", date_done=self.env.second, **({} if self.env.traits.picked else {"move_id": move}))
        return True

    def _move_values(self, record: Record) -> dict[str, Any]:
        """What the move says of its scrap. In 17 it has no demand."""
        values: dict[str, Any] = {
            "name": record.name,
            "reference": record.name,
            "origin": record.origin or record.picking_id.name or record.name,
            "scrapped": True,
            "picking_id": record.picking_id.id or False,
        }
        if "scrap_id" in self.env.database.fields("stock.move"):
            values["scrap_id"] = record.id
        if self.env.traits.scraps_without_demand:
            values["product_uom_qty"] = 0.0
        return values


@serves("stock.warn.insufficient.qty.scrap")
class InsufficientScrap(Model):
    """Scrap more than there is?"""

    def label(self, record: Record) -> str:
        return f"stock.warn.insufficient.qty.scrap,{record.id}"

    @on_records
    def action_done(self, ids: Any) -> Any:
        return Scrap(self.env, "stock.scrap").do_scrap([record.scrap_id.id for record in self.records(ids)])
