"""Reads a delivery with its backorders, and posts a shipment to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.pickings import picking as read_picking
from integration.adapters.odoo.posting import CLOSED, differences, freight_counts, values
from integration.adapters.odoo.quantities import SMALLEST, same
from integration.adapters.odoo.reading import Reading
from integration.adapters.odoo.specs import PICKING
from integration.adapters.odoo.stock import Stock, check_serials
from integration.canonical.erp import Picking, PostedShipment, ShipmentPosting
from integration.errors import IntegrationError, InvalidDocument, Locked, Rejected

# What Odoo may ask when a delivery is validated, and the method that answers yes.
WIZARDS = {
    "stock.backorder.confirmation": ("process", "process_cancel_backorder"),
    "stock.immediate.transfer": ("process", "process"),
    "confirm.stock.sms": ("send_sms", "send_sms"),
}
EXPIRED = "expiry.picking.confirmation"


class Deliveries:
    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._reading = Reading(caller)
        self._stock = Stock(caller)

    def delivery(self, picking_id: int) -> tuple[Picking, ...]:
        """The picking first, then its backorders as Odoo made them. Empty when it is gone.

        One call, two for a delivery without an order.
        """
        rows = self._reading.by_id("stock.picking", [picking_id], {"sale_id": {"picking_ids": PICKING}})
        family = [each for row in rows for each in (row.get("sale_id") or {}).get("picking_ids") or ()]
        if rows and not family:
            family = self._reading.search(
                "stock.picking", ["|", ("id", "=", picking_id), ("backorder_id", "=", picking_id)], PICKING
            )
        chain: list[Picking] = []
        for each in sorted((read_picking(row, self._call.version) for row in family), key=lambda one: one.id):
            if each.id == picking_id or each.backorder_of in {one.id for one in chain}:
                chain.append(each)
        return tuple(chain)

    def ship(self, picking: Picking, posting: ShipmentPosting) -> PostedShipment:
        try:
            return self._ship(picking, posting)
        except Rejected as error:
            raise self._about(error, picking, posting) from None
        except Locked:
            raise Locked("CD-1004", connection=self._call.slug, document=picking.name) from None

    def _ship(self, picking: Picking, posting: ShipmentPosting) -> PostedShipment:
        if picking.state == "done":
            return self._already(picking, posting)
        self._check(picking, posting)
        known = self._stock.known(picking, posting)
        written = values(picking, posting, self._call.version, known)
        self._write(picking, written)
        self._compare(picking, posting)
        answer = self._validate(picking, posting)
        return self._verdict(picking, posting, answer)

    def _already(self, picking: Picking, posting: ShipmentPosting) -> PostedShipment:
        if picking.mark != posting.mark:
            raise self._rejected("CD-5007", picking, posting)
        return self._posted(self.delivery(picking.id))

    def _check(self, picking: Picking, posting: ShipmentPosting) -> None:
        if not any(line.quantity > 0 for line in posting.lines):
            raise InvalidDocument(
                "CD-5011", connection=self._call.slug, shipment=posting.shipment, release=picking.name
            )
        if picking.state == "cancel":
            raise self._refused(picking, posting, "it is cancelled")
        open_moves = {move.id: move for move in picking.moves if move.state not in CLOSED}
        for line in posting.lines:
            move = open_moves.get(line.move_id)
            if line.quantity > 0 and move is None:
                raise self._refused(picking, posting, f"it has no open line {line.move_id}")
            if move and move.chained and line.quantity > move.reserved + move.done:
                raise self._earlier_step(picking, posting)
        check_serials(posting, picking, self._call.slug)

    def _earlier_step(self, picking: Picking, posting: ShipmentPosting) -> IntegrationError:
        domain = [("sale_id", "=", picking.order_id), ("state", "not in", list(CLOSED)), ("id", "!=", picking.id)]
        rows = self._call.rows("stock.picking", domain, ["name"], companies=[picking.company_id])
        earlier = ", ".join(str(row["name"]) for row in rows) or "another transfer"
        return self._rejected("CD-5014", picking, posting, earlier=earlier)

    def _write(self, picking: Picking, written: Mapping[str, Any]) -> None:
        self._call("stock.picking", "write", [picking.id], vals=dict(written), companies=[picking.company_id])

    def _compare(self, picking: Picking, posting: ShipmentPosting) -> None:
        """Nothing is validated unless Odoo holds exactly what the shipment says."""
        rows = self._reading.by_id("stock.picking", [picking.id], PICKING)
        held = [read_picking(row, self._call.version) for row in rows]
        found = differences(held[0], posting) if held else ["no such transfer any more"]
        if found:
            raise self._rejected("CD-5010", picking, posting, difference="; ".join(found))

    def _validate(self, picking: Picking, posting: ShipmentPosting) -> object:
        context = _policy(picking, posting)
        return self._call(
            "stock.picking", "button_validate", [picking.id], companies=[picking.company_id], context=context
        )

    def _verdict(self, picking: Picking, posting: ShipmentPosting, answer: object) -> PostedShipment:
        """What Odoo answers proves nothing; what it holds afterwards does."""
        chain = self.delivery(picking.id)
        if chain and chain[0].state != "done" and isinstance(answer, Mapping):
            self._answer_wizard(chain[0], posting, answer)
            chain = self.delivery(picking.id)
        if not chain or chain[0].state != "done":
            raise self._refused(picking, posting, "it was validated and is still open")
        found = differences(chain[0], posting)
        if found:
            raise self._refused(picking, posting, "it was validated with " + "; ".join(found))
        return self._posted(self._with_freight(chain, posting))

    def _answer_wizard(self, picking: Picking, posting: ShipmentPosting, action: Mapping[str, Any]) -> None:
        model = str(action.get("res_model") or action.get("type") or "")
        if model == EXPIRED:
            lots = self._stock.expired(picking) or [("", "a lot")]
            raise self._rejected(
                "CD-5013",
                picking,
                posting,
                sku=lots[0][0],
                lot=", ".join(lot for _, lot in lots),
                detail="it is expired",
            )
        if model not in WIZARDS:
            raise self._refused(picking, posting, f"it asks a question that only a person can answer ({model})")
        context = {**(action.get("context") or {}), **_policy(picking, posting)}
        how: dict[str, Any] = {"companies": [picking.company_id], "context": context}
        wizard = self._call.create(model, {}, **how)
        keep, drop = WIZARDS[model]
        self._call(model, keep if posting.keep_backorder else drop, [wizard], **how)

    def _with_freight(self, chain: Sequence[Picking], posting: ShipmentPosting) -> Sequence[Picking]:
        """A delivery method with a price of its own overwrites the freight when it validates: written once more."""
        shipped, freight = chain[0], posting.freight
        if not freight or not freight_counts(shipped, posting) or shipped.freight is None:
            return chain
        if same(shipped.freight, freight.amount, SMALLEST):
            return chain
        self._write(shipped, {"carrier_price": float(freight.amount)})
        return (shipped.model_copy(update={"freight": freight.amount}), *chain[1:])

    def _posted(self, chain: Sequence[Picking]) -> PostedShipment:
        left = tuple(each.id for each in chain[1:] if each.state not in CLOSED)
        return PostedShipment(picking=chain[0], backorders=left)

    def _refused(self, picking: Picking, posting: ShipmentPosting, detail: str) -> Rejected:
        return self._rejected("CD-5009", picking, posting, detail=detail)

    def _rejected(self, code: str, picking: Picking, posting: ShipmentPosting, **context: Any) -> Rejected:
        whole: dict[str, Any] = {
            "connection": self._call.slug,
            "shipment": posting.shipment,
            "picking": picking.name,
            **context,
        }
        return Rejected(code, **whole)

    def _about(self, error: Rejected, picking: Picking, posting: ShipmentPosting) -> Rejected:
        """Odoo's own refusal, said of the shipment."""
        if error.code != "CD-4008":
            return error
        return self._refused(picking, posting, str(error.context.get("detail")))


def _policy(picking: Picking, posting: ShipmentPosting) -> dict[str, Any]:
    context: dict[str, Any] = {"skip_backorder": True, "skip_immediate": True}
    if not posting.keep_backorder:
        context["picking_ids_not_to_backorder"] = [picking.id]
    if not posting.notify_customer:
        context["skip_sms"] = True
    return context
