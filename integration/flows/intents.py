"""What the effect of a write remembers of the goods that it moves.

Our books have them when the job ends. Until then counts learn by it what Odoo may hold already.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from integration.flows.pending import Look
from integration.models import Effect, Warehouse
from integration.rules.netting import Movement
from integration.rules.places import GOOD, Slot


class Goods(NamedTuple):
    """``quantity`` as in our books: negative for what leaves. ``product`` 0: its code alone is known."""

    product: int
    sku: str
    quantity: Decimal
    lot: str = ""
    condition: str = GOOD
    location: str = ""


def moving(warehouse: Warehouse, at: datetime, goods: Iterable[Goods]) -> dict[str, Any]:
    """In the words of the warehouse's message."""
    rows = [[product, sku, format(quantity, "f"), *rest] for product, sku, quantity, *rest in goods]
    return {"warehouse": warehouse.pk, "at": at.isoformat(), "goods": rows}


def changing(warehouse: Warehouse, movements: Iterable[Movement]) -> dict[str, Any]:
    """By the places in Odoo."""
    rows = [
        [each.slot.product_id, each.slot.place, each.slot.lot, str(each.quantity), each.happened_at.isoformat()]
        for each in movements
    ]
    return {"warehouse": warehouse.pk, "movements": rows}


def movements(effect: Effect, look: Look) -> tuple[Movement, ...]:
    """Of the products that are looked at."""
    told = effect.intent
    by_place = (
        Movement(Slot(product, place, lot), Decimal(quantity), datetime.fromisoformat(at))
        for product, place, lot, quantity, at in told.get("movements", ())
    )
    goods = (Goods(product, sku, Decimal(quantity), *rest) for product, sku, quantity, *rest in told.get("goods", ()))
    return (*by_place, *_in_odoo(goods, told.get("at", ""), look))


def _in_odoo(goods: Iterable[Goods], at: str, look: Look) -> Iterator[Movement]:
    by_code = {product.sku: product.id for product in look.products.values()}
    for each in goods:
        product, place = each.product or by_code.get(each.sku), look.facts.places.of(each.condition, each.location)
        if product is not None and place is not None:
            yield Movement(Slot(product, place, each.lot), each.quantity, datetime.fromisoformat(at))
