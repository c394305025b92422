"""Applying counts: the moves between a place and the inventory loss, and when a place is to be counted next."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..faults import UserError
from ..orm.env import Env
from ..orm.record import Record
from .completion import complete
from .count_dates import next_count_date
from .places import loss_place
from .products import total
from .reservation import assign_waiting, free_elsewhere
from .stock import EPSILON, spot_of

MANAGERS_ONLY = "Only a stock manager can validate an inventory adjustment."
SYSTEM = 1


def apply(env: Env, quants: list[Record]) -> None:
    """Book the differences of quants, counted or not. Raises UserError before 18 for all but managers."""
    if env.traits.number <= 17 and not env.has_group("stock_manager"):
        raise UserError(MANAGERS_ONLY)
    for quant in quants:
        _adjust(quant, quant.inventory_diff_quantity)
    for place in dict.fromkeys(quant.location_id for quant in quants):
        place.put(last_inventory_date=_today(env))
    for quant in quants:
        quant.put(
            inventory_quantity=0.0,
            inventory_diff_quantity=0.0,
            inventory_quantity_set=False,
            inventory_date=next_count_date(quant.location_id),
            user_id=False,
        )


def _today(env: Env) -> date:
    return env.now.date()


def _adjust(quant: Record, difference: float) -> None:
    """A done move between the place and the inventory loss; what is over-reserved is given back."""
    env = quant.env
    loss = loss_place(quant.location_id.company_id or env.company)
    way = (loss, quant.location_id) if difference >= 0 else (quant.location_id, loss)
    move = inventory_move(quant, abs(difference), *way, is_inventory=True, **_names(quant, difference))
    complete([move], cancel_backorder=False)
    short = total([quant.reserved_quantity, -max(quant.quantity, 0.0)])
    if short > EPSILON:
        free_elsewhere(move.move_line_ids[0], spot_of(quant), short, set())
    if difference > 0 and env.traits.number >= 19:
        assign_waiting(env, quant.product_id, quant.location_id)


def _names(quant: Record, difference: float) -> dict[str, Any]:
    """How the move is called: by the context, or by what happened. 17 and 18 add who was to count.

    16 to 18 keep it in `name` and `reference`. 19 keeps what the context says in `inventory_name`, which the reference
    shows; else the reference says what happened and who did it.
    """
    env = quant.env
    given = env.context.get("inventory_name")
    usual = "Product Quantity Confirmed" if abs(difference) < EPSILON else "Product Quantity Updated"
    if env.traits.number >= 19:
        who = f" ({env.user.label})" if env.uid != SYSTEM else ""
        return {"reference": given or f"{usual}{who}", "inventory_name": given or False}
    counter = quant.user_id
    who = f" ({counter.label})" if env.traits.number >= 17 and counter and counter.id != SYSTEM else ""
    name = f"{given or usual}{who}"
    return {"name": name, "reference": name}


def inventory_move(record: Record, quantity: float, source: Record, target: Record, **extra: Any) -> Record:
    """A confirmed move of a quant's (or a scrap's) goods with its one line, ready to be completed."""
    env = record.env
    unit = record.product_uom_id
    reference = extra.pop("reference")
    values = {
        "product_id": record.product_id.id,
        "product_uom": unit.id,
        "product_uom_qty": quantity,
        "location_id": source.id,
        "location_dest_id": target.id,
        "company_id": (source.company_id or target.company_id or env.company).id,
        "state": "confirmed",
        **({"picked": True} if env.traits.picked else {}),
        **extra,
    }
    move = env.browse("stock.move", env.model("stock.move").create_all([values])[0])
    move.put(reference=reference)
    packed = record.package_id.id or False
    line = {
        "move_id": move.id,
        "product_id": record.product_id.id,
        "product_uom_id": unit.id,
        "lot_id": record.lot_id.id or False,
        "package_id": packed if source == record.location_id else False,
        "result_package_id": packed if target == record.location_id else False,
        "location_id": source.id,
        "location_dest_id": target.id,
        ("quantity" if env.traits.picked else "qty_done"): quantity,
        **({"picked": True} if env.traits.picked else {}),
    }
    env.model("stock.move.line").create_all([line])
    return move
