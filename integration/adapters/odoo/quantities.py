"""Odoo's floats as exact quantities, rounded the way their unit says."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

SMALLEST = Decimal("0.000001")
WHOLE = 2**53  # below it a float holds each whole number


@lru_cache(maxsize=4096)  # nearly all there are, of millions, are a few whole numbers
def exact(value: Decimal | float | str | None, rounding: Decimal = SMALLEST) -> Decimal:
    """The multiple of ``rounding`` nearest to what Odoo says; the float's residue goes."""
    if rounding is SMALLEST and isinstance(value, float) and value.is_integer() and abs(value) < WHOLE:
        return Decimal(int(value))
    step = rounding if rounding > 0 else SMALLEST
    steps = (Decimal(str(value or 0)) / step).quantize(Decimal(1), ROUND_HALF_UP)
    return plain(steps * step)


def plain(value: Decimal) -> Decimal:
    """12, not 12.00 and not 1.2E+1."""
    normal = value.normalize()
    return normal.quantize(Decimal(1)) if normal == normal.to_integral_value() else normal


def same(one: Decimal, other: Decimal, rounding: Decimal) -> bool:
    """Equal within half a rounding."""
    return abs(one - other) < (rounding if rounding > 0 else SMALLEST) / 2
