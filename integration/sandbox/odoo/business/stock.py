"""Quantities in places: what is there, what of it is reserved, and how both change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..orm.env import Env
from ..orm.record import Record
from .count_dates import next_count_date
from .places import bypasses_reservation
from .products import total

EPSILON = 1e-5


@dataclass(frozen=True)
class Spot:
    """What goods a quant holds: product and place, lot and package."""

    product: Record
    location: Record
    lot: Record
    package: Record

    def at(self, **changes: Record) -> Spot:
        return Spot(**{**self.__dict__, **changes})

    @property
    def env(self) -> Env:
        return self.product.env


def package_model(env: Env) -> str:
    return "stock.package" if "stock.package" in env.database.schema else "stock.quant.package"


def quants_at(spot: Spot, *, strict: bool) -> list[Record]:
    """The quants of a spot; loosely: any lot or package where the spot names none, children places included."""
    env, places = spot.env, {place: order for order, place in enumerate(_places(spot, strict))}
    by_lot = strict and spot.product.tracking != "none"  # which has as many quants as lots
    column, target = ("lot_id", spot.lot) if by_lot else ("product_id", spot.product)
    found = env.browse_all("stock.quant", env.store.ids_pointing("stock.quant", column, [target.id]))
    mine = [quant for quant in found if quant.location_id.id in places and quant.product_id == spot.product]
    mine.sort(key=lambda quant: places[quant.location_id.id])
    if strict:
        return [quant for quant in mine if quant.lot_id == spot.lot and quant.package_id == spot.package]
    return [
        quant
        for quant in mine
        if (not spot.lot or quant.lot_id == spot.lot or not quant.lot_id)
        and (not spot.package or quant.package_id == spot.package)
    ]


def _places(spot: Spot, strict: bool) -> list[int]:
    if strict:
        return [spot.location.id]
    env, waiting, found = spot.env, [spot.location.id], []
    while waiting:
        place = waiting.pop()
        found.append(place)
        waiting.extend(env.store.ids_pointing("stock.location", "location_id", [place]))
    return found


def is_reservable(product: Record, location: Record) -> bool:
    return bool(product.is_storable) and not bypasses_reservation(location)


def available(spot: Spot, *, strict: bool = False) -> float:
    """Free to reserve; never below zero for products that are tracked, as the rows of other lots do not help."""
    rows = quants_at(spot, strict=strict)
    if spot.product.tracking == "none" or strict:
        return max(0.0, total(quant.quantity - quant.reserved_quantity for quant in rows))
    return total(max(0.0, quant.quantity - quant.reserved_quantity) for quant in rows)


def _insert(spot: Spot, quantity: float, reserved: float = 0.0) -> None:
    env = spot.env
    values = {
        "product_id": spot.product.id,
        "location_id": spot.location.id,
        "lot_id": spot.lot.id or False,
        "package_id": spot.package.id or False,
        "quantity": round(quantity, 6),
        "reserved_quantity": reserved,
        "in_date": env.now,
        "inventory_date": next_count_date(spot.location),
        "inventory_diff_quantity": -round(quantity, 6) if env.traits.diff_before_count else 0.0,
    }
    stamp = {"create_date": env.now, "write_date": env.now, "create_uid": env.uid, "write_uid": env.uid}
    env.store.insert("stock.quant", {**values, **stamp})


def change(spot: Spot, quantity: float) -> float:
    """Add to (or take from) what is at a spot. Returns what is then free there, below zero when overdrawn."""
    if not spot.product.is_storable or abs(quantity) < EPSILON:
        return 0.0
    rows = quants_at(spot, strict=True)
    if rows:
        rows[0].put(quantity=total([rows[0].quantity, quantity]))
    else:
        _insert(spot, quantity)
    return total(quant.quantity - quant.reserved_quantity for quant in quants_at(spot, strict=True))


def take(spot: Spot, quantity: float) -> float:
    """Take goods away; what a lot lacks is taken from goods without a lot. Returns what is then free."""
    left = change(spot, -quantity)
    none = spot.env.browse("stock.lot", 0)
    if left >= -EPSILON or not spot.lot:
        return left
    untracked = available(spot.at(lot=none), strict=True)
    moved = min(untracked, quantity)
    if moved > EPSILON:
        change(spot.at(lot=none), -moved)
        left = change(spot, moved)
    return left


def reserve(spot: Spot, quantity: float) -> None:
    """Book goods at a spot (or free them), whether they are there or not."""
    if not is_reservable(spot.product, spot.location) or abs(quantity) < EPSILON:
        return
    rows = quants_at(spot, strict=True)
    if rows:
        rows[0].put(reserved_quantity=max(0.0, total([rows[0].reserved_quantity, quantity])))
    elif quantity > 0 and spot.env.traits.picked:
        _insert(spot, 0.0, round(quantity, 6))


def _is_expired(quant: Record) -> bool:
    removal: datetime | bool = quant.lot_id.removal_date if quant.lot_id else False
    return isinstance(removal, datetime) and removal < quant.env.now


def reservable(spot: Spot, need: float) -> list[tuple[Record, float]]:
    """Which quants give how much of a need, first come first served; expired lots stay where the version says so."""
    env = spot.env
    rows = quants_at(spot, strict=bool(spot.lot))
    if env.traits.expired_left_alone and not spot.lot:
        rows = [quant for quant in rows if not _is_expired(quant)]
    rows.sort(key=lambda quant: (quant.in_date or quant.create_date, quant.id))
    budget = (
        total(quant.quantity - quant.reserved_quantity for quant in rows) if spot.product.tracking == "none" else need
    )
    taken, found = 0.0, []
    for quant in rows:
        free = quant.quantity - quant.reserved_quantity
        part = min(free, need - taken, budget - taken)
        if part > EPSILON:
            found.append((quant, round(part, 6)))
            taken += part
    return found


def spot_of(record: Record, **changes: Record) -> Spot:
    """The spot that a move line takes from, or a quant is."""
    spot = Spot(record.product_id, record.location_id, record.lot_id, record.package_id)
    return spot.at(**changes) if changes else spot
