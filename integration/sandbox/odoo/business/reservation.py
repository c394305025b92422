"""Reserving goods for moves, and letting them go."""

from __future__ import annotations

from ..faults import UserError
from ..orm.env import Env
from ..orm.record import Record
from .amounts import CLOSED, booked_column, in_product_unit, line_booked, line_values, move_reserved, refresh
from .brought import brought
from .move_states import recompute, set_state
from .packages import keep_together
from .places import bypasses_reservation
from .products import convert, total
from .stock import EPSILON, Spot, available, package_model, reservable, reserve


def assign(moves: list[Record]) -> None:
    """Reserve what can be reserved for each move that waits for goods."""
    for move in moves:
        if move.state in ("confirmed", "waiting", "partially_available") and not (
            move.env.traits.picked and move.picked
        ):
            _assign(move)
    for picking in dict.fromkeys(move.picking_id for move in moves if move.exists and move.picking_id):
        keep_together(picking)


def reserve_more(move: Record, quantity: float) -> None:
    """Reserve beyond the demand what is there, for a client that ships more than is ordered."""
    if bypasses_reservation(move.location_id) and not move.env.traits.picked:
        _top_up(move, quantity)
        return
    if move.product_id.tracking == "none" and not bypasses_reservation(move.location_id) and not move.move_orig_ids:
        spot = Spot(move.product_id, move.location_id, move.env.browse("stock.lot", 0), _no_package(move.env))
        _reserve_at(move, spot, convert(quantity, move.product_uom, move.product_id.uom_id))


def _assign(move: Record) -> None:
    missing = convert(move.product_uom_qty - move_reserved(move), move.product_uom, move.product_id.uom_id)
    if missing <= EPSILON:
        set_state(move, "assigned")
        return
    if bypasses_reservation(move.location_id) or not move.product_id.is_storable:
        _take_freely(move, total([missing, -_take_brought(move, missing)]))
        set_state(move, "assigned")
        return
    if move.move_orig_ids:
        taken = _reserve_brought(move, missing)
    elif move.procure_method == "make_to_order":
        return
    else:
        spot = Spot(move.product_id, move.location_id, move.env.browse("stock.lot", 0), _no_package(move.env))
        taken = _reserve_at(move, spot, missing)
    if taken > EPSILON:
        set_state(move, "assigned" if abs(missing - taken) < EPSILON else "partially_available")


def _top_up(move: Record, quantity: float) -> None:
    """16: more goods from where nothing is reserved join the line that has no lot yet."""
    for line in move.move_line_ids:
        if move.product_id.tracking != "serial" and not line.lot_id and line.product_uom_id == move.product_uom:
            line.put(reserved_uom_qty=total([line.reserved_uom_qty, quantity]))
            return


def _no_package(env: Env) -> Record:
    return env.browse(package_model(env), 0)


def _take_brought(move: Record, need: float) -> float:
    """Lines for what the moves before brought to a place that reserves nothing. Returns how much."""
    env, column, taken = move.env, booked_column(move.env), 0.0
    arrived = brought(move) if move.move_orig_ids else {}
    for (place, lot, package), quantity in arrived.items():
        part = min(quantity, need - taken)
        if part <= EPSILON:
            continue
        where = {"location_id": place, "lot_id": lot or False, "lot_name": env.browse("stock.lot", lot).name}
        where["package_id"] = package or False
        make_line(move, line_values(move, 0.0, **where, **{column: _in_move_unit(move, part)}))
        taken += part
    return round(taken, 6)


def _in_move_unit(move: Record, quantity: float) -> float:
    return convert(quantity, move.product_id.uom_id, move.product_uom)


def _take_freely(move: Record, quantity: float) -> None:
    """Lines for goods that need no reservation: one each for serials."""
    if quantity <= EPSILON:
        refresh(move)
        return
    kind = move.picking_type_id
    serials = move.product_id.tracking == "serial" and (kind.use_create_lots or kind.use_existing_lots)
    column = booked_column(move.env)
    for part in [1.0] * int(quantity) if serials else [quantity]:
        values = line_values(move, 0.0, **{column: _in_move_unit(move, part)})
        make_line(move, values)
    refresh(move)


def make_line(move: Record, values: dict[str, object]) -> Record:
    """Insert a line without the rules for lines that clients write."""
    env = move.env
    row = {"date": env.second, "company_id": move.company_id.id, "picked": False, **values}
    stamp = {"create_date": env.now, "write_date": env.now, "create_uid": env.uid, "write_uid": env.uid}
    return env.browse("stock.move.line", env.store.insert("stock.move.line", {**row, **stamp}))


def _reserve_at(move: Record, spot: Spot, need: float) -> float:
    """Book quants of a spot on lines of the move. Returns how much, in the product's unit."""
    taken = 0.0
    for quant, quantity in reservable(spot, need):
        quant.put(reserved_quantity=total([quant.reserved_quantity, quantity]))
        _book_on_line(move, quant, quantity)
        taken += quantity
    refresh(move)
    return round(taken, 6)


