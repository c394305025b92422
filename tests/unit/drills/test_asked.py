"""What the parts of a drill are asked for."""

import pytest

from tests.drills.asked import STAND_IN, read


@pytest.mark.parametrize(
    ("arguments", "orders", "few"),
    [
        ([], 2000, 200),
        (["--orders", "60"], 60, 60),
        (["--orders", "5000"], 5000, 200),
        (["--only", "outages"], 2000, 200),
        (["--only", "disaster", "--orders", "400"], 400, 400),
    ],
)
def test_parts_that_wait_for_people_have_few_orders_unless_they_are_asked_for_alone(
    arguments: list[str], orders: int, few: int
) -> None:
    wanted = read(arguments, STAND_IN)
    assert (wanted.orders, wanted.few) == (orders, few)
