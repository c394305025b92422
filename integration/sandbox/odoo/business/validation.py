"""`button_validate`: the checks, the wizards it may answer with, and the transfer itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..faults import UserError, ValidationError
from ..orm.env import Env
from ..orm.record import Record
from .amounts import CLOSED, line_done
from .completion import arrived, complete
from .confirmation import confirm
from .messages import post_note
from .partners import check_sender
from .products import label_of, total
from .reservation import assign
from .stock import EPSILON
from .substitutes import add_order_lines

EMPTY = "You can\u2019t validate an empty transfer. Please add some products to move before proceeding."
EMPTY_16 = "Please add some items to move."
NOTHING = {
    "16": "You cannot validate a transfer if no quantities are reserved nor done. "
    "To force the transfer, switch in edit mode and encode the done quantities.",
    "17": "You cannot validate a transfer if no quantities are reserved. To force the transfer, encode quantities.",
    "18": "You cannot validate a transfer if no quantities are reserved. To force the transfer, encode quantities.",
    "19": "Transfer trouble alert! Validating a zero quantity transfer? You're not moving invisible goods around are "
    "you?\nSet some quantities and let's get moving!",
}
LOST_RACE = "The operation cannot be completed: Error, a partner cannot follow twice the same object."
FAR = 4  # digits that matter when quantities are compared


def validate(env: Env, pickings: list[Record]) -> Any:
    """True, or the action of a wizard that has to be answered first."""
    if env.traits.number >= 19:
        pickings = [picking for picking in pickings if picking.state != "done"]
    _refuse_lost_race(env, pickings)
    _confirm_drafts(pickings)
    _check(env, pickings)
    if env.traits.number == 16:
        check_sender(env)
    context = {"button_validate_picking_ids": [picking.id for picking in pickings], **env.context}
    action = _wizard(env.with_context(**context), pickings)
    if action:
        return action
    finish(env, pickings)
    return True


def _refuse_lost_race(env: Env, pickings: list[Record]) -> None:
    """Somebody else validated it after this call came in: 16 to 18 stumble over the follower."""
    for picking in pickings:
        done_at = env.database.validated.get(picking.id, 0.0)
        if env.arrived and done_at > env.arrived and env.traits.number <= 18:
            raise ValidationError(LOST_RACE)


def _confirm_drafts(pickings: list[Record]) -> None:
    """17 and later confirm a draft first and take its demand as shipped."""
    for picking in pickings:
        if not picking.env.traits.picked or picking.state != "draft":
            continue
        confirm([move for move in picking.move_ids if move.state == "draft"])
        for move in picking.move_ids:
            if abs(move.quantity) < EPSILON and move.product_uom_qty:
                move.write(quantity=move.product_uom_qty)


def _check(env: Env, pickings: list[Record]) -> None:
    """Raises UserError for empty transfers, and for lines without a lot."""
    if any(not picking.move_ids and not picking.move_line_ids for picking in pickings):
        raise UserError(EMPTY if env.traits.picked else EMPTY_16)
    if any(_has_nothing(picking) for picking in pickings):
        raise UserError(NOTHING[env.traits.version])
    missing = dict.fromkeys(label_of(line.product_id) for picking in pickings for line in _lines_without_lot(picking))
    if missing:
        raise UserError(f"You need to supply a Lot/Serial number for products {', '.join(missing)}.")


def _has_nothing(picking: Record) -> bool:
    if picking.env.traits.picked:
        return all(abs(m.quantity) < EPSILON for m in picking.move_ids if m.state not in CLOSED)
    open_lines = [line for line in picking.move_line_ids if line.move_id.state not in CLOSED]
    return all(not line.qty_done and not line.reserved_uom_qty for line in open_lines)


def _lines_without_lot(picking: Record) -> list[Record]:
    kind = picking.picking_type_id
    if not kind.use_create_lots and not kind.use_existing_lots:
        return []
    tracked = [line for line in picking.move_line_ids if line.product_id.tracking != "none"]
    if picking.env.traits.picked:
        tracked = [line for line in tracked if line.picked and line.quantity]
    else:
        nothing_done = all(not line.qty_done for line in picking.move_line_ids)
        tracked = [line for line in tracked if nothing_done or line.qty_done]
    return [line for line in tracked if not line.lot_id and not line.lot_name]


def _wizard(env: Env, pickings: list[Record]) -> dict[str, Any] | None:
    """The first question that the context does not answer already."""
    context = env.context
    if env.traits.picked:
        _tick(pickings)
    elif not context.get("skip_immediate"):
        idle = [picking for picking in pickings if all(not line.qty_done for line in picking.move_line_ids)]
        if idle:
            return _pick_action(env, "Immediate Transfer?", "stock.immediate.transfer", 789, idle, pickings)
    if not context.get("skip_backorder"):
        short = [picking for picking in pickings if _is_short(picking)]
        if short:
            return _pick_action(env, "Create Backorder?", "stock.backorder.confirmation", 898, short, pickings)
    return _sms_action(env, pickings) or _expiry_action(env, pickings)


def _tick(pickings: list[Record]) -> None:
    """Nothing ticked means: everything reserved ships."""
    for picking in pickings:
        ticked = any(move.picked and not move.scrapped for move in picking.move_ids)
        if any(move.quantity for move in picking.move_ids) and not ticked:
            for move in picking.move_ids:
                move.put(picked=True)
                for line in move.move_line_ids:
                    line.put(picked=True)


def _is_short(picking: Record) -> bool:
    if picking.picking_type_id.create_backorder != "ask":
        return False
    return any(_move_is_short(move) for move in picking.move_ids if move.state != "cancel")


def _move_is_short(move: Record) -> bool:
    if not move.env.traits.picked:
        return bool(round(move.quantity_done, FAR) < round(move.product_uom_qty, FAR))
    ticked = total(line_done(line) for line in move.move_line_ids if line.picked)
    return bool(move.product_uom_qty and not move.picked) or round(ticked, FAR) < round(move.product_uom_qty, FAR)


def _action(name: str, model: str, view: int, context: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "type": "ir.actions.act_window",
        "view_mode": "form",
        "res_model": model,
        "views": [[view, "form"]],
        "view_id": view,
        "target": "new",
        **more,
        "context": context,
    }


def _pick_action(
    env: Env, name: str, model: str, view: int, chosen: list[Record], all_: list[Record]
) -> dict[str, Any]:
    links = [[4, picking.id] for picking in chosen]
    context = {**env.context, "default_show_transfers": len(all_) > 1, "default_pick_ids": links}
    return _action(name, model, view, context)


def _sms_action(env: Env, pickings: list[Record]) -> dict[str, Any] | None:
    """The first delivery of a company that never said whether customers get a text message."""
    if env.context.get("skip_sms"):
        return None
    asked = [picking for picking in pickings if _asks_for_sms(picking)]
    if not asked:
        return None
    wizard = env.model("confirm.stock.sms").create_all([{"pick_ids": [[6, 0, [picking.id for picking in asked]]]}])
    return _action("SMS", "confirm.stock.sms", 1212, dict(env.context), res_id=wizard[0])


def _asks_for_sms(picking: Record) -> bool:
    company = picking.company_id
    wanted = company.stock_move_sms_validation and not company.has_received_warning_stock_sms
    return bool(wanted) and picking.picking_type_code == "outgoing" and bool(picking.partner_id.phone)


def _expiry_action(env: Env, pickings: list[Record]) -> dict[str, Any] | None:
    if env.context.get("skip_expired"):
        return None
    lines = [line for picking in pickings for line in picking.move_line_ids if _is_expired(line)]
    if not lines:
        return None
    concerned = dict.fromkeys(line.picking_id.id for line in lines)
    lots = dict.fromkeys(line.lot_id.id for line in lines)
    context = {**env.context, "default_picking_ids": [[6, 0, list(concerned)]], "default_lot_ids": [[6, 0, list(lots)]]}
    return _action("Confirmation", "expiry.picking.confirmation", 1097, context)


def _is_expired(line: Record) -> bool:
    expires: datetime | bool = line.lot_id.expiration_date if line.lot_id else False
    return isinstance(expires, datetime) and expires <= line.env.now


def ship_reserved(picking: Record) -> None:
    """16: write what is reserved as done, where nothing is written."""
    for move in picking.move_ids:
        if move.quantity_done or move.state not in ("assigned", "partially_available"):
            continue
        for line in move.move_line_ids:
            line.write(qty_done=line.reserved_uom_qty)


def finish(env: Env, pickings: list[Record]) -> None:
    """Transfer the goods and open backorders, by context and by the operation types' policy."""
    given_up = set(env.context.get("picking_ids_not_to_backorder") or [])
    for picking in pickings:
        policy = picking.picking_type_id.create_backorder
        drop = policy == "never" or (picking.id in given_up and policy != "always")
        _transfer(env, picking, cancel_backorder=drop)
        env.database.validated[picking.id] = env.database.clock()


