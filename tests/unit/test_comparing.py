"""Two sorted sides of order lines: what is plainly equal, and what the movements of a line say of a difference."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integration.canonical.agreed import AgreedLine, LineMove, Measure
from integration.reconcile.comparing import Booked, Pair, agrees, differences, merged

D = Decimal
PIECE, DOZEN = Measure(name="Units"), Measure(name="Dozens", size=D(12))


def booked(line: int = 1, quantity: str = "10", product: int = 5, **more: Any) -> Booked:
    return Booked(line, product, "SKU", more.pop("unit", "Units"), D(quantity), more.pop("row", line))


def line(number: int = 1, moved: str = "10", **more: Any) -> AgreedLine:
    usual: dict[str, Any] = {"unit": PIECE, "own": PIECE, "product_id": 5, "invoiced": D(0), "open": D(0), **more}
    return AgreedLine(id=number, order_id=1, moved=D(moved), **usual)


def move(quantity: str, picking: int = 7, **more: Any) -> LineMove:
    usual: dict[str, Any] = {"id": 1, "line_id": 1, "product_id": 5, "unit": PIECE, **more}
    return LineMove(picking_id=picking, quantity=D(quantity), **usual)


def told(pair: Pair, *moves: LineMove, posted: Any = (7,)) -> list[tuple[Decimal, Decimal]]:
    return [(each.says, each.found) for each in differences(pair, moves, posted)]


def test_both_sides_are_merged_as_they_come() -> None:
    taken: list[int] = []

    def theirs() -> Iterator[AgreedLine]:
        for number in (1, 2, 4, 9):
            taken.append(number)
            yield line(number)

    pairs = merged(iter([booked(2), booked(2, product=6), booked(3), booked(4)]), theirs())
    first = next(pairs)
    assert (len(first.booked), first.line and first.line.id, taken) == (2, 2, [1, 2])
    assert [(pair.booked[0].line_id, pair.line and pair.line.id) for pair in pairs] == [(3, None), (4, 4)]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ([booked()], line(), True),
        ([booked(quantity="9")], line(), False),
        ([booked(quantity="9.996")], line(), True),
        ([booked(quantity="0")], None, True),
        ([booked()], None, False),
        ([booked()], line(moved="3", by_moves=False), True),
        ([booked(product=6)], line(), False),
        ([booked(), booked(product=6)], line(), False),
        ([booked(quantity="17")], line(moved="1.42", unit=DOZEN), True),
        ([booked(quantity="16")], line(moved="1.42", unit=DOZEN), False),
        ([booked(quantity="2", unit="Dozens")], line(moved="2", unit=DOZEN), True),
        ([booked(quantity="2", unit="Boxes")], line(moved="2", unit=DOZEN), False),
    ],
)
def test_what_is_plainly_the_same(ours: list[Booked], theirs: AgreedLine | None, same: bool) -> None:
    assert agrees(Pair(ours, theirs)) is same


def test_what_is_booked_has_to_be_what_the_booked_transfers_moved() -> None:
    assert told(Pair([booked()], line()), move("10")) == []
    assert told(Pair([booked()], line(moved="7")), move("7")) == [(D(7), D(10))]


def test_what_people_moved_is_added_to_both_sides() -> None:
    assert told(Pair([booked(quantity="4")], line()), move("4"), move("6", 8)) == []
    assert told(Pair([booked(quantity="5")], line()), move("4"), move("6", 8)) == [(D(10), D(11))]


def test_a_mark_that_is_on_two_transfers_went_twice() -> None:
    twice = [move("5", mark="north/S-1"), move("5", 8, mark="north/S-1")]
    assert told(Pair([booked(quantity="5")], line()), *twice) == [(D(10), D(5))]
    assert told(Pair([booked(quantity="0")], line()), *twice, posted=()) == []


def test_what_came_back_without_a_refund_is_back_and_stays_delivered() -> None:
    moves = [move("10"), move("-3", 8, counts=False)]
    assert told(Pair([booked(quantity="7")], line()), *moves, posted=(7, 8)) == []
    assert told(Pair([booked(quantity="7")], line(moved="7")), *moves, posted=(7, 8)) == [(D(7), D(10))]


def test_a_line_in_dozens_moves_in_pieces_and_rounds_each_time() -> None:
    moves = [move("5"), move("5", 8), move("5", 9)]
    pair = Pair([booked(quantity="15")], line(moved="1.26", unit=DOZEN))
    assert told(pair, *moves, posted=(7, 8, 9)) == []
    assert told(Pair(pair.booked, line(moved="1.5", unit=DOZEN)), *moves, posted=(7, 8, 9)) == [(D(18), D(15))]


def test_a_kit_is_compared_by_its_components_alone() -> None:
    parts = [booked(quantity="3", product=6, row=1), booked(quantity="2", product=7, row=2)]
    moves = [move("3", product_id=6), move("2", product_id=7)]
    assert told(Pair(parts, line(moved="1")), *moves) == []
    assert told(Pair(parts, line(moved="1")), moves[0], move("1", product_id=7)) == [(D(1), D(2))]
