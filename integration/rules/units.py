"""Quantities between two units, exactly. Nothing is ever rounded into or out of existence."""

from decimal import Context, Decimal

PLACES = Decimal("0.000001")
LARGEST = Decimal(10) ** 12  # what a quantity's 18 digits can hold beside its six places
EXACT = Context(prec=80)  # two quantities and their product have room, so that nothing is rounded on the way


class Inexact(ValueError):
    """The quantity has no exact counterpart in the other unit."""


def to_partner(quantity: Decimal, factor: Decimal, *, fractions: bool) -> Decimal:
    """``factor`` partner units make one Odoo unit. Raises Inexact for a part of a partner unit, unless allowed."""
    converted = EXACT.multiply(quantity, factor)
    if not fractions and converted != converted.to_integral_value():
        raise Inexact
    return _held(converted)


def to_odoo(quantity: Decimal, factor: Decimal) -> Decimal:
    """Raises Inexact when the Odoo unit cannot hold it within six places."""
    converted = EXACT.quantize(EXACT.divide(quantity, factor), PLACES)
    if EXACT.multiply(converted, factor) != quantity:
        raise Inexact
    return _held(converted)


def _held(quantity: Decimal) -> Decimal:
    """The plainest way to write it. Raises Inexact when eighteen digits cannot hold it."""
    if quantity >= LARGEST or quantity != EXACT.quantize(quantity, PLACES):
        raise Inexact
    return quantity.normalize(EXACT) + 0
