"""Which differences are posted by themselves, and which wait for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Limit(StrEnum):
    UNITS = "adjust_units"
    VALUE = "adjust_value"


@dataclass(frozen=True, slots=True)
class Allowance:
    """One rule, the first one first. ``sku`` and ``reason`` empty: all."""

    limit: Limit
    sku: str
    reason: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """``quantity`` in Odoo's unit of the product, ``cost`` of one of it; ``reason``: the warehouse's code."""

    sku: str
    quantity: Decimal
    cost: Decimal
    reason: str = ""
    relocated: bool = False

    @property
    def value(self) -> Decimal:
        return abs(self.quantity) * self.cost


def passes(difference: Difference, rules: Sequence[Allowance]) -> bool:
    """Each kind of rule that there is for it must let it through; with none, a person decides.

    Goods that only moved inside the warehouse need nobody, unless a rule names their reason.
    """
    fitting = [rule for limit in Limit if (rule := _first(limit, difference, rules)) is not None]
    if difference.relocated:
        return all(_within(rule, difference) for rule in fitting if rule.reason)
    return bool(fitting) and all(_within(rule, difference) for rule in fitting)


def covered(asked: Decimal, approved: Decimal | None) -> bool:
    """A person's yes to a difference holds for a smaller one of the same direction as well."""
    return approved is not None and abs(asked) <= abs(approved) and asked * approved >= 0


def _first(limit: Limit, difference: Difference, rules: Sequence[Allowance]) -> Allowance | None:
    fits = (
        rule
        for rule in rules
        if rule.limit == limit and rule.sku in ("", difference.sku) and rule.reason in ("", difference.reason)
    )
    return next(fits, None)


def _within(rule: Allowance, difference: Difference) -> bool:
    """What costs nothing in Odoo has no value to go by."""
    if rule.limit == Limit.UNITS:
        return abs(difference.quantity) <= rule.value
    return difference.cost > 0 and difference.value <= rule.value
