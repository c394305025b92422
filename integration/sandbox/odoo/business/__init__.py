"""The business areas: importing this package registers their models."""

from . import (
    automation,
    count_wizards,
    knowledge,
    lots,
    move_lines,
    moves,
    partners,
    pickings,
    places,
    products,
    quants,
    sale,
    sale_lines,
    scrap,
    wizards,
)

__all__ = [
    "automation",
    "count_wizards",
    "knowledge",
    "lots",
    "move_lines",
    "moves",
    "partners",
    "pickings",
    "places",
    "products",
    "quants",
    "sale",
    "sale_lines",
    "scrap",
    "wizards",
]
