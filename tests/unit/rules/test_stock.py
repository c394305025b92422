"""Places, netting and approval, as tables."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integration.canonical.stock import Layout
from integration.rules import approval, netting
from integration.rules.approval import Allowance, Difference, Limit
from integration.rules.netting import Ledger, Movement
from integration.rules.places import Places, Slot

D = Decimal
STOCK, SHELF, DAMAGED, BOX, DOCK, VIEW = 8, 9, 10, 11, 12, 7
LAYOUT = Layout(
    warehouse_id=1,
    company_id=1,
    main=STOCK,
    parents={VIEW: None, STOCK: VIEW, SHELF: STOCK, DAMAGED: STOCK, BOX: DAMAGED, DOCK: VIEW},
    names={STOCK: "WH/Stock"},
)
PLACES = Places(LAYOUT, {("damaged", ""): DAMAGED, ("good", "A1"): SHELF})
SLOT, NINE = Slot(1, STOCK), datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("condition", "location", "place"),
    [
        ("good", "", STOCK),
        ("good", "B7", STOCK),
        ("good", "A1", SHELF),
        ("damaged", "", DAMAGED),
        ("damaged", "A1", DAMAGED),
        ("hold", "", None),
    ],
)
def test_where_a_condition_lies(condition: str, location: str, place: int | None) -> None:
    assert PLACES.of(condition, location) == place


def test_good_stock_may_be_said_to_lie_elsewhere() -> None:
    assert Places(LAYOUT, {("good", ""): SHELF}).of("good") == SHELF


@pytest.mark.parametrize(
    ("location", "place"),
    [(STOCK, STOCK), (SHELF, SHELF), (BOX, DAMAGED), (DOCK, None), (VIEW, None), (99, None)],
)
def test_what_lies_in_a_location_belongs_to_the_nearest_place_above(location: int, place: int | None) -> None:
    assert PLACES.holding(location) == place


def test_a_place_is_itself_and_what_is_no_other_place_below() -> None:
    assert (PLACES.within(STOCK), PLACES.within(DAMAGED)) == ([STOCK], [DAMAGED, BOX])
    assert Places(LAYOUT).within(STOCK) == [STOCK, SHELF, DAMAGED, BOX]


def test_places_have_a_condition_for_people() -> None:
    assert [PLACES.condition(each) for each in (STOCK, SHELF, DAMAGED, DOCK)] == ["good", "good", "damaged", "other"]


def moved(quantity: int, minutes: int, slot: Slot = SLOT, job: int | None = None) -> Movement:
    return Movement(slot, D(quantity), NINE + timedelta(minutes=minutes), job)


@pytest.mark.parametrize(
    ("posted", "pending", "expected"),
    [
        ([], [], 17),
        ([moved(-3, 45)], [], 20),
        ([moved(-3, -45)], [], 17),
        ([moved(-3, 0)], [], 17),
        ([], [moved(-5, -20)], 12),
        ([], [moved(-5, 0)], 12),
        ([], [moved(-5, 1)], 17),
        ([moved(-3, 45)], [moved(-5, -20), moved(2, -10)], 17),
        ([moved(-3, 45, Slot(1, STOCK, "L1"))], [moved(-5, -20, Slot(1, DAMAGED)), moved(1, -1, Slot(2, STOCK))], 17),
    ],
)
def test_what_should_have_lain_there(posted: list[Movement], pending: list[Movement], expected: int) -> None:
    ledger = Ledger(tuple(posted), tuple(pending))
    assert netting.expected(SLOT, NINE, D(17), ledger) == expected


UNITS, VALUE = Limit.UNITS, Limit.VALUE


@pytest.mark.parametrize(
    ("difference", "rules", "passes"),
    [
        (Difference("A", D(1), D(1)), [], False),
        (Difference("A", D(-5), D(1)), [Allowance(UNITS, "", "", D(5))], True),
        (Difference("A", D(-6), D(1)), [Allowance(UNITS, "", "", D(5))], False),
        (Difference("A", D(-6), D(1)), [Allowance(UNITS, "B", "", D(9))], False),
        (Difference("A", D(-6), D(1)), [Allowance(UNITS, "A", "", D(5)), Allowance(UNITS, "", "", D(9))], False),
        (Difference("A", D(1), D(1), "LOST"), [Allowance(UNITS, "", "BROKEN", D(9))], False),
        (Difference("A", D(1), D(1), "LOST"), [Allowance(UNITS, "", "LOST", D(9))], True),
        (Difference("A", D(2), D(20)), [Allowance(VALUE, "", "", D(40))], True),
        (Difference("A", D(2), D("20.01")), [Allowance(VALUE, "", "", D(40))], False),
        (Difference("A", D(2), D(0)), [Allowance(VALUE, "", "", D(40))], False),
        (Difference("A", D(2), D(30)), [Allowance(UNITS, "", "", D(5)), Allowance(VALUE, "", "", D(40))], False),
        (Difference("A", D(2), D(20)), [Allowance(UNITS, "", "", D(5)), Allowance(VALUE, "", "", D(40))], True),
        (Difference("A", D(99), D(9), relocated=True), [], True),
        (Difference("A", D(99), D(9), relocated=True), [Allowance(UNITS, "", "", D(5))], True),
        (Difference("A", D(99), D(9), "WET", relocated=True), [Allowance(UNITS, "", "WET", D(5))], False),
    ],
)
def test_who_lets_it_through(difference: Difference, rules: list[Allowance], passes: bool) -> None:
    assert approval.passes(difference, rules) is passes


@pytest.mark.parametrize(
    ("asked", "approved", "covered"),
    [("3", "3", True), ("2", "3", True), ("4", "3", False), ("-2", "3", False), ("-2", "-3", True), ("1", None, False)],
)
def test_a_yes_holds_for_less_of_the_same(asked: str, approved: str | None, covered: bool) -> None:
    assert approval.covered(D(asked), D(approved) if approved else None) is covered
