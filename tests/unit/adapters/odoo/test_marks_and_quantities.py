"""The mark in a picking's note, and floats as exact quantities."""

from decimal import Decimal

import pytest

from integration.adapters.odoo.marks import Mark, read_mark, seal, with_mark, without_mark
from integration.adapters.odoo.quantities import exact, same

MARK = Mark("crossdock/wms-main/S & 1", seal({1: Decimal(6)}))
OTHER = Mark("crossdock/wms-main/S-2", seal({1: Decimal(4)}))


def test_a_mark_is_read_back_from_the_picking_that_it_was_written_to() -> None:
    note = with_mark("<p>Ring the bell</p>", 40, MARK)
    assert read_mark(note, 40) == MARK
    assert without_mark(note) == "<p>Ring the bell</p>"


def test_a_mark_that_odoo_copied_to_another_picking_is_nobody_s() -> None:
    assert read_mark(with_mark(None, 40, MARK), 41) is None


def test_there_is_never_more_than_one_mark() -> None:
    twice = with_mark(with_mark("<p>Hi</p>", 40, MARK), 41, OTHER)
    assert twice.count("Crossdock shipment") == 1
    assert read_mark(twice, 41) == OTHER


def test_a_seal_tells_quantities_apart_and_leaves_out_what_did_not_ship() -> None:
    assert seal({1: Decimal(6), 2: Decimal(0)}) == seal({1: Decimal(6)})
    assert seal({1: Decimal(6)}) != seal({1: Decimal(5)})
    assert seal({1: Decimal(6)}) != seal({2: Decimal(6)})


@pytest.mark.parametrize("note", [None, "", "<p>Crossdock shipment: soon</p>", "Crossdock shipment"])
def test_what_people_write_is_no_mark(note: str | None) -> None:
    assert read_mark(note, 40) is None


@pytest.mark.parametrize(
    ("value", "rounding", "quantity"),
    [
        (0.1 + 0.2, "0.01", "0.3"),
        (2.9999999999, "0.01", "3"),
        (24.0, "1", "24"),
        (1.5, "0.001", "1.5"),
        (None, "0.01", "0"),
        (0.0833333, "0.00001", "0.08333"),
        (1200.0, "0.01", "1200"),
        (5.0, "0", "5"),
    ],
)
def test_a_float_is_the_nearest_multiple_of_its_unit_s_rounding(value: float, rounding: str, quantity: str) -> None:
    assert str(exact(value, Decimal(rounding))) == quantity


def test_equal_is_within_half_a_rounding() -> None:
    assert same(Decimal("1.004"), Decimal(1), Decimal("0.01"))
    assert not same(Decimal("1.005"), Decimal(1), Decimal("0.01"))
