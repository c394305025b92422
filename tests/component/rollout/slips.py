"""What goes wrong at a person's desk, drawn by lot. Knows orders and keys alone: nothing of what looks for it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

KINDS = ("less", "more", "left out", "other lot", "tracking", "no tracking")


@dataclass(frozen=True)
class Keying:
    """How a delivery is keyed: ``slip`` says what is wrong with it, empty for nothing."""

    slip: str = ""
    quantities: dict[str, float] = field(default_factory=dict)
    lots: dict[str, str] = field(default_factory=dict)
    tracking: str = ""


def keyings(
    baskets: Sequence[dict[str, float]], share: float, *, seed: int, lot: str, other: str
) -> Iterator[tuple[int, Keying]]:
    """One for each basket, in an order of its own; just so many of them are slips."""
    dice = random.Random(seed)
    wrong = set(dice.sample(range(len(baskets)), round(len(baskets) * share)))
    turn = 0
    for place, basket in enumerate(baskets):
        right = Keying(tracking=f"1Z{place:06d}", lots={"RESIN": lot} if "RESIN" in basket else {})
        if place not in wrong:
            yield place, right
            continue
        kind = KINDS[turn % len(KINDS)]
        turn += 1
        yield place, _slipped(kind, right, basket, dice, other)


def _slipped(kind: str, right: Keying, basket: dict[str, float], dice: random.Random, other: str) -> Keying:
    code = dice.choice(sorted(basket))
    key, asked = code.replace("-", "_"), basket[code]
    if kind == "less" and asked > 1:
        return Keying(kind, {key: asked - 1}, right.lots, right.tracking)
    if kind == "left out" and len(basket) > 1:
        return Keying(kind, {key: 0}, right.lots, right.tracking)
    if kind == "other lot" and "RESIN" in basket:
        return Keying(kind, {}, {"RESIN": other}, right.tracking)
    if kind == "tracking":
        return Keying(kind, {}, right.lots, right.tracking[::-1])
    if kind == "no tracking":
        return Keying(kind, {}, right.lots, "")
    return Keying("more", {key: asked + 1}, right.lots, right.tracking)
