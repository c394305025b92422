"""The return wizard: its lines, and the transfer that brings the goods back."""

from __future__ import annotations

from typing import Any, ClassVar

from ..faults import UserError
from ..orm.model import Model
from ..orm.record import Record
from ..orm.registry import on_records, serves
from .exchanges import send_again
from .messages import post_note
from .products import total
from .reservation import unreserve
from .return_moves import return_move
from .stock import EPSILON

ONE_ONLY = "You may only return one picking at a time."
NOT_DONE = "You may only return Done pickings."
NOTHING = "Please specify at least one non-zero quantity."
MADE_BY_HAND = "You have manually created product lines, please delete them to proceed."
# What the new picking keeps of the old one.
COPIED = ("partner_id", "group_id", "move_type", "note", "priority", "sale_id", "purchase_id")
NO_FILTERS = ("draft", "assigned", "confirmed", "ready", "planning_issues", "available")


@serves("stock.return.picking.line")
class ReturnLine(Model):
    """How much of a move comes back."""

    def label(self, record: Record) -> str:
        return str(record.product_id.label)

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"to_refund": True, **({"quantity": 1.0} if self.env.traits.returns_to_picking else {})}


@serves("stock.return.picking")
class ReturnWizard(Model):
    """What comes back of a transfer that is done."""

    since: ClassVar[dict[str, int]] = {"action_create_returns": 18, "action_create_exchanges": 18}
    until: ClassVar[dict[str, int]] = {"create_returns": 17}

    def label(self, record: Record) -> str:
        return f"stock.return.picking,{record.id}"

    def defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        context = self.env.context
        if not context.get("active_id") or context.get("active_model") != "stock.picking":
            return {}
        if len(context.get("active_ids") or []) > 1:
            raise UserError(ONE_ONLY)
        return {"picking_id": context["active_id"]}

    def created(self, record: Record, values: dict[str, Any]) -> None:
        """Since 17 a wizard without lines gets one for each move; 17 offers what has not come back yet."""
        if not self.env.traits.picked or "product_return_moves" in values:
            return
        picking = record.picking_id
        if not self.env.traits.returns_to_picking:
            if picking.state != "done":
                raise UserError(NOT_DONE)
            record.put(location_id=_return_place(picking))
        lines = self.env.model("stock.return.picking.line")
        for move in picking.move_ids:
            if move.state != "cancel" and not move.scrapped:
                quantity = 0.0 if self.env.traits.returns_to_picking else _not_back_yet(move)
                row = {"wizard_id": record.id, "product_id": move.product_id.id, "move_id": move.id}
                lines.create_all([{**row, "quantity": quantity}])

    @on_records
    def create_returns(self, ids: Any) -> dict[str, Any]:
        """16 and 17."""
        record = self.records(ids)[0]
        made = self._send_back(record)
        context = {
            **self.env.context,
            "default_partner_id": record.picking_id.partner_id.id or False,
            "search_default_picking_type_id": made.picking_type_id.id,
            **{f"search_default_{name}": False for name in NO_FILTERS},
        }
        return self._action(made, "form,tree,calendar", context)

    @on_records
    def action_create_returns(self, ids: Any) -> dict[str, Any]:
        return self._action(self._send_back(self.records(ids)[0]), "form", dict(self.env.context))

    @on_records
    def action_create_exchanges(self, ids: Any) -> dict[str, Any]:
        """A return, and the same goods sent once more."""
        record = self.records(ids)[0]
        action = self.action_create_returns([record.id])
        for line in record.product_return_moves:
            if line.move_id:
                send_again(line.move_id, line.quantity)
        return action

    def _action(self, picking: Record, views: str, context: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": "Returned Picking",
            "view_mode": views,
            "res_model": "stock.picking",
            "res_id": picking.id,
            "type": "ir.actions.act_window",
            "context": context,
        }

    def _send_back(self, record: Record) -> Record:
        """The new transfer, confirmed and reserved. Raises UserError when nothing comes back."""
        lines = list(record.product_return_moves)
        for line in lines:
            unreserve([move for move in line.move_id.move_dest_ids if move.state not in ("done", "cancel")])
        made = self._copy(record)
        post_note(made, f"This transfer has been created from: {record.picking_id.name}")
        for line in lines:
            if not line.move_id and not self.env.traits.returns_to_picking:
                raise UserError(MADE_BY_HAND)
            if abs(line.quantity) > EPSILON:
                return_move(line, made, self._target(record, line, made))
        if not made.move_ids:
            raise UserError(NOTHING)
        pickings = self.env.model("stock.picking")
        pickings.action_confirm([made.id])  # type: ignore[attr-defined]
        pickings.action_assign([made.id])  # type: ignore[attr-defined]
        return made

    def _copy(self, record: Record) -> Record:
        picking, env = record.picking_id, self.env
        known = env.database.fields("stock.picking")
        kind = picking.picking_type_id.return_picking_type_id or picking.picking_type_id
        values = {name: picking.raw(name) for name in COPIED if name in known}
        values |= {
            "picking_type_id": kind.id,
            "origin": f"Return of {picking.name}",
            "location_id": picking.location_dest_id.id,
            "location_dest_id": self._picking_target(record, kind).id,
            "return_id": picking.id if env.traits.picked else False,
        }
        return env.browse("stock.picking", env.model("stock.picking").create_all([values])[0])

    def _picking_target(self, record: Record, kind: Record) -> Record:
        """Until 17 the wizard's place; without one the picking keeps the target of the old one."""
        picking = record.picking_id
        found: Record
        if self.env.traits.returns_to_picking:
            found = kind.default_location_dest_id if kind.code == "incoming" else picking.location_id
        else:
            found = record.location_id or picking.location_dest_id
        return found

    def _target(self, record: Record, line: Record, made: Record) -> Record:
        found: Record
        if self.env.traits.returns_to_picking:
            found = made.location_dest_id or line.move_id.location_id
        else:
            found = record.location_id or line.move_id.location_id
        return found


def _return_place(picking: Record) -> Record:
    """17: where returns of a transfer go unless somebody says otherwise."""
    kind = picking.picking_type_id
    by_type = kind.return_picking_type_id.default_location_dest_id
    usual = by_type if by_type.return_location else picking.location_id
    found: Record = kind.default_location_return_id or usual
    return found


def _not_back_yet(move: Record) -> float:
    back = [one for one in move.move_dest_ids if one.origin_returned_move_id == move]
    return total([move.quantity, *(-one.quantity for one in back)])
