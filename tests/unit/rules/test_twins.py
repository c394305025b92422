"""The same goods told twice: recognised where it is sure, asked about where it is not."""

from decimal import Decimal

import pytest

from integration.rules import twins
from integration.rules.twins import Goods


def of(text: str) -> Goods:
    """ "2 A, 3 B/L1": quantities by SKU and lot."""
    parts = [part.split() for part in text.split(",") if part]
    return {(name.partition("/")[0], name.partition("/")[2]): Decimal(quantity) for quantity, name in parts}


TABLE = [
    # mine, others, still open: the same as
    ("2 A", {"x": "2 A"}, "", "x"),
    ("2 A", {}, "", None),
    ("2 A", {"x": "2 B"}, "", None),
    ("2 A", {"x": ""}, "", None),
    ("2 A", {"x": "2 A"}, "1 A", "x"),  # two more cannot have left
    ("2 A", {"x": "2 A"}, "2 A", "?x"),  # they may
    ("2 A, 1 B", {"x": "2 A, 1 B"}, "2 A", "x"),  # of B nothing is open
    ("2 A", {"x": "5 A"}, "", "x"),  # a part of them
    ("2 A", {"x": "1 A"}, "", "?x"),  # more than was said
    ("2 A, 2 B", {"x": "2 A"}, "", "?x"),
    ("2 A", {"x": "3 A", "y": "2 A"}, "", "y"),  # what is equal comes first
    ("2 A/L1", {"x": "2 A/L2"}, "", "?x"),  # another lot
    ("2 A/L1", {"x": "2 A/L1"}, "", "x"),
    ("2 A/L1, 1 A/L2", {"x": "3 A/L1"}, "", "?x"),
]


@pytest.mark.parametrize(("mine", "others", "still_open", "same"), TABLE)
def test_what_is_the_same(mine: str, others: dict[str, str], still_open: str, same: str | None) -> None:
    left = {sku: quantity for (sku, _), quantity in of(still_open).items()}
    known = {name: of(goods) for name, goods in others.items()}
    if same is None or not same.startswith("?"):
        assert twins.twin(of(mine), known, left) == same
        return
    with pytest.raises(twins.Unclear) as unclear:
        twins.twin(of(mine), known, left)
    assert unclear.value.name == same[1:]


def test_what_is_left_of_goods_is_never_below_nothing() -> None:
    assert twins.less(of("2 A, 3 B"), of("5 A, 1 B")) == of("2 B")
    assert (twins.in_words(of("2 A, 3 B/L1")), twins.in_words({})) == ("2 A, 3 B of L1", "nothing")
