"""Reads a delivery with its backorders, and posts a shipment to it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from integration.adapters.odoo.caller import Caller
from integration.adapters.odoo.family import of_picking
from integration.adapters.odoo.pickings import picking as read_picking
from integration.adapters.odoo.poster import Codes, Poster, Posting
from integration.adapters.odoo.posting import CLOSED, differences, freight_counts, values
from integration.adapters.odoo.quantities import SMALLEST, same
from integration.adapters.odoo.specs import PICKING
from integration.adapters.odoo.stock import Stock, check_serials
from integration.canonical.erp import Picking, PostedShipment, ShipmentPosting
from integration.errors import IntegrationError, InvalidDocument, Rejected

EXPIRED = "expiry.picking.confirmation"


class Deliveries(Poster):
    codes = Codes("shipment", refused="CD-5009", differs="CD-5010", already="CD-5007")

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self._stock = Stock(caller)

    def chain(self, picking_id: int) -> tuple[Picking, ...]:
        """One call, two and more for a delivery without an order."""
        rows = self._reading.by_id("stock.picking", [picking_id], {"sale_id": {"picking_ids": PICKING}})
        family = [each for row in rows for each in (row.get("sale_id") or {}).get("picking_ids") or ()]
        if rows and not family:
            family = of_picking(self._reading, picking_id, PICKING)
        chain: list[Picking] = []
        for each in sorted((read_picking(row, self._call.version) for row in family), key=lambda one: one.id):
            if each.id == picking_id or each.backorder_of in {one.id for one in chain} or _succeeds(chain, each):
                chain.append(each)
        return tuple(chain)

    def ship(self, picking: Picking, posting: ShipmentPosting) -> PostedShipment:
        posted: PostedShipment = self.in_words(partial(self._ship, picking, posting), picking, posting)
        return posted

    def _ship(self, picking: Picking, posting: ShipmentPosting) -> PostedShipment:
        if picking.state == "done":
            return self._already(picking, posting)
        self._check(picking, posting)
        known = self._stock.known(picking, posting)
        written = values(picking, posting, self._call.version, known)
        chain = self.post(picking, posting, written, lambda held: differences(held, posting))
        return self._posted(self._with_freight(chain, posting))

    def _already(self, picking: Picking, posting: ShipmentPosting) -> PostedShipment:
        if picking.mark != posting.mark:
            raise self.rejected(self.codes.already, picking, posting)
        return self._posted(self.chain(picking.id))

    def _check(self, picking: Picking, posting: ShipmentPosting) -> None:
        if not any(line.quantity > 0 for line in posting.lines):
            raise InvalidDocument(
                "CD-5011", connection=self._call.slug, shipment=posting.shipment, release=picking.name
            )
        if picking.state == "cancel":
            raise self.refused(picking, posting, "it is cancelled")
        open_moves = {move.id: move for move in picking.moves if move.state not in CLOSED}
        for line in posting.lines:
            move = open_moves.get(line.move_id)
            if line.quantity > 0 and move is None:
                raise self.refused(picking, posting, f"it has no open line {line.move_id}")
            if move and move.chained and line.quantity > move.reserved + move.done:
                raise self._earlier_step(picking, posting)
        check_serials(posting, picking, self._call.slug)

    def _earlier_step(self, picking: Picking, posting: ShipmentPosting) -> IntegrationError:
        domain = [("sale_id", "=", picking.order_id), ("state", "not in", list(CLOSED)), ("id", "!=", picking.id)]
        known = picking.order_id is not None
        rows = self._call.rows("stock.picking", domain, ["name"], companies=[picking.company_id]) if known else []
        earlier = ", ".join(str(row["name"]) for row in rows) or "another transfer"
        return self.rejected("CD-5014", picking, posting, earlier=earlier)

    def policy(self, picking: Picking, posting: Posting) -> dict[str, Any]:
        silent = isinstance(posting, ShipmentPosting) and not posting.notify_customer
        return {**super().policy(picking, posting), **({"skip_sms": True} if silent else {})}

    def asked(self, picking: Picking, posting: Posting, model: str) -> Rejected:
        if model != EXPIRED:
            return super().asked(picking, posting, model)
        lots = self._stock.expired(picking) or [("", "a lot")]
        named = {"lot": ", ".join(lot for _, lot in lots), "lots": [lot for _, lot in lots]}
        return self.rejected("CD-5013", picking, posting, sku=lots[0][0], **named, detail="it is expired")

    def _with_freight(self, chain: Sequence[Picking], posting: ShipmentPosting) -> Sequence[Picking]:
        """A delivery method with a price of its own overwrites the freight when it validates: written once more."""
        shipped, freight = chain[0], posting.freight
        if not freight or not freight_counts(shipped, posting) or shipped.freight is None:
            return chain
        if same(shipped.freight, freight.amount, SMALLEST):
            return chain
        self.write(shipped, {"carrier_price": float(freight.amount)})
        return (shipped.model_copy(update={"freight": freight.amount}), *chain[1:])

    def _posted(self, chain: Sequence[Picking]) -> PostedShipment:
        return PostedShipment(picking=chain[0], backorders=self.open_ones(chain))


def _succeeds(chain: Sequence[Picking], other: Picking) -> bool:
    """An order that was cancelled and is confirmed again asks for its goods by a new picking."""
    return bool(chain) and all(each.state == "cancel" for each in chain) and chain[0].is_followed_by(other)
