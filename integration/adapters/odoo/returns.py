"""Returns of customers: what left, what came back of it, and the transfer that takes goods back, by Odoo's wizard."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.pickings import picking as read_picking
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.receiving import NAME
from integration.adapters.odoo.specs import INCOMING
from integration.canonical.erp import LooseReturn, Picking, Takeback
from integration.errors import IntegrationError, Locked, Rejected

WIZARD = "stock.return.picking"


class Returns:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)

    def left(self, picking_ids: Sequence[int]) -> tuple[Picking, ...]:
        """These deliveries, with the lots that left."""
        rows = self._reading.by_id("stock.picking", sorted(picking_ids), INCOMING)
        return tuple(read_picking(row, self._call.version) for row in rows)

    def back(self, picking_ids: Sequence[int]) -> tuple[Picking, ...]:
        """The transfers that take something of these deliveries back, whatever their state."""
        domain = [("move_ids.origin_returned_move_id.picking_id", "in", sorted(picking_ids))]
        rows = self._reading.search("stock.picking", domain, INCOMING)
        return tuple(read_picking(row, self._call.version) for row in rows)

    def take_back(self, takeback: Takeback) -> int:
        """Makes the transfer; its id. What it takes back lowers what is delivered, once it is done."""
        delivery = takeback.delivery
        context = {"active_id": delivery.id, "active_ids": [delivery.id], "active_model": "stock.picking"}
        how: dict[str, Any] = {"companies": [delivery.company_id], "context": context}
        values: dict[str, Any] = {"picking_id": delivery.id, "product_return_moves": [[5, 0, 0], *_lines(takeback)]}
        if self._call.fields(WIZARD, ["location_id"]):  # without it, until 17, the goods go to the customer again
            values["location_id"] = takeback.stock_id
        try:
            wizard = self._call.create(WIZARD, values, **how)
            answer = self._call(WIZARD, self._call.version.return_method, [wizard], **how)
        except (Rejected, Locked) as error:
            raise self._said(error, takeback.receipt, delivery.name) from None
        return int(answer["res_id"])

    def loose(self, wanted: LooseReturn) -> int:
        """Makes a transfer from the customers' place that belongs to no order; made once, by its external id."""
        named: dict[str, Any] = {"companies": [wanted.company_id]}
        units = self._units(wanted)
        unknown = next((line.unit for line in wanted.lines if line.unit not in units), None)
        if unknown is not None:
            raise self._refused(wanted.receipt, "a new transfer", f"there is no unit {unknown}")
        between = [str(self._customers(wanted.company_id)), str(wanted.stock_id)]
        digest = hashlib.sha256(wanted.mark.encode()).hexdigest()[:24]
        head = {
            "id": f"__crossdock__.return_{digest}",
            "picking_type_id/.id": str(self._receipts_of(wanted)),
            "location_id/.id": between[0],
            "location_dest_id/.id": between[1],
            "origin": wanted.mark,
        }
        rows = [
            {
                "id": f"__crossdock__.return_{digest}_{number}",
                **({"name": NAME} if self._call.version.named_moves else {}),
                "product_id/.id": str(line.product_id),
                "product_uom_qty": str(line.quantity),
                "product_uom/.id": str(units[line.unit]),
                "location_id/.id": between[0],
                "location_dest_id/.id": between[1],
            }
            for number, line in enumerate(wanted.lines)
        ]
        fields = [*head, *(f"move_ids/{name}" for name in rows[0])]
        heads = [list(head.values()), *([""] * len(head) for _ in rows[1:])]
        data = [[*first, *row.values()] for first, row in zip(heads, rows, strict=True)]
        try:
            [made] = self._call.load("stock.picking", fields, data, **named)
            self._call("stock.picking", "action_confirm", [made], **named)
        except (Rejected, Locked) as error:
            raise self._said(error, wanted.receipt, "a new transfer") from None
        return made

    def loose_made(self, mark: str, company_id: int) -> int | None:
        domain = [("origin", "=", mark), ("state", "!=", "cancel")]
        rows = self._call.rows("stock.picking", domain, ["state"], companies=[company_id], order="id")
        return int(rows[0]["id"]) if rows else None

    def stock_place(self, warehouse_id: int) -> int:
        """Where the warehouse keeps good stock."""
        [row] = self._call.rows("stock.warehouse", [("id", "=", warehouse_id)], ["lot_stock_id"])
        return int(row["lot_stock_id"][0])

    def scrap_place(self, company_id: int) -> int | None:
        """The company's place for scrapped goods; 19 scraps to the one of inventory losses."""
        flag: list[object] = [("scrap_location", "=", True)]
        if not self._call.fields("stock.location", ["scrap_location"]):
            flag = [("usage", "=", "inventory")]
        domain = [*flag, ("company_id", "in", [company_id, False])]
        rows = self._call.rows("stock.location", domain, ["name"], companies=[company_id], order="id", limit=1)
        return int(rows[0]["id"]) if rows else None

    def _units(self, wanted: LooseReturn) -> dict[str, int]:
        rows = self._call.rows("uom.uom", [("name", "in", sorted({line.unit for line in wanted.lines}))], ["name"])
        return {str(row["name"]): int(row["id"]) for row in rows}

    def _customers(self, company_id: int) -> int:
        domain = [("usage", "=", "customer"), ("company_id", "in", [company_id, False])]
        rows = self._call.rows("stock.location", domain, ["name"], companies=[company_id], order="id", limit=1)
        return int(rows[0]["id"])

    def _receipts_of(self, wanted: LooseReturn) -> int:
        domain = [("id", "=", wanted.warehouse_id)]
        [row] = self._call.rows("stock.warehouse", domain, ["in_type_id"], companies=[wanted.company_id])
        return int(row["in_type_id"][0])

    def _said(self, error: IntegrationError, receipt: str, picking: str) -> IntegrationError:
        """Odoo's own refusal, said of the return; a lost race, said of the transfer."""
        if isinstance(error, Locked):
            return Locked("CD-1004", connection=self._call.slug, document=picking)
        if error.code != "CD-4008":
            return error
        return self._refused(receipt, picking, str(error.context.get("detail")))

    def _refused(self, receipt: str, picking: str, detail: str) -> Rejected:
        return Rejected("CD-7035", connection=self._call.slug, receipt=receipt, picking=picking, detail=detail)


def _lines(takeback: Takeback) -> list[list[Any]]:
    products: Mapping[int, int] = {move.id: move.product_id for move in takeback.delivery.moves}
    return [
        [0, 0, {"product_id": products[move], "quantity": float(quantity), "move_id": move, "to_refund": True}]
        for move, quantity in sorted(takeback.quantities.items())
        if quantity > Decimal(0)
    ]
