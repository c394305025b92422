"""Quantities between two units, exactly. Nothing is ever rounded into or out of existence."""

from decimal import Context, Decimal
from fractions import Fraction

SMALLEST = Fraction(1, 10**6)
LARGEST = Fraction(10**12)  # what a quantity's 18 digits can hold beside its six places
EXACT = Context(prec=40)

Ratio = Fraction | Decimal


class Inexact(ValueError):
    """The quantity has no exact counterpart in the other unit."""


def to_partner(quantity: Decimal, factor: Ratio, *, fractions: bool) -> Decimal:
    """``factor`` partner units make one Odoo unit. Raises Inexact for a part of a partner unit, unless allowed."""
    converted = Fraction(quantity) * Fraction(factor)
    if not fractions and converted.denominator != 1:
        raise Inexact
    return _held(converted)


def to_odoo(quantity: Decimal, factor: Ratio) -> Decimal:
    """Raises Inexact when the Odoo unit cannot hold it within six places."""
    return _held(Fraction(quantity) / Fraction(factor))


def _held(quantity: Fraction) -> Decimal:
    """The plainest way to write it. Raises Inexact when eighteen digits cannot hold it."""
    if quantity >= LARGEST or (quantity / SMALLEST).denominator != 1:
        raise Inexact
    exact = EXACT.divide(Decimal(quantity.numerator), Decimal(quantity.denominator))
    return exact.normalize(EXACT) + 0


def plain(quantity: Decimal, sign: str = "") -> str:
    """For people: 12, not 12.000000 and not 1.2E+1. ``sign`` "+": also of what is more than 0."""
    return format(quantity.normalize() + 0, f"{sign}f")