def _transfer(env: Env, picking: Record, *, cancel_backorder: bool) -> None:
    moves = [move for move in picking.move_ids if move.state not in CLOSED]
    done = complete(moves, cancel_backorder=cancel_backorder)
    if done and not cancel_backorder:
        _open_backorder(env, picking)
    picking.put(date_done=env.second, priority="0")
    if picking.picking_type_code in ("incoming", "internal") or env.traits.number >= 19:
        arrived(env, done)
    add_order_lines(picking)
    _touch_documents(picking)


def _open_backorder(env: Env, picking: Record) -> None:
    """A new picking with what is left, reserved at once."""
    left = [move for move in picking.move_ids if move.state not in CLOSED]
    if not left:
        return
    names = (
        "picking_type_id",
        "location_id",
        "location_dest_id",
        "partner_id",
        "origin",
        "group_id",
        "move_type",
        "sale_id",
    )
    more = ("purchase_id", "carrier_id", "note", "scheduled_date")
    values = {name: picking.raw(name) for name in (*names, *more) if name in env.database.fields("stock.picking")}
    new = env.model("stock.picking").create_all([{**values, "backorder_id": picking.id}])[0]
    for move in left:
        move.put(picking_id=new, **({"picked": False} if env.traits.picked else {}))
        for line in move.move_line_ids:
            line.put(picking_id=new, **({"picked": False} if env.traits.picked else {}))
    backorder = env.browse("stock.picking", new)
    post_note(picking, f"The backorder {backorder.name} has been created.")
    if backorder.picking_type_id.reservation_method == "at_confirm":
        assign(list(backorder.move_ids))


def _touch_documents(picking: Record) -> None:
    """Stored totals of the orders change: so does their `write_date`."""
    for move in picking.move_ids:
        for line in (move.sale_line_id, move.purchase_line_id):
            if line:
                line.touch()
    for order in (picking.sale_id, picking.purchase_id):
        if order:
            order.touch()
