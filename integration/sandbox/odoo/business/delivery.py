"""From order lines to pickings: what is ordered and not yet on its way becomes moves."""

from __future__ import annotations

from typing import Any

from ..faults import UserError
from ..orm.record import Record
from .amounts import CLOSED, move_done
from .chains import chain_of, steps_of
from .confirmation import confirm, put_in_picking
from .kits import Part, bom_of, parts_of, whole_kits
from .moves import cancel
from .places import ends_of, special_place
from .products import convert, label_of, total
from .reservation import assign, unreserve
from .stock import EPSILON


def launch(lines: list[Record]) -> None:
    """Bring the moves of order lines in step with the ordered quantities."""
    for line in lines:
        if line.order_id.state not in ("sale",) or line.order_id.locked or not _is_goods(line.product_id):
            continue
        wanted = convert(line.product_uom_qty, line.product_uom, line.product_id.uom_id)
        delta = total([wanted, -_on_its_way(line)])
        if delta > EPSILON:
            _procure(line, delta)
        elif delta < -EPSILON:
            _reduce(line, -delta)


def _is_goods(product: Record) -> bool:
    return bool(product) and product.type in ("product", "consu")


def first_moves(line: Record) -> list[Record]:
    """The line's own moves, later steps left out."""
    return [move for move in line.move_ids if not any(one.sale_line_id == line for one in move.move_orig_ids)]


def _on_its_way(line: Record) -> float:
    """Moved or to be moved to the customer, less what came back for a refund; of a kit, what its components come to."""
    going = [move for move in first_moves(line) if move.state != "cancel" and move.location_id.usage != "customer"]
    back = [m for m in line.move_ids if m.state != "cancel" and m.location_id.usage == "customer" and m.to_refund]
    if bom_of(line.product_id):
        return whole_kits(
            line.product_id, [*going, *back], lambda move: -_quantity(move) if move in back else _quantity(move)
        )
    return total([*(_quantity(move) for move in going), *(-_quantity(move) for move in back)])


def _quantity(move: Record) -> float:
    """What a move moves: the done quantity once it is done, as more or less may have shipped."""
    quantity = move_done(move) if move.state == "done" else move.product_uom_qty
    return convert(quantity, move.product_uom, move.product_id.uom_id)


def group_of(order: Record) -> Record:
    """The order's procurement group; 19 keeps it as a reference."""
    if not order.procurement_group_id:
        env = order.env
        values = {"name": order.name, "sale_id": order.id}
        model = env.field("sale.order", "procurement_group_id").relation
        order.put(procurement_group_id=env.model(model).create_all([values])[0])
    group: Record = order.procurement_group_id
    return group


def _origin(order: Record) -> str:
    if order.env.traits.origin_with_reference and order.client_order_ref:
        return f"{order.name} - {order.client_order_ref}"
    return str(order.name)


def _procure(line: Record, quantity: float) -> None:
    """Moves for a quantity, or for the components that a kit comes to."""
    _refuse_unreachable(line)
    for part in parts_of(line.product_id, quantity):
        _procure_part(line, part)


def _procure_part(line: Record, part: Part) -> None:
    """One move in the first step, or the whole chain from the last step backwards."""
    order = line.order_id
    steps = steps_of(order.warehouse_id)
    open_move = _growing(line, part, steps[0]) if order.env.traits.next_step_only or len(steps) == 1 else None
    if open_move:
        more = convert(part.quantity, part.unit, open_move.product_uom)
        open_move.write(product_uom_qty=total([open_move.product_uom_qty, more]))
        if open_move.state != "assigned":
            assign([open_move])
        return
    if order.env.traits.next_step_only or len(steps) == 1:
        move = _move(line, part, steps[0], procure_method="make_to_stock")
        _place(line, move, steps[0])
        confirm([move])
        return
    _procure_chain(line, part, steps)


