"""Quantities cross between two units exactly, or not at all."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.rules.units import Inexact, to_odoo, to_partner

QUANTITIES = st.decimals("0.000001", "999999999999.999999", places=6)
D = Decimal


@pytest.mark.parametrize(
    ("quantity", "factor", "fractions", "partner"),
    [
        ("5", "1", False, "5"),
        ("2", "12", False, "24"),
        ("0.5", "12", False, "6"),
        ("100", "1", False, "100"),
        ("2.5", "1", True, "2.5"),
        ("1", "0.000001", True, "0.000001"),
    ],
)
def test_a_quantity_is_told_in_the_partners_unit(quantity: str, factor: str, fractions: bool, partner: str) -> None:
    converted = to_partner(D(quantity), D(factor), fractions=fractions)
    assert (str(converted), to_odoo(converted, D(factor))) == (partner, D(quantity))


@pytest.mark.parametrize(
    ("quantity", "factor", "fractions"),
    [
        ("2.5", "1", False),
        ("1", "0.5", False),
        ("12", "0.083333", False),
        ("0.000001", "0.1", True),
        ("999999999999", "10", True),
        ("123456789012.123456", "987654321098.654321", True),
    ],
)
def test_what_the_partners_unit_cannot_hold_is_refused(quantity: str, factor: str, fractions: bool) -> None:
    with pytest.raises(Inexact):
        to_partner(D(quantity), D(factor), fractions=fractions)


@pytest.mark.parametrize(("quantity", "factor"), [("1", "3"), ("5", "12"), ("1", "0.083333"), ("999999999999", "0.5")])
def test_what_odoos_unit_cannot_hold_is_refused(quantity: str, factor: str) -> None:
    with pytest.raises(Inexact):
        to_odoo(D(quantity), D(factor))


@given(QUANTITIES, QUANTITIES)
def test_out_and_back_again_is_the_same_quantity_or_refused(quantity: Decimal, factor: Decimal) -> None:
    try:
        there = to_partner(quantity, factor, fractions=True)
    except Inexact:
        return
    assert to_odoo(there, factor) == quantity


@given(QUANTITIES, QUANTITIES)
def test_in_and_out_again_is_the_same_quantity_or_refused(quantity: Decimal, factor: Decimal) -> None:
    try:
        here = to_odoo(quantity, factor)
    except Inexact:
        return
    assert to_partner(here, factor, fractions=True) == quantity


@given(QUANTITIES, st.integers(1, 1000))
def test_without_a_rule_only_whole_pieces_leave(quantity: Decimal, factor: int) -> None:
    try:
        told = to_partner(quantity, D(factor), fractions=False)
    except Inexact:
        return
    assert told == int(told)


def test_cases_of_twelve_are_exact_in_both_directions() -> None:
    case = Fraction(1, 12)
    assert to_partner(D("36"), case, fractions=False) == D("3")
    assert to_odoo(D("3"), case) == D("36")
    with pytest.raises(Inexact):
        to_partner(D("30"), case, fractions=False)
