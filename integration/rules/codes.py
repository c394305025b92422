"""The code book: which code of Odoo's is which code of a partner's."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from integration.rules.units import Ratio


class CodeKind(StrEnum):
    PRODUCT = "product"
    UNIT = "unit"
    CARRIER = "carrier"


@dataclass(frozen=True, slots=True)
class Code:
    """``sku`` (Odoo's) limits a unit to one product; ``factor``: partner units in one Odoo unit, exactly.

    An ``alias`` is understood and never sent.
    """

    kind: CodeKind
    odoo: str
    partner: str
    sku: str = ""
    factor: Ratio = Fraction(1)
    alias: bool = False


@dataclass(frozen=True, slots=True)
class CodeBook:
    """The codes of one partner. ``scope`` and ``partner`` name it, for machines and for people."""

    scope: str
    partner: str
    codes: tuple[Code, ...] = ()

    def to_partner(self, kind: CodeKind, code: str, sku: str = "") -> Code | None:
        """The product's own row goes before the general one."""
        fits = [row for row in self.codes if row.kind == kind and row.odoo == code and row.sku in ("", sku)]
        return max((row for row in fits if not row.alias), key=lambda row: row.sku, default=None)

    def to_odoo(self, kind: CodeKind, code: str, sku: str = "") -> Code | None:
        fits = [row for row in self.codes if row.kind == kind and row.partner == code and row.sku in ("", sku)]
        return max(fits, key=lambda row: row.sku, default=None)

    def unit_of(self, unit: str, sku: str) -> Code | None:
        """Which of Odoo's units the partner's is, for goods of which no line says so: the plainest one."""
        fits = [row for row in self.codes if row.kind == CodeKind.UNIT and row.partner == unit and row.sku in ("", sku)]
        return max(fits, key=lambda row: (row.sku, row.factor == 1, not row.alias), default=None)
