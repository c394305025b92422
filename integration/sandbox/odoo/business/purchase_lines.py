"""Lines of purchase orders: what is ordered, received and billed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..faults import UserError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import computes, on_records, serves
from .amounts import CLOSED, move_done
from .partners import check_sender
from .products import convert, label_of, price_per, total
from .receipts import follow
from .taxes import net_amount, of_company, tax_amount
from .vendors import price_of, purchase_unit, seller_of, sellers_of

CONFIRMED = ("purchase", "done")
UNDELETABLE = {
    "16": "Cannot delete a purchase order line which is in state '{state}'.",
    "17": "Cannot delete a purchase order line which is in state '{state}'.",
    "18": "Cannot delete a purchase order line which is in state “{state}”.",
    "19": "Cannot delete a purchase order line which is in state “{state}”.",
}
RETYPED = (
    "You cannot change the type of a purchase order line. Instead you should delete the current line and create a "
    "new line of the proper type."
)
BELOW_RECEIVED = "You cannot decrease the ordered quantity below the received quantity.\nCreate a return first."
SIGNS = {"in_invoice": 1, "in_refund": -1}


@serves("purchase.order.line")
class PurchaseOrderLine(Model):
    """One line of a purchase order."""

    def label(self, record: Record) -> str:
        return str(record.name or "")

    @computes("price_subtotal")
    def _subtotal(self, record: Record) -> float:
        return net_amount(record.price_unit, record.product_qty, getattr(record, "discount", 0.0))

    @computes("price_tax")
    def _tax(self, record: Record) -> float:
        return tax_amount(self._subtotal(record), record.taxes_id)

    @computes("price_total")
    def _total(self, record: Record) -> float:
        return total([self._subtotal(record), self._tax(record)])

    @computes("product_uom_qty")
    def _in_product_unit(self, record: Record) -> float:
        return convert(record.product_qty, record.product_uom, record.product_id.uom_id)

    @computes("qty_received_method")
    def _method(self, record: Record) -> Any:
        if not record.product_id:
            return False
        return "stock_moves" if record.product_id.type in ("product", "consu") else "manual"

    @computes("qty_received")
    def _received(self, record: Record) -> float:
        if self._method(record) != "stock_moves":
            return float(record.qty_received_manual)
        moves = (move for move in record.move_ids if move.state == "done" and move.product_id == record.product_id)
        return total(_received_by(move, record) for move in moves)

    @computes("qty_invoiced")
    def _invoiced(self, record: Record) -> float:
        counted = (line for line in record.invoice_lines if line.move_id.state != "cancel")
        return total(
            SIGNS.get(line.move_id.move_type, 0) * convert(line.quantity, line.product_uom_id, record.product_uom)
            for line in counted
        )

    @computes("qty_to_invoice")
    def _to_invoice(self, record: Record) -> float:
        if record.order_id.state not in CONFIRMED:
            return 0.0
        by_order = record.product_id.purchase_method == "purchase"
        return total([record.product_qty if by_order else self._received(record), -self._invoiced(record)])

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {"sequence": 10, "propagate_cancel": True}
        if values.get("display_type"):
            return {**found, "product_qty": 0.0, "price_unit": 0.0}
        product = self.env.browse("product.product", values.get("product_id"))
        order = self.env.browse("purchase.order", values.get("order_id"))
        sellers = sorted(sellers_of(product, order.partner_id), key=lambda seller: seller.min_qty)
        found |= {
            "name": label_of(product),
            "product_uom": purchase_unit(product).id,
            "product_qty": (sellers[0].min_qty if sellers else 0.0) or 1.0,
            "taxes_id": [[6, 0, of_company(product.supplier_taxes_id, order.company_id)]],
        }
        return {key: value for key, value in found.items() if self.shown_name(key) not in values}

    def created(self, record: Record, values: dict[str, Any]) -> None:
        if not record.display_type and record.product_id:
            self._fill(record, given=set(values))
        plan(record.order_id)
        if record.product_id and record.order_id.state == "purchase":
            check_sender(self.env)
            follow(record)

    def writing(self, records: list[Record], values: dict[str, Any]) -> dict[str, Any]:
        if "display_type" in values and any(record.display_type != values["display_type"] for record in records):
            raise UserError(RETYPED)
        if "qty_received" in values:
            values = {**values, "qty_received_manual": values["qty_received"]}
        return values

    @on_records
    def write(self, ids: Any, vals: dict[str, Any]) -> bool:
        """A changed quantity takes the vendor's price and delay anew, and changes the receipt."""
        records = self.records(ids)
        before = {record.id: record.product_qty for record in records}
        super().write(ids, vals)
        for record in records:
            changed = record.product_qty != before[record.id]
            if changed and record.order_id.state == "purchase":
                check_sender(self.env)
            if changed or self.shown_name("product_uom") in vals:
                self._fill(record, given=set(vals))
            self._pass_on(record, vals)
            plan(record.order_id)
            if changed and record.order_id.state == "purchase":
                self._follow(record)
        return True

    def _follow(self, record: Record) -> None:
        if self._method(record) == "stock_moves" and record.product_qty < self._received(record):
            raise UserError(BELOW_RECEIVED)
        follow(record)

    def _pass_on(self, record: Record, values: dict[str, Any]) -> None:
        """Tell the open moves about a new date or price."""
        for move in (move for move in record.move_ids if move.state not in CLOSED):
            if values.get("date_planned"):
                move.put(date_deadline=record.date_planned)
            if "price_unit" in values:
                move.put(price_unit=price_per(record.price_unit, record.product_uom, record.product_id.uom_id))

    def _fill(self, record: Record, given: set[str]) -> None:
        """Price, discount and date by the vendor's terms, as far as the client does not give them."""
        if record.invoice_lines:
            return
        seller = seller_of(record)
        found: dict[str, Any] = {}
        if seller or not record.date_planned:
            found["date_planned"] = self._planned(record, seller)
        if seller:
            found |= {"price_unit": price_of(seller, record), "discount": seller.discount}
        else:
            found["discount"] = 0.0
            if self._costs_anew(record, given):
                unit = record.product_id.uom_id
                found["price_unit"] = price_per(record.product_id.standard_price, unit, record.product_uom)
        record.put(**{key: value for key, value in found.items() if key not in given and key in self.fields})

    def _costs_anew(self, record: Record, given: set[str]) -> bool:
        """Without terms that fit, a price that somebody gave stays, unless the vendor has other terms."""
        others = sellers_of(record.product_id, record.order_id.partner_id)
        return bool(others) or not record.price_unit or self.shown_name("product_uom") in given

    def _planned(self, record: Record, seller: Record) -> datetime:
        moment: datetime = record.order_id.date_order
        return moment + timedelta(days=seller.delay)

    def unlinking(self, records: list[Record]) -> None:
        for record in records:
            if record.order_id.state in CONFIRMED:
                labels = dict(self.env.field("purchase.order", "state").attributes["selection"])
                text = UNDELETABLE[self.env.traits.version]
                raise UserError(text.format(state=labels[record.order_id.state]))


def plan(order: Record) -> None:
    """The order is expected with its first line."""
    dates = [line.date_planned for line in order.order_line if line.date_planned and not line.display_type]
    order.put(date_planned=min(dates) if dates else False)


def _received_by(move: Record, line: Record) -> float:
    """What a done move adds to the received quantity."""
    quantity = convert(move_done(move), move.product_uom, line.product_uom)
    if move.location_dest_id.usage == "supplier":
        return -quantity if move.to_refund else 0.0
    back = move.origin_returned_move_id
    if back and back.location_dest_id.usage == "supplier" and not move.to_refund:
        return 0.0
    return quantity
