"""From purchase orders to receipts: what is ordered and not yet on its way becomes moves from the vendor."""

from __future__ import annotations

from typing import Any

from ..orm.env import Env
from ..orm.record import Record
from .amounts import CLOSED, move_done
from .confirmation import confirm, put_in_picking
from .moves import cancel
from .places import special_place
from .products import convert, label_of, price_per, total
from .stock import EPSILON

INSIDE = ("internal", "transit", "customer")


def receive(order: Record) -> None:
    """The receipt of an order that was just confirmed."""
    lines = [line for line in order.order_line if _is_goods(line.product_id)]
    if not lines:
        return
    opened = [picking for picking in order.picking_ids if picking.state not in CLOSED]
    picking = opened[0] if opened else _new_picking(order)
    moves = [move for line in lines for move in _missing(line, picking)]
    confirm(moves)
    for position, move in enumerate(sorted((m for m in moves if m.exists), key=lambda one: one.date), start=1):
        move.put(sequence=5 * position)
    _schedule(picking)


def follow(line: Record) -> None:
    """Bring the receipt in step with a line that was added or changed."""
    if not _is_goods(line.product_id):
        return
    picking = _open_receipt(line)
    if not picking:
        if line.product_qty <= line.qty_received:
            return
        picking = _new_picking(line.order_id)
    confirm(_missing(line, picking))
    _schedule(picking)


def _is_goods(product: Record) -> bool:
    return bool(product) and product.type in ("product", "consu")


def _open_receipt(line: Record) -> Record | None:
    """The open receipt that the line is in; else one of the order."""
    pickings = line.order_id.picking_ids
    mine = [picking for picking in pickings if any(move.purchase_line_id == line for move in picking.move_ids)]
    for picking in (*mine, *pickings):
        if picking.state not in CLOSED and picking.location_dest_id.usage in INSIDE:
            found: Record = picking
            return found
    return None


def _group_of(order: Record) -> Record:
    if not order.group_id:
        env = order.env
        model = env.field("purchase.order", "group_id").relation
        order.put(group_id=env.model(model).create_all([{"name": order.name}])[0])
    group: Record = order.group_id
    return group


def _vendors_place(order: Record) -> Record:
    place: Record = order.partner_id.property_stock_supplier or special_place(order.env, "supplier")
    return place


def _new_picking(order: Record) -> Record:
    env: Env = order.env
    values = {
        "picking_type_id": order.picking_type_id.id,
        "partner_id": order.partner_id.id,
        "date": order.date_order,
        "origin": order.name,
        "location_id": _vendors_place(order).id,
        "location_dest_id": order.picking_type_id.default_location_dest_id.id,
        "group_id": _group_of(order).id,
        "purchase_id": order.id,
    }
    known = env.database.fields("stock.picking")
    made = env.model("stock.picking").create_all([{key: value for key, value in values.items() if key in known}])
    return env.browse("stock.picking", made[0])


def _schedule(picking: Record) -> None:
    """A receipt is due with its first move."""
    dates = [move.date for move in picking.move_ids if move.state not in CLOSED]
    if dates:
        picking.put(scheduled_date=min(dates))


def _on_its_way(line: Record) -> float:
    """Received or to be received, less what goes back for a refund, in the line's unit."""
    moves = [move for move in line.move_ids if move.state != "cancel" and not move.scrapped]
    mine = [move for move in moves if move.product_id == line.product_id]
    back = (move for move in mine if move.location_dest_id.usage == "supplier" and move.to_refund)
    coming = (
        move
        for move in mine
        if move.location_dest_id.usage != "supplier" and (not move.origin_returned_move_id or move.to_refund)
    )
    return total([*(_quantity(move, line) for move in coming), *(-_quantity(move, line) for move in back)])


def _quantity(move: Record, line: Record) -> float:
    quantity = move_done(move) if move.state == "done" else move.product_uom_qty
    return convert(quantity, move.product_uom, line.product_uom)


def _missing(line: Record, picking: Record) -> list[Record]:
    """A draft move for what is not on its way; what is too much comes off, or goes back to the vendor."""
    delta = total([line.product_qty, -_on_its_way(line)])
    wanted = convert(delta, line.product_uom, line.product_id.uom_id)
    if wanted > EPSILON:
        return [_move(line, picking, wanted)]
    if wanted < -EPSILON:
        left = _take_off(line, picking, -wanted)
        if left > EPSILON:
            return [_give_back(line, left)]
    return []


def _move(line: Record, picking: Record, quantity: float, **changes: Any) -> Record:
    env, order = line.env, line.order_id
    when = line.date_planned or order.date_planned or env.second
    target = order.picking_type_id.default_location_dest_id
    values = {
        "name": label_of(line.product_id),
        "product_id": line.product_id.id,
        "product_uom": line.product_id.uom_id.id,
        "product_uom_qty": quantity,
        "date": when,
        "date_deadline": when,
        "location_id": _vendors_place(order).id,
        "location_dest_id": target.id,
        "location_final_id": order.picking_type_id.warehouse_id.lot_stock_id.id or target.id,
        "picking_id": picking.id or False,
        "purchase_line_id": line.id,
        "company_id": order.company_id.id,
        "price_unit": price_per(line.price_unit, line.product_uom, line.product_id.uom_id),
        "group_id": _group_of(order).id,
        "origin": order.name,
        "propagate_cancel": line.propagate_cancel,
        "sequence": line.sequence,
        **changes,
    }
    return env.browse("stock.move", env.model("stock.move").create_all([values])[0])


def _take_off(line: Record, picking: Record, quantity: float) -> float:
    """Lower the line's open moves of the same day and price. Returns what they cannot give."""
    when = line.date_planned or line.order_id.date_planned
    price = price_per(line.price_unit, line.product_uom, line.product_id.uom_id)
    for move in picking.move_ids:
        same = move.purchase_line_id == line and move.date_deadline == when and abs(move.price_unit - price) < EPSILON
        if not same or move.state in ("draft", *CLOSED) or quantity <= EPSILON:
            continue
        part = min(move.product_uom_qty, quantity)
        quantity = total([quantity, -part])
        move.write(product_uom_qty=total([move.product_uom_qty, -part]))
        if not move.product_uom_qty and not (move.env.traits.picked and move.picked):
            cancel([move])
    return quantity


def _give_back(line: Record, quantity: float) -> Record:
    """A move to the vendor, out of what will have come."""
    order, none = line.order_id, line.env.browse("stock.picking", 0)
    kind = order.picking_type_id.return_picking_type_id or order.picking_type_id
    source, target = order.picking_type_id.default_location_dest_id, _vendors_place(order)
    move = _move(line, none, quantity, location_id=source.id, location_dest_id=target.id, location_final_id=target.id)
    put_in_picking(move, kind, partner=line.env.browse("res.partner", 0), origin=order.name)
    return move
