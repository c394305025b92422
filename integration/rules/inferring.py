"""What the figures alone say of a difference: packs that were rounded, another unit, one lot in another's place."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

from integration.rules.claims import Claim, Evidence, Gap, Sure, Why
from integration.rules.places import Slot

Left = Mapping[Slot, Decimal]
ROUNDINGS = (ROUND_FLOOR, ROUND_HALF_UP)


def options(slot: Slot, rest: Decimal, gap: Gap | None, hints: Sequence[Claim], evidence: Evidence) -> Sequence[Claim]:
    """What takes all that is left of a slot. Hints that say the same are one."""
    if gap is None:
        return ()
    found: dict[object, Claim] = {}
    for hint in hints:
        if hint.moves == ((slot, rest),):
            found[hint.why] = hint
    expected = gap.found - rest
    if _is_rounded(gap.found, expected, evidence.packs.get(slot)):
        found[Why.ROUNDING] = _of(Why.ROUNDING, slot, rest)
    if _is_in_another_unit(gap.found, expected, evidence.ratios.get(slot.product_id, frozenset())):
        found[Why.UNIT] = _of(Why.UNIT, slot, rest)
    return list(found.values())


def settled(gaps: Mapping[Slot, Gap], left: Left, inferred: Sequence[Claim], evidence: Evidence) -> list[Claim]:
    """Of what was inferred for single slots, that which no other lot or place speaks against, and what lots and places
    took from each other. ``left``: what nothing was found for."""
    by_slot = {claim.moves[0][0]: claim for claim in inferred}
    differs = {**left, **{slot: claim.moves[0][1] for slot, claim in by_slot.items()}}
    products: defaultdict[int, dict[Slot, Decimal]] = defaultdict(dict)
    for slot, rest in differs.items():
        products[slot.product_id][slot] = rest
    against: set[Slot] = set()
    swapped: list[Claim] = []
    for product, mine in products.items():
        pairs = {slot: [other for other in mine if mine[other] == -rest] for slot, rest in mine.items()}
        against |= {slot for slot, others in pairs.items() if others} if product else set()
        open_ = {slot: rest for slot, rest in mine.items() if slot not in by_slot}
        swapped += _swapped(open_, pairs, gaps, evidence) if product else []
    return [*(claim for slot, claim in by_slot.items() if slot not in against), *swapped]


def _swapped(
    open_: Left, pairs: Mapping[Slot, Sequence[Slot]], gaps: Mapping[Slot, Gap], evidence: Evidence
) -> Iterator[Claim]:
    """Two of which one has what the other lacks, and no third one; or all of them, in another order."""
    if not any(pairs[slot] for slot in open_) and len(open_) > 2 and _is_another_order(open_, gaps):
        yield from (_of(Why.LOT, slot, rest) for slot, rest in open_.items())
    for slot, rest in open_.items():
        others = pairs[slot]
        if len(others) == 1 and others[0] in open_ and pairs[others[0]] == [slot]:
            yield _of(Why.LOT, slot, rest, _named(others[0], slot, evidence))


def _is_another_order(open_: Left, gaps: Mapping[Slot, Gap]) -> bool:
    found = sorted(gaps[slot].found for slot in open_)
    return found == sorted(gaps[slot].found - rest for slot, rest in open_.items())


def _named(other: Slot, slot: Slot, evidence: Evidence) -> str:
    if other.lot != slot.lot:
        return other.lot
    return evidence.places.get(other.place, "")


def _is_rounded(found: Decimal, expected: Decimal, pack: Decimal | None) -> bool:
    """Whether it is whole packs, and those that are nearest to, or just below, what there should be."""
    if not pack or expected <= 0 or not 0 < abs(found - expected) < pack:
        return False
    return any((expected / pack).to_integral_value(rounding) * pack == found for rounding in ROUNDINGS)


def _is_in_another_unit(found: Decimal, expected: Decimal, ratios: frozenset[Fraction]) -> bool:
    if found <= 0 or expected <= 0:
        return False
    return Fraction(expected) / Fraction(found) in ratios


def _of(why: Why, slot: Slot, quantity: Decimal, number: str = "") -> Claim:
    return Claim(why, Sure.INFERRED, ((slot, quantity),), number)