def _refuse_unreachable(line: Record) -> None:
    """Customers may live at a place that no rule delivers to. Raises UserError."""
    place = line.order_id.partner_shipping_id.property_stock_customer
    if place and place.usage not in ("customer", "transit", "internal"):
        mark = '"' if line.env.traits.number >= 18 else "'"
        what, where = f"{mark}{label_of(line.product_id)}{mark}", f"{mark}{place.complete_name}{mark}"
        raise UserError(
            f"No rule has been found to replenish {what} in {where}.\nVerify the routes configuration on the product."
        )


def _growing(line: Record, part: Part, kind: Record) -> Record | None:
    """The open move of the line that a larger quantity joins."""
    group = line.order_id.procurement_group_id
    for move in first_moves(line):
        way = move.picking_id.picking_type_id == kind and move.location_id == ends_of(kind)[0]
        if move.state not in ("draft", *CLOSED) and way and _is_of(move, part) and group:
            return move
    return None


def _is_of(move: Record, part: Part) -> bool:
    return bool(move.product_id == part.product) and move.bom_line_id.id == part.bom_line_id


def _procure_chain(line: Record, part: Part, steps: list[Record]) -> None:
    """Moves from the customer backwards, pickings from the shelf forwards, as a server numbers them."""
    moves: list[tuple[Record, Record]] = []
    for number, kind in enumerate(reversed(steps)):
        method = "make_to_stock" if kind == steps[0] else "make_to_order"
        move = _move(line, part, kind, procure_method=method)
        if number:
            after = moves[-1][0]
            way = f"{after.location_id.name} → {after.location_dest_id.name}"
            move.put(sale_line_id=False, name=f"{line.order_id.warehouse_id.code}: {way}")
            move.env.model("stock.move").write([moves[-1][0].id], {"move_orig_ids": [[4, move.id]]})
        moves.append((move, kind))
    for move, kind in reversed(moves):
        _place(line, move, kind)
    for move, _kind in reversed(moves):
        confirm([move], merge=False)


def _move(line: Record, part: Part, kind: Record, **extra: Any) -> Record:
    env, order = line.env, line.order_id
    when = order.commitment_date or order.expected_date or env.second
    source, target = ends_of(kind)
    values = {
        "name": line.name or label_of(line.product_id),
        "product_id": part.product.id,
        "product_uom": part.unit.id,
        "product_uom_qty": part.quantity,
        "bom_line_id": part.bom_line_id or False,
        "location_id": source.id,
        "location_dest_id": target.id,
        "company_id": order.company_id.id,
        "location_final_id": special_place(env, "customer").id,
        "group_id": group_of(order).id,
        "sale_line_id": line.id,
        "origin": _origin(order),
        "date": when,
        "date_deadline": when,
        "sequence": line.sequence,
        **extra,
    }
    return env.browse("stock.move", env.model("stock.move").create_all([values])[0])


def _place(line: Record, move: Record, kind: Record) -> None:
    order = line.order_id
    put_in_picking(move, kind, partner=order.partner_shipping_id, origin=_origin(order))
    if order.env.traits.picked:
        move.picking_id.touch()


def _reduce(line: Record, quantity: float) -> None:
    """Take a quantity, or the components of so many kits, off the open moves, the newest first."""
    for part in parts_of(line.product_id, quantity):
        _reduce_part(line, part)


def _reduce_part(line: Record, part: Part) -> None:
    left = part.quantity
    for move in sorted(first_moves(line), key=lambda one: -one.id):
        if move.state in CLOSED or left <= EPSILON or not _is_of(move, part):
            continue
        taken = min(move.product_uom_qty, left)
        left = total([left, -taken])
        for one in chain_of(move):
            _shrink(one, taken)


def _shrink(move: Record, quantity: float) -> None:
    left = total([move.product_uom_qty, -quantity])
    if left <= EPSILON:
        if not move.env.traits.picked or not move.picked:
            unreserve([move])
        move.put(product_uom_qty=0.0)
        cancel([move])
        return
    move.write(product_uom_qty=left)
    if move.state in ("confirmed", "partially_available", "waiting"):
        assign([move])
