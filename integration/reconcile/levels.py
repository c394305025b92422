"""What a warehouse's snapshot says of some products, in Odoo's words."""

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from integration.errors import IntegrationError
from integration.flows.pending import Look
from integration.jobs import sql
from integration.models import StockLevel, StockSnapshot
from integration.rules import findings
from integration.rules.codes import CodeKind
from integration.rules.places import Slot

LEVEL = StockLevel._meta.db_table
_OF_CODES = f"""
SELECT partner_sku, unit, lot, location, condition, on_hand FROM {LEVEL}
WHERE snapshot_id = %s AND partner_sku = ANY(%s::varchar[])"""  # noqa: S608  (our own names, here and below)
_CODES_AFTER = f"""
SELECT DISTINCT partner_sku FROM {LEVEL} WHERE snapshot_id = %s AND partner_sku > %s
ORDER BY partner_sku LIMIT %s"""  # noqa: S608
_SUMS = f"""
SELECT partner_sku, sum(on_hand) FROM {LEVEL} WHERE snapshot_id = %s AND partner_sku = ANY(%s::varchar[])
GROUP BY partner_sku"""  # noqa: S608


@dataclass(slots=True)
class Reported:
    """By slot in Odoo's unit; what cannot be said in Odoo's words by the warehouse's code, in its own unit."""

    slots: dict[Slot, Decimal] = field(default_factory=dict)
    unknown: dict[str, Decimal] = field(default_factory=dict)


def read(look: Look, snapshot: StockSnapshot) -> Reported:
    """Of the products of ``look`` and no others."""
    words = _Words(look)
    slots, unknown = dict[Slot, Decimal](), defaultdict[str, Decimal](Decimal)
    for code, unit, lot, location, condition, on_hand in sql.rows(_OF_CODES, [snapshot.pk, _codes(look)]):
        word = words[code, unit, condition, location]
        quantity = on_hand if word and word.whole and not on_hand % word.rounding else _exactly(word, on_hand)
        if word is None or quantity is None:
            unknown[code] += on_hand
        else:
            slot = Slot(word.product, word.place, lot if word.tracked else "")
            slots[slot] = slots[slot] + quantity if slot in slots else quantity
    return Reported(slots, dict(unknown))


def codes_after(snapshot: StockSnapshot, after: str, limit: int) -> list[str]:
    """The next ones of all that it names."""
    return [row[0] for row in sql.rows(_CODES_AFTER, [snapshot.pk, after, limit])]


def sums(snapshot: StockSnapshot, codes: Collection[str]) -> dict[str, Decimal]:
    return dict(sql.rows(_SUMS, [snapshot.pk, list(codes)])) if codes else {}


def _codes(look: Look) -> list[str]:
    """What the warehouse calls them."""
    found = look.facts.book.codes
    return [code.partner for code in found if code.kind == CodeKind.PRODUCT and code.odoo in look.facts.products]


class _Word(NamedTuple):
    """What lines of one code, unit, condition and location are about. ``whole``: their unit is Odoo's own."""

    product: int
    place: int
    tracked: bool
    whole: bool
    rounding: Decimal
    exactly: Callable[[Decimal], Decimal]


def _exactly(word: _Word | None, on_hand: Decimal) -> Decimal | None:
    """In Odoo's unit; None: it cannot be said in it."""
    try:
        return word.exactly(on_hand) if word else None
    except IntegrationError:
        return None


class _Words(dict[tuple[str, str, str, str], _Word | None]):
    """The code book, read once for lines that say the same: a snapshot has them of many lots."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._facts = look.facts.by_code()

    def __missing__(self, key: tuple[str, str, str, str]) -> _Word | None:
        found = self[key] = self._read(*key)
        return found

    def _read(self, code: str, unit: str, condition: str, location: str) -> _Word | None:
        facts = self._facts.get(code)
        if facts is None:
            return None
        try:
            product = findings.product_of(code, facts)
            factor = findings.factor_of(unit, product, facts)
            place = findings.place_of(condition, location, facts)
        except IntegrationError:
            return None
        return _Word(
            product=product.id,
            place=place,
            tracked=product.tracking != "none",
            whole=factor == 1 and product.rounding > 0,
            rounding=product.rounding,
            exactly=partial(findings.by_factor, unit=unit, factor=factor, product=product, facts=facts),
        )
