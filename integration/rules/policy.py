"""What a site decided: when orders are released, what fractions and over-shipments are allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ReleasePoint(StrEnum):
    CONFIRMED = "confirmed"
    RESERVED = "reserved"
    RESERVED_PART = "reserved_part"


class RuleKind(StrEnum):
    ALLOW_FRACTION = "allow_fraction"
    OVER_PERCENT = "over_percent"
    OVER_UNITS = "over_units"
    SUBSTITUTE = "substitute"
    RECEIVE_OVER_PERCENT = "receive_over_percent"
    RECEIVE_OVER_UNITS = "receive_over_units"


@dataclass(frozen=True, slots=True)
class Rule:
    """``sku`` empty: every product; ``customer`` None: every customer."""

    kind: RuleKind
    sku: str
    value: Decimal
    customer: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The active rules of one warehouse, the first one first."""

    rows: Sequence[Rule] = ()

    def fractions(self, sku: str) -> bool:
        return self._first(RuleKind.ALLOW_FRACTION, sku) is not None

    @property
    def by_customer(self) -> bool:
        """Whether it matters who the customer is."""
        return any(row.customer is not None for row in self.rows)

    def tolerance(self, sku: str, ordered: Decimal, customer: int | None = None) -> Decimal:
        """How much more than ordered may ship, in the order's unit; none unless a rule says so."""
        return self._over(RuleKind.OVER_UNITS, RuleKind.OVER_PERCENT, sku, ordered, customer)

    def receive_tolerance(self, sku: str, ordered: Decimal) -> Decimal:
        """How much more than ordered may come in, as ``tolerance``."""
        return self._over(RuleKind.RECEIVE_OVER_UNITS, RuleKind.RECEIVE_OVER_PERCENT, sku, ordered)

    def _over(
        self, in_units: RuleKind, in_percent: RuleKind, sku: str, ordered: Decimal, customer: int | None = None
    ) -> Decimal:
        units = self._first(in_units, sku, customer)
        percent = self._first(in_percent, sku, customer)
        by_units = units.value if units else Decimal(0)
        by_percent = ordered * percent.value / 100 if percent else Decimal(0)
        return max(by_units, by_percent)

    def substitutes(self, sku: str, customer: int | None) -> bool:
        """Whether another product may go in its place."""
        return self._first(RuleKind.SUBSTITUTE, sku, customer) is not None

    def _first(self, kind: RuleKind, sku: str, customer: int | None = None) -> Rule | None:
        fits = (row for row in self.rows if row.kind == kind and row.sku in ("", sku))
        return next((row for row in fits if row.customer in (None, customer)), None)
