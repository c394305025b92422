"""Lines of sale orders, and what their change does to the pickings."""

from __future__ import annotations

from typing import Any

from ..faults import UserError
from ..orm.record import Record
from ..orm.registry import computes, serves
from .amounts import move_done
from .delivery import launch
from .kits import bom_of, whole_kits
from .partners import check_sender
from .products import convert, label_of, total
from .sale_amounts import InvoicedAmounts, invoice_sign
from .taxes import net_amount, of_company, tax_amount

BELOW_DELIVERED = (
    "The ordered quantity of a sale order line cannot be decreased below the amount already delivered. "
    "Instead, create a return in your inventory."
)
UNREMOVABLE = (
    "Once a sales order is confirmed, you can't remove one of its lines (we need to track if something gets invoiced "
    "or delivered).\n                Set the quantity to 0 instead."
)
UNREMOVABLE_16 = (
    "You can not remove an order line once the sales order is confirmed.\nYou should rather set the quantity to 0."
)
FORBIDDEN = "It is forbidden to modify the following fields in a locked order:\n"
PROTECTED = (
    "product_id",
    "name",
    "price_unit",
    "product_uom",
    "product_uom_id",
    "product_uom_qty",
    "tax_id",
    "tax_ids",
)
CONFIRMED = ("sale", "done")


@serves("sale.order.line")
class SaleOrderLine(InvoicedAmounts):
    """One line of an order."""

    def label(self, record: Record) -> str:
        partner = record.order_id.partner_id.label
        first = str(record.name or record.product_id.name or "").split("\n")[0]
        return (
            f"{record.order_id.name} - {first} ({partner})"
            if self.env.traits.picked
            else f"{record.order_id.name} - {first}"
        )

    @computes("price_subtotal")
    def _subtotal(self, record: Record) -> float:
        return net_amount(record.price_unit, record.product_uom_qty, record.discount)

    @computes("price_tax")
    def _tax(self, record: Record) -> float:
        return tax_amount(self._subtotal(record), record.tax_id)

    @computes("price_total")
    def _total(self, record: Record) -> float:
        return total([self._subtotal(record), self._tax(record)])

    @computes("qty_delivered_method")
    def _method(self, record: Record) -> str:
        return "stock_move" if record.product_id.type in ("product", "consu") else "manual"

    @computes("qty_delivered")
    def _delivered(self, record: Record) -> float:
        if self._method(record) == "manual":
            return float(self.env.store.table(self.name)[record.id].get("qty_delivered") or 0.0)
        moves = [move for move in record.move_ids if move.state == "done" and not move.scrapped]
        if bom_of(record.product_id) and any(move.bom_line_id for move in moves):
            kits = whole_kits(record.product_id, moves, lambda move: _signed(move, move.product_id.uom_id))
            return convert(kits, record.product_id.uom_id, record.product_uom)
        return total(_signed(move, record.product_uom) for move in moves)

    @computes("qty_to_deliver")
    def _to_deliver(self, record: Record) -> float:
        return total([record.product_uom_qty, -self._delivered(record)])

    @computes("qty_invoiced")
    def _invoiced(self, record: Record) -> float:
        counted = (line for line in record.invoice_lines if line.move_id.state != "cancel")
        return total(
            invoice_sign(line) * convert(line.quantity, line.product_uom_id, record.product_uom) for line in counted
        )

    @computes("qty_to_invoice")
    def _to_invoice(self, record: Record) -> float:
        if record.order_id.state not in CONFIRMED or record.display_type:
            return 0.0
        by_order = record.product_id.invoice_policy == "order"
        base = record.product_uom_qty if by_order else self._delivered(record)
        return total([base, -self._invoiced(record)])

    @computes("invoice_status")
    def _invoice_status(self, record: Record) -> str:
        if record.order_id.state not in CONFIRMED:
            return "no"
        if self._to_invoice(record):
            return "to invoice"
        ordered = record.product_uom_qty
        if record.product_id.invoice_policy == "order" and self._delivered(record) > ordered:
            return "upselling"
        return "invoiced" if self._invoiced(record) >= ordered else "no"

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        product = self.env.browse("product.product", values.get("product_id"))
        order = self.env.browse("sale.order", values.get("order_id"))
        found: dict[str, Any] = {"sequence": 10, "discount": 0.0, "customer_lead": 0.0}
        if values.get("display_type"):
            return {**found, "product_uom_qty": 0.0}
        found |= {
            "name": label_of(product),
            "price_unit": product.list_price,
            "product_uom": product.uom_id.id,
            "product_uom_qty": 1.0,
            "tax_id": [[6, 0, of_company(product.taxes_id, order.company_id or self.env.company)]],
        }
        return {key: value for key, value in found.items() if self.shown_name(key) not in values}

    def created(self, record: Record, values: dict[str, Any]) -> None:
        record.order_id.touch()
        if record.order_id.state == "sale" and not self.env.context.get("skip_procurement"):
            launch([record])

    def writing(self, records: list[Record], values: dict[str, Any]) -> dict[str, Any]:
        for record in records:
            self._refuse_locked(record, values)
            if record.order_id.state not in CONFIRMED:
                continue
            if "product_id" in values and self.env.traits.number >= 19 and values["product_id"] != record.product_id.id:
                raise UserError("You cannot modify the product of this order line.")
            if "product_uom_qty" in values and values["product_uom_qty"] != record.product_uom_qty:
                check_sender(self.env)
                if self._method(record) == "stock_move" and values["product_uom_qty"] < self._delivered(record):
                    raise UserError(BELOW_DELIVERED)
                if self.env.traits.reprices_lines and "price_unit" not in values and not self._invoiced(record):
                    record.put(price_unit=record.product_id.list_price)
        return values

    def _refuse_locked(self, record: Record, values: dict[str, Any]) -> None:
        order = record.order_id
        locked = order.locked if self.env.traits.locked_flag else order.state == "done"
        changed = [name for name in PROTECTED if name in values and name in self.fields]
        if locked and changed:
            raise UserError(FORBIDDEN + "\n".join(self.fields[name].label for name in changed))

    def written(self, records: list[Record], values: dict[str, Any]) -> None:
        for record in records:
            record.order_id.touch()
            if "product_uom_qty" in values:
                launch([record])
                if self.env.traits.picked:
                    for move in record.move_ids:
                        move.picking_id.touch()

    def unlinking(self, records: list[Record]) -> None:
        if any(record.order_id.state in CONFIRMED for record in records):
            raise UserError(UNREMOVABLE if self.env.traits.picked else UNREMOVABLE_16)


def _signed(move: Record, unit: Record) -> float:
    """What a done move adds to the delivered quantity, in a unit."""
    quantity = convert(move_done(move), move.product_uom, unit)
    if move.location_dest_id.usage == "customer":
        counts = not move.origin_returned_move_id or move.to_refund
        return quantity if counts else 0.0
    if move.location_id.usage == "customer" and move.to_refund:
        return -quantity
    return 0.0
