"""The same goods told twice, under two numbers: typed in from a sheet, and by the warehouse itself.

Goods are quantities by SKU and lot. Which of two words came first does not matter.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from integration.rules.choices import TYPED_AND_TOLD as CODE

__all__ = ["CODE", "Doubt", "Goods", "Unclear", "in_words", "less", "twin"]

Goods = Mapping[tuple[str, str], Decimal]
NOTHING = Decimal(0)


class Doubt(StrEnum):
    """What a person says where the goods alone do not tell."""

    SAME = "same"
    OTHER = "other"


class Unclear(Exception):
    """They may be the same goods, or others. ``name``: the one that they may be."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def twin(mine: Goods, others: Mapping[str, Goods], still_open: Mapping[str, Decimal]) -> str | None:
    """The one of ``others`` that tells of the same goods; None: these are goods of their own. Raises Unclear.

    ``others``: by name, what is not matched of each. ``still_open``: by SKU, what the warehouse still is to ship.
    Equal goods, or a part of another one's, are the same only where nothing else could have left.
    """
    near = {name: rest for name, goods in others.items() if _skus(rest := _left(goods)) & _skus(mine)}
    if not near:
        return None
    same = next((name for name, goods in near.items() if goods == _left(mine)), None)
    holds = same or next((name for name, goods in near.items() if _is_part(mine, goods)), None)
    if holds is not None and not _may_be_open(mine, still_open):
        return holds
    raise Unclear(holds or next(iter(near)))


def less(goods: Goods, gone: Goods) -> Goods:
    """What is left of them."""
    return _left({key: quantity - gone.get(key, NOTHING) for key, quantity in goods.items()})


def in_words(goods: Goods) -> str:
    told = [f"{quantity.normalize():f} {sku}{f' of {lot}' if lot else ''}" for (sku, lot), quantity in goods.items()]
    return ", ".join(sorted(told)) or "nothing"


def _left(goods: Goods) -> Goods:
    return {key: quantity for key, quantity in goods.items() if quantity > 0}


def _skus(goods: Goods) -> set[str]:
    return {sku for sku, _ in goods}


def _is_part(mine: Goods, goods: Goods) -> bool:
    return all(quantity <= goods.get(key, NOTHING) for key, quantity in mine.items())


def _may_be_open(mine: Goods, still_open: Mapping[str, Decimal]) -> bool:
    """Of each SKU so much is open that these may be other goods."""
    wanted: dict[str, Decimal] = {}
    for (sku, _), quantity in mine.items():
        wanted[sku] = wanted.get(sku, NOTHING) + quantity
    return all(quantity <= still_open.get(sku, NOTHING) for sku, quantity in wanted.items())
