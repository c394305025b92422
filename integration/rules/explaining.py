"""Why what a warehouse says it has is not what Odoo had then: each cause takes exactly its units.

What is known for sure (a movement in a message in hand, a change that a person made) takes its units first. What is
only likely, or is inferred from the figures, counts where it leaves nothing over, and where nothing else does as well:
what two causes could take equally is unexplained. docs/reference/reconciliation.md has the table.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, product
from math import prod

from integration.rules import inferring
from integration.rules.claims import Cause, Claim, Evidence, Explained, Gap, Sure
from integration.rules.places import Slot

__all__ = ["Cause", "Claim", "Evidence", "Explained", "Gap", "explain"]
NOTHING = Decimal(0)
MOST = 10  # claims on one group of slots that are told apart: more may come to any figure
MOST_WAYS = 2**MOST  # in which it may have come about, for the same reason
Left = dict[Slot, Decimal]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a group of slots came to. ``inferred``: claims that nothing but figures speaks for. ``open``: nothing fits,
    so that another cause may be looked for; what is ambiguous is not."""

    claims: tuple[Claim, ...]
    inferred: tuple[Claim, ...] = ()
    open: bool = False


def explain(gaps: Sequence[Gap], evidence: Evidence) -> Mapping[Slot, Explained]:
    """The gaps of whole products. A claim on a slot of these that has no gap must leave nothing there either."""
    by_slot = {gap.slot: gap for gap in gaps}
    products = {gap.slot.product_id for gap in gaps} - {0}
    claims = [kept for claim in evidence.claims if (kept := _within(claim, by_slot, products)) is not None]
    documents, inferred, open_ = list[Claim](), list[Claim](), set[Slot]()
    for slots, mine in _groups(by_slot, claims):
        differs = {slot: by_slot[slot].difference if slot in by_slot else NOTHING for slot in slots}
        answer = _answer(differs, mine, by_slot, evidence)
        documents += answer.claims
        inferred += answer.inferred
        open_ |= slots if answer.open else set()
    whole = {gap.slot: gap.difference for gap in gaps}
    left = {slot: rest for slot, rest in _left(whole, documents).items() if slot in open_ and rest}
    taken = [*documents, *inferring.settled(by_slot, left, inferred, evidence)]
    rest = _left(whole, taken)
    return {slot: Explained(tuple(_causes(slot, taken)), rest[slot]) for slot in by_slot}


def _within(claim: Claim, by_slot: Mapping[Slot, Gap], products: set[int]) -> Claim | None:
    """As far as it is about what is looked at."""
    moves = tuple((slot, moved) for slot, moved in claim.moves if slot in by_slot or slot.product_id in products)
    if not moves or not any(slot in by_slot for slot, _ in moves):
        return None
    return claim if moves == claim.moves else replace(claim, moves=moves)


def _groups(slots: Iterable[Slot], claims: Sequence[Claim]) -> Iterator[tuple[set[Slot], list[Claim]]]:
    """Slots that claims hold together, with their claims."""
    of: dict[Slot, set[Slot]] = {slot: {slot} for slot in slots}
    for claim in claims:
        one = set[Slot]().union(*(of.get(slot, {slot}) for slot, _ in claim.moves))
        of |= dict.fromkeys(one, one)
    for group in {id(each): each for each in of.values()}.values():
        yield group, [claim for claim in claims if claim.moves[0][0] in group]


def _answer(differs: Left, claims: Sequence[Claim], gaps: Mapping[Slot, Gap], evidence: Evidence) -> Answer:
    sure = [claim for claim in claims if claim.sure <= Sure.DECIDED]
    likely = [claim for claim in claims if claim.sure == Sure.LIKELY]
    hints = [claim for claim in claims if claim.sure == Sure.INFERRED]
    base = _left(differs, sure)
    if len(likely) > MOST and any(base.values()):
        return Answer(tuple(_as_far_as_it_goes(differs, sure)))
    sets = list(_subsets(likely))
    exact = [more for more in sets if not any(_left(base, more).values())]
    if exact:
        return Answer((*sure, *_common(exact)))
    open_ = [(more, _options(_left(base, more), gaps, hints, evidence)) for more in sets]
    if sum(prod(map(len, options)) for _, options in open_) > MOST_WAYS:
        return Answer(tuple(_as_far_as_it_goes(differs, sure)))
    ways = [(more, way) for more, options in open_ for way in product(*options)]
    if ways:
        return Answer((*sure, *_common([more for more, _ in ways])), tuple(_common([way for _, way in ways])))
    parts = [some for some in _subsets(sure) if some and not any(_left(differs, some).values())]
    if parts:
        return Answer(tuple(_common(parts)))
    return Answer(tuple(_as_far_as_it_goes(differs, sure)), open=len(sure) <= MOST)


def _options(
    left: Left, gaps: Mapping[Slot, Gap], hints: Sequence[Claim], evidence: Evidence
) -> Sequence[Sequence[Claim]]:
    """By slot: what its figures suggest for all that is left of it. One of each is a way."""
    return [inferring.options(slot, rest, gaps.get(slot), hints, evidence) for slot, rest in left.items() if rest]


def _subsets(claims: Sequence[Claim]) -> Iterator[Sequence[Claim]]:
    """The smallest first. Of too many, none: they may come to any figure."""
    most = len(claims) if len(claims) <= MOST else 0
    for size in range(most + 1):
        yield from combinations(claims, size)


def _common(sets: Sequence[Sequence[Claim]]) -> list[Claim]:
    """What all ways agree on; of claims that explain the same, the last one stands for all."""
    counts = [Counter(claim.content for claim in each) for each in sets]
    agreed = counts[0]
    for each in counts[1:]:
        agreed &= each
    kept = []
    for claim in reversed(sets[-1]):
        if agreed[claim.content]:
            agreed[claim.content] -= 1
            kept.append(claim)
    return kept[::-1]


def _as_far_as_it_goes(differs: Left, sure: Sequence[Claim]) -> list[Claim]:
    """What is sure takes its units also where something is left over, unless it takes more than there is."""
    taken: list[Claim] = []
    for level in (Sure.IN_HAND, Sure.DECIDED):
        mine = [claim for claim in sure if claim.sure == level]
        before, after = _left(differs, taken), _left(differs, [*taken, *mine])
        if all(abs(after[slot]) <= abs(before[slot]) and after[slot] * before[slot] >= 0 for slot in differs):
            taken += mine
    return taken


def _left(differs: Mapping[Slot, Decimal], claims: Iterable[Claim]) -> Left:
    left = dict(differs)
    for claim in claims:
        for slot, moved in claim.moves:
            if slot in left:
                left[slot] -= moved
    return left


def _causes(slot: Slot, claims: Iterable[Claim]) -> Iterator[Cause]:
    """One for each document, the largest first."""
    units: defaultdict[tuple[object, ...], Decimal] = defaultdict(Decimal)
    first: dict[tuple[object, ...], Claim] = {}
    key: tuple[object, ...]
    for claim in claims:
        key = (claim.why, claim.number, claim.code, claim.job, claim.message)
        for at, moved in claim.moves:
            if at == slot:
                first.setdefault(key, claim)
                units[key] += moved
    for key, claim in sorted(first.items(), key=lambda one: (-abs(units[one[0]]), one[1].number)):
        if units[key]:
            about = (claim.number, claim.code, claim.job, claim.message, claim.late)
            yield Cause(claim.why, units[key], *about)
