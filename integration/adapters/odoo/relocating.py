"""Moves goods from one location of a warehouse to another one: an internal transfer, made once by its external id."""

import hashlib
from collections.abc import Sequence
from typing import Any

from integration.adapters.odoo.caller import Caller, Row
from integration.adapters.odoo.deliveries import Deliveries
from integration.adapters.odoo.quantities import exact
from integration.canonical.erp import Picking, PostingDetail, PostingLine, ShipmentPosting
from integration.canonical.stock import Landed, Relocation
from integration.errors import Causes, InvalidDocument, OutcomeUnknown, Rejected, Throttled, Unreachable

MODULE = "__crossdock__"
ARCHIVED = {"active_test": False}  # the type is, as long as nobody has turned storage locations on


class Relocating:
    def __init__(self, caller: Caller, deliveries: Deliveries) -> None:
        self._call = caller
        self._deliveries = deliveries

    def relocate(self, relocation: Relocation) -> Landed:
        """Made, reserved, written, compared, validated and read back, each step found done by a second try."""
        try:
            picking = self._transfer(relocation)
            posted = self._ship(relocation, picking)
        except (Causes, InvalidDocument, Rejected) as error:
            raise self._refused(relocation, str(error)) from None
        return _landed(posted)

    def found(self, relocation: Relocation) -> Landed | None:
        known = _standing(self._own(relocation))
        chain = self._deliveries.chain(known[0]) if known else ()
        return _landed(chain[0]) if chain and chain[0].state == "done" else None

    def _ship(self, relocation: Relocation, picking: Picking) -> Picking:
        """Where it stopped is not known: the transfer may be validated, and only its reading have failed."""
        try:
            return self._deliveries.ship(picking, _posting(relocation, picking)).picking
        except (Unreachable, Throttled):
            what = "stock.picking.button_validate"
            raise OutcomeUnknown("CD-1006", connection=self._call.slug, verb=what) from None

    def _transfer(self, relocation: Relocation) -> Picking:
        """The transfer with what Odoo could reserve for it, so that it is taken from where it lies."""
        own = self._own(relocation)
        made, state = _standing(own) or (self._make(relocation, cancelled=len(own)), "draft")
        how: dict[str, Any] = {"companies": [relocation.company_id]}
        if state == "draft":
            self._call("stock.picking", "action_confirm", [made], **how)
        if state in ("draft", "confirmed"):
            self._call("stock.picking", "action_assign", [made], **how)
        return self._deliveries.chain(made)[0]

    def _own(self, relocation: Relocation) -> list[Row]:
        """What was made for it before."""
        domain = [("origin", "=", _origin(relocation))]
        return self._call.rows("stock.picking", domain, ["state"], companies=[relocation.company_id], order="id")

    def _make(self, relocation: Relocation, cancelled: int) -> int:
        """By external id: two tries that overlap make one transfer. One that somebody cancelled keeps its own."""
        name = f"{_digest(relocation)}{cancelled or ''}"
        between = [str(relocation.from_id), str(relocation.to_id)]
        head = {
            "id": f"{MODULE}.stock_{name}",
            "picking_type_id/.id": str(self._type(relocation)),
            "location_id/.id": between[0],
            "location_dest_id/.id": between[1],
            "origin": _origin(relocation),
        }
        move = {
            "id": f"{MODULE}.stock_{name}_move",
            **({"name": relocation.text[:200]} if self._call.version.named_moves else {}),
            "product_id/.id": str(relocation.product_id),
            "product_uom_qty": str(relocation.quantity),
            "product_uom/.id": str(self._unit(relocation)),
            "location_id/.id": between[0],
            "location_dest_id/.id": between[1],
        }
        fields = [*head, *(f"move_ids/{name}" for name in move)]
        how: dict[str, Any] = {"companies": [relocation.company_id], "context": ARCHIVED}
        [made] = self._call.load("stock.picking", fields, [[*head.values(), *move.values()]], **how)
        return made

    def _type(self, relocation: Relocation) -> int:
        domain = [("code", "=", "internal"), ("warehouse_id", "=", relocation.warehouse_id)]
        how: dict[str, Any] = {"companies": [relocation.company_id], "context": ARCHIVED}
        rows = self._call.rows("stock.picking.type", domain, ["code"], order="id", limit=1, **how)
        if not rows:
            raise self._refused(relocation, "the warehouse has no operation type for internal transfers")
        return int(rows[0]["id"])

    def _unit(self, relocation: Relocation) -> int:
        [row] = self._call.rows("product.product", [("id", "=", relocation.product_id)], ["uom_id"])
        return int(row["uom_id"][0])

    def _refused(self, relocation: Relocation, detail: str) -> Rejected:
        about: dict[str, Any] = {"connection": self._call.slug, "document": relocation.text, "sku": relocation.sku}
        return Rejected("CD-8008", **about, quantity=relocation.quantity, detail=detail)


def _standing(own: Sequence[Row]) -> tuple[int, str] | None:
    """Id and state of the one that nobody has cancelled."""
    return next(((int(row["id"]), str(row["state"])) for row in own if row["state"] != "cancel"), None)


def _origin(relocation: Relocation) -> str:
    return f"{relocation.mark} {relocation.text}"[:250]


def _digest(relocation: Relocation) -> str:
    return hashlib.sha256(relocation.mark.encode()).hexdigest()[:24]


def _posting(relocation: Relocation, picking: Picking) -> ShipmentPosting:
    detail = PostingDetail(quantity=relocation.quantity, lot=relocation.lot or None)
    move = next(move for move in picking.moves if move.state != "cancel")
    line = PostingLine(move_id=move.id, quantity=relocation.quantity, details=(detail,))
    return ShipmentPosting(shipment=relocation.text, mark=relocation.mark, lines=(line,))


def _landed(picking: Picking) -> Landed:
    done = [move for move in picking.moves if move.state == "done"]
    total = exact(sum(float(move.done) for move in done))
    return Landed(moves=tuple(move.id for move in done), quantity=total, picking=picking.name)
