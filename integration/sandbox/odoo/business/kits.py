"""Kits: products that are sold as one and shipped as their components, by a bill of materials of type `phantom`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..orm.record import Record
from .products import Product, convert, total
from .stock import EPSILON

AMOUNTS = ("qty_available", "free_qty", "virtual_available", "incoming_qty", "outgoing_qty")
FAR = 9  # digits, so that a third of three is one


class Part(NamedTuple):
    """Goods that a quantity of a product comes to: the product itself, or a component by its line."""

    product: Record
    quantity: float
    unit: Record
    bom_line_id: int = 0


def bom_of(product: Record) -> Record:
    """The kit's bill of materials, or none: nothing is a kit where the app is missing."""
    env = product.env
    if "mrp.bom" not in env.database.schema or not product:
        return env.browse("mrp.bom", 0)
    found = env.find(
        "mrp.bom",
        ["product_tmpl_id", "=", product.product_tmpl_id.id],
        ["product_id", "in", [product.id, False]],
        ["type", "=", "phantom"],
        ["active", "=", True],
        order="sequence, id",
    )
    found.sort(key=lambda bom: (bom.sequence, not bom.product_id))
    return found[0] if found else env.browse("mrp.bom", 0)


def explode(bom: Record, times: float) -> list[tuple[Record, float]]:
    """The lines of a kit and of the kits in it, each with its quantity for so many times the bill, rounded up."""
    found: list[tuple[Record, float]] = []
    for line in bom.bom_line_ids:
        quantity = times * line.product_qty
        inner = bom_of(line.product_id)
        if inner:
            unit = convert(quantity / inner.product_qty, line.product_uom_id, inner.product_uom_id)
            found.extend(explode(inner, unit))
        else:
            found.append((line, _rounded_up(quantity, line.product_uom_id)))
    return found


def _rounded_up(quantity: float, unit: Record) -> float:
    step = float(unit.rounding or 0.01)
    return round(math.ceil(round(quantity / step, FAR)) * step, 6)


def parts_of(product: Record, quantity: float) -> list[Part]:
    """What ships for a quantity of a product, which is in the product's own unit. Services in a kit do not ship."""
    bom = bom_of(product)
    if not bom:
        return [Part(product, quantity, product.uom_id)]
    times = convert(quantity, product.uom_id, bom.product_uom_id) / bom.product_qty
    return [
        Part(line.product_id, amount, line.product_uom_id, line.id)
        for line, amount in explode(bom, times)
        if line.product_id.type in ("product", "consu")
    ]


def whole_kits(product: Record, moves: Iterable[Record], moved: Callable[[Record], float]) -> float:
    """How many kits the moves of the components come to, in the product's unit: the scarcest component decides.

    `moved` says what a move counts, in its product's unit; below zero for what came back.
    """
    bom, ratios = bom_of(product), []
    by_line: dict[int, list[Record]] = {}
    for move in moves:
        by_line.setdefault(move.bom_line_id.id, []).append(move)
    for line, amount in explode(bom, 1.0):
        each = convert(amount, line.product_uom_id, line.product_id.uom_id)
        if line.product_id.type == "service" or each <= EPSILON:
            continue
        if line.id not in by_line:
            return 0.0
        ratios.append(total(moved(move) for move in by_line[line.id]) / each)
    if not ratios:
        return 0.0
    kits = math.floor(round(min(ratios), FAR)) * bom.product_qty
    return convert(kits, bom.product_uom_id, product.uom_id)


def _of_components(column: str) -> Any:
    """How many kits could be made of what there is of the components."""
    own: Callable[..., float] = Product.computes[column]

    def read(model: Product, record: Record) -> float:
        bom = bom_of(record)
        if not bom:
            return own(model, record)
        ratios = [
            read(model, line.product_id) / convert(amount, line.product_uom_id, line.product_id.uom_id)
            for line, amount in explode(bom, 1.0)
            if line.product_id.is_storable and amount > EPSILON
        ]
        return float(math.floor(round(min(ratios), FAR)) * bom.product_qty) if ratios else 0.0

    return read


for _column in AMOUNTS:
    Product.computes[_column] = _of_components(_column)
