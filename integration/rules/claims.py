"""What may be the cause of a difference of stock, and what is said of it in the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum
from fractions import Fraction

from integration.rules.places import Slot


class Why(StrEnum):
    """As ``VarianceCause.Cause`` keeps it."""

    NOT_YET = "not_yet"
    FAILED = "failed"
    UNKEYED = "unkeyed"
    REFUSED = "refused"
    MISSING = "missing"
    BY_HAND = "by_hand"
    MAPPING = "mapping"
    UNIT = "unit"
    ROUNDING = "rounding"
    LOT = "lot"
    DUPLICATE = "duplicate"
    ONE_SIDED = "one_sided"


UNDER_WAY = (Why.NOT_YET, Why.UNKEYED)


class Sure(IntEnum):
    """IN_HAND: received and not posted. DECIDED: a person did or refused it. LIKELY: a document says that it must have
    happened. INFERRED: nothing but the figures says so."""

    IN_HAND = 0
    DECIDED = 1
    LIKELY = 2
    INFERRED = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """``says``: what Odoo had as of the snapshot, without what is in hand. ``found``: the snapshot, in Odoo's unit."""

    slot: Slot
    sku: str
    says: Decimal
    found: Decimal

    @property
    def difference(self) -> Decimal:
        return self.found - self.says


@dataclass(frozen=True, slots=True)
class Claim:
    """What would make ``found`` differ from ``says`` by so much in each slot, if it is so.

    ``late``: it should have been through by now.
    """

    why: Why
    sure: Sure
    moves: tuple[tuple[Slot, Decimal], ...]
    number: str = ""
    code: str = ""
    job: int | None = None
    message: int | None = None
    late: bool = False

    @property
    def content(self) -> tuple[Why, tuple[tuple[Slot, Decimal], ...]]:
        """Two that are equal in this explain the same, whatever document they name."""
        return self.why, tuple(sorted(self.moves, key=str))


@dataclass(frozen=True, slots=True)
class Evidence:
    """``packs``: of a slot that was reported in packs alone, what one holds in Odoo's unit. ``ratios``: by product, how
    many times as much it would be in another unit that it has. ``places``: their names."""

    claims: tuple[Claim, ...] = ()
    packs: Mapping[Slot, Decimal] = field(default_factory=dict)
    ratios: Mapping[int, frozenset[Fraction]] = field(default_factory=dict)
    places: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cause:
    """``quantity``: its part of ``found`` less ``says``."""

    cause: Why
    quantity: Decimal
    number: str = ""
    code: str = ""
    job: int | None = None
    message: int | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Explained:
    """Why one gap is. ``unexplained``: what is left of it."""

    causes: tuple[Cause, ...]
    unexplained: Decimal

    @property
    def in_flight(self) -> bool:
        """Nothing is wrong: all of it is under way, and not late."""
        under_way = all(each.cause in UNDER_WAY and not each.late for each in self.causes)
        return bool(self.causes) and under_way and not self.unexplained
