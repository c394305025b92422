"""Which of Odoo's rows of stock a difference is written to."""

from decimal import Decimal
from typing import Any

import pytest

from integration.adapters.odoo.adjusting import spread

D = Decimal
HERE, BELOW = 8, 9


def row(number: int, quantity: float, place: int = HERE, **more: Any) -> dict[str, Any]:
    return {"id": number, "quantity": quantity, "location_id": [place, "WH"], **more}


OWNED, PACKED, PLAIN = {"owner_id": [3, "Ada"]}, {"package_id": [4, "PACK1"]}, dict[str, Any]()


@pytest.mark.parametrize(
    ("rows", "shares"),
    [
        ([], {0: 5}),
        ([row(1, 2), row(2, 9, BELOW)], {1: 5}),
        ([row(2, 9, BELOW)], {0: 5}),
        ([row(1, 2, **OWNED)], {0: 5}),
        ([row(1, 2, **PACKED), row(2, 1)], {2: 5}),
    ],
)
def test_found_goods_are_ours_and_lie_at_the_place_itself(rows: list[Any], shares: dict[int, int]) -> None:
    assert spread(D(5), rows, HERE) == shares


@pytest.mark.parametrize(
    ("rows", "shares"),
    [
        ([], {0: -5}),
        ([row(1, 7)], {1: -5}),
        ([row(1, 3), row(2, 9, BELOW)], {1: -3, 2: -2}),
        ([row(1, 3), row(2, 1, BELOW)], {1: -4, 2: -1}),
        ([row(2, 1, BELOW)], {2: -1, 0: -4}),
        ([row(2, 1, BELOW), row(3, 2, **OWNED)], {2: -1, 3: -2, 0: -2}),
        ([row(1, -2)], {1: -5}),
    ],
)
def test_lost_goods_are_taken_where_there_are_some_and_then_at_the_place(
    rows: list[Any], shares: dict[int, int]
) -> None:
    assert spread(D(-5), rows, HERE) == shares
