"""What people do beside selling: an errand is a row of a table, played deed by deed by whoever has to do with it."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from integration.sandbox.day.goods import Shop
from integration.sandbox.day.odoo import Odoo
from integration.sandbox.day.trade import MAIN, Trade
from integration.sandbox.day.wms import Wms

LOOK_AGAIN = 1.0  # seconds: whoever waits does not ask all the time
Basket = tuple[tuple[str, str], ...]  # SKU and quantity


@dataclass(frozen=True)
class People:
    """Everybody: at the desk in Odoo, at the gate and on the floor of the warehouse."""

    odoo: Odoo
    wms: Wms
    shop: Shop
    trade: Trade


class Deed(Protocol):
    def play(self, people: People, doing: "Doing") -> bool:
        """False: it cannot be done yet. May be repeated when Odoo's answer got lost. Raises NoAnswer."""
        ...


@dataclass(frozen=True)
class Off:
    """So much more of it lies there by the warehouse's books than by Odoo's, until somebody clears the case."""

    sku: str
    quantity: str
    place: str = MAIN
    lot: str = ""


@dataclass(frozen=True)
class Errand:
    """``codes``: the exception cases that stay for a person; ``off``: how stock differs until then."""

    name: str
    deeds: tuple[Deed, ...]
    expected: str
    basket: Basket = ()
    codes: tuple[str, ...] = ()
    off: tuple[Off, ...] = ()


@dataclass
class Doing:
    """One errand of the day. ``id`` and ``name`` are Odoo's, of the document that it began with, if one did.

    ``documents``: the numbers of its messages and transfers. ``played``: how many of its deeds are done. ``look_at``:
    when the next one is tried again, by the monotonic clock.
    """

    number: int
    scene: Errand
    sign: str = ""
    id: int = 0
    name: str = ""
    played: int = 0
    look_at: float = 0.0
    documents: set[str] = field(default_factory=set)
    receipts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def reference(self) -> str:
        return f"E{self.number:04d}{self.sign}"

    @property
    def title(self) -> str:
        """How it is called before it has a name in Odoo, and after."""
        return self.name or self.reference

    @property
    def names(self) -> set[str]:
        """Everything that a case about it may name."""
        return {self.reference, self.name, *self.documents} - {""}

    @property
    def is_over(self) -> bool:
        return self.played == len(self.scene.deeds)


def plan(errands: Iterable[Errand], copies: int = 1, sign: str = "") -> list[Doing]:
    """So many of each, those of one kind one after the other."""
    rows = [errand for errand in errands for _ in range(copies)]
    return [Doing(number, errand, sign) for number, errand in enumerate(rows, 1)]


def play(people: People, doings: Sequence[Doing]) -> int:
    """Every deed that can be done now; returns how many. Raises NoAnswer while Odoo is down."""
    done, now = 0, time.monotonic()
    for doing in [doing for doing in doings if not doing.is_over and doing.look_at <= now]:
        while not doing.is_over and doing.scene.deeds[doing.played].play(people, doing):
            doing.played += 1
            done += 1
        doing.look_at = now + LOOK_AGAIN
    return done