def _book_on_line(move: Record, quant: Record, quantity: float) -> None:
    column = booked_column(move.env)
    in_unit = convert(quantity, move.product_id.uom_id, move.product_uom)
    same = [line for line in move.move_line_ids if _fits(line, quant)] if move.product_id.tracking != "serial" else []
    if same:
        same[0].put(**{column: total([same[0].raw(column), in_unit])})
        return
    place = {
        "location_id": quant.location_id.id,
        "lot_id": quant.lot_id.id or False,
        "package_id": quant.package_id.id or False,
    }
    parts = [1.0] * int(quantity) if move.product_id.tracking == "serial" else [in_unit]
    for part in parts:
        make_line(move, line_values(move, 0.0, **place, **{column: part}))


def _fits(line: Record, quant: Record) -> bool:
    spot = (line.location_id, line.lot_id, line.package_id)
    return spot == (quant.location_id, quant.lot_id, quant.package_id) and not line.result_package_id


def _reserve_brought(move: Record, need: float) -> float:
    """Reserve what the moves before brought and others after them did not take."""
    env, taken = move.env, 0.0
    for (place, lot, package), quantity in brought(move).items():
        spot = Spot(
            move.product_id,
            env.browse("stock.location", place),
            env.browse("stock.lot", lot),
            env.browse(_no_package(env).model_name, package),
        )
        part = min(quantity, need - taken, available(spot, strict=bool(lot)))
        if part > EPSILON:
            taken += _reserve_at(move, spot, part)
    return round(taken, 6)


def free_line(line: Record) -> None:
    """Give back what a line has booked on quants."""
    if line.move_id.state not in CLOSED:
        reserve(
            Spot(line.product_id, line.location_id, line.lot_id, line.package_id),
            -in_product_unit(line, line_booked(line)),
        )


def unreserve(moves: list[Record]) -> None:
    """Take the reservation off the moves. Raises UserError for done moves."""
    for move in moves:
        if move.state == "cancel" or (move.state == "done" and move.scrapped):
            continue
        if move.state == "done":
            raise UserError("You cannot unreserve a stock move that has been set to 'Done'.")
        if move.env.traits.picked and move.picked:
            continue
        for line in move.move_line_ids:
            _unreserve_line(line)
        refresh(move)
        recompute(move)


def _unreserve_line(line: Record) -> None:
    if line.env.traits.picked and line.picked:
        return
    free_line(line)
    if not line.env.traits.picked and line.qty_done:
        line.put(reserved_uom_qty=0.0)
    else:
        line.env.store.delete("stock.move.line", line.id)


def free_elsewhere(line: Record, spot: Spot, quantity: float, ignored: set[int]) -> None:
    """Goods were taken that others had reserved: take it off them, own picking first, latest first.

    Since 17 they then reserve what else is there; in 16 that is left to the scheduler.
    """
    env, robbed = line.env, dict[int, Record]()
    if bypasses_reservation(spot.location):
        return
    rivals = [
        rival for rival in env.find("stock.move.line", ["location_id", "=", spot.location.id]) if _rivals(rival, spot)
    ]
    rivals = [rival for rival in rivals if rival.id not in ignored]
    rivals.sort(key=lambda rival: (rival.picking_id != line.picking_id, -rival.id))
    for rival in rivals:
        if quantity <= EPSILON:
            break
        booked = in_product_unit(rival, line_booked(rival))
        part = min(booked, quantity)
        quantity -= part
        robbed[rival.move_id.id] = rival.move_id
        _shrink(rival, part)
    if env.traits.picked:
        assign(list(robbed.values()))


def _rivals(rival: Record, spot: Spot) -> bool:
    waiting = rival.move_id.state not in CLOSED and line_booked(rival) > EPSILON
    untouched = not (rival.picked if rival.env.traits.picked else rival.qty_done)
    return (
        waiting
        and untouched
        and (rival.product_id, rival.lot_id, rival.package_id) == (spot.product, spot.lot, spot.package)
    )


def _shrink(line: Record, quantity: float) -> None:
    move = line.move_id
    reserve(Spot(line.product_id, line.location_id, line.lot_id, line.package_id), -quantity)
    column = booked_column(line.env)
    left = total([in_product_unit(line, line_booked(line)), -quantity])
    if left > EPSILON:
        line.put(**{column: convert(left, line.product_id.uom_id, line.product_uom_id)})
    else:
        line.env.store.delete("stock.move.line", line.id)
    refresh(move)
    recompute(move)


def assign_waiting(env: Env, product: Record, location: Record) -> None:
    """Goods arrived: reserve them for the moves that wait for them."""
    waiting = env.find(
        "stock.move",
        ["product_id", "=", product.id],
        ["location_id", "parent_of", location.id],
        ["state", "in", ["confirmed", "partially_available"]],
        ["procure_method", "=", "make_to_stock"],
        order="date, id",
    )
    assign([move for move in waiting if not move.move_orig_ids and move.product_uom_qty])
