"""What goes on beside the orders, all along a drill: goods are bought, received, moved and counted, and renamed.

The day's errands that need no person, in a shuffled sequence.
"""

import random
from collections.abc import Sequence
from contextlib import suppress
from math import ceil

from integration.sandbox.day.desk import Hear, Rename
from integration.sandbox.day.doing import Doing, Errand, People, play
from integration.sandbox.day.errands import MASTER, RECEIPTS, STOCK, TRANSFERS
from integration.sandbox.day.gate import PutAway
from integration.sandbox.day.goods import BOLTS
from integration.sandbox.day.http import NoAnswer
from integration.sandbox.day.trade import BIN

SEED = 1966
ORDERS_EACH = 10  # one errand for so many orders
AT_ONCE = 20  # errands that are not over
EXTRA = 4  # errands that are not over when all that was planned is done, and a failpoint still needs work
RARE = next(errand for errand in RECEIPTS if PutAway(BIN, "4") in errand.deeds)  # a flow of its own
SMOOTH = tuple(errand for errand in (*RECEIPTS, *TRANSFERS, *STOCK) if not errand.codes)


def plan(orders: int) -> list[Doing]:
    """At least one of each kind."""
    count = max(len(SMOOTH) + 1, orders // ORDERS_EACH)
    doings = [Doing(number, _in_turn(number, number)) for number in range(1, count + 1)]
    random.Random(SEED).shuffle(doings)
    return doings


def one_more(number: int) -> Doing:
    """For as long as a failpoint needs work: each kind in its turn, and in between what seldom has any."""
    return Doing(number, RARE if number % 2 else _in_turn(number // 2, number))


def _in_turn(turn: int, number: int) -> Errand:
    kind = turn % (len(SMOOTH) + 1)
    return SMOOTH[kind] if kind < len(SMOOTH) else _rename(number)


def _rename(number: int) -> Errand:
    """Each under a name of its own, so that it is known which one the warehouse heard of."""
    bolt, name = BOLTS[number % len(BOLTS)], f"Bolt, as it is called in errand {number}"
    return Errand(MASTER[0].name, (Rename(name), Hear(name)), MASTER[0].expected, ((bolt.sku, "0"),))


class Errands:
    """Begins as many as befit the orders that are sold."""

    def __init__(self, people: People | None = None, doings: Sequence[Doing] = ()) -> None:
        self.doings = list(doings)
        self._planned = len(self.doings)
        self._people = people
        self._begun = 0
        self._open: list[Doing] = []

    @property
    def over(self) -> bool:
        return self._begun == len(self.doings) and not self._open

    @property
    def planned_is_over(self) -> bool:
        """Whatever was added since."""
        return self._begun >= self._planned and all(doing.number > self._planned for doing in self._open)

    @property
    def played(self) -> int:
        return sum(doing.played for doing in self.doings[: self._begun])

    @property
    def told(self) -> str:
        """For people, where there are any."""
        return f", {self._begun - len(self._open)} of {len(self.doings)} errands done" if self.doings else ""

    def do_more(self) -> None:
        """One that nobody planned, if there are any and few are open."""
        if self.doings and self._begun == len(self.doings) and len(self._open) < EXTRA:
            self.doings.append(one_more(len(self.doings) + 1))

    def work(self, share: float) -> None:
        """Whatever can be done now. Odoo may be down: then it waits. ``share`` of the orders that are sold."""
        if self._people is None:
            return
        due = min(ceil(share * len(self.doings)), self._begun + AT_ONCE - len(self._open), len(self.doings))
        self._open += self.doings[self._begun : due]
        self._begun = max(self._begun, due)
        with suppress(NoAnswer):
            play(self._people, self._open)
        self._open = [doing for doing in self._open if not doing.is_over]
