"""Writing a quantity or lots on a move: how it spreads over the lines."""

from __future__ import annotations

from typing import Any

from ..orm.record import Record
from .amounts import CLOSED, line_column, line_done, line_values, move_column, move_reserved, sum_of_lines
from .move_states import recompute
from .products import total
from .reservation import reserve_more
from .stock import EPSILON


def set_quantity(move: Record, quantity: float) -> None:
    """Make the lines add up to a quantity, as far as lines can; the move keeps the number itself."""
    if move.env.traits.picked:
        _spread(move, quantity)
    else:
        _spread_done(move, quantity)
    move.put(**{move_column(move.env): quantity})
    if move.state == "done" and move.env.traits.raises_demand:
        move.put(product_uom_qty=quantity)
    recompute(move)


def _spread(move: Record, quantity: float) -> None:
    """17 and later: less comes off the last lines, more goes on new ones (19: first on what stock allows)."""
    delta = total([quantity, -sum_of_lines(move)])
    if delta < -EPSILON:
        _take_off(move, -delta)
        return
    if delta > EPSILON and move.env.traits.number >= 19 and move.state not in ("draft", *CLOSED):
        reserve_more(move, delta)
        delta = total([quantity, -sum_of_lines(move)])
    if delta > EPSILON:
        _add_lines(move, delta)


def _take_off(move: Record, quantity: float) -> None:
    lines = move.env.model("stock.move.line")
    for line in sorted(move.move_line_ids, key=lambda one: -one.id):
        part = min(line_done(line), quantity)
        if part <= EPSILON:
            continue
        quantity = total([quantity, -part])
        if abs(part - line_done(line)) < EPSILON and move.state not in CLOSED:
            lines.unlink([line.id])
        else:
            line.write(quantity=total([line.quantity, -part]))


def _add_lines(move: Record, quantity: float) -> None:
    """One new line; for serials one each."""
    parts = [1.0] * int(quantity) if move.product_id.tracking == "serial" else [quantity]
    for part in parts:
        move.env.model("stock.move.line").create_all([line_values(move, part)])


def _spread_done(move: Record, quantity: float) -> None:
    """16: more goes where the reservation has room, then on a new line; less comes off."""
    delta = total([quantity, -sum_of_lines(move)])
    if delta < -EPSILON:
        _lower_done(move, -delta)
        return
    if move.state not in ("draft", *CLOSED) and move_reserved(move) < quantity:
        reserve_more(move, total([quantity, -move_reserved(move)]))
    for line in move.move_line_ids:
        part = min(delta, total([line.reserved_uom_qty, -line.qty_done]))
        if part > EPSILON:
            line.write(qty_done=total([line.qty_done, part]))
            delta = total([delta, -part])
    if delta > EPSILON and move.state == "done" and move.move_line_ids:
        line = move.move_line_ids[0]
        line.write(qty_done=total([line.qty_done, delta]))
    elif delta > EPSILON:
        _add_lines(move, delta)


def _lower_done(move: Record, quantity: float) -> None:
    """Off the lines without a reservation first."""
    for line in sorted(move.move_line_ids, key=lambda one: bool(one.reserved_uom_qty)):
        part = min(line.qty_done, quantity)
        if part > EPSILON:
            line.write(qty_done=total([line.qty_done, -part]))
            quantity = total([quantity, -part])


def set_lots(move: Record, commands: Any) -> None:
    """`lot_ids` of a move: one line of 1 for each serial number."""
    wanted = _wanted(commands)
    if move.product_id.tracking != "serial":
        return
    lines = list(move.move_line_ids)
    kept = {line.lot_id.id for line in lines if line.lot_id.id in wanted}
    for line in lines:
        if line.lot_id and line.lot_id.id not in wanted:
            move.env.model("stock.move.line").unlink([line.id])
    spare = [line for line in lines if not line.lot_id]
    for lot_id in wanted:
        if lot_id not in kept:
            _put_serial(move, lot_id, spare)


def _put_serial(move: Record, lot_id: int, spare: list[Record]) -> None:
    named = {} if move.env.traits.number >= 19 else {"lot_name": move.env.browse("stock.lot", lot_id).name}
    values = {"lot_id": lot_id, **named, line_column(move.env): 1.0}
    if spare:
        spare.pop(0).write(**values)
    else:
        move.env.model("stock.move.line").create_all([line_values(move, 1.0, **values)])


def _wanted(commands: Any) -> list[int]:
    ids: list[int] = []
    for command in commands or []:
        if isinstance(command, int):
            ids.append(command)
        elif command[0] == 6:
            ids = list(command[2])
        elif command[0] == 4:
            ids.append(command[1])
    return ids
