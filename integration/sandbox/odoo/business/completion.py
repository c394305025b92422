"""Moves that happen: goods change place, the rest goes to a backorder or is cancelled."""

from __future__ import annotations

from ..faults import UserError, ValidationError
from ..orm.env import Env
from ..orm.record import Record
from .amounts import CLOSED, in_product_unit, line_done, move_column, move_done, refresh
from .chains import push_next
from .confirmation import confirm
from .moves import cancel
from .products import convert, label_of, total
from .reservation import assign, assign_waiting, free_elsewhere, free_line
from .stock import EPSILON, change, quants_at, spot_of, take

SPLIT_FIELDS = (
    "product_id", "product_uom", "location_id", "location_dest_id", "location_final_id", "picking_id",
    "sale_line_id", "purchase_line_id", "group_id", "origin", "procure_method", "price_unit", "date",
    "date_deadline", "sequence", "priority", "name", "to_refund", "origin_returned_move_id", "company_id",
    "bom_line_id",
)  # fmt: skip
MISSING_LOTS = "You need to supply a Lot/Serial Number for product:{break_}{names}"


def complete(moves: list[Record], *, cancel_backorder: bool) -> list[Record]:
    """Do the moves that have a quantity; what is left over becomes new moves, or is cancelled."""
    confirm([move for move in moves if move.state == "draft"], merge=False)
    moves = [move for move in moves if move.state not in CLOSED]
    for move in moves:
        _drop_unpicked_lines(move)
        if not _happens(move) and (not move.product_uom_qty or cancel_backorder):
            cancel([move])
    doing = [move for move in moves if move.state != "cancel" and _happens(move)]
    for move in doing:
        _settle_demand(move, cancel_backorder)
    _refuse_missing_lots([line for move in doing for line in _find_lots(move)])
    for move in doing:
        _do_lines(move)
    for move in doing:
        move.put(state="done", date=move.env.second)
        move.picking_id.touch() if move.picking_id else None
    for move in doing:
        push_next(move)
    for after in dict.fromkeys(after for move in doing for after in move.move_dest_ids):
        assign([after])
    return doing


def _happens(move: Record) -> bool:
    """There is something to move, and since 17 somebody ticked it."""
    if move.is_inventory:
        return True
    ticked = move.picked if move.env.traits.picked else True
    return move_done(move) > EPSILON and bool(ticked)


def _drop_unpicked_lines(move: Record) -> None:
    if not (move.env.traits.picked and move.picked):
        return
    for line in move.move_line_ids:
        if not line.picked:
            free_line(line)
            move.env.store.delete("stock.move.line", line.id)
    if move.move_line_ids:
        refresh(move)


def _settle_demand(move: Record, cancel_backorder: bool) -> None:
    """Shipped less: split the rest off. Shipped more: 16 raises the demand."""
    done, demand = move_done(move), move.product_uom_qty
    if done > demand + EPSILON:
        if move.env.traits.raises_demand:
            move.put(product_uom_qty=done)
        return
    if done > demand - EPSILON or (cancel_backorder and move.env.traits.picked):
        return
    rest = _split(move, total([demand, -done]))
    if cancel_backorder:
        cancel([rest])


def _split(move: Record, quantity: float) -> Record:
    """A new move with part of the demand."""
    env = move.env
    known = env.database.fields("stock.move")
    values = {name: move.raw(name) for name in SPLIT_FIELDS if name in known}
    new = env.browse("stock.move", env.model("stock.move").create_all([{**values, "product_uom_qty": quantity}])[0])
    for before in move.move_orig_ids:
        env.model("stock.move").write([new.id], {"move_orig_ids": [[4, before.id]]})
    for after in move.move_dest_ids:
        if after.state not in CLOSED:
            env.model("stock.move").write([new.id], {"move_dest_ids": [[4, after.id]]})
    move.put(product_uom_qty=total([move.product_uom_qty, -quantity]))
    _free_surplus(move)
    confirm([new], merge=False)
    return new


