"""Whether a flow in shadow may go live, and whether a person keyed what it would have written."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from integration.rules.units import plain

# Jobs that write only where the flow of their warehouse is live: each says so before its first write.
GOVERNED = frozenset(
    {
        "shipment_confirmation",
        "receipt_confirmation",
        "return_receipt",
        "inventory_adjustment",
        "inventory_count",
        "put_away",
        "progress_note",
    }
)
NUMBERS = re.compile(r"[\s,;]+")
NOTHING = Decimal(0)

Line = Sequence[str]  # SKU, lot, quantity
Difference = tuple[str, str, str]  # what, ours, theirs


class Against(StrEnum):
    """Why it is no go. The number that goes with each is how many, or the share in percent."""

    FEW = "few"
    SHARE = "share"
    CASES = "cases"
    UNKEYED = "unkeyed"
    READINESS = "readiness"


@dataclass(frozen=True, slots=True)
class Needs:
    """``share``: of what was compared, so much has to be right. ``unkeyed``: of all, so much may be. Both 0 to 1."""

    documents: int
    share: Decimal
    unkeyed: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """Documents of the window. ``differs`` is the sum of ``unjudged``, ``human`` and ``ours``; ``stops``: of those that
    agree, what would have stopped at a person. ``cases``: open ones that block the flow. ``unready``: mismatches."""

    agrees: int
    unjudged: int = 0
    human: int = 0
    ours: int = 0
    stops: int = 0
    waiting: int = 0
    unkeyed: int = 0
    cases: int = 0
    unready: int = 0

    @property
    def differs(self) -> int:
        return self.unjudged + self.human + self.ours

    @property
    def compared(self) -> int:
        return self.agrees + self.differs

    @property
    def agreement(self) -> Decimal | None:
        """The share that both sides have alike. None: nothing was compared."""
        return Decimal(self.agrees) / self.compared if self.compared else None

    @property
    def right(self) -> Decimal | None:
        """The share of which nothing speaks against us: where people differ, only what was judged to be theirs."""
        return Decimal(self.agrees - self.stops + self.human) / self.compared if self.compared else None


def against(figures: Figures, needs: Needs) -> list[tuple[Against, str]]:
    """Empty: go."""
    return list(_against(figures, needs))


def _against(figures: Figures, needs: Needs) -> Iterator[tuple[Against, str]]:
    if figures.compared < needs.documents:
        yield Against.FEW, str(figures.compared)
    if figures.right is not None and figures.right < needs.share:
        yield Against.SHARE, percent(figures.right)
    if figures.cases:
        yield Against.CASES, str(figures.cases)
    if figures.unkeyed > needs.unkeyed * (figures.compared + figures.unkeyed):
        yield Against.UNKEYED, str(figures.unkeyed)
    if figures.unready:
        yield Against.READINESS, str(figures.unready)


def percent(share: Decimal) -> str:
    """Cut off, never rounded up: what is a trifle below the line is shown below it."""
    return format((share * 100).quantize(Decimal("0.1"), rounding="ROUND_FLOOR"), "f")


def totals(lines: Iterable[Line]) -> dict[tuple[str, str], Decimal]:
    """By SKU and lot; what comes to nothing is left out."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for sku, lot, quantity in lines:
        found[sku, lot] += Decimal(quantity)
    return {key: quantity for key, quantity in found.items() if quantity}


def differing(ours: Mapping[tuple[str, str], Decimal], theirs: Mapping[tuple[str, str], Decimal]) -> list[Difference]:
    return [
        (
            f"{sku}, lot {lot}" if lot else sku,
            plain(ours.get((sku, lot), NOTHING)),
            plain(theirs.get((sku, lot), NOTHING)),
        )
        for sku, lot in sorted({*ours, *theirs})
        if ours.get((sku, lot), NOTHING) != theirs.get((sku, lot), NOTHING)
    ]


def numbers(text: str) -> frozenset[str]:
    """Tracking numbers, however people part them."""
    return frozenset(filter(None, NUMBERS.split(text.upper())))


def tracking(ours: Iterable[str], theirs: str) -> list[Difference]:
    """Nothing where the warehouse told none."""
    wanted, keyed = numbers(" ".join(ours)), numbers(theirs)
    if not wanted or wanted == keyed:
        return []
    return [("tracking", ", ".join(sorted(wanted)), ", ".join(sorted(keyed)))]
