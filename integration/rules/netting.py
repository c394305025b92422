"""What Odoo should hold as of a moment, though messages come late, twice and in any order.

A count is compared with Odoo's quantity *as of the scan*: what is posted already and happened later is taken out, what
happened before and is not posted yet is put in. docs/adr/0017 has the reasons, docs/reference/stock.md the tables.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integration.rules.places import Slot

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Movement:
    """``quantity`` as it changes the slot: negative for what left. ``job``: who has it in hand, if it is not posted;
    ``number``: the partner's document that says so, for people."""

    slot: Slot
    quantity: Decimal
    happened_at: datetime
    job: int | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is known of some products' movements. ``posted``: Odoo has it; ``pending``: received, not posted yet."""

    posted: tuple[Movement, ...] = ()
    pending: tuple[Movement, ...] = ()

    def pending_before(self, slot: Slot, at: datetime) -> tuple[Movement, ...]:
        return tuple(each for each in self.pending if each.slot == slot and each.happened_at <= at)


def expected(slot: Slot, at: datetime, now: Decimal, ledger: Ledger) -> Decimal:
    """What should have lain there at that moment, when Odoo holds ``now`` of it."""
    later = _total(each for each in ledger.posted if each.slot == slot and each.happened_at > at)
    return now - later + _total(ledger.pending_before(slot, at))


@dataclass(frozen=True, slots=True)
class Since:
    """What there is to net by slot, as of a moment: ``posted`` after it, and ``pending`` before it."""

    posted: Mapping[Slot, Decimal]
    pending: Mapping[Slot, Decimal]

    def held(self, slot: Slot, now: Decimal) -> Decimal:
        """What Odoo had at that moment, when it holds ``now``."""
        return now - self.posted.get(slot, NOTHING)

    def expected(self, slot: Slot, now: Decimal) -> Decimal:
        return self.held(slot, now) + self.pending.get(slot, NOTHING)


def since(at: datetime, ledger: Ledger) -> Since:
    """The same as ``expected``, for many slots at once."""
    return Since(
        _by_slot(each for each in ledger.posted if each.happened_at > at),
        _by_slot(each for each in ledger.pending if each.happened_at <= at),
    )


def _by_slot(movements: Iterable[Movement]) -> Mapping[Slot, Decimal]:
    found = defaultdict[Slot, Decimal](Decimal)
    for each in movements:
        found[each.slot] += each.quantity
    return dict(found)


def _total(movements: Iterable[Movement]) -> Decimal:
    return sum((each.quantity for each in movements), NOTHING)
