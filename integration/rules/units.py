"""Quantities between two units, exactly. Nothing is ever rounded into or out of existence."""

from decimal import Decimal

PLACES = Decimal("0.000001")


class Inexact(ValueError):
    """The quantity has no exact counterpart in the other unit."""


def to_partner(quantity: Decimal, factor: Decimal, *, fractions: bool) -> Decimal:
    """``factor`` partner units make one Odoo unit. Raises Inexact for a part of a partner unit, unless allowed."""
    converted = quantity * factor
    if not fractions and converted != converted.to_integral_value():
        raise Inexact
    if converted != converted.quantize(PLACES):
        raise Inexact
    return converted.normalize() + 0


def to_odoo(quantity: Decimal, factor: Decimal) -> Decimal:
    """Raises Inexact when the Odoo unit cannot hold it within six places."""
    converted = (quantity / factor).quantize(PLACES)
    if converted * factor != quantity:
        raise Inexact
    return converted.normalize() + 0