def _free_surplus(move: Record) -> None:
    """16: what is reserved beyond the done quantity goes back, for the backorder to take."""
    if move.env.traits.picked:
        return
    for line in move.move_line_ids:
        free_line(line)
        line.put(reserved_uom_qty=min(line.reserved_uom_qty, line.qty_done))
        spare = in_product_unit(line, line.reserved_uom_qty)
        if not line.qty_done:
            move.env.store.delete("stock.move.line", line.id)
        else:
            from_stock = spot_of(line)
            for quant in quants_at(from_stock, strict=True)[:1]:
                quant.put(reserved_quantity=total([quant.reserved_quantity, spare]))


def _do_lines(move: Record) -> None:
    lines = _lines_to_do(move)
    for line in move.move_line_ids:
        if line not in lines:
            free_line(line)
            move.env.store.delete("stock.move.line", line.id)
    ignored: set[int] = set()
    for line in lines:
        _do_line(line, ignored)
        ignored.add(line.id)


def _lines_to_do(move: Record) -> list[Record]:
    return [line for line in move.move_line_ids if line_done(line) > EPSILON or move.is_inventory]


def _do_line(line: Record, ignored: set[int]) -> None:
    quantity = in_product_unit(line, line_done(line))
    free_line(line)
    spot = spot_of(line)
    left = take(spot, quantity)
    target = spot.at(location=line.location_dest_id, package=line.result_package_id)
    change(target, quantity)
    if left < -EPSILON:
        free_elsewhere(line, spot, -left, ignored | {line.id})
    line.put(date=line.env.second, **({} if line.env.traits.picked else {"reserved_uom_qty": 0.0}))
    _check_serial(line, target.location)


def _check_serial(line: Record, target: Record) -> None:
    """A serial number is in one place, once. Raises ValidationError."""
    lot = line.lot_id
    if line.product_id.tracking != "serial" or not lot or target.usage in ("inventory",):
        return
    rows = line.env.find(
        "stock.quant", ["lot_id", "=", lot.id], ["location_id.usage", "in", ["internal", "customer", "transit"]]
    )
    if (
        any(row.quantity > 1 + EPSILON for row in rows)
        or total(row.quantity for row in rows if row.quantity > 0) > 1 + EPSILON
    ):
        name = label_of(line.product_id)
        raise ValidationError(
            f"The serial number has already been assigned: \n Product: {name}, Serial Number: {lot.name}"
        )


def _find_lots(move: Record) -> list[Record]:
    """Lots by name, made where the operation type makes lots. Returns the lines that lack one."""
    if move.product_id.tracking == "none":
        return []
    kind = move.picking_type_id
    missing = []
    for line in _lines_to_do(move):
        if line.lot_id or (kind and not kind.use_create_lots and not kind.use_existing_lots):
            continue
        if kind and kind.use_create_lots and line.lot_name:
            line.put(lot_id=_lot(line))
        elif kind or not move.is_inventory:
            missing.append(line)
    return missing


def _refuse_missing_lots(missing: list[Record]) -> None:
    """Raises UserError for lines without a lot, each product once."""
    if missing:
        new = missing[0].env.traits.next_step_only
        products = dict.fromkeys(label_of(line.product_id) for line in missing)
        names = "\n".join(f"{'' if new else ' '}- {name}" for name in products)
        raise UserError(MISSING_LOTS.format(break_="\n" if new else " \n", names=names))


def _lot(line: Record) -> Record:
    env = line.env
    ours = ["company_id", "in", [line.company_id.id, False]]
    found = env.first("stock.lot", ["product_id", "=", line.product_id.id], ["name", "=", line.lot_name], ours)
    if found:
        return found
    of_company = {"company_id": line.company_id.id} if env.traits.lots_of_company else {}
    values = {"name": line.lot_name, "product_id": line.product_id.id, **of_company}
    if line.expiration_date:
        values["expiration_date"] = line.expiration_date
    return env.browse("stock.lot", env.model("stock.lot").create_all([values])[0])


def arrived(env: Env, moves: list[Record]) -> None:
    """Goods that came into a place are reserved for those who wait there."""
    for move in moves:
        if move.location_dest_id.usage == "internal":
            assign_waiting(env, move.product_id, move.location_dest_id)


def done_in_product_unit(move: Record) -> float:
    return convert(move.raw(move_column(move.env)), move.product_uom, move.product_id.uom_id)
