"""Goods that came back are judged: at once, or by a later message about the same ones. What moves then?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integration.rules.returns import Target, target

NOTHING = Decimal(0)
Key = tuple[str, str, str]  # the warehouse's line, Odoo's product code, lot or serial number


@dataclass(frozen=True, slots=True)
class Said:
    """So much of a line is in this condition and goes there. Without a disposition nobody has judged it."""

    key: Key
    condition: str
    disposition: str
    quantity: Decimal

    @property
    def judged(self) -> tuple[Key, str, str]:
        return (self.key, self.condition, self.disposition)


@dataclass(frozen=True, slots=True)
class Judged:
    """So much leaves quarantine, or stays there for good."""

    key: Key
    condition: str
    disposition: str
    quantity: Decimal

    @property
    def target(self) -> Target:
        return target(self.condition, self.disposition)


class Contradiction(ValueError):
    """The two messages cannot both be true; the text says where they differ."""


def judged(before: Sequence[Said], now: Sequence[Said]) -> list[Judged]:
    """What this message judges that others had not. Messages overtake each other: what it leaves open another one may
    have judged. Raises Contradiction.
    """
    _same_goods(before, now)
    known, told = _by(before), _by(now)
    unsaid = _total([said for said in now if not said.disposition])
    for (key, condition, disposition), quantity in known.items():
        missing = quantity - told.get((key, condition, disposition), NOTHING) if disposition else NOTHING
        if missing > unsaid.get(key, NOTHING):
            raise Contradiction(f"{quantity:f} of {key[1]} were to {disposition} before")
        unsaid[key] = unsaid.get(key, NOTHING) - max(missing, NOTHING)
    return [
        Judged(key, condition, disposition, quantity - known.get((key, condition, disposition), NOTHING))
        for (key, condition, disposition), quantity in told.items()
        if disposition and quantity > known.get((key, condition, disposition), NOTHING)
    ]


def after(before: Sequence[Said], moved: Sequence[Judged]) -> list[Said]:
    """What is known when that was booked."""
    pending: defaultdict[Key, Decimal] = defaultdict(Decimal)
    for each in moved:
        pending[each.key] += each.quantity
    found: list[Said] = []
    for said in before:
        taken = min(said.quantity, pending[said.key]) if not said.disposition else NOTHING
        pending[said.key] -= taken
        if said.quantity > taken:
            found.append(Said(said.key, said.condition, said.disposition, said.quantity - taken))
    return [*found, *(Said(each.key, each.condition, each.disposition, each.quantity) for each in moved)]


def _same_goods(before: Sequence[Said], now: Sequence[Said]) -> None:
    known, told = _total(before), _total(now)
    for key in sorted({*known, *told}):
        if known.get(key, NOTHING) != told.get(key, NOTHING):
            raise Contradiction(f"{known.get(key, NOTHING):f} of {key[1]} before, now {told.get(key, NOTHING):f}")


def _total(said: Sequence[Said]) -> dict[Key, Decimal]:
    total: defaultdict[Key, Decimal] = defaultdict(Decimal)
    for each in said:
        total[each.key] += each.quantity
    return dict(total)


def _by(said: Sequence[Said]) -> Mapping[tuple[Key, str, str], Decimal]:
    total: defaultdict[tuple[Key, str, str], Decimal] = defaultdict(Decimal)
    for each in said:
        total[each.judged] += each.quantity
    return total
