"""What was told, and what people keyed of it: which of it is one, what waits to be keyed, and what nobody has told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from integration.rules.netting import Movement


@dataclass(frozen=True, slots=True)
class Keying:
    """``posted``: as it was keyed, at the place and the moment that were told. ``waits``: told and not keyed.
    ``ahead``: keyed and not told."""

    posted: tuple[Movement, ...]
    waits: tuple[Movement, ...]
    ahead: tuple[Movement, ...]


def same_lot(told: Movement, keyed: Movement) -> bool:
    return same_product(told, keyed) and told.slot.lot == keyed.slot.lot


def same_product(told: Movement, keyed: Movement) -> bool:
    return told.slot.product_id == keyed.slot.product_id and told.quantity * keyed.quantity > 0


FITS: Sequence[Callable[[Movement, Movement], bool]] = (same_lot, same_product)


def keying(told: Sequence[Movement], keyed: Sequence[Movement]) -> Keying:
    """Of one document. The first told is keyed first, with its own lot before another one."""
    waits = sorted(told, key=lambda each: each.happened_at)
    ahead, posted = list(keyed), list[Movement]()
    for fits in FITS:
        for at, one in enumerate(waits):
            for where, other in enumerate(ahead):
                if fits(waits[at], other):
                    part = min(waits[at].quantity, other.quantity, key=abs)
                    slot = one.slot._replace(lot=other.slot.lot)
                    posted.append(replace(one, slot=slot, quantity=part))
                    waits[at] = replace(waits[at], quantity=waits[at].quantity - part)
                    ahead[where] = replace(other, quantity=other.quantity - part)
    left = (tuple(each for each in rest if each.quantity) for rest in (waits, ahead))
    return Keying(tuple(posted), *left)
